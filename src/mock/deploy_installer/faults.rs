//! The faults of the mock of deploy-installer.

use super::{CHART, HEALTH, IMAGE, RELEASE};
use crate::mock::fault::{self, Answer, Fault, Kind};
use crate::mock::reply::JSON;

/// The second installation adds to the first.
pub(super) const VALUES_MERGED: Kind = Kind::behaviour(
    "values-merged",
    "success-criteria",
    "An update merges the new values into the old ones instead of replacing them",
);
/// `set-registry=true` sets nothing.
pub(super) const REGISTRY_NOT_SET: Kind = Kind::behaviour(
    "registry-not-set",
    "success-criteria",
    "The registry is not set in the values although it should be",
);
/// `set-registry=false` sets it nevertheless.
pub(super) const SET_REGISTRY_IGNORED: Kind = Kind::behaviour(
    "set-registry-ignored",
    "success-criteria",
    "The registry is set in the values although it should not be",
);
/// Setting the registry loses the rest of `image`.
pub(super) const IMAGE_VALUES_LOST: Kind = Kind::behaviour(
    "image-values-lost",
    "success-criteria",
    "Setting the registry drops the other keys of values.image",
);
/// `to` is `from`.
pub(super) const IMAGE_NOT_MOVED: Kind = Kind::behaviour(
    "image-not-moved",
    "success-criteria",
    "An image is said to stay in the registry it came from",
);
/// A chart without its defaults.
pub(super) const DEFAULT_VALUES_LOST: Kind = Kind::behaviour(
    "default-values-lost",
    "success-criteria",
    "The default values of a chart are answered as an empty object",
);

const PUT_IMAGE: Answer = Answer {
    method: "PUT",
    path: IMAGE,
    status: 200,
};
const PUT_IMAGE_REFUSED: Answer = Answer {
    method: "PUT",
    path: IMAGE,
    status: 400,
};
const PUT_CHART: Answer = Answer {
    method: "PUT",
    path: CHART,
    status: 200,
};
const POST_RELEASE: Answer = Answer {
    method: "POST",
    path: RELEASE,
    status: 200,
};
const POST_RELEASE_REFUSED: Answer = Answer {
    method: "POST",
    path: RELEASE,
    status: 400,
};
const DELETE_RELEASE: Answer = Answer {
    method: "DELETE",
    path: RELEASE,
    status: 200,
};
const DELETE_RELEASE_REFUSED: Answer = Answer {
    method: "DELETE",
    path: RELEASE,
    status: 400,
};
const GET_HEALTH: Answer = Answer {
    method: "GET",
    path: HEALTH,
    status: 200,
};

/// The error that a server answers which has failed.
const FAILED: &str = r#"{"status":500,"code":500,"message":"服务器内部错误"}"#;
/// The page that a web framework answers on its own.
const PAGE: &str = "<!doctype html>\n<title>400 Bad Request</title>\n<h1>Bad Request</h1>\n";

/// Every fault that this mock plays.
pub(super) const FAULTS: &[Fault] = &[
    fault::WRONG_CHARSET.at(PUT_CHART.body("")),
    fault::BYTE_ORDER_MARK.at(PUT_CHART.body("")),
    fault::INVALID_UTF8.at(POST_RELEASE_REFUSED.body("/message")),
    fault::DUPLICATE_KEY.at(PUT_CHART.body("/chart")),
    fault::NOT_A_NUMBER.at(POST_RELEASE_REFUSED.body("/code")),
    fault::TEXT_AFTER_JSON.at(DELETE_RELEASE.body("")),
    fault::BODY_TOO_SHORT.at(PUT_IMAGE.body("")),
    fault::BODY_MISSING.at(DELETE_RELEASE.body("")),
    fault::UNDOCUMENTED_STATUS.at(POST_RELEASE.status_code()),
    fault::undocumented_refusal(422).at(POST_RELEASE_REFUSED.status_code()),
    fault::WRONG_MEDIA_TYPE.at(POST_RELEASE.header("content-type")),
    fault::MISSING_MEDIA_TYPE.at(PUT_IMAGE.header("content-type")),
    fault::foreign_error("text/html; charset=utf-8", PAGE)
        .at(PUT_IMAGE_REFUSED.header("content-type")),
    fault::MISSING_FIELD.at(PUT_CHART.body("/chart/version")),
    fault::WRONG_TYPE.at(PUT_IMAGE.body("/images")),
    fault::UNEXPECTED_NULL.at(PUT_CHART.body("/chart/name")),
    fault::enum_violated(r#""OK""#).at(GET_HEALTH.body("/status")),
    fault::wrong_error_shape(JSON, r#"{"error":"应用实例不存在"}"#)
        .at(DELETE_RELEASE_REFUSED.body("")),
    fault::UNDECLARED_FIELD.at(PUT_IMAGE.body("/images/0/digest")),
    fault::VALUE_CHANGED.at(PUT_CHART.body("/chart/appVersion")),
    fault::NUMBER_ROUNDED.at(POST_RELEASE.body("/values")),
    fault::server_error(JSON, FAILED).at(POST_RELEASE.status_code()),
    fault::CREATE_NOT_STORED.at(DELETE_RELEASE.status_code()),
    fault::DELETE_DELETES_NOTHING.at(DELETE_RELEASE_REFUSED.status_code()),
    fault::MISSING_INPUT_ACCEPTED.at(POST_RELEASE_REFUSED.status_code()),
    fault::SCOPE_IGNORED.at(DELETE_RELEASE_REFUSED.status_code()),
    fault::LIST_CUT_SHORT.at(PUT_IMAGE.body("/images")),
    fault::UPDATE_NOT_STORED.at(DELETE_RELEASE.body("/values")),
    VALUES_MERGED.at(POST_RELEASE.body("/values")),
    REGISTRY_NOT_SET.at(POST_RELEASE.body("/values/image/registry")),
    SET_REGISTRY_IGNORED.at(POST_RELEASE.body("/values/image/registry")),
    IMAGE_VALUES_LOST.at(POST_RELEASE.body("/values/image")),
    IMAGE_NOT_MOVED.at(PUT_IMAGE.body("/images/0/to")),
    DEFAULT_VALUES_LOST.at(PUT_CHART.body("/values")),
];
