//! The document as a whole (`OpenAPI 3.1 §4.8.1`).

use std::collections::BTreeMap;

use super::paths::Operations;
use super::reader::{Fields, Reader};
use super::security::Security;
use super::version::Version::{self, V3_0, V3_1, V3_2};
use super::{components, dynamic, link, schema, server};
use crate::contract::{Contract, Shared};
use crate::problem::{Node, Problem, ProblemCode};

const ROOT_FIELDS: &Fields = &[
    (
        V3_0,
        &[
            "openapi",
            "info",
            "servers",
            "paths",
            "components",
            "security",
            "tags",
            "externalDocs",
        ],
    ),
    (V3_1, &["jsonSchemaDialect", "webhooks"]),
    (V3_2, &["$self"]),
];
const ABOUT_FIELDS: &Fields = &[
    (
        V3_0,
        &[
            "title",
            "description",
            "termsOfService",
            "contact",
            "license",
            "version",
        ],
    ),
    (V3_1, &["summary"]),
];
const CONTACT_FIELDS: &Fields = &[(V3_0, &["name", "url", "email"])];
const LICENSE_FIELDS: &Fields = &[(V3_0, &["name", "url"]), (V3_1, &["identifier"])];
const TAG_FIELDS: &Fields = &[
    (V3_0, &["name", "description", "externalDocs"]),
    (V3_2, &["summary", "parent", "kind"]),
];

/// Lowers the documents of a library.
pub(super) fn lower(api: &str, reader: &mut Reader<'_>) -> Contract {
    let root = reader.root();
    reader.only(&root, ROOT_FIELDS);
    let (title, version) = about(&root, reader);
    tags(&root, reader);
    if let Some(field) = root.get("$self") {
        identity(&field, reader);
    }
    if let Some(dialect) = root.get("jsonSchemaDialect") {
        schema::check_dialect(&dialect, reader);
    }
    let servers = server::lower(&root, reader).unwrap_or_default();
    let schemas = components::schemas(&root, reader);
    let security = Security::lower(&root, reader);
    let mut operations = Operations::new(&security, &servers);
    operations.paths(&root, reader);
    operations.webhooks(&root, reader);
    components::check(&root, &mut operations, reader);
    link::bind_all(&mut operations, reader);
    let mut translated = reader.translated();
    let copies = translated.as_mut();
    let copies = copies.map_or_else(Vec::new, |it| dynamic::write_out(it, reader));
    Contract {
        api: api.to_owned(),
        title: title.unwrap_or(api).to_owned(),
        version: version.unwrap_or_default().to_owned(),
        source: reader.entry(),
        documents: reader.mounted(),
        translated,
        copies,
        operations: operations.list,
        security_schemes: security.schemes(reader),
        token_schemes: reader.tokens.values().cloned().collect(),
        servers,
        schemas,
        shared: Shared::default(),
    }
}

fn about<'a>(root: &Node<'a>, reader: &mut Reader<'a>) -> (Option<&'a str>, Option<&'a str>) {
    let Some(info) = root.require("info", &mut reader.problems) else {
        return (None, None);
    };
    reader.only(&info, ABOUT_FIELDS);
    let title = info.require_text("title", &mut reader.problems);
    let version = info.require_text("version", &mut reader.problems);
    if let Some(contact) = info.get("contact") {
        reader.only(&contact, CONTACT_FIELDS);
    }
    if let Some(license) = info.get("license") {
        check_license(&license, reader);
    }
    (title, version)
}

/// A license has a name, and is found in one way.
fn check_license<'a>(license: &Node<'a>, reader: &mut Reader<'a>) {
    reader.only(license, LICENSE_FIELDS);
    license.require_text("name", &mut reader.problems);
    if let (Some(_), Some(field)) = (license.get("identifier"), license.get("url")) {
        let message = "`identifier` and `url` exclude each other";
        let problem = field.problem(ProblemCode::InvalidValue, message);
        reader
            .problems
            .push(problem.with_help("keep one of the two"));
    }
}

/// The names of tags are unique, and their parents are tags.
fn tags<'a>(root: &Node<'a>, reader: &mut Reader<'a>) {
    let mut names: BTreeMap<&str, Node<'a>> = BTreeMap::new();
    for tag in root.get_items("tags", &mut reader.problems) {
        reader.only(&tag, TAG_FIELDS);
        let Some(name) = tag.require_text("name", &mut reader.problems) else {
            continue;
        };
        if let Some(first) = names.insert(name, tag.clone()) {
            let message = format!("there are two tags `{name}`");
            let problem = tag.problem(ProblemCode::DuplicateName, message);
            let problem = problem.with_also(first.location(), "the other one");
            reader
                .problems
                .push(problem.with_help("keep one of the two"));
        }
    }
    for tag in names.values() {
        check_parents(tag, &names, reader);
    }
}

/// The tag above a tag exists, and no tag stands above itself.
fn check_parents<'a>(tag: &Node<'a>, tags: &BTreeMap<&'a str, Node<'a>>, reader: &mut Reader<'a>) {
    let parent_of = |it: &Node<'a>| {
        let parent = it.get("parent")?;
        Some((parent.value().as_str()?, parent))
    };
    let Some((name, field)) = parent_of(tag) else {
        return;
    };
    if !tags.contains_key(name) {
        let known = tags.keys().copied();
        let problem = Problem::unknown_reference(field.location(), "tag", name, known);
        reader.problems.push(problem);
        return;
    }
    let own = tag.get("name").and_then(|it| it.value().as_str());
    let mut above = Some(name);
    // A way that is longer than the list goes round.
    for _ in tags {
        if above == own {
            let message = "the tag stands above itself";
            let problem = field.problem(ProblemCode::ImpossibleOrder, message);
            reader
                .problems
                .push(problem.with_help("take one `parent` of the circle away"));
            return;
        }
        let next = above.and_then(|it| tags.get(it)).and_then(parent_of);
        above = next.map(|(name, _)| name);
    }
}

/// The document's own URI is one, and names the whole of it (`OpenAPI 3.2`, `$self`).
fn identity<'a>(field: &Node<'a>, reader: &mut Reader<'a>) {
    let Some(text) = field.text(&mut reader.problems) else {
        return;
    };
    if text.contains('#') {
        let message = "the document's own URI has a fragment";
        let problem = field.problem(ProblemCode::InvalidValue, message);
        reader
            .problems
            .push(problem.with_help("take away what stands from the `#` on"));
    }
}

/// Complains that a document says nothing at all: 3.0 demands `paths`; later ones demand one of what
/// an API may consist of.
pub(super) fn require_content<'a>(root: &Node<'a>, version: Version, reader: &mut Reader<'a>) {
    if version == V3_0 {
        root.require("paths", &mut reader.problems);
        return;
    }
    let parts = ["paths", "components", "webhooks"];
    if parts.iter().all(|name| root.get(name).is_none()) {
        let message = "the document has none of `paths`, `components` and `webhooks`";
        let problem = Problem::new(ProblemCode::MissingField, root.key_location(), message);
        reader.problems.push(problem.with_help("add `paths:`"));
    }
}
