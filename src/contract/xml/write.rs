//! A value as the document that its schema describes.

use serde_json::{Map, Value};

use super::shape::{Names, Node, Shape, Shapes};
use crate::xml::{Content, DEPTH_MAX, Element, INSTANCE_NAMESPACE, Name};

/// The document of a value.
///
/// # Errors
/// With what it is that cannot be written.
pub(super) fn root<'c>(
    shapes: Shapes<'c>,
    value: &Value,
    shape: &Shape<'c>,
) -> Result<Element, String> {
    let names = shapes.names(shape, None);
    let local = match names.list.as_slice() {
        [only] => only.clone(),
        [] => return Err("the contract gives the root element no name".to_owned()),
        several => {
            let list = several.join(", ");
            return Err(format!("the root element may be one of {list}"));
        }
    };
    let mut element = Element::new(named(&names, &local, None)?);
    Writer { shapes }.fill(&mut element, value, shape, 0)?;
    Ok(element)
}

struct Writer<'c> {
    shapes: Shapes<'c>,
}

impl<'c> Writer<'c> {
    /// Puts a value into its element.
    fn fill(
        &self,
        element: &mut Element,
        value: &Value,
        shape: &Shape<'c>,
        depth: usize,
    ) -> Result<(), String> {
        if depth > DEPTH_MAX {
            return Err(format!("the value nests deeper than {DEPTH_MAX}"));
        }
        match value {
            Value::Null => {
                let nil = Name {
                    namespace: Some(INSTANCE_NAMESPACE.to_owned()),
                    prefix: Some("xsi".to_owned()),
                    local: "nil".to_owned(),
                };
                element.attributes.push((nil, "true".to_owned()));
            }
            Value::Array(items) => {
                let name = element.name.local.clone();
                self.items(element, items, (shape, &name), depth)?;
            }
            Value::Object(members) => self.members(element, members, shape, depth)?,
            scalar => element.content.extend(text(scalar).map(Content::Text)),
        }
        Ok(())
    }

    /// Puts the items of a list into an element, each as one of its own.
    fn items(
        &self,
        element: &mut Element,
        items: &[Value],
        (shape, name): (&Shape<'c>, &str),
        depth: usize,
    ) -> Result<(), String> {
        let is_list = self.shapes.is_list(shape);
        for (index, item) in items.iter().enumerate() {
            let inner = if is_list {
                self.shapes.item(shape, index)
            } else {
                shape.clone()
            };
            self.child(element, item, (&inner, name), depth)?;
        }
        Ok(())
    }

    /// Puts a value into an element as an element of its own.
    fn child(
        &self,
        element: &mut Element,
        value: &Value,
        (shape, name): (&Shape<'c>, &str),
        depth: usize,
    ) -> Result<(), String> {
        let names = self.shapes.names(shape, Some(name));
        let local = names.list.first().map_or(name, String::as_str);
        let mut inner = Element::new(named(&names, local, Some(element))?);
        self.fill(&mut inner, value, shape, depth + 1)?;
        element.content.push(Content::Element(inner));
        Ok(())
    }

    fn members(
        &self,
        element: &mut Element,
        members: &Map<String, Value>,
        shape: &Shape<'c>,
        depth: usize,
    ) -> Result<(), String> {
        if depth > DEPTH_MAX {
            return Err(format!("the value nests deeper than {DEPTH_MAX}"));
        }
        let declared = self.shapes.properties(shape);
        let others = self.shapes.others(shape);
        for (name, value) in members {
            let known = declared.iter().find(|(it, _)| it == name);
            let shape = known.map_or(&others, |(_, shape)| shape);
            let is_list = self.shapes.is_list(shape);
            match (self.shapes.node(shape), value) {
                (Node::Attribute, value) => {
                    if let Some(text) = scalar(name, value)? {
                        let names = self.shapes.names(shape, Some(name));
                        let local = names.list.first().map_or(name.as_str(), String::as_str);
                        element.attributes.push((attribute(&names, local)?, text));
                    }
                }
                (Node::Text, value) => {
                    element
                        .content
                        .extend(scalar(name, value)?.map(Content::Text));
                }
                (Node::CData, value) => {
                    element
                        .content
                        .extend(scalar(name, value)?.map(Content::CData));
                }
                (Node::None, Value::Object(inner)) if !is_list => {
                    self.members(element, inner, shape, depth + 1)?;
                }
                (node, Value::Array(items)) if node == Node::None || !is_list => {
                    self.items(element, items, (shape, name), depth)?;
                }
                _ => self.child(element, value, (shape, name), depth)?,
            }
        }
        Ok(())
    }
}

/// A value as the text of an attribute or an element; null is none.
fn scalar(name: &str, value: &Value) -> Result<Option<String>, String> {
    match value {
        Value::Array(_) | Value::Object(_) => Err(format!(
            "`{name}` is a text in XML, and holds no list or object"
        )),
        value => Ok(text(value)),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The name of an element; without a namespace of its own it is in that of the element around, when
/// that is a default one.
fn named(names: &Names, local: &str, around: Option<&Element>) -> Result<Name, String> {
    let around = around.map(|it| &it.name).filter(|it| it.prefix.is_none());
    let inherited = around.and_then(|it| it.namespace.clone());
    match (&names.namespace, &names.prefix) {
        (None, Some(prefix)) => Err(unbound(local, prefix)),
        (Some(namespace), prefix) => Ok(Name {
            namespace: Some(namespace.clone()),
            prefix: prefix.clone(),
            local: local.to_owned(),
        }),
        (None, None) => Ok(Name {
            namespace: inherited,
            prefix: None,
            local: local.to_owned(),
        }),
    }
}

fn attribute(names: &Names, local: &str) -> Result<Name, String> {
    named(names, local, None)
}

fn unbound(local: &str, prefix: &str) -> String {
    format!("the contract gives `{local}` the prefix `{prefix}` and no namespace")
}
