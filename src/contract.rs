//! The Contract: what an API promises, whatever version of whatever language said it.
//!
//! It is plain data with the place of everything kept. Languages are lowered into it (`openapi`);
//! nobody above it knows in which language the promise was written.

mod base;
mod conformance;
pub mod export;
mod files;
mod judge;
mod lifecycle;
mod model;
mod outline;
mod reading;
pub mod serialize;
mod shared;
mod status;
mod template;
mod token;
mod xml;

pub use base::{Base, Unplaced, names_server};
pub use conformance::{
    Intent, ReadXml, RequestBreach, RequestPart, RequestRule, SentBody, breaches,
};
pub use export::{Bundle, Direction};
pub use files::{SchemaFile, files};
pub use judge::{Judge, Judged, Judgement};
pub use lifecycle::{Lifecycle, Removal, names_of_identifier, plain_path};
pub use model::{
    Contract, Encoding, FormStyle, Header, Link, MediaContent, Operation, Parameter,
    ParameterPlace, RequestBody, Response, SchemaUse, Server, Style,
};
pub use outline::{Miss, Outline, Spot, Types};
pub use reading::Reading;
pub(crate) use shared::{REFERENCE_CHAIN_MAX, Shared};
pub use status::StatusPattern;
pub use template::{PathTemplate, Segment};
pub use token::TokenScheme;
pub use xml::XmlMapping;

#[cfg(test)]
mod tests;
