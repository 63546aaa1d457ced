//! How something is taken away that a request has made, where only the contract's paths and methods tell.
//!
//! On a server that others use nothing is worse than to take away what was there before. So what may
//! have changed something that exists is no making: only `201` is, where it is documented or where a
//! `PUT` answers; and a name counts only where the answer gives it, or where the request gives it by the
//! name of the path's variable.

use percent_encoding::utf8_percent_encode;
use serde_json::Value;
use url::Url;

use super::Undo;
use super::permit::fits;
use crate::contract::{
    Contract, Operation, PathTemplate, Removal, StatusPattern, names_of_identifier, plain_path,
};
use crate::http::{Exchange, PATH, without_query};

/// How many members of an answer are looked into for a name.
const MEMBERS_MAX: usize = 100;

/// That an operation makes something, as far as the contract tells.
#[derive(Debug, Clone, Copy)]
pub struct Making<'c> {
    operation: &'c Operation,
    removal: Option<Removal<'c>>,
}

/// Whether an operation makes something: what it makes can be taken away by another one, or it documents
/// that something was created.
pub fn making<'c>(contract: &'c Contract, operation: &'c Operation) -> Option<Making<'c>> {
    if !matches!(operation.method.as_str(), "POST" | "PUT") {
        return None;
    }
    let removal = contract.removal(operation);
    let makes = removal.is_some() || documents_creation(operation);
    makes.then_some(Making { operation, removal })
}

fn documents_creation(operation: &Operation) -> bool {
    let mut documented = operation.responses.iter();
    documented.any(|it| it.status == StatusPattern::Exact(201))
}

impl Making<'_> {
    /// The operation that takes away what such a request makes, and only that: by the request's own path.
    pub fn own_removal(&self) -> Option<&Operation> {
        let removal = self.removal.filter(|it| it.variable.is_none());
        removal.map(|it| it.delete)
    }

    /// Whether an answer of this status says that something was made.
    pub fn is_done_with(&self, status: u16) -> bool {
        status == 201
    }

    /// Whether an answer of this status leaves open whether something was made, or was there before: a
    /// success of a collection that documents no `201`.
    pub fn may_be_done_with(&self, status: u16) -> bool {
        let below = self.removal.is_some_and(|it| it.variable.is_some());
        below && !documents_creation(self.operation) && status != 201 && status / 100 == 2
    }

    /// How what was made is taken away; none when its name is not told. `base` is what the requests of
    /// the removing operation begin with.
    pub fn undo(&self, exchange: &Exchange, answered: Option<&Value>, base: &str) -> Option<Undo> {
        let removal = self.removal?;
        let request = &exchange.request;
        let own = without_query(&request.url).strip_prefix(base)?;
        let target = match removal.variable {
            None => own.to_owned(),
            Some(variable) => located(exchange, removal.delete, base)
                .or_else(|| named_below(exchange, answered, (removal.delete, variable), base))?,
        };
        fits(&removal.delete.path, &target).then(|| Undo {
            operation: removal.delete.id.clone(),
            method: removal.delete.method.clone(),
            target,
            headers: Vec::new(),
            body: String::new(),
            identity: request.caller.as_ref().map(|it| it.identity.to_string()),
        })
    }
}

/// The path of what a request to a collection made, below that of the request: the name of the new thing is
/// what the answer says, else what was sent. `variable` is the last one in the path of `item`, and `base`
/// what its requests begin with.
pub fn named_below(
    exchange: &Exchange,
    answered: Option<&Value>,
    (item, variable): (&Operation, &str),
    base: &str,
) -> Option<String> {
    let request = &exchange.request;
    let own = without_query(&request.url).strip_prefix(base)?;
    let sent = serde_json::from_slice(&request.body).ok();
    let name = identifier(answered, sent.as_ref(), variable)?;
    let name = utf8_percent_encode(&name, PATH);
    let end = &item.path.as_str()[plain_path(item).len()..];
    Some(format!("{}/{name}{end}", own.trim_end_matches('/')))
}

/// The path that `Location` names (`RFC 9110 §10.2.2`), where it is one of the operation `item`.
pub fn located(exchange: &Exchange, item: &Operation, base: &str) -> Option<String> {
    let location = exchange.response.headers.first("location")?;
    located_below((location.trim(), &exchange.request.url), (&item.path, base))
}

/// The same for a `Location` in an answer from the URL that was asked.
fn located_below(
    (location, asked): (&str, &str),
    (path, base): (&PathTemplate, &str),
) -> Option<String> {
    let fits = |it: &&str| fits(path, it);
    let is_own = || written_below(without_query(asked), base).is_some();
    let written = written_below(location, base).filter(|_| is_own());
    if let Some(target) = written.filter(fits) {
        return Some(target.to_owned());
    }
    resolved_below((location, asked), base).filter(|it| fits(&it.as_str()))
}

