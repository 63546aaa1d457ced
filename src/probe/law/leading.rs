//! Where an answer leads beside its `Location`: the links that the contract gives it, and its `Link` field.

use percent_encoding::utf8_percent_encode;
use serde_json::Value;
use url::Url;

use super::linking::on_same_server;
use crate::check::{Place, law};
use crate::contract::{Link, Operation, ParameterPlace};
use crate::http::{Exchange, PATH, web_links, without_query};
use crate::journal::fits;
use crate::json::Pointer;
use crate::probe::answer::Answer;
use crate::probe::around::{Around, fact};
use crate::probe::asker::Asker;
use crate::probe::likeness::Writable;
use crate::probe::question::Probe;
use crate::scenario::{Expression, Part, Root};
use crate::world::Pending;

/// How many links of one answer are followed, of each kind.
const LINKS_MAX: usize = 8;
/// Relations that lead to something which is there to be read (`RFC 8288`, registry of link relations).
const RELATIONS: [&str; 12] = [
    "self",
    "next",
    "prev",
    "previous",
    "first",
    "last",
    "up",
    "collection",
    "item",
    "canonical",
    "describedby",
    "alternate",
];

/// `links-lead`, of what else an answer names.
pub(super) fn other_links_lead<'l>(
    asker: &'l mut Asker<'_>,
    around: &'l Around<'_>,
) -> Pending<'l, ()> {
    Box::pin(async move {
        // What was taken away is there no more, and neither is what belonged to it.
        if !around.is_done() || around.operation.method == "DELETE" {
            return;
        }
        follow_contract(asker, around).await;
        follow_field(asker, around).await;
    })
}

/// Follows what the contract says of the answer (`OpenAPI 3.1 §4.8.20`).
async fn follow_contract(asker: &mut Asker<'_>, around: &Around<'_>) {
    let documented = around.operation.response(around.status());
    let links = documented.map_or(&[][..], |it| it.links.as_slice());
    let mut followed = 0;
    for link in links {
        let target = &around.contract.operations[link.operation];
        let is_safe = ["GET", "HEAD"].contains(&target.method.as_str());
        let base = around.contract.base(target, asker.world().site);
        let lead = Lead {
            around,
            link,
            target,
        };
        let Some(url) = base
            .ok()
            .filter(|_| is_safe)
            .and_then(|it| lead.url(&it.url))
        else {
            continue;
        };
        let is_there = on_same_server(&around.exchange().request, &url);
        if is_there.is_none() || followed >= LINKS_MAX {
            continue;
        }
        followed += 1;
        let mut probe = Probe::plain(&law::LINKS_LEAD, (around.contract, target), url);
        probe.name = Some(format!("link-{followed}"));
        let Ok(answer) = asker.ask(probe).await else {
            return;
        };
        // What the answer itself names must be there; what belongs to it, or what a client calls so, may be.
        let is_missing = answer.is_gone() && (lead.is_itself(&answer) || lead.names_one());
        accuse_if(
            is_missing,
            asker,
            around,
            (&answer, &format!("link `{}`", link.name)),
        );
    }
}

/// Follows the field `Link` (`RFC 8288`).
async fn follow_field(asker: &mut Asker<'_>, around: &Around<'_>) {
    let exchange = around.exchange();
    let fields = exchange.response.headers.all("link");
    let links = fields.flat_map(|it| web_links(&it));
    let is_of_list = |it: &String| RELATIONS.contains(&it.as_str());
    let links = links.filter(|it| !it.has_anchor && it.relations.iter().any(is_of_list));
    // A template (`RFC 6570`) is no URL yet.
    let links = links.filter(|it| !it.target.contains(['{', '}']));
    let links = links.filter_map(|it| Some((on_same_server(&exchange.request, &it.target)?, it)));
    let links: Vec<_> = links.take(LINKS_MAX).collect();
    for (number, (url, link)) in links.into_iter().enumerate() {
        // Where the contract has an operation for reading what is there, the answer is judged by it.
        let base = around.base(asker.world().site).unwrap_or_default();
        let path = without_query(&url).strip_prefix(base.as_str());
        let mut reads = around.contract.operations.iter();
        let known =
            path.and_then(|path| reads.find(|it| it.method == "GET" && fits(&it.path, path)));
        let called = (around.contract, known.unwrap_or(around.operation));
        let mut probe = Probe::get(&law::LINKS_LEAD, called, url.clone());
        probe.is_judged = known.is_some();
        probe.name = Some(format!("field-{}", number + 1));
        let Ok(answer) = asker.ask(probe).await else {
            return;
        };
        let relation = link.relations.join(" ");
        let what = format!("Link with rel=\"{relation}\"");
        accuse_if(answer.is_gone(), asker, around, (&answer, &what));
    }
}

/// Accuses an answer that is none, or says that nothing is there.
fn accuse_if(
    is_missing: bool,
    asker: &mut Asker<'_>,
    around: &Around<'_>,
    (answer, what): (&Answer, &str),
) {
    if is_missing || answer.status() / 100 == 5 {
        let said = ("what it leads to", answer.line());
        let message = format!("{what} leads to nothing");
        let fact = fact(message, Place::Status, said, around.operation);
        asker.accuse(&law::LINKS_LEAD, answer, fact);
    }
}

