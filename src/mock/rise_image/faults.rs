//! The faults of the mock of rise-image.

use super::{REGISTRY_SECRET, REGISTRY_SECRETS, REPOSITORIES, REPOSITORY, SYNC, VERIFY};
use crate::mock::fault::{self, Answer, Fault, Kind};
use crate::mock::reply::JSON;

const fn unmet(id: &'static str, summary: &'static str) -> Kind {
    Kind::behaviour(id, "success-criteria", summary)
}

/// The secret comes out again.
pub(super) const PASSWORD_RETURNED: Kind = Kind::behaviour(
    "password-returned",
    "response-schema",
    "A password that was stored is shown",
);
/// `search=` and `name=` filter nothing.
pub(super) const SEARCH_IGNORED: Kind = unmet(
    "search-ignored",
    "A list that is searched has what does not match as well",
);
/// A page begins where the one before it should have ended.
pub(super) const PAGES_OVERLAP: Kind = unmet(
    "pages-overlap",
    "A page begins with the last item of the page before",
);
/// `totalItems` is of no use.
pub(super) const TOTAL_OF_PAGE: Kind = unmet(
    "total-of-page",
    "The total of a list counts the items of the page",
);
/// `_all_` is not all.
pub(super) const NAMESPACE_LEFT_OUT: Kind = unmet(
    "namespace-left-out",
    "A list of all namespaces leaves one of them out",
);
/// `_all_` is more than all.
pub(super) const FOREIGN_KIND_LISTED: Kind = unmet(
    "foreign-kind-listed",
    "A list of all namespaces has resources of another kind as well",
);
/// `_all_` has resources of its own.
pub(super) const ALL_TAKEN_FOR_ONE: Kind = unmet(
    "all-taken-for-one",
    "What stands for all namespaces is taken for the name of one",
);
/// Whoever comes may do everything.
pub(super) const PERMISSION_NOT_CHECKED: Kind = unmet(
    "permission-not-checked",
    "Who may only read may write as well",
);
/// The body says one namespace, the path another.
pub(super) const NAMESPACE_MISMATCH_ACCEPTED: Kind = unmet(
    "namespace-mismatch-accepted",
    "A resource of another namespace than that of the path is accepted",
);
/// The client says what only the platform can know.
pub(super) const READ_ONLY_ACCEPTED: Kind = unmet(
    "read-only-accepted",
    "What only the server writes is taken from the client",
);
/// Nobody learns of a verification.
pub(super) const VERIFICATION_NOT_NOTED: Kind = unmet(
    "verification-not-noted",
    "What a verification came to is answered, but not noted",
);
/// Every password is right.
pub(super) const WRONG_CREDENTIALS_ACCEPTED: Kind = unmet(
    "wrong-credentials-accepted",
    "A login with wrong credentials is said to have worked",
);
/// For ever `Syncing`.
pub(super) const SYNC_NEVER_ENDS: Kind =
    unmet("sync-never-ends", "A synchronisation begins and never ends");
/// Nobody ever sees `Syncing`.
pub(super) const SYNCING_SKIPPED: Kind = unmet(
    "syncing-skipped",
    "A synchronisation is at its end without ever having been under way",
);
/// The answer is all there is of a synchronisation.
pub(super) const SYNC_NOT_STARTED: Kind = unmet(
    "sync-not-started",
    "A synchronisation is acknowledged, but not started",
);
/// Who compares versions sees no change.
pub(super) const VERSION_KEPT: Kind = unmet(
    "version-kept",
    "A resource changes, and its version stays the same",
);

const fn answer(method: &'static str, path: &'static str, status: u16) -> Answer {
    Answer {
        method,
        path,
        status,
    }
}

const LIST_SECRETS: Answer = answer("GET", REGISTRY_SECRETS, 200);
const LIST_SECRETS_UNKNOWN: Answer = answer("GET", REGISTRY_SECRETS, 401);
const CREATE_SECRET: Answer = answer("POST", REGISTRY_SECRETS, 201);
const CREATE_SECRET_REFUSED: Answer = answer("POST", REGISTRY_SECRETS, 400);
const CREATE_SECRET_FORBIDDEN: Answer = answer("POST", REGISTRY_SECRETS, 403);
const CREATE_SECRET_TAKEN: Answer = answer("POST", REGISTRY_SECRETS, 409);
const GET_SECRET: Answer = answer("GET", REGISTRY_SECRET, 200);
const GET_SECRET_MISSING: Answer = answer("GET", REGISTRY_SECRET, 404);
const VERIFY_SECRET: Answer = answer("POST", VERIFY, 200);
const LIST_REPOSITORIES: Answer = answer("GET", REPOSITORIES, 200);
const CREATE_REPOSITORY: Answer = answer("POST", REPOSITORIES, 201);
const CREATE_REPOSITORY_REFUSED: Answer = answer("POST", REPOSITORIES, 400);
const GET_REPOSITORY: Answer = answer("GET", REPOSITORY, 200);
const GET_REPOSITORY_MISSING: Answer = answer("GET", REPOSITORY, 404);
const SYNC_REPOSITORY: Answer = answer("POST", SYNC, 200);

