//! Which versions of OpenAPI are read, and what the others are told.

use serde_json::Value;

use crate::problem::{Node, Problem, ProblemCode};

/// A version of OpenAPI that is read. Patch releases change no meaning (`OpenAPI 3.1 §4.1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Version {
    /// 3.0: its schemas are a dialect of its own.
    V3_0,
    /// 3.1: its schemas are JSON Schema 2020-12.
    V3_1,
    /// 3.2: 3.1 with more methods, places of parameters, and streams.
    V3_2,
}

impl Version {
    /// Its number, without that of the patch.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::V3_0 => "3.0",
            Self::V3_1 => "3.1",
            Self::V3_2 => "3.2",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (major, minor, patch) = (parts.next()?, parts.next()?, parts.next()?);
        let is_number = !patch.is_empty() && patch.starts_with(|it: char| it.is_ascii_digit());
        match (major, minor) {
            _ if !is_number => None,
            ("3", "0") => Some(Self::V3_0),
            ("3", "1") => Some(Self::V3_1),
            ("3", "2") => Some(Self::V3_2),
            _ => None,
        }
    }

    /// The version that a document says it is of; none when it is no whole OpenAPI document.
    pub(super) fn of(root: &Value) -> Option<Self> {
        root.get("openapi")?.as_str().and_then(Self::parse)
    }
}

/// Reads the version of a document.
pub(super) fn read(root: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Version> {
    if let Some(swagger) = root.get("swagger") {
        problems.push(
            swagger
                .problem(ProblemCode::Unsupported, "this is a Swagger 2.0 document")
                .with_help("convert it to OpenAPI 3, for instance with `npx swagger2openapi`, and keep the result here"),
        );
        return None;
    }
    let field = root.require("openapi", problems)?;
    let text = field.text(problems)?;
    let version = Version::parse(text);
    if version.is_none() {
        let problem = match text.split_once('.') {
            Some(("3", minor)) if minor.starts_with(|it: char| it.is_ascii_digit()) => {
                let message = format!("OpenAPI `{text}` is not read");
                field.problem(ProblemCode::Unsupported, message)
            }
            _ => {
                let message = format!("`{text}` is no version of OpenAPI");
                field.problem(ProblemCode::InvalidValue, message)
            }
        };
        problems.push(
            problem.with_help("write a whole version of 3.0, 3.1 or 3.2, such as `openapi: 3.1.1`"),
        );
    }
    version
}
