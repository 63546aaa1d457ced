//! The thing that a request is about: where it is read, and where the list is that it belongs to.

use std::sync::Arc;

use serde_json::Value;

use super::answer::Answer;
use super::asker::Asker;
use super::likeness::Writable;
use super::question::Probe;
use crate::check::Check;
use crate::contract::{
    Contract, Lifecycle, Operation, ParameterPlace, names_of_identifier, plain_path,
};
use crate::http::{Exchange, Headers, Request, without_query};
use crate::journal::{located, named_below};
use crate::world::Site;

/// Members that hold the name of the thing itself, and not that of another one.
const WRAPPERS: [&str; 2] = ["metadata", "meta"];

/// The thing that a request is about.
#[derive(Debug, Clone)]
pub(super) struct Thing<'c> {
    pub(super) contract: &'c Arc<Contract>,
    pub(super) life: Lifecycle<'c>,
    /// The URL of the list that it belongs to.
    pub(super) collection: String,
    /// Its own URL; none before it has a name.
    pub(super) item: Option<String>,
    /// What the requests to it begin with.
    base: String,
    /// The header fields of the request; what is asked beside it has those of them that it declares.
    headers: Headers,
    /// The name of the variation after which it is asked for, so that what is found says of which one.
    variation: Option<String>,
}

/// What was read of a thing at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    /// The thing.
    pub(super) item: Option<Answer>,
    /// The list.
    pub(super) list: Option<Answer>,
}

/// Whether an operation can be asked with what stands in its path alone.
pub(super) fn is_plain(operation: &Operation) -> bool {
    let mut required = operation.parameters.iter().filter(|it| it.required);
    let takes_body = operation
        .request_body
        .as_ref()
        .is_some_and(|it| it.required);
    required.all(|it| it.place == ParameterPlace::Path) && !takes_body
}

impl<'c> Thing<'c> {
    /// The thing that a request of an operation is about; none where the contract's paths do not tell.
    pub(super) fn of(
        contract: &'c Arc<Contract>,
        operation: &Operation,
        request: &Request,
        site: &Site,
    ) -> Option<Self> {
        let path = plain_path(operation);
        let life = contract.lifecycle_at(path)?;
        let is_life = [
            Some(life.create),
            life.list,
            life.read,
            life.patch,
            life.replace,
            life.delete,
        ];
        if !is_life
            .into_iter()
            .flatten()
            .any(|it| it.id == operation.id)
        {
            return None;
        }
        let base = contract.base(operation, site).ok()?.url;
        let url = without_query(&request.url).trim_end_matches('/');
        let is_item = life.item == path;
        let collection = if is_item {
            url.rsplit_once('/')?.0
        } else {
            url
        };
        Some(Self {
            contract,
            life,
            collection: collection.to_owned(),
            item: is_item.then(|| url.to_owned()),
            base,
            headers: request.headers.clone(),
            variation: None,
        })
    }

    /// The same, asked for after a variation of that name.
    pub(super) fn after(self, variation: &str) -> Self {
        Self {
            variation: Some(variation.to_owned()),
            ..self
        }
    }

    /// The same, with the name that an answer gave to what was made. Where its body and its `Location` name
    /// two things, nobody knows which one was made.
    pub(super) fn named(mut self, exchange: &Exchange, answered: Option<&Value>) -> Self {
        let read = self.life.read.or(self.life.delete);
        if let (None, Some(read)) = (&self.item, read) {
            let by_name = (read, self.life.variable);
            let told = named_below(exchange, answered, by_name, &self.base);
            let place = located(exchange, read, &self.base);
            let has_place = exchange.response.headers.contains("location");
            let target = match (told, place) {
                (Some(told), Some(place)) => (told == place).then_some(told),
                (Some(told), None) => (!has_place).then_some(told),
                (None, place) => place,
            };
            self.item = target.map(|it| format!("{}{it}", self.base));
        }
        self
    }

    /// Its name: the end of its URL, decoded.
    pub(super) fn name(&self) -> Option<String> {
        let (_, last) = self.item.as_ref()?.rsplit_once('/')?;
        let name = percent_encoding::percent_decode_str(last)
            .decode_utf8()
            .ok()?;
        Some(name.into_owned())
    }

    /// Whether a value, such as an element of a list, is this thing, by its name.
    pub(super) fn is_in(&self, value: &Value) -> bool {
        let names = names_of_identifier(self.life.variable);
        self.name()
            .is_some_and(|name| holds_name(value, &names, &name))
    }

    /// The name that a value gives to itself, by the name of the path's variable.
    pub(super) fn own_name(&self, value: &Value) -> Option<String> {
        let variable = self.life.variable.to_ascii_lowercase();
        let names = names_of_identifier(self.life.variable).into_iter();
        let mut own = names.filter(|it| variable.ends_with(&it.to_ascii_lowercase()));
        own.find_map(|name| text_of(value.get(&name)?))
    }

    /// What clients can write of it.
    pub(super) fn writable(&self) -> Writable<'c> {
        let life = &self.life;
        let writing = [Some(life.create), life.replace, life.patch];
        Writable::of(self.contract, writing.into_iter().flatten())
    }

    /// A request to a URL, with the header fields of the step's that the operation declares, too.
    pub(super) fn probe<'p>(
        &'p self,
        check: &'static Check,
        operation: &'p Operation,
        url: impl Into<String>,
    ) -> Probe<'p> {
        let mut probe = Probe::plain(check, (self.contract, operation), url);
        probe.name.clone_from(&self.variation);
        for field in &self.headers {
            if operation
                .parameter(&field.name, ParameterPlace::Header)
                .is_some()
            {
                probe.headers.push(field.name.as_str(), field.value.clone());
            }
        }
        probe
    }

    /// Reads the thing, where the contract has an operation for that. That it is not there is an answer,
    /// whether it is documented or not.
    pub(super) async fn read(
        &self,
        check: &'static Check,
        asker: &mut Asker<'_>,
    ) -> Option<Answer> {
        let read = self.life.read.filter(|it| is_plain(it))?;
        let url = self.item.clone()?;
        let probe = self.probe(check, read, url).unjudged();
        let answer = asker.ask(probe).await.ok()?;
        if !answer.is_gone() {
            asker.judge(&answer);
        }
        Some(answer)
    }

    /// Reads the list.
    pub(super) async fn list(
        &self,
        check: &'static Check,
        asker: &mut Asker<'_>,
    ) -> Option<Answer> {
        let list = self.life.list.filter(|it| is_plain(it))?;
        let url = self.collection.clone();
        asker.ask(self.probe(check, list, url)).await.ok()
    }

    /// Reads both.
    pub(super) async fn look(&self, check: &'static Check, asker: &mut Asker<'_>) -> Reading {
        Reading {
            item: self.read(check, asker).await,
            list: self.list(check, asker).await,
        }
    }
}

/// A text or a number as a name.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn holds_name(value: &Value, names: &[String], name: &str) -> bool {
    let is_it = |it: &Value| {
        let mut own = names.iter().filter_map(|key| it.get(key));
        own.any(|it| text_of(it).as_deref() == Some(name))
    };
    let mut wrapped = WRAPPERS.iter().filter_map(|it| value.get(it));
    is_it(value) || wrapped.any(is_it)
}
