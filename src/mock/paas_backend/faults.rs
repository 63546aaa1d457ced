//! The faults of the mock of paas-backend.

use super::{
    CREATE_DEPLOYMENT, CREATE_NAMESPACE, CREATE_SERVICE, DELETE_IMAGE, DELETE_SERVICE,
    LIST_DEPLOYMENTS, LIST_IMAGES, LIST_NAMESPACES, LIST_NODES, LIST_PODS, LIST_REPOS, LOGIN,
    REGISTER, TAG_IMAGE, UPDATE_SERVICE, UPLOAD_IMAGE,
};
use crate::mock::fault::{self, Answer, Fault, Kind};

/// Any password will do.
pub(super) const WRONG_PASSWORD_ACCEPTED: Kind = Kind::behaviour(
    "wrong-password-accepted",
    "success-criteria",
    "A login with a wrong password succeeds",
);
/// The status code is no text.
pub(super) const STATUS_CODE_AS_NUMBER: Kind = Kind::behaviour(
    "status-code-as-number",
    "response-schema",
    "The status code in a body is a number instead of a string",
);
/// Nothing ever fails.
pub(super) const FAILURE_TOLD_AS_SUCCESS: Kind = Kind::behaviour(
    "failure-told-as-success",
    "success-criteria",
    "A failure has the message of success",
);
/// Lists are everybody's.
pub(super) const IMAGES_OF_OTHERS_LISTED: Kind = Kind::behaviour(
    "images-of-others-listed",
    "success-criteria",
    "The images of one user show in the list of another",
);
/// The same of repos.
pub(super) const REPOS_OF_OTHERS_LISTED: Kind = Kind::behaviour(
    "repos-of-others-listed",
    "success-criteria",
    "The repos of one user show in the list of another",
);
/// The same of namespaces.
pub(super) const NAMESPACES_OF_OTHERS_LISTED: Kind = Kind::behaviour(
    "namespaces-of-others-listed",
    "success-criteria",
    "The namespaces of one user show in the list of another",
);
/// Two images of one name.
pub(super) const TAKEN_TAG_ACCEPTED: Kind = Kind::behaviour(
    "taken-tag-accepted",
    "success-criteria",
    "An image is made under a tag that its repo has already",
);
/// The rule of names is forgotten.
pub(super) const COLON_ACCEPTED: Kind = Kind::behaviour(
    "colon-accepted",
    "success-criteria",
    "A repo or a tag with a colon in it is accepted",
);
/// As `mv` instead of `docker tag`.
pub(super) const TAG_MOVED: Kind = Kind::behaviour(
    "tag-moved",
    "success-criteria",
    "A new tag takes the place of the old one instead of standing beside it",
);
/// Gone, and still shown.
pub(super) const DELETED_IMAGE_LISTED: Kind = Kind::behaviour(
    "deleted-image-listed",
    "success-criteria",
    "An image that was deleted is still listed",
);
/// Nothing to build is built.
pub(super) const ZIP_WITHOUT_DOCKERFILE_ACCEPTED: Kind = Kind::behaviour(
    "zip-without-dockerfile-accepted",
    "success-criteria",
    "An archive without a Dockerfile becomes an image",
);
/// The name in the cluster slips out.
pub(super) const PREFIX_KEPT: Kind = Kind::behaviour(
    "prefix-kept",
    "success-criteria",
    "A namespace is listed with the name of its user before it",
);
/// Every user has a default namespace.
pub(super) const DEFAULT_NAMESPACE_NOT_DEMANDED: Kind = Kind::behaviour(
    "default-namespace-not-demanded",
    "success-criteria",
    "A manifest without a namespace is accepted though the user has none called default",
);
/// The namespace is gone by name alone.
pub(super) const DEPLOYMENTS_OUTLIVE_NAMESPACE: Kind = Kind::behaviour(
    "deployments-outlive-namespace",
    "success-criteria",
    "The deployments of a deleted namespace are there again when it is made anew",
);
/// Whoever knows the name may delete it.
pub(super) const SERVICE_OF_OTHERS_DELETED: Kind = Kind::behaviour(
    "service-of-others-deleted",
    "success-criteria",
    "A service of another user can be deleted",
);
/// Two services behind one port.
pub(super) const TAKEN_NODE_PORT_ACCEPTED: Kind = Kind::behaviour(
    "taken-node-port-accepted",
    "success-criteria",
    "A service gets a port of the nodes that another one has",
);
/// One pod will do.
pub(super) const REPLICAS_IGNORED: Kind = Kind::behaviour(
    "replicas-ignored",
    "success-criteria",
    "A deployment has one pod, however many its manifest asks for",
);
/// Files are stored unread.
pub(super) const MANIFEST_NOT_PARSED: Kind = Kind::behaviour(
    "manifest-not-parsed",
    "success-criteria",
    "A file that is no manifest of a deployment is accepted",
);

