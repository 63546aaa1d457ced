//! A document as the value that its schema describes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Misfit;
use super::lexical;
use super::shape::{Names, Node, Shape, Shapes};
use crate::json::Pointer;
use crate::schema::VIOLATIONS_MAX;
use crate::xml::{Content, Element, INSTANCE_NAMESPACE, Name, XML_NAMESPACE, is_blank};

/// How deep schemas without an element of their own may stand within one another.
const BARE_DEPTH_MAX: usize = 32;
/// How much of a text is shown.
const SHOWN_MAX: usize = 40;

/// The value of a document, and what it does not say.
pub(super) fn root<'c>(
    shapes: Shapes<'c>,
    element: &Element,
    shape: &Shape<'c>,
) -> (Value, Vec<Misfit>) {
    let mut reader = Reader {
        shapes,
        misfits: Vec::new(),
    };
    let names = shapes.names(shape, None);
    if !names.fit(&element.name, None) {
        let expected = names.list.join(" or ");
        let within = names.namespace.as_deref();
        let expected = shown(&expected, within);
        let actual = shown(&element.name.local, element.name.namespace.as_deref());
        let message = format!("the root element is {actual}");
        reader.tell(&Pointer::root(), &message, expected, actual);
    }
    let value = reader.element(element, shape, &Pointer::root());
    (value, reader.misfits)
}

struct Reader<'c> {
    shapes: Shapes<'c>,
    misfits: Vec<Misfit>,
}

/// What of an element has found its place.
struct Taken {
    attributes: Vec<bool>,
    content: Vec<bool>,
    text: bool,
}

/// What nobody declared: its name, its kind of node, its values.
type Other<'e> = (&'e Name, &'static str, Vec<Value>);

impl<'c> Reader<'c> {
    fn tell(&mut self, place: &Pointer, message: &str, expected: String, actual: String) {
        if self.misfits.len() < VIOLATIONS_MAX {
            self.misfits.push(Misfit {
                place: place.clone(),
                undeclared: None,
                expected,
                actual,
                message: message.to_owned(),
            });
        }
    }

    /// The value of an element. Its depth has been bounded where it was parsed.
    fn element(&mut self, element: &Element, shape: &Shape<'c>, place: &Pointer) -> Value {
        if element.is_nil() {
            if !element.content.is_empty() {
                let message = "an element that `xsi:nil` calls null is not empty";
                self.tell(
                    place,
                    message,
                    "an empty element".to_owned(),
                    "content".to_owned(),
                );
            }
            return Value::Null;
        }
        let types = self.shapes.types(shape);
        let is_scalar = ["string", "integer", "number", "boolean"];
        let is_scalar = is_scalar.iter().any(|it| types.contains(it));
        let holds_elements = element.elements().next().is_some();
        let holds_data =
            holds_elements || element.attributes.iter().any(|it| is_no_word_of_xml(&it.0));
        if self.shapes.is_list(shape) && (holds_elements || !is_scalar) {
            return self.list(element, shape, place);
        }
        if self.shapes.is_object(shape) && (holds_data || !is_scalar) || holds_elements {
            return self.object(element, shape, place);
        }
        if !shape.is_empty() {
            self.undeclared_attributes(element, place);
        }
        self.scalar(&element.text(), shape)
    }

    /// A text as what it spells where its schema names a type, or lists what it may be.
    fn scalar(&self, text: &str, shape: &Shape<'c>) -> Value {
        let types = self.shapes.types(shape);
        let string = || Value::String(text.to_owned());
        let spelt = || serde_json::from_str::<Value>(text.trim()).ok();
        if types.is_empty() {
            let listed = self.shapes.listed(shape);
            let is_text = listed.iter().any(|it| it.as_str() == Some(text));
            let spelt = spelt().filter(|it| !is_text && listed.contains(&it));
            return spelt.unwrap_or_else(string);
        }
        if types.contains("string") {
            return string();
        }
        let is_number = types.contains("integer") || types.contains("number");
        let is_boolean = types.contains("boolean");
        let fits = |it: &Value| it.is_number() && is_number || it.is_boolean() && is_boolean;
        let number = || lexical::number(text.trim()).filter(|_| is_number);
        let boolean = || lexical::boolean(text.trim()).filter(|_| is_boolean);
        let read = spelt().filter(fits).or_else(number).or_else(boolean);
        read.unwrap_or_else(string)
    }

