//! XML as the values that schemas describe, and back, by the `xml` objects of the schemas.
//!
//! An element is what its schema makes of it: an object of its attributes and elements, a list, or a
//! text that is read as the type that the schema names, as JSON spells it or as XML Schema does. Names are those of `xml.name`, else of the
//! property, of the component that a reference names, or of the list around. What is there and nobody
//! declared is kept under its name, so that it is told like an undeclared field of JSON; what no value
//! can say (a wrong root, a text between elements) is a violation by itself. Attributes of the
//! namespaces `xml` and `xsi` belong to XML and are no data.
//!
//! Sources: `OpenAPI 3.1 §4.8.26`, `OpenAPI 3.2 §4.26`. A property that refers to a component has the
//! name of either: the versions differ, and so do those who write XML.

mod faults;
mod lexical;
mod read;
mod shape;
mod write;

use serde_json::Value;

use super::{Contract, Judged, Judgement, Reading, SchemaUse};
use crate::json::Pointer;
use crate::schema::Violation;
use crate::xml::{self, Element};
use shape::Shapes;

/// Turns XML to values and back by the schemas of a contract.
#[derive(Debug, Clone, Copy)]
pub struct XmlMapping<'c> {
    contract: &'c Contract,
}

/// Something of a document that no value says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Misfit {
    /// The place of the value that it belongs to.
    place: Pointer,
    /// The name, when all that is wrong is that nobody declared it.
    undeclared: Option<String>,
    expected: String,
    actual: String,
    message: String,
}

impl<'c> XmlMapping<'c> {
    /// Maps by the schemas of this contract.
    pub fn new(contract: &'c Contract) -> Self {
        Self { contract }
    }

    /// Whether a schema describes what is in the document. A bare text is the document itself.
    pub fn describes(self, schema: &SchemaUse) -> bool {
        let is_text = Reading::new(self.contract).names_type(schema, "string");
        let shapes = Shapes::new(self.contract);
        !is_text || !shapes.names(&shapes.of(schema), None).list.is_empty()
    }

    /// What in a schema cannot be mapped, with the places in the contract.
    pub fn faults(self, schema: &SchemaUse) -> Vec<(Pointer, String)> {
        faults::find(self.contract.document(), &schema.pointer)
    }

    /// The properties of a schema that have no name in XML, with the places in the contract.
    pub fn unnamed(self, schema: &SchemaUse) -> Vec<(Pointer, String)> {
        let shapes = Shapes::new(self.contract);
        faults::unnamed(shapes, self.contract.document(), &schema.pointer)
    }

    /// What is wrong with a document.
    pub fn examine(self, root: &Element, schema: &SchemaUse) -> Judgement {
        let Ok(judge) = schema.judge(self.contract) else {
            return Judgement::default();
        };
        let shapes = Shapes::new(self.contract);
        let (value, misfits) = read::root(shapes, root, &shapes.of(schema));
        let mut judgement = judge.examine(&value);
        for misfit in misfits {
            let list = match misfit.undeclared {
                Some(_) => &mut judgement.undeclared,
                None => &mut judgement.violations,
            };
            list.push(misfit.judged(&schema.pointer));
        }
        judgement
    }

    /// The value that a document is.
    pub fn value(self, root: &Element, schema: &SchemaUse) -> Value {
        let shapes = Shapes::new(self.contract);
        read::root(shapes, root, &shapes.of(schema)).0
    }

    /// A value as the text of a document.
    ///
    /// # Errors
    /// With what it is that cannot be written.
    pub fn write(self, value: &Value, schema: &SchemaUse) -> Result<String, String> {
        let shapes = Shapes::new(self.contract);
        xml::write(&write::root(shapes, value, &shapes.of(schema))?)
    }
}

impl Misfit {
    fn judged(self, schema: &Pointer) -> Judged {
        Judged {
            violation: Violation {
                instance: self.place,
                keyword: Pointer::root(),
                keyword_name: "xml".to_owned(),
                expected: self.expected,
                actual: self.actual,
                message: self.message,
                property: self.undeclared,
            },
            place: schema.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
