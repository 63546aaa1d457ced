//! The faults of the mock of kuscia-appimage.

use super::{BATCH_QUERY, CREATE, DELETE, QUERY, UPDATE};
use crate::mock::authority::CERTIFICATE_NOT_DEMANDED;
use crate::mock::fault::{self, Answer, Fault, Kind};
use crate::mock::reply::JSON;

/// The outcome is told by the HTTP status.
pub(super) const ERROR_AS_500: Kind = Kind::behaviour(
    "error-as-500",
    "documented-status",
    "A failure is answered with the status 500 instead of 200 and a code",
);
/// Another code of the same family.
pub(super) const WRONG_ERROR_CODE: Kind = Kind::behaviour(
    "wrong-error-code",
    "success-criteria",
    "A failure has the code of another failure",
);
/// Of a map the first entry is kept.
pub(super) const MAP_KEYS_LOST: Kind = Kind::behaviour(
    "map-keys-lost",
    "success-criteria",
    "Of the entries of a map only the first is kept",
);
/// `replicas` is 0 when nobody said how many.
pub(super) const DEFAULT_NOT_SET: Kind = Kind::behaviour(
    "default-not-set",
    "success-criteria",
    "A field that was left out has not its default value",
);
/// The document's own example fails.
pub(super) const UNKNOWN_FIELD_REFUSED: Kind = Kind::behaviour(
    "unknown-field-refused",
    "success-criteria",
    "A request with an unknown field is refused",
);
/// An update is taken for the whole.
pub(super) const UPDATE_CLOBBERS: Kind = Kind::behaviour(
    "update-clobbers",
    "success-criteria",
    "An update empties the fields that it does not send",
);
/// The old templates stay beside the new ones.
pub(super) const TEMPLATES_MERGED: Kind = Kind::behaviour(
    "templates-merged",
    "success-criteria",
    "An update adds the new templates to the old ones instead of replacing them",
);
/// An update of nothing makes something.
pub(super) const UPDATE_CREATES: Kind = Kind::behaviour(
    "update-creates",
    "success-criteria",
    "An update of what is not there creates it",
);
/// There is nothing to delete, and it is deleted.
pub(super) const MISSING_DELETED: Kind = Kind::behaviour(
    "missing-deleted",
    "success-criteria",
    "A deletion of what is not there is acknowledged",
);
/// The answers of a batch are sorted.
pub(super) const ORDER_LOST: Kind = Kind::behaviour(
    "order-lost",
    "success-criteria",
    "A list is not in the order that was asked for",
);
/// A batch answers what there is.
pub(super) const MISSING_LEFT_OUT: Kind = Kind::behaviour(
    "missing-left-out",
    "success-criteria",
    "What is not there is silently left out of a list that should fail",
);
/// 64 bits as a number, which a double cannot hold.
pub(super) const LONG_NUMBER_AS_NUMBER: Kind = Kind::behaviour(
    "long-number-as-number",
    "response-schema",
    "A number of 64 bits is a JSON number instead of a text",
);
/// What is empty is not there.
pub(super) const EMPTY_FIELDS_LEFT_OUT: Kind = Kind::behaviour(
    "empty-fields-left-out",
    "response-schema",
    "Fields of empty values are left out instead of being answered",
);
/// `{}` in place of `null`.
pub(super) const OBJECT_FOR_NULL: Kind = Kind::behaviour(
    "object-for-null",
    "response-schema",
    "What was not set is an empty object instead of null",
);

const CREATED: Answer = at(CREATE, 200);
const UPDATED: Answer = at(UPDATE, 200);
const DELETED: Answer = at(DELETE, 200);
const QUERIED: Answer = at(QUERY, 200);
const QUERY_UNAUTHORIZED: Answer = at(QUERY, 401);
const BATCH_QUERIED: Answer = at(BATCH_QUERY, 200);

const fn at(path: &'static str, status: u16) -> Answer {
    Answer {
        method: "POST",
        path,
        status,
    }
}

/// The answer of a server that has failed.
const FAILED: &str = r#"{"status":{"code":13100,"message":"create failed","details":[]}}"#;
const GRACE_PERIOD: &str =
    "/data/deploy_templates/0/containers/0/liveness_probe/termination_grace_period_seconds";