    fn list(&mut self, element: &Element, shape: &Shape<'c>, place: &Pointer) -> Value {
        self.undeclared_attributes(element, place);
        self.stray_text(element, place);
        let mut items = Vec::new();
        for inner in element.elements() {
            let item = self.shapes.item(shape, items.len());
            let names = self.shapes.names(&item, Some(&element.name.local));
            if names.fit(&inner.name, Some(element)) {
                let place = place.index(items.len());
                items.push(self.element(inner, &item, &place));
            } else {
                let actual = shown(&inner.name.local, inner.name.namespace.as_deref());
                let message = format!("{actual} is no item of this list");
                let expected = shown(&names.list.join(" or "), names.namespace.as_deref());
                self.tell(place, &message, expected, actual);
            }
        }
        Value::Array(items)
    }

    fn object(&mut self, element: &Element, shape: &Shape<'c>, place: &Pointer) -> Value {
        let mut taken = Taken {
            attributes: element
                .attributes
                .iter()
                .map(|it| !is_no_word_of_xml(&it.0))
                .collect(),
            content: element.content.iter().map(is_text).collect(),
            text: false,
        };
        let mut members = Map::new();
        self.members(element, shape, place, (&mut taken, &mut members, 0));
        let others = self.others(element, shape, place, &taken);
        self.keep_others(others, shape, place, &mut members);
        if !taken.text && self.shapes.is_object(shape) {
            self.stray_text(element, place);
        }
        Value::Object(members)
    }

    /// The declared members that stand in an element.
    fn members(
        &mut self,
        element: &Element,
        shape: &Shape<'c>,
        place: &Pointer,
        (taken, members, depth): (&mut Taken, &mut Map<String, Value>, usize),
    ) {
        for (name, property) in self.shapes.properties(shape) {
            let place = place.join(name);
            let required = self.shapes.requires(shape, name);
            let names = self.shapes.names(&property, Some(name));
            let value = match self.shapes.node(&property) {
                Node::Attribute => self.attribute(element, &property, &names, taken),
                node @ (Node::Text | Node::CData) => {
                    taken.text = true;
                    let text = content(element, node);
                    let is_there = required || !text.is_empty();
                    is_there.then(|| self.scalar(&text, &property))
                }
                Node::None if self.shapes.is_list(&property) => {
                    let items = self.bare_list(element, (&property, name), &place, taken);
                    // A list without items is not there, and is a list all the same.
                    (required || !items.is_empty()).then_some(Value::Array(items))
                }
                Node::None if depth < BARE_DEPTH_MAX => {
                    let mut inner = Map::new();
                    let into = (&mut *taken, &mut inner, depth + 1);
                    self.members(element, &property, &place, into);
                    (required || !inner.is_empty()).then_some(Value::Object(inner))
                }
                Node::None | Node::Element => self.single(element, &property, &place, taken),
            };
            members.extend(value.map(|it| (name.to_owned(), it)));
        }
    }

    /// An attribute. One that is not there is null, where it may be.
    fn attribute(
        &mut self,
        element: &Element,
        shape: &Shape<'c>,
        names: &Names,
        taken: &mut Taken,
    ) -> Option<Value> {
        let mut attributes = element.attributes.iter().enumerate();
        let found =
            attributes.find(|(at, (name, _))| !taken.attributes[*at] && names.fit(name, None));
        match found {
            Some((at, (_, text))) => {
                taken.attributes[at] = true;
                Some(self.scalar(text, shape))
            }
            None => self
                .shapes
                .types(shape)
                .contains("null")
                .then_some(Value::Null),
        }
    }

    /// The one element of a property.
    fn single(
        &mut self,
        element: &Element,
        shape: &Shape<'c>,
        place: &Pointer,
        taken: &mut Taken,
    ) -> Option<Value> {
        let name = place.last().unwrap_or_default();
        let names = self.shapes.names(shape, Some(&name));
        let mut found = Vec::new();
        for (at, inner) in free(element, taken) {
            if names.fit(&inner.name, Some(element)) {
                found.push((at, inner));
            }
        }
        for (at, _) in &found {
            taken.content[*at] = true;
        }
        if let [_, _, ..] = found.as_slice() {
            let count = found.len();
            let message = format!("the element `{name}` stands here {count} times, and is no list");
            self.tell(
                place,
                &message,
                "one element".to_owned(),
                format!("{count} elements"),
            );
        }
        let (_, inner) = found.first()?;
        Some(self.element(inner, shape, place))
    }

