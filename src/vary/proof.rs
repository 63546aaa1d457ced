//! Whether a variation is what it is said to be, as its bytes are.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::Value;

use super::{Candidate, Edit, Expect, Place, Variation};
use crate::contract::{
    Contract, Intent, Operation, ParameterPlace, Reading, RequestBreach, RequestPart, RequestRule,
    SentBody, breaches,
};
use crate::http::{MediaType, Request};
use crate::json::{Pointer, array_index};
use crate::xml;

/// What is varied, and against what.
pub(super) struct Ground<'c> {
    pub(super) contract: &'c Contract,
    pub(super) operation: &'c Operation,
    /// The request that is varied.
    pub(super) request: &'c Request,
    /// The value that its body is; none when it is no JSON and no form.
    pub(super) body: Option<Value>,
    /// Its parameters.
    pub(super) arguments: Vec<(String, ParameterPlace, Value)>,
}

impl<'c> Ground<'c> {
    /// A request to be varied against an operation of a contract.
    pub(super) fn new(
        (contract, operation): (&'c Contract, &'c Operation),
        request: &'c Request,
    ) -> Self {
        Self {
            contract,
            operation,
            request,
            body: read_body((contract, operation), request),
            arguments: Reading::new(contract).arguments(operation, request),
        }
    }

    /// Where a request breaks the contract, as its bytes are.
    pub(super) fn breaches(&self, request: &Request) -> Vec<RequestBreach> {
        let arguments = Reading::new(self.contract).arguments(self.operation, request);
        let content_type = request.headers.first("content-type").unwrap_or_default();
        let value = self.body_of(request);
        let body = (!request.body.is_empty()).then_some(SentBody {
            content_type: &content_type,
            bytes: &request.body,
            value: value.as_deref(),
        });
        let mut found = breaches(&Intent {
            contract: self.contract,
            operation: self.operation,
            arguments: &arguments,
            body,
            read_xml,
        });
        // A hole that shares its segment with others is not read, and is filled all the same.
        found.retain(|it| {
            let is_in_path = matches!(it.part, RequestPart::Parameter(ParameterPlace::Path, _));
            !(is_in_path && it.rule == RequestRule::Present)
        });
        found
    }

    /// The value that the body of a variation is; that of the request itself is known.
    fn body_of(&self, request: &Request) -> Option<Cow<'_, Value>> {
        let is_same = request.body == self.request.body
            && request.headers.first("content-type") == self.request.headers.first("content-type");
        if is_same {
            return self.body.as_ref().map(Cow::Borrowed);
        }
        read_body((self.contract, self.operation), request).map(Cow::Owned)
    }

    /// The variation that a candidate is; none where none of its edits can be proven.
    pub(super) fn prove(&self, candidate: Candidate) -> Option<Variation> {
        let Candidate {
            kind,
            place,
            root,
            edits,
            rules,
        } = candidate;
        let mut second: Option<(Request, RequestBreach)> = None;
        for edit in edits {
            let Some(changed) = self.changed((&place, root.as_deref()), edit) else {
                continue;
            };
            let found = self.breaches(&changed);
            if kind.expect() == Expect::Accepted {
                if found.is_empty() {
                    return Some(variation(kind, place, changed, None));
                }
                continue;
            }
            let is_meant = |it: &&RequestBreach| rules.contains(&it.rule) && is_at(&place, it);
            let Some(breach) = found.iter().find(is_meant) else {
                continue;
            };
            // One that breaks nothing else shows more.
            if found.iter().all(|it| it.rule == breach.rule) {
                return Some(variation(kind, place, changed, Some(breach)));
            }
            second.get_or_insert((changed, breach.clone()));
        }
        let (changed, breach) = second?;
        Some(variation(kind, place, changed, Some(&breach)))
    }

    /// The request after an edit.
    fn changed(&self, (place, root): (&Place, Option<&Value>), edit: Edit) -> Option<Request> {
        let request = self.request;
        let with_body = |body: Bytes| Request {
            body,
            ..request.clone()
        };
        let root = match edit {
            Edit::Bytes(body) => return Some(with_body(body.into())),
            Edit::MediaType(name) => {
                let mut changed = request.clone();
                changed.headers.set("content-type", name);
                return Some(changed);
            }
            Edit::Drop if place.pointer.is_root() => None,
            Edit::Drop => {
                let mut root = root?.clone();
                remove(&mut root, &place.pointer)?;
                Some(root)
            }
            Edit::Put(value) => {
                let mut root = root?.clone();
                place.pointer.set(&mut root, value).ok()?;
                Some(root)
            }
        };
        self.with(&place.part, (self.value(&place.part), root.as_ref()))
    }

    /// The value of a part of the request.
    pub(super) fn value(&self, part: &RequestPart) -> Option<&Value> {
        match part {
            RequestPart::Body => self.body.as_ref(),
            RequestPart::Parameter(place, name) => {
                let mut arguments = self.arguments.iter();
                let found = arguments.find(|(it, at, _)| it == name && at == place);
                found.map(|(_, _, value)| value)
            }
        }
    }

    /// Whether a request shows what a variation shows: it breaks the same rule at the same place, or none,
    /// and nothing that the variation does not break.
    pub(super) fn still_shows(&self, request: &Request, variation: &Variation) -> bool {
        let found = self.breaches(request);
        let Some(rule) = &variation.rule else {
            return found.is_empty();
        };
        let known = self.breaches(&variation.request);
        let is_known = |it: &RequestBreach| {
            let mut known = known.iter();
            known.any(|other| {
                (&other.part, &other.pointer, &other.rule) == (&it.part, &it.pointer, &it.rule)
            })
        };
        let is_meant = |it: &RequestBreach| it.rule == *rule && is_at(&variation.place, it);
        found.iter().any(is_meant) && found.iter().all(is_known)
    }
}