/// What stands behind the base in a URL or an absolute path that is written as the base is. Most are, and
/// reading URLs takes its time.
fn written_below<'l>(location: &'l str, base: &str) -> Option<&'l str> {
    let (_, authority) = base.split_once("://")?;
    let path = authority.find('/').map_or("", |at| &authority[at..]);
    let is_path = location.starts_with('/') && !location.starts_with("//");
    let below = location
        .strip_prefix(base)
        .or_else(|| location.strip_prefix(path).filter(|_| is_path))?;
    (below.starts_with('/') && !below.contains(['?', '#'])).then_some(below)
}

/// The same, as URLs are read.
fn resolved_below((location, asked): (&str, &str), base: &str) -> Option<String> {
    let asked = Url::parse(asked).ok()?;
    let place = asked.join(location).ok()?;
    if place.origin() != asked.origin() || place.query().is_some() {
        return None;
    }
    let base = Url::parse(base).ok()?;
    let path = base.path().trim_end_matches('/');
    place.path().strip_prefix(path).map(str::to_owned)
}

/// The name of what was made: as the answer gives it, else as it was sent by the variable's own name.
fn identifier(answered: Option<&Value>, sent: Option<&Value>, variable: &str) -> Option<String> {
    let names = names_of_identifier(variable);
    let lower = variable.to_ascii_lowercase();
    let own: Vec<String> = names
        .iter()
        .filter(|name| lower.ends_with(&name.to_ascii_lowercase()))
        .cloned()
        .collect();
    let found = answered.and_then(|it| named(it, &names));
    let wished = sent.and_then(|it| named(it, &own));
    if let (None, None, Some((answered, sent))) = (&found, &wished, answered.zip(sent)) {
        return agreed(answered, sent, &own);
    }
    match (found, wished) {
        // What is called otherwise than it was asked for may be something else.
        (Some(found), Some(wished)) if found != wished => None,
        (found, wished) => found.or(wished),
    }
}

/// The name that one object within what was sent and the same one within the answer agree on, such as
/// `metadata.name`; none where several objects have one.
fn agreed(answered: &Value, sent: &Value, names: &[String]) -> Option<String> {
    let members = answered.as_object()?.iter().take(MEMBERS_MAX);
    let mut agreed = members.filter_map(|(key, it)| {
        let own = sent.get(key)?;
        names.iter().find_map(|name| {
            let text = it.get(name)?.as_str().filter(|text| !text.is_empty())?;
            (own.get(name)?.as_str() == Some(text)).then(|| text.to_owned())
        })
    });
    let first = agreed.next()?;
    agreed.next().is_none().then_some(first)
}

/// The first of these members that is a name: at the top of a value, or in the one object that is in it.
fn named(value: &Value, names: &[String]) -> Option<String> {
    let members = value.as_object()?;
    let below = members.values().take(MEMBERS_MAX);
    let below: Vec<&Value> = below.filter(|it| it.is_object()).collect();
    let only = match below.as_slice() {
        [only] => Some(*only),
        _ => None,
    };
    [value].into_iter().chain(only).find_map(|place| {
        names.iter().find_map(|name| match place.get(name)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn another_server_whose_url_begins_alike_names_nothing_here() {
        let template = PathTemplate::parse("/notes/{id}").expect("a template");
        let (location, base) = ("http://h/notes/1", "http://h");
        for (asked, target) in [
            ("http://h/notes?a=b", Some("/notes/1")),
            ("http://h:8080/notes", None),
            ("http://h.evil/notes", None),
        ] {
            let found = located_below((location, asked), (&template, base));
            assert_eq!(found.as_deref(), target, "{asked}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_below_is_what_urls_say(
            base in "http://(h|h:8080|127\\.0\\.0\\.1:80)(/v1|/a/b|/v1/)?",
            origin in "(http://(h|h:8080|H|u@h|h\\.evil))?",
            target in "/?(/v1|/a/b)?(/|//)notes/(\\.\\.|\\.|%2e%2E|[a-z%?#:@\\\\é ]{1,5})(/[a-z]{1,3}|\\?b=c|#d)?",
        ) {
            let location = format!("{origin}{target}");
            let template = PathTemplate::parse("/notes/{id}").expect("a template");
            let written = written_below(&location, &base).filter(|it| fits(&template, it));
            if let Some(written) = written {
                let asked = format!("{}/notes", base.trim_end_matches('/'));
                let read = resolved_below((&location, &asked), &base);
                prop_assert_eq!(Some(written), read.as_deref(), "{} from {}", location, asked);
            }
        }
    }
}