/// Every fault that this mock plays.
pub(super) const FAULTS: &[Fault] = &[
    fault::WRONG_CHARSET.at(QUERIED.body("")),
    fault::BYTE_ORDER_MARK.at(CREATED.body("")),
    fault::INVALID_UTF8.at(QUERIED.body("/data/image/name")),
    fault::DUPLICATE_KEY.at(QUERIED.body("/data/image")),
    fault::NOT_A_NUMBER.at(QUERIED.body("/data/deploy_templates/0/replicas")),
    fault::TEXT_AFTER_JSON.at(UPDATED.body("")),
    fault::BODY_TOO_SHORT.at(BATCH_QUERIED.body("")),
    fault::BODY_MISSING.at(DELETED.body("")),
    fault::UNEXPECTED_BODY.at(QUERY_UNAUTHORIZED.body("")),
    fault::UNDOCUMENTED_STATUS.at(CREATED.status_code()),
    fault::undocumented_refusal(403).at(QUERY_UNAUTHORIZED.status_code()),
    fault::WRONG_MEDIA_TYPE.at(QUERIED.header("content-type")),
    fault::MISSING_MEDIA_TYPE.at(BATCH_QUERIED.header("content-type")),
    fault::MISSING_FIELD.at(QUERIED.body("/data/image/sign")),
    fault::WRONG_TYPE.at(QUERIED.body("/data/deploy_templates/0/replicas")),
    fault::UNEXPECTED_NULL.at(BATCH_QUERIED.body("/data/0/config_templates")),
    fault::enum_violated(r#""Sometimes""#)
        .at(QUERIED.body("/data/deploy_templates/0/restart_policy")),
    fault::UNDECLARED_FIELD.at(QUERIED.body("/data/image/digest")),
    fault::VALUE_CHANGED.at(QUERIED.body("/data/image/tag")),
    fault::server_error(JSON, FAILED).at(CREATED.status_code()),
    fault::CREATE_NOT_STORED.at(QUERIED.body("/status/code")),
    fault::UPDATE_NOT_STORED.at(QUERIED.body("/data/image/tag")),
    fault::DELETE_DELETES_NOTHING.at(QUERIED.body("/status/code")),
    fault::MISSING_INPUT_ACCEPTED.at(CREATED.body("/status/code")),
    fault::MEDIA_TYPE_IGNORED.at(CREATED.body("/status/code")),
    fault::LIST_CUT_SHORT.at(BATCH_QUERIED.body("/data")),
    CERTIFICATE_NOT_DEMANDED.at(QUERIED.handshake()),
    fault::TOKEN_NOT_CHECKED.at(QUERY_UNAUTHORIZED.status_code()),
    ERROR_AS_500.at(QUERIED.status_code()),
    WRONG_ERROR_CODE.at(QUERIED.body("/status/code")),
    fault::NAME_TAKEN_ACCEPTED.at(CREATED.body("/status/code")),
    fault::BAD_NAME_ACCEPTED.at(CREATED.body("/status/code")),
    MAP_KEYS_LOST.at(QUERIED.body("/data/config_templates")),
    DEFAULT_NOT_SET.at(QUERIED.body("/data/deploy_templates/0/replicas")),
    UNKNOWN_FIELD_REFUSED.at(CREATED.body("/status/code")),
    UPDATE_CLOBBERS.at(QUERIED.body("/data")),
    TEMPLATES_MERGED.at(QUERIED.body("/data/deploy_templates")),
    UPDATE_CREATES.at(UPDATED.body("/status/code")),
    MISSING_DELETED.at(DELETED.body("/status/code")),
    ORDER_LOST.at(BATCH_QUERIED.body("/data")),
    MISSING_LEFT_OUT.at(BATCH_QUERIED.body("/status/code")),
    LONG_NUMBER_AS_NUMBER.at(QUERIED.body(GRACE_PERIOD)),
    EMPTY_FIELDS_LEFT_OUT.at(QUERIED.body("/data/image/sign")),
    OBJECT_FOR_NULL.at(QUERIED.body("/data/deploy_templates/0/containers/0/resources")),
];
