//! The messages of the API and their members, as its document lists them.

use super::message::{Fields, Shape};

/// The members of an app image, in the order of the document.
pub(super) const APP_IMAGE: Fields = &[
    ("name", Shape::Text),
    ("image", Shape::Message(IMAGE)),
    ("config_templates", Shape::TextMap),
    ("deploy_templates", Shape::Messages(TEMPLATE)),
];

const IMAGE: Fields = &[
    ("name", Shape::Text),
    ("tag", Shape::Text),
    ("id", Shape::Text),
    ("sign", Shape::Text),
];
const TEMPLATE: Fields = &[
    ("name", Shape::Text),
    ("role", Shape::Text),
    ("replicas", Shape::Int32),
    ("restart_policy", Shape::Text),
    ("containers", Shape::Messages(CONTAINER)),
];
const CONTAINER: Fields = &[
    ("name", Shape::Text),
    ("command", Shape::Texts),
    ("args", Shape::Texts),
    ("working_dir", Shape::Text),
    (
        "config_volume_mounts",
        Shape::Messages(&[("mount_path", Shape::Text), ("sub_path", Shape::Text)]),
    ),
    ("ports", Shape::Messages(PORT)),
    ("env_from", Shape::Messages(ENV_FROM)),
    ("env", Shape::Messages(PAIR)),
    ("resources", Shape::Message(RESOURCES)),
    ("liveness_probe", Shape::Message(PROBE)),
    ("readiness_probe", Shape::Message(PROBE)),
    ("startup_probe", Shape::Message(PROBE)),
    ("image_pull_policy", Shape::Text),
];
const PORT: Fields = &[
    ("name", Shape::Text),
    ("protocol", Shape::Text),
    ("scope", Shape::Text),
];
const ENV_FROM: Fields = &[
    ("prefix", Shape::Text),
    ("config_map_ref", Shape::Message(REFERENCE)),
    ("secret_ref", Shape::Message(REFERENCE)),
];
const REFERENCE: Fields = &[("name", Shape::Text)];
const PAIR: Fields = &[("name", Shape::Text), ("value", Shape::Text)];
const RESOURCES: Fields = &[
    ("limits", Shape::Message(QUANTITIES)),
    ("requests", Shape::Message(QUANTITIES)),
];
const QUANTITIES: Fields = &[("cpu", Shape::Text), ("memory", Shape::Text)];
const PROBE: Fields = &[
    ("exec", Shape::Message(&[("command", Shape::Texts)])),
    ("http_get", Shape::Message(HTTP_GET)),
    (
        "tcp_socket",
        Shape::Message(&[("port", Shape::Text), ("host", Shape::Text)]),
    ),
    (
        "grpc",
        Shape::Message(&[("port", Shape::Text), ("service", Shape::Text)]),
    ),
    ("initial_delay_seconds", Shape::Int32),
    ("timeout_seconds", Shape::Int32),
    ("period_seconds", Shape::Int32),
    ("success_threshold", Shape::Int32),
    ("failure_threshold", Shape::Int32),
    ("termination_grace_period_seconds", Shape::Int64),
];
const HTTP_GET: Fields = &[
    ("path", Shape::Text),
    ("port", Shape::Text),
    ("host", Shape::Text),
    ("scheme", Shape::Text),
    ("http_headers", Shape::Messages(PAIR)),
];

/// What every request may have and nobody looks at, but for its types.
const HEADER: Fields = &[("custom_headers", Shape::TextMap)];
/// What a creation and an update send.
pub(super) const ORDER: Fields = &[
    ("header", Shape::Message(HEADER)),
    ("name", Shape::Text),
    ("image", Shape::Message(IMAGE)),
    ("config_templates", Shape::TextMap),
    ("deploy_templates", Shape::Messages(TEMPLATE)),
];
/// What a query and a deletion send.
pub(super) const NAMED: Fields = &[("header", Shape::Message(HEADER)), ("name", Shape::Text)];
/// What a batch query sends.
pub(super) const SEVERAL: Fields = &[("header", Shape::Message(HEADER)), ("names", Shape::Texts)];