/// A link of the contract, after an answer.
struct Lead<'l> {
    around: &'l Around<'l>,
    link: &'l Link,
    target: &'l Operation,
}

impl Lead<'_> {
    /// Whether it led to the thing that the step is about.
    fn is_itself(&self, answer: &Answer) -> bool {
        let item = self.around.thing.as_ref().and_then(|it| it.item.as_deref());
        item == Some(answer.exchange().request.url.as_str())
    }

    /// Whether it leads to one thing which the server names in its answer.
    fn names_one(&self) -> bool {
        let path = self.target.path.as_str().trim_end_matches('/');
        let last = path.rsplit('/').next().unwrap_or_default();
        let variable = last.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        let given = variable.and_then(|it| self.given(it, ParameterPlace::Path));
        let text = given.and_then(Value::as_str);
        let read = text.filter(|it| it.starts_with("$response."));
        let read = read.and_then(|it| Expression::parse(it).ok());
        read.is_some_and(|it| {
            it.root != Root::Response(Part::Body) || !self.is_clients(&it.pointer)
        })
    }

    /// Whether clients can write what stands in a place of the answer: they may name what was never there.
    fn is_clients(&self, place: &Pointer) -> bool {
        let around = self.around;
        let documented = around.operation.response(around.status());
        let mut content = documented.into_iter().flat_map(|it| &it.content);
        let schema = content.find_map(|it| it.schema.as_ref());
        let root = schema.map(|it| it.outline(around.contract).root());
        let own = place.tokens().fold(root, |spot, token| {
            spot.and_then(|it| it.child(&token).ok())
        });
        if own.is_some_and(|it| it.is_read_only()) {
            return false;
        }
        let operations = around.contract.operations.iter();
        let writes = operations.filter(|it| it.request_body.is_some());
        let written = Writable::of(around.contract, writes).names();
        let name = place.last().unwrap_or_default();
        written.contains(name.as_ref())
    }

    /// What the link gives for a parameter.
    fn given(&self, name: &str, place: ParameterPlace) -> Option<&Value> {
        let qualified = format!("{}.{name}", place.as_str());
        let mut all = self.link.parameters.iter();
        let found = all.find(|(it, _)| it == name || *it == qualified);
        found.map(|(_, value)| value)
    }

    /// Where it leads; none where something that must be given is not, or is no plain value.
    fn url(&self, base: &str) -> Option<String> {
        let mut path = self.target.path.as_str().to_owned();
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let mut has_query = false;
        for parameter in &self.target.parameters {
            let given = self.given(&parameter.name, parameter.place);
            let value = match given {
                Some(given) => self.evaluate(given),
                None => None,
            };
            match (value, parameter.place) {
                (Some(value), ParameterPlace::Path) => {
                    let encoded = utf8_percent_encode(&value, PATH).to_string();
                    path = path.replace(&format!("{{{}}}", parameter.name), &encoded);
                }
                (Some(value), ParameterPlace::Query) => {
                    query.append_pair(&parameter.name, &value);
                    has_query = true;
                }
                (None, _) if given.is_none() && !parameter.required => {}
                _ => return None,
            }
        }
        let query = query.finish();
        let gap = if has_query { "?" } else { "" };
        (!path.contains('{')).then(|| format!("{base}{path}{gap}{query}"))
    }

    /// A value of a link: a constant, or what its expression reads.
    fn evaluate(&self, given: &Value) -> Option<String> {
        let exchange = self.around.exchange();
        let text = match given {
            Value::String(text) if text.starts_with('$') => text,
            Value::String(text) if text.contains("{$") => return None,
            given => return plain(given),
        };
        let expression = Expression::parse(text).ok()?;
        let pointer = &expression.pointer;
        match &expression.root {
            Root::Response(Part::Body) => plain(pointer.lookup(self.around.answered()?)?),
            Root::Request(Part::Body) => plain(pointer.lookup(&self.around.sent()?)?),
            Root::Response(Part::Header(name)) => {
                let value = exchange.response.headers.first(name)?;
                Some(value.into_owned())
            }
            Root::Request(part) => self.asked(part, exchange),
            _ => None,
        }
    }

    /// A part of what was asked.
    fn asked(&self, part: &Part, exchange: &Exchange) -> Option<String> {
        let request = &exchange.request;
        match part {
            Part::Path(name) => {
                let path = without_query(&request.url);
                self.around.operation.path.value_in(path, name)
            }
            Part::Query(name) => {
                let url = Url::parse(&request.url).ok()?;
                let mut pairs = url.query_pairs();
                pairs
                    .find(|(it, _)| it == name)
                    .map(|(_, value)| value.into_owned())
            }
            Part::Header(name) => request
                .headers
                .first(name)
                .map(std::borrow::Cow::into_owned),
            Part::Body | Part::Payload => None,
        }
    }
}

/// A single value as it stands in a URL; none for what is no single one, or empty.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(it) => Some(it.to_string()),
        _ => None,
    }
}