    /// The items of a list that has no element of its own.
    fn bare_list(
        &mut self,
        element: &Element,
        (shape, name): (&Shape<'c>, &str),
        place: &Pointer,
        taken: &mut Taken,
    ) -> Vec<Value> {
        let mut items = Vec::new();
        for (at, inner) in free(element, taken) {
            let item = self.shapes.item(shape, items.len());
            let names = self.shapes.names(&item, Some(name));
            if names.fit(&inner.name, Some(element)) {
                taken.content[at] = true;
                let place = place.index(items.len());
                items.push(self.element(inner, &item, &place));
            }
        }
        items
    }

    /// What nobody declared: each name with its kind of node and its values.
    fn others<'e>(
        &mut self,
        element: &'e Element,
        shape: &Shape<'c>,
        place: &Pointer,
        taken: &Taken,
    ) -> Vec<Other<'e>> {
        let shape = self.shapes.others(shape);
        let mut found: Vec<Other<'_>> = Vec::new();
        for (at, (name, text)) in element.attributes.iter().enumerate() {
            if !taken.attributes[at] {
                found.push((name, "attribute", vec![self.scalar(text, &shape)]));
            }
        }
        let mut elements: BTreeMap<&Name, usize> = BTreeMap::new();
        for (_, inner) in free(element, taken) {
            let value = self.element(inner, &shape, &place.join(&inner.name.local));
            match elements.get(&inner.name) {
                Some(at) => found[*at].2.push(value),
                None => {
                    elements.insert(&inner.name, found.len());
                    found.push((&inner.name, "element", vec![value]));
                }
            }
        }
        found
    }

    /// Puts what nobody declared under its own name, unless that is the name of something else.
    fn keep_others(
        &mut self,
        others: Vec<Other<'_>>,
        shape: &Shape<'c>,
        place: &Pointer,
        members: &mut Map<String, Value>,
    ) {
        let declared = self.shapes.properties(shape);
        for (name, kind, mut values) in others {
            let local = &name.local;
            let is_declared = declared.iter().any(|(it, _)| it == local);
            if is_declared || members.contains_key(local) {
                let actual = shown(local, name.namespace.as_deref());
                let message = format!("the {kind} {actual} is not what the contract calls so");
                let expected =
                    "the name, the namespace and the kind of node that the contract says";
                let actual = format!("the {kind} {actual}");
                self.tell(place, &message, expected.to_owned(), actual);
                continue;
            }
            let value = match values.len() {
                1 => values.remove(0),
                _ => Value::Array(values),
            };
            members.insert(local.clone(), value);
        }
    }

    fn undeclared_attributes(&mut self, element: &Element, place: &Pointer) {
        for (name, _) in element
            .attributes
            .iter()
            .filter(|it| is_no_word_of_xml(&it.0))
        {
            if self.misfits.len() < VIOLATIONS_MAX {
                self.misfits.push(Misfit {
                    place: place.clone(),
                    undeclared: Some(name.local.clone()),
                    expected: "no attribute".to_owned(),
                    actual: format!("the attribute `{}`", name.local),
                    message: format!("the attribute `{}` is not declared", name.local),
                });
            }
        }
    }

    fn stray_text(&mut self, element: &Element, place: &Pointer) {
        let text = element.text();
        if is_blank(&text) {
            return;
        }
        let start: String = text.trim().chars().take(SHOWN_MAX).collect();
        let message = "there is text where the contract has only elements";
        self.tell(
            place,
            message,
            "elements".to_owned(),
            format!("text {start:?}"),
        );
    }
}

/// The elements that have not found their place.
fn free<'e>(element: &'e Element, taken: &Taken) -> Vec<(usize, &'e Element)> {
    let all = element.content.iter().enumerate();
    let free = all.filter(|(at, _)| !taken.content[*at]);
    free.filter_map(|(at, it)| match it {
        Content::Element(inner) => Some((at, inner)),
        Content::Text(_) | Content::CData(_) => None,
    })
    .collect()
}

/// The text of an element that has elements or attributes, too. What stands around a CDATA section is
/// for the eye, and so is what stands between elements.
fn content(element: &Element, node: Node) -> String {
    let text = element.text();
    let for_the_eye = node == Node::CData || element.elements().next().is_some();
    if for_the_eye {
        text.trim_matches([' ', '\t', '\r', '\n']).to_owned()
    } else {
        text
    }
}

fn is_text(content: &Content) -> bool {
    matches!(content, Content::Text(_) | Content::CData(_))
}

/// Whether an attribute is data, and no word of XML itself.
fn is_no_word_of_xml(name: &Name) -> bool {
    let of_xml = [INSTANCE_NAMESPACE, XML_NAMESPACE];
    let namespace = name.namespace.as_deref();
    !namespace.is_some_and(|it| of_xml.contains(&it))
}

fn shown(name: &str, namespace: Option<&str>) -> String {
    let name = match name {
        "" => "any name".to_owned(),
        name => format!("`{name}`"),
    };
    match namespace {
        Some(namespace) => format!("{name} in the namespace `{namespace}`"),
        None => name,
    }
}
