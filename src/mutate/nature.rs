//! What an operation is for: to make, to change, to take away or to read.
//!
//! The method tells, and which paths belong to one thing. Of a `POST` that makes nothing below its path the
//! first word of its name tells that is a verb of the lists here; where none is, nobody knows.

use crate::contract::{Contract, Operation, plain_path};
use crate::http::is_safe;

/// What an operation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    Read,
    Create,
    Update,
    Delete,
    Unknown,
}

const READS: &[&str] = &[
    "get", "list", "query", "read", "find", "search", "describe", "fetch", "show", "count",
];
const CREATES: &[&str] = &[
    "create", "add", "push", "upload", "import", "register", "install", "make", "insert",
    "publish", "tag",
];
const UPDATES: &[&str] = &[
    "update", "set", "replace", "patch", "change", "edit", "modify", "rename", "move", "scale",
];
const DELETES: &[&str] = &["delete", "remove", "uninstall", "destroy", "unregister"];

/// How many words of a name are looked at: `batchQueryImage` is told by its second.
const WORDS_MAX: usize = 2;

impl Nature {
    pub(super) fn of(contract: &Contract, operation: &Operation) -> Self {
        let path = plain_path(operation);
        let lifecycles = contract.lifecycles();
        let makes = lifecycles.iter().any(|it| it.create.id == operation.id);
        match operation.method.as_str() {
            method if is_safe(method) => Self::Read,
            "DELETE" => Self::Delete,
            "POST" if makes => Self::Create,
            "PUT" if makes && lifecycles.iter().any(|it| it.item == path) => Self::Create,
            "PUT" | "PATCH" => Self::by_name(&operation.id).unwrap_or(Self::Update),
            _ => Self::by_name(&operation.id).unwrap_or(Self::Unknown),
        }
    }

    fn by_name(id: &str) -> Option<Self> {
        let natures = [
            (READS, Self::Read),
            (CREATES, Self::Create),
            (UPDATES, Self::Update),
            (DELETES, Self::Delete),
        ];
        words(id).iter().take(WORDS_MAX).find_map(|word| {
            let found = natures
                .iter()
                .find(|(verbs, _)| verbs.contains(&word.as_str()));
            found.map(|(_, nature)| *nature)
        })
    }
}

/// The words of a name, in small letters.
pub(super) fn words(id: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut was_small = false;
    for letter in id.chars() {
        let begins = letter.is_uppercase() && was_small || !letter.is_alphanumeric();
        if begins && words.last().is_some_and(|it| !it.is_empty()) {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            let last = words.last_mut().expect("there is always one");
            last.extend(letter.to_lowercase());
        }
        was_small = letter.is_lowercase() || letter.is_numeric();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_verb_of_a_name_tells() {
        for (id, nature) in [
            ("createRelease", Some(Nature::Create)),
            ("batch_query-images", Some(Nature::Read)),
            ("deleteImage", Some(Nature::Delete)),
            ("updateDeployment", Some(Nature::Update)),
            ("logIn", None),
            ("verifySecretAndDeleteIt", None),
            ("settle", None),
        ] {
            assert_eq!(Nature::by_name(id), nature, "{id}");
        }
    }
}
