//! What is made at one path, and read, changed and taken away at another that ends in its name; and what
//! takes away again what an operation makes.

use super::{Contract, Operation, ParameterPlace};

/// The operations over the life of something that can be made.
#[derive(Debug, Clone, Copy)]
pub struct Lifecycle<'c> {
    /// The path of one of them, such as `/pets/{petId}`.
    pub item: &'c str,
    /// The path of all of them, such as `/pets`.
    pub collection: &'c str,
    /// The name of the path's last variable.
    pub variable: &'c str,
    /// What makes one.
    pub create: &'c Operation,
    /// Whether it is made at its own path, by the name that the client gives it.
    pub is_named_by_client: bool,
    /// What lists them.
    pub list: Option<&'c Operation>,
    /// What reads one.
    pub read: Option<&'c Operation>,
    /// What changes a part of one.
    pub patch: Option<&'c Operation>,
    /// What replaces one.
    pub replace: Option<&'c Operation>,
    /// What takes one away.
    pub delete: Option<&'c Operation>,
}

/// What takes away again what an operation makes.
#[derive(Debug, Clone, Copy)]
pub struct Removal<'c> {
    /// The operation, which takes nothing but what stands in its path.
    pub delete: &'c Operation,
    /// The variable of its path that the path of what makes it does not have: the name of the new one.
    /// None where both have the same path.
    pub variable: Option<&'c str>,
}

/// Names by which things are known, beside that of the path's variable.
const KNOWN_BY: [&str; 7] = ["id", "uuid", "uid", "name", "key", "slug", "code"];

/// The names under which an identifier may stand, the most likely first.
pub fn names_of_identifier(variable: &str) -> Vec<String> {
    let lower = variable.to_ascii_lowercase();
    let ends = KNOWN_BY
        .iter()
        .filter(|it| lower.ends_with(*it) && lower != **it);
    let mut names = vec![variable.to_owned()];
    names.extend(ends.chain(&KNOWN_BY).map(|it| (*it).to_owned()));
    names
}

/// The path of an operation without a slash at its end.
pub fn plain_path(operation: &Operation) -> &str {
    operation.path.as_str().trim_end_matches('/')
}

/// The path before a last segment that is a variable alone, and its name.
fn last_variable(path: &str) -> Option<(&str, &str)> {
    let (before, last) = path.rsplit_once('/')?;
    let name = last.strip_prefix('{')?.strip_suffix('}')?;
    (!name.contains(['{', '}'])).then_some((before, name))
}

impl Contract {
    /// Everything that can be made, in the order of the document.
    pub fn lifecycles(&self) -> Vec<Lifecycle<'_>> {
        let mut found: Vec<Lifecycle<'_>> = Vec::new();
        for item in self.operations.iter().map(plain_path) {
            if !found.iter().any(|it| it.item == item) {
                found.extend(self.lifecycle_of(item));
            }
        }
        found
    }

    /// The first thing that can be made of which a path is its own, or that of all of them.
    pub fn lifecycle_at(&self, path: &str) -> Option<Lifecycle<'_>> {
        let is_it = |item: &&str| {
            let collection = last_variable(item).map(|(before, _)| before);
            *item == path || collection == Some(path)
        };
        let mut items = self.operations.iter().map(plain_path).filter(is_it);
        items.find_map(|item| self.lifecycle_of(item))
    }

    /// The operations over the life of what has this path.
    fn lifecycle_of<'c>(&'c self, item: &'c str) -> Option<Lifecycle<'c>> {
        let (collection, variable) = last_variable(item)?;
        let (post, put) = (self.at(collection, "POST"), self.at(item, "PUT"));
        Some(Lifecycle {
            item,
            collection,
            variable,
            create: post.or(put)?,
            is_named_by_client: post.is_none(),
            list: self.at(collection, "GET"),
            read: self.at(item, "GET"),
            patch: self.at(item, "PATCH"),
            replace: put.filter(|_| post.is_some()),
            delete: self.at(item, "DELETE"),
        })
    }

    /// What takes away what an operation makes, when the contract's paths and methods tell: a `DELETE` of
    /// the path below it that ends in a variable, or of its own path where that names one thing. Not one
    /// that takes a body or other required parameters: nobody knows what to give it.
    pub fn removal(&self, create: &Operation) -> Option<Removal<'_>> {
        let own = plain_path(create);
        let same = || {
            // A DELETE of a collection takes all of it away, also what others made.
            let names_one = create.method == "PUT" || last_variable(own).is_some();
            let delete = self.at(own, "DELETE").filter(|_| names_one)?;
            Some(Removal {
                delete,
                variable: None,
            })
        };
        let below = || {
            let mut deletes = self.operations.iter().filter(|it| it.method == "DELETE");
            deletes.find_map(|delete| {
                let (collection, variable) = last_variable(plain_path(delete))?;
                (collection == own).then_some(Removal {
                    delete,
                    variable: Some(variable),
                })
            })
        };
        let found = match create.method.as_str() {
            "POST" => below().or_else(same),
            "PUT" => same(),
            _ => None,
        }?;
        let mut required = found.delete.parameters.iter().filter(|it| it.required);
        let is_plain = required.all(|it| it.place == ParameterPlace::Path);
        let takes_body = found
            .delete
            .request_body
            .as_ref()
            .is_some_and(|it| it.required);
        (is_plain && !takes_body).then_some(found)
    }

    fn at(&self, path: &str, method: &str) -> Option<&Operation> {
        let mut all = self.operations.iter();
        all.find(|it| plain_path(it) == path && it.method == method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_ends_in_a_variable_alone_or_not() {
        assert_eq!(last_variable("/pets/{petId}"), Some(("/pets", "petId")));
        for path in [
            "/pets",
            "/pets/{a}.json",
            "/pets/{a}/toys",
            "/pets/{a}{b}",
            "",
        ] {
            assert_eq!(last_variable(path), None, "{path}");
        }
    }
}
