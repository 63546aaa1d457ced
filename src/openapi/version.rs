//! Which versions of OpenAPI are read, and what the others are told.

use crate::problem::{Node, Problem, ProblemCode};

/// A version of OpenAPI that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// 3.1: its schemas are JSON Schema 2020-12.
    V3_1,
}

/// Reads the version of a document.
pub(super) fn read(root: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Version> {
    if let Some(swagger) = root.get("swagger") {
        problems.push(
            swagger
                .problem(ProblemCode::Unsupported, "this is a Swagger 2.0 document")
                .with_help("convert it to OpenAPI 3.1, for instance with swagger2openapi"),
        );
        return None;
    }
    let field = root.require("openapi", problems)?;
    let text = field.text(problems)?;
    let mut parts = text.split('.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("3"), Some("1"), Some(_)) => Some(Version::V3_1),
        (Some("3"), Some("0" | "2"), Some(_)) => {
            let message = format!("OpenAPI {text} is not supported yet");
            problems.push(
                field
                    .problem(ProblemCode::Unsupported, message)
                    .with_help("write the document in OpenAPI 3.1"),
            );
            None
        }
        _ => {
            let message = format!("`{text}` is no version of OpenAPI");
            problems.push(
                field
                    .problem(ProblemCode::InvalidValue, message)
                    .with_help("write `openapi: 3.1.1`"),
            );
            None
        }
    }
}