const VERIFY_STATUS: &str = "/metadata/annotations/theriseunion.io~1verify-status";
const HTML: &str = "text/html; charset=utf-8";
const FAILURE: &str = r#"{"apiVersion":"image.theriseunion.io/v1alpha1","kind":"Status","metadata":{},"status":"Failure","message":"服务器内部错误","reason":"InternalError","code":500}"#;

/// Every fault that this mock plays.
pub(super) const FAULTS: &[Fault] = &[
    fault::WRONG_CHARSET.at(LIST_REPOSITORIES.body("")),
    fault::BYTE_ORDER_MARK.at(SYNC_REPOSITORY.body("")),
    fault::INVALID_UTF8.at(GET_SECRET.body("/spec/username")),
    fault::DUPLICATE_KEY.at(LIST_SECRETS.body("/items/0")),
    fault::NOT_A_NUMBER.at(LIST_REPOSITORIES.body("/totalItems")),
    fault::TEXT_AFTER_JSON.at(VERIFY_SECRET.body("")),
    fault::BODY_TOO_SHORT.at(GET_REPOSITORY.body("")),
    fault::BODY_MISSING.at(CREATE_SECRET.body("")),
    fault::UNDOCUMENTED_STATUS.at(CREATE_REPOSITORY.status_code()),
    fault::WRONG_MEDIA_TYPE.at(LIST_REPOSITORIES.header("content-type")),
    fault::MISSING_MEDIA_TYPE.at(GET_SECRET.header("content-type")),
    fault::foreign_error(HTML, "<h1>404 Not Found</h1>")
        .at(GET_REPOSITORY_MISSING.header("content-type")),
    fault::wrong_error_shape(JSON, r#"{"error":"资源不存在"}"#).at(GET_SECRET_MISSING.body("")),
    fault::wrong_header("Basic").at(LIST_SECRETS_UNKNOWN.header("www-authenticate")),
    fault::MISSING_FIELD.at(GET_SECRET.body("/metadata/uid")),
    fault::WRONG_TYPE.at(GET_REPOSITORY.body("/spec/retryCount")),
    fault::UNEXPECTED_NULL.at(LIST_REPOSITORIES.body("/items/0/metadata/annotations")),
    fault::enum_violated(r#""verified""#).at(GET_SECRET.body(VERIFY_STATUS)),
    fault::format_violated(r#""2024-01-08 10:30:00""#)
        .at(GET_REPOSITORY.body("/status/lastSynced")),
    fault::UNDECLARED_FIELD.at(GET_REPOSITORY.body("/status/phase")),
    fault::VALUE_CHANGED.at(CREATE_SECRET.body("/spec/username")),
    fault::server_error(JSON, FAILURE).at(VERIFY_SECRET.status_code()),
    fault::undocumented_refusal(422).at(CREATE_REPOSITORY_REFUSED.status_code()),
    fault::CREATE_NOT_STORED.at(GET_SECRET.status_code()),
    fault::DELETE_DELETES_NOTHING.at(GET_SECRET_MISSING.status_code()),
    fault::MISSING_INPUT_ACCEPTED.at(CREATE_SECRET_REFUSED.status_code()),
    fault::SCOPE_IGNORED.at(LIST_SECRETS.body("")),
    fault::LIST_CUT_SHORT.at(LIST_REPOSITORIES.body("")),
    PASSWORD_RETURNED.at(CREATE_SECRET.body("/spec/password")),
    SEARCH_IGNORED.at(LIST_SECRETS.body("")),
    PAGES_OVERLAP.at(LIST_REPOSITORIES.body("")),
    TOTAL_OF_PAGE.at(LIST_REPOSITORIES.body("/totalItems")),
    NAMESPACE_LEFT_OUT.at(LIST_SECRETS.body("")),
    FOREIGN_KIND_LISTED.at(LIST_REPOSITORIES.body("")),
    ALL_TAKEN_FOR_ONE.at(CREATE_SECRET_REFUSED.status_code()),
    fault::TOKEN_NOT_CHECKED.at(LIST_SECRETS_UNKNOWN.status_code()),
    PERMISSION_NOT_CHECKED.at(CREATE_SECRET_FORBIDDEN.status_code()),
    NAMESPACE_MISMATCH_ACCEPTED.at(CREATE_SECRET_REFUSED.status_code()),
    fault::NAME_TAKEN_ACCEPTED.at(CREATE_SECRET_TAKEN.status_code()),
    fault::BAD_NAME_ACCEPTED.at(CREATE_SECRET_REFUSED.status_code()),
    READ_ONLY_ACCEPTED.at(CREATE_SECRET.body("/metadata/annotations")),
    VERIFICATION_NOT_NOTED.at(GET_SECRET.body(VERIFY_STATUS)),
    WRONG_CREDENTIALS_ACCEPTED.at(VERIFY_SECRET.body("/success")),
    SYNC_NEVER_ENDS.at(GET_REPOSITORY.body("/status/syncStatus")),
    SYNCING_SKIPPED.at(GET_REPOSITORY.body("/status/syncStatus")),
    SYNC_NOT_STARTED.at(GET_REPOSITORY.body("/metadata/resourceVersion")),
    VERSION_KEPT.at(GET_REPOSITORY.body("/metadata/resourceVersion")),
];
