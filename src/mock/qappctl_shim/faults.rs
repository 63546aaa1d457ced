//! The faults of the mock of qappctl-shim.

use super::{DEPLOYS, IMAGES, INSTANCES, RELEASES};
use crate::mock::fault::{self, Answer, Fault, Kind};
use crate::mock::reply::JSON;

/// Lists are one change behind.
pub(super) const STALE_LIST: Kind = Kind::behaviour(
    "stale-list",
    "success-criteria",
    "A list shows what was there before the last change",
);
/// The image keeps its path.
pub(super) const IMAGE_NAME_NOT_SHORTENED: Kind = Kind::behaviour(
    "image-name-not-shortened",
    "success-criteria",
    "A pushed image keeps the path before its name",
);
/// The same push, twice in the list.
pub(super) const PUSH_REPEATED: Kind = Kind::behaviour(
    "push-repeated",
    "success-criteria",
    "Pushing an image again lists it twice",
);
/// The first `image` of two.
pub(super) const FIRST_DUPLICATE_COUNTS: Kind = Kind::behaviour(
    "first-duplicate-counts",
    "success-criteria",
    "Of a field that comes twice in a request the first counts instead of the last",
);
/// A release of nothing.
pub(super) const UNKNOWN_IMAGE_ACCEPTED: Kind = Kind::behaviour(
    "unknown-image-accepted",
    "success-criteria",
    "A release of an image that was never pushed is accepted",
);
/// Typing errors pass.
pub(super) const UNKNOWN_FIELD_ACCEPTED: Kind = Kind::behaviour(
    "unknown-field-accepted",
    "success-criteria",
    "A request with an unknown field is accepted",
);
/// `release=` filters nothing.
pub(super) const RELEASE_FILTER_IGNORED: Kind = Kind::behaviour(
    "release-filter-ignored",
    "success-criteria",
    "A list of one release's deploys shows those of all releases",
);

const GET_IMAGES: Answer = Answer {
    method: "GET",
    path: IMAGES,
    status: 200,
};
const POST_IMAGE: Answer = Answer {
    method: "POST",
    path: IMAGES,
    status: 200,
};
const POST_IMAGE_REFUSED: Answer = Answer {
    method: "POST",
    path: IMAGES,
    status: 400,
};
const POST_IMAGE_OF_TYPE: Answer = Answer {
    method: "POST",
    path: IMAGES,
    status: 415,
};
const GET_RELEASES: Answer = Answer {
    method: "GET",
    path: RELEASES,
    status: 200,
};
const POST_RELEASE: Answer = Answer {
    method: "POST",
    path: RELEASES,
    status: 200,
};
const POST_RELEASE_REFUSED: Answer = Answer {
    method: "POST",
    path: RELEASES,
    status: 400,
};
const GET_DEPLOYS: Answer = Answer {
    method: "GET",
    path: DEPLOYS,
    status: 200,
};
const POST_DEPLOY: Answer = Answer {
    method: "POST",
    path: DEPLOYS,
    status: 200,
};
const GET_INSTANCES: Answer = Answer {
    method: "GET",
    path: INSTANCES,
    status: 200,
};

const TEXT: &str = "text/plain; charset=utf-8";
const NOSNIFF: &str = "x-content-type-options";

/// Every fault that this mock plays.
pub(super) const FAULTS: &[Fault] = &[
    fault::WRONG_CHARSET.at(GET_RELEASES.body("")),
    fault::BYTE_ORDER_MARK.at(POST_RELEASE.body("")),
    fault::INVALID_UTF8.at(GET_RELEASES.body("/0/image")),
    fault::DUPLICATE_KEY.at(GET_IMAGES.body("/0")),
    fault::NOT_A_NUMBER.at(GET_DEPLOYS.body("/0/replicas")),
    fault::TEXT_AFTER_JSON.at(GET_DEPLOYS.body("")),
    fault::BODY_TOO_SHORT.at(GET_IMAGES.body("")),
    fault::BODY_MISSING.at(GET_INSTANCES.body("")),
    fault::UNEXPECTED_BODY.at(POST_IMAGE.body("")),
    fault::UNDOCUMENTED_STATUS.at(POST_DEPLOY.status_code()),
    fault::WRONG_MEDIA_TYPE.at(GET_IMAGES.header("content-type")),
    fault::MISSING_MEDIA_TYPE.at(GET_DEPLOYS.header("content-type")),
    fault::foreign_error(JSON, r#"{"error":"bad request"}"#)
        .at(POST_RELEASE_REFUSED.header("content-type")),
    fault::wrong_error_shape(TEXT, "bad request").at(POST_IMAGE_REFUSED.body("")),
    fault::MISSING_HEADER.at(POST_RELEASE_REFUSED.header(NOSNIFF)),
    fault::wrong_header("sniff").at(POST_RELEASE_REFUSED.header(NOSNIFF)),
    fault::MISSING_FIELD.at(GET_IMAGES.body("/0/ctime")),
    fault::WRONG_TYPE.at(GET_DEPLOYS.body("/0/replicas")),
    fault::UNEXPECTED_NULL.at(GET_RELEASES.body("/0/desc")),
    fault::enum_violated(r#""running""#).at(GET_INSTANCES.body("/0/status")),
    fault::format_violated(r#""2022-12-01 18:54:40""#).at(GET_RELEASES.body("/0/ctime")),
    fault::UNDECLARED_FIELD.at(GET_DEPLOYS.body("/0/owner")),
    fault::VALUE_CHANGED.at(GET_RELEASES.body("/0/flavor")),
    fault::server_error(TEXT, "err create release: exit status 1\n").at(POST_RELEASE.status_code()),
    fault::CREATE_NOT_STORED.at(GET_DEPLOYS.body("")),
    fault::DELETE_DELETES_NOTHING.at(GET_DEPLOYS.body("")),
    fault::MISSING_INPUT_ACCEPTED.at(POST_RELEASE_REFUSED.status_code()),
    fault::SCOPE_IGNORED.at(GET_DEPLOYS.body("")),
    fault::LIST_CUT_SHORT.at(GET_INSTANCES.body("")),
    STALE_LIST.at(GET_DEPLOYS.body("")),
    IMAGE_NAME_NOT_SHORTENED.at(GET_IMAGES.body("")),
    PUSH_REPEATED.at(GET_IMAGES.body("")),
    FIRST_DUPLICATE_COUNTS.at(POST_RELEASE.status_code()),
    UNKNOWN_IMAGE_ACCEPTED.at(POST_RELEASE_REFUSED.status_code()),
    UNKNOWN_FIELD_ACCEPTED.at(POST_IMAGE_REFUSED.status_code()),
    fault::MEDIA_TYPE_IGNORED.at(POST_IMAGE_OF_TYPE.status_code()),
    RELEASE_FILTER_IGNORED.at(GET_DEPLOYS.body("")),
];