/// The value that a body is; none when it is no JSON and no form.
fn read_body((contract, operation): (&Contract, &Operation), request: &Request) -> Option<Value> {
    let media_type = media_type(request)?;
    if media_type.is_json() {
        return serde_json::from_slice(&request.body).ok();
    }
    let documented = operation.request_body.as_ref()?;
    let schema = documented.content_for(&media_type)?.schema.as_ref()?;
    Reading::new(contract).sent_form(&media_type, &request.body, schema)
}

/// The media type of the body.
pub(super) fn media_type(request: &Request) -> Option<MediaType> {
    let content_type = request.headers.first("content-type")?;
    MediaType::parse(&content_type).ok()
}

/// Whether a breach is at a place: there, or at the object that lacks it or has it too much.
fn is_at(place: &Place, breach: &RequestBreach) -> bool {
    let is_around = || place.pointer.parent().as_ref() == Some(&breach.pointer);
    let is_of_object = matches!(
        &breach.rule,
        RequestRule::Keyword(it) if matches!(it.as_str(), "required" | "additionalProperties" | "unevaluatedProperties" | "false")
    );
    breach.part == place.part && (breach.pointer == place.pointer || is_of_object && is_around())
}

fn variation(
    kind: super::Kind,
    place: Place,
    request: Request,
    breach: Option<&RequestBreach>,
) -> Variation {
    let why = match breach {
        Some(breach) => format!("{}: the contract asks for {}", kind.told(), breach.expected),
        None => format!("{}, as the contract allows", kind.told()),
    };
    let contract = breach.map_or(place.contract, |it| it.contract_place.clone());
    let place = Place { contract, ..place };
    Variation {
        name: format!("{kind}:{}", place.name()),
        kind,
        place,
        request,
        why,
        rule: breach.map(|it| it.rule.clone()),
    }
}

/// Takes a member or an element away; none where it is not there.
pub(super) fn remove(root: &mut Value, pointer: &Pointer) -> Option<Value> {
    let (parent, token) = (pointer.parent()?, pointer.last()?.into_owned());
    match root.pointer_mut(parent.as_str())? {
        Value::Object(members) => members.shift_remove(&token),
        Value::Array(items) => {
            let index = array_index(&token).filter(|it| *it < items.len())?;
            Some(items.remove(index))
        }
        _ => None,
    }
}

/// The document that a body is; what is in another charset than UTF-8 is not read.
fn read_xml(_: &MediaType, bytes: &[u8]) -> Result<xml::Element, String> {
    let text = std::str::from_utf8(bytes).map_err(|why| why.to_string())?;
    xml::parse(text).map_err(|why| why.to_string())
}