/// What a form posted to `path` is answered: every outcome has this status.
const fn posted(path: &'static str) -> Answer {
    Answer {
        method: "POST",
        path,
        status: 200,
    }
}

const NODES_LISTED: Answer = Answer {
    method: "GET",
    path: LIST_NODES,
    status: 200,
};

/// Every fault that this mock plays.
pub(super) const FAULTS: &[Fault] = &[
    fault::WRONG_CHARSET.at(posted(LIST_REPOS).body("")),
    fault::BYTE_ORDER_MARK.at(posted(LOGIN).body("")),
    fault::INVALID_UTF8.at(posted(LIST_PODS).body("/info/pods/0/name")),
    fault::DUPLICATE_KEY.at(posted(LIST_IMAGES).body("/images/0")),
    fault::NOT_A_NUMBER.at(posted(LIST_DEPLOYMENTS).body("/info/deployments/0/replica")),
    fault::TEXT_AFTER_JSON.at(posted(CREATE_NAMESPACE).body("")),
    fault::BODY_TOO_SHORT.at(NODES_LISTED.body("")),
    fault::BODY_MISSING.at(posted(DELETE_SERVICE).body("")),
    fault::UNDOCUMENTED_STATUS.at(posted(UPLOAD_IMAGE).status_code()),
    fault::WRONG_MEDIA_TYPE.at(posted(LIST_NAMESPACES).header("content-type")),
    fault::MISSING_MEDIA_TYPE.at(posted(TAG_IMAGE).header("content-type")),
    fault::MISSING_FIELD.at(posted(CREATE_DEPLOYMENT).body("/info")),
    fault::WRONG_TYPE.at(posted(LIST_IMAGES).body("/images/0/id")),
    fault::UNEXPECTED_NULL.at(posted(CREATE_SERVICE).body("/info/cluster-ip")),
    fault::enum_violated(r#""Hostname""#).at(NODES_LISTED.body("/info/0/address/type")),
    fault::format_violated(r#""10.128.1""#).at(posted(LIST_PODS).body("/info/pods/0/ip")),
    fault::UNDECLARED_FIELD.at(posted(LOGIN).body("/password")),
    fault::VALUE_CHANGED.at(posted(UPDATE_SERVICE).body("/info/selector/app")),
    fault::CREATE_NOT_STORED.at(posted(LIST_DEPLOYMENTS).body("/info/deployments")),
    fault::UPDATE_NOT_STORED.at(posted(LIST_DEPLOYMENTS).body("/info/deployments")),
    fault::DELETE_DELETES_NOTHING.at(posted(LIST_NAMESPACES).body("/namespaces")),
    fault::MISSING_INPUT_ACCEPTED.at(posted(REGISTER).body("/message")),
    fault::SCOPE_IGNORED.at(posted(LIST_DEPLOYMENTS).body("/info/deployments")),
    fault::LIST_CUT_SHORT.at(posted(LIST_NAMESPACES).body("/namespaces")),
    fault::NAME_TAKEN_ACCEPTED.at(posted(REGISTER).body("/message")),
    WRONG_PASSWORD_ACCEPTED.at(posted(LOGIN).body("/message")),
    STATUS_CODE_AS_NUMBER.at(posted(CREATE_NAMESPACE).body("/statusCode")),
    FAILURE_TOLD_AS_SUCCESS.at(posted(DELETE_IMAGE).body("/message")),
    IMAGES_OF_OTHERS_LISTED.at(posted(LIST_IMAGES).body("/images")),
    REPOS_OF_OTHERS_LISTED.at(posted(LIST_REPOS).body("/images")),
    NAMESPACES_OF_OTHERS_LISTED.at(posted(LIST_NAMESPACES).body("/namespaces")),
    TAKEN_TAG_ACCEPTED.at(posted(UPLOAD_IMAGE).body("/message")),
    COLON_ACCEPTED.at(posted(UPLOAD_IMAGE).body("/message")),
    TAG_MOVED.at(posted(LIST_IMAGES).body("/images")),
    DELETED_IMAGE_LISTED.at(posted(LIST_IMAGES).body("/images")),
    ZIP_WITHOUT_DOCKERFILE_ACCEPTED.at(posted(UPLOAD_IMAGE).body("/message")),
    PREFIX_KEPT.at(posted(LIST_NAMESPACES).body("/namespaces")),
    DEFAULT_NAMESPACE_NOT_DEMANDED.at(posted(CREATE_DEPLOYMENT).body("/message")),
    DEPLOYMENTS_OUTLIVE_NAMESPACE.at(posted(LIST_DEPLOYMENTS).body("/info/deployments")),
    SERVICE_OF_OTHERS_DELETED.at(posted(DELETE_SERVICE).body("/message")),
    TAKEN_NODE_PORT_ACCEPTED.at(posted(CREATE_SERVICE).body("/message")),
    REPLICAS_IGNORED.at(posted(LIST_PODS).body("/info/pods")),
    MANIFEST_NOT_PARSED.at(posted(CREATE_DEPLOYMENT).body("/message")),
];
