//! Laws: what holds of resources at every honest server, whatever a flow looks for.
//!
//! They are checks like the others, with the same severities and waivers. No single answer shows them, so
//! no `examine` finds them: probes do (`--laws`, `--variations`), which stand beside the steps of a flow.

use super::{Check, Fact, Subject};
use crate::verdict::Severity;

/// Whether a check is a law, which only probes ask.
pub fn is_law(check: &Check) -> bool {
    LAWS.iter().any(|law| law.id == check.id)
}

/// Whether a law is asked by variations of a request (`--variations`).
pub fn is_of_variations(check: &Check) -> bool {
    let own = [&INVALID_IS_REFUSED, &VALID_IS_ACCEPTED, &TEXT_COMES_BACK];
    own.iter().any(|it| it.id == check.id)
}

/// What one answer alone says of a law.
fn nothing(_: &Subject<'_>) -> Vec<Fact> {
    Vec::new()
}

/// See its summary.
pub const CREATED_READS_BACK: Check = Check {
    id: "created-reads-back",
    summary: "what was created can be read, and is what was sent",
    explanation: "\
After a request that creates something a probe reads it. It must be there, and every field that \
was sent and that the answer has must hold the value that was sent. Fields that the server alone \
writes are left out. An answer `202` promises nothing yet and is not followed.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const UPDATE_REPLACES: Check = Check {
    id: "update-replaces",
    summary: "a PUT stores what it sends, and nothing of what was there before is left",
    explanation: "\
A `PUT` replaces the whole state of a resource (`RFC 9110 §9.3.4`). A probe reads the resource \
afterwards: what was sent must be there. Then the same is sent without one optional field that \
has no default: its old value must not be there any more, else the server merges. The first \
state is put back.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const UPDATE_REPEATS: Check = Check {
    id: "update-repeats",
    summary: "the same PUT twice is the same as once",
    explanation: "\
`PUT` is idempotent (`RFC 9110 §9.2.2`): a client that got no answer sends it again. A probe \
repeats the flow's request and reads the resource. It must be accepted again, and what clients \
can write must be as it was. What the server counts by itself is left out.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const PATCH_KEEPS_REST: Check = Check {
    id: "patch-keeps-rest",
    summary: "what a PATCH does not send stays as it was",
    explanation: "\
A `PATCH` changes a part of a resource (`RFC 5789 §2`). A probe reads the resource before and \
after the step: each field that clients can write and that was not sent must hold the value that \
it had, and each that was sent the new one.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const DELETED_IS_GONE: Check = Check {
    id: "deleted-is-gone",
    summary: "what was deleted cannot be read any more",
    explanation: "\
After a `DELETE` that succeeded a probe reads the resource. It must be gone: `404` or `410`, or, \
where the contract documents neither of them for reading it, any other answer than the one from \
before. An answer `202` promises nothing yet and is not followed.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const DELETE_REPEATS: Check = Check {
    id: "delete-repeats",
    summary: "a second DELETE of the same thing does no harm",
    explanation: "\
`DELETE` is idempotent (`RFC 9110 §9.2.2`). A probe sends the flow's request again: the answer \
is a success or says that the thing is gone, and it is one that the contract documents. A `5xx` \
is neither.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const GET_IS_SAFE: Check = Check {
    id: "get-is-safe",
    summary: "reading changes nothing",
    explanation: "\
`GET` is safe (`RFC 9110 §9.2.1`). A probe asks the same again, twice: the status must stay the \
same, and of a single resource everything that clients can write, too.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const HEAD_AGREES: Check = Check {
    id: "head-agrees",
    summary: "HEAD answers as GET does",
    explanation: "\
`HEAD` has the status and the header fields of `GET` and no body (`RFC 9110 §9.3.2`). A probe \
sends it to what a step has read: the status, `Content-Type` and `ETag` must be those of `GET`. \
A server that knows no `HEAD` there, as `404`, `405` or `501` say, is let alone unless the \
contract documents it.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const ASKED_IS_ANSWERED: Check = Check {
    id: "asked-is-answered",
    summary: "the thing that was asked for is the one that comes back",
    explanation: "\
Where a resource is read by a name in its path, and the answer has a member of that name, both \
must be the same. Another one means that somebody gets what belongs to somebody else.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const LIST_HOLDS_CREATED: Check = Check {
    id: "list-holds-created",
    summary: "the list holds what was created",
    explanation: "\
After a request that creates something a probe reads the list that it belongs to: one element \
must have its name. A list in pages is judged only where all of it came.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const LIST_FORGETS_DELETED: Check = Check {
    id: "list-forgets-deleted",
    summary: "the list does not hold what was deleted",
    explanation: "\
After a `DELETE` that succeeded a probe reads the list that the thing belonged to: no element \
must have its name any more, or the list is stale.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const LIMIT_LIMITS: Check = Check {
    id: "limit-limits",
    summary: "a list has no more elements than it was asked for",
    explanation: "\
Where a list takes a number such as `limit`, `size` or `per_page`, a probe asks for one element \
(or as few as the contract allows): no more must come.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const PAGES_PART_THE_LIST: Check = Check {
    id: "pages-part-the-list",
    summary: "the pages of a list are the list: nothing twice, nothing left out",
    explanation: "\
Where a list takes a limit and a page or an offset, a probe reads all of it, then page by page, \
then all of it again. Where both whole lists are equal, so that nobody else changed it, the \
pages together must hold each element exactly once. What others added and took away between the \
pages cannot be seen, and so only what is wrong three times in a row counts.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const FILTER_FILTERS: Check = Check {
    id: "filter-filters",
    summary: "every element of a filtered list satisfies the filter",
    explanation: "\
Where a list takes a query field with the name of a member of its elements, a probe asks for the \
value of the first element: each element that comes must have that value, or a text that holds \
it, and the first one must be among them.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const TOTAL_AGREES: Check = Check {
    id: "total-agrees",
    summary: "the total of a list is the number of its elements",
    explanation: "\
Where a list's answer holds a number such as `total` beside the elements, it must not be smaller \
than the number of elements that came, and where the list has no pages it must be that number.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const LINKS_LEAD: Check = Check {
    id: "links-lead",
    summary: "links lead to what they name",
    explanation: "\
The `Location` of an answer `201` names what was created (`RFC 9110 §10.2.2`). A probe reads it, \
where it is on the same server: it must be there. So must what the `Link` field of an answer names \
with a relation such as `next`, `self` or `up` (`RFC 8288`), and the one thing that a link of the contract \
reads by what the answer says (`OpenAPI 3.1 §4.8.20`). One that leads to another server is not \
followed, and neither is one that changes something.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const REFUSAL_LEAVES_NO_TRACE: Check = Check {
    id: "refusal-leaves-no-trace",
    summary: "a request that was refused has changed nothing",
    explanation: "\
After an answer `4xx` to a request that would change something a probe reads the resource and \
the list that it belongs to: both must be, in what clients can write, as they were before. A \
client that is refused believes that nothing has happened. Other clients may add to the list as well, \
and so it counts only when the same request, sent and refused three times more, adds something each time \
and nothing comes or goes without it.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const CONDITIONS_COUNT: Check = Check {
    id: "conditions-count",
    summary: "If-None-Match and If-Match are obeyed where there is an ETag",
    explanation: "\
An answer with an `ETag` says that conditions are understood. With `If-None-Match` and that tag \
a `GET` is answered by `304` (`RFC 9110 §13.1.2`); with `If-Match` and a tag that is none, where \
the contract documents `412`, nothing may be changed (`RFC 9110 §13.1.1`).",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const TIMES_GO_ON: Check = Check {
    id: "times-go-on",
    summary: "times that the server writes do not run backwards",
    explanation: "\
A time that stands in the same place of a resource before and after an update must not be \
earlier afterwards, and what was changed last was not changed before it was created. Only texts \
that are times (`RFC 3339`) are compared, and only those that no client can write.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const TIMES_ARE_PLAUSIBLE: Check = Check {
    id: "times-are-plausible",
    summary: "times that the server makes can be",
    explanation: "\
A time at which something was made or changed, by its name, must not be later than the `Date` of the \
answer (`RFC 9110 §6.6.1`) and a day. The time at which something was made must have been set: the first \
second of the year 1, of 1900 or of 1970 is what a program writes that has none. That something was never \
changed or used some servers say in that way, and it is not asked. Where an answer has no `Date`, nothing \
is said.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const UNKNOWN_PATH_IS_REFUSED: Check = Check {
    id: "unknown-path-is-refused",
    summary: "a path that no operation of a server has is refused",
    explanation: "\
A probe asks for a path that no operation of the server has: in a flow once of each server for each identity \
with the schemes that it shows there; whoever shows nothing counts as one. A `4xx` is right, and a redirect, \
which is not followed; a success would mean that any mistyped path is answered, and a `5xx` that it can bring \
the server down.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const CREDENTIALS_ARE_DEMANDED: Check = Check {
    id: "credentials-are-demanded",
    summary: "a request without credentials is refused where the contract demands some",
    explanation: "\
Where the contract demands credentials of an operation, a probe sends the step's request without \
any. It must be refused with a `4xx`, by a redirect to where somebody logs in, or in the TLS handshake, and must \
have no effect. Where the step goes where redirects lead, a redirect to an operation that demands credentials \
is not taken for a refusal: what is there is asked for as well. A server that refuses in the handshake does so \
before it hears which operation is called: in that flow it is not asked again.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const INVALID_IS_REFUSED: Check = Check {
    id: "invalid-is-refused",
    summary: "a request that breaks the contract is refused with a documented 4xx",
    explanation: "\
A variation of a step's request breaks the contract in one place: a required field is missing, a \
type is wrong, a bound is crossed by one. It must be refused with a `4xx`. A success means that \
the server checks less than it says, and a `5xx` that it does not check at all. `invalid-is- \
refused` is asked with `--variations`.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const VALID_IS_ACCEPTED: Check = Check {
    id: "valid-is-accepted",
    summary: "a request that the contract allows is accepted",
    explanation: "\
A variation of a step's request is valid in another way: an optional field is absent, a bound is \
met exactly, another member of an enumeration is sent. What the contract allows must be accepted \
as the step itself was. Where it is refused the contract promises too much. `valid-is-accepted` \
is asked with `--variations`.",
    severity: Severity::Error,
    examine: nothing,
};

/// See its summary.
pub const TEXT_COMES_BACK: Check = Check {
    id: "text-comes-back",
    summary: "text of any language comes back as it was sent",
    explanation: "\
A variation sends text beyond ASCII where the contract allows any text, and what was made of it \
is read: it must be the same, character by character. What comes back changed was stored in \
another encoding. `text-comes-back` is asked with `--variations`.",
    severity: Severity::Error,
    examine: nothing,
};

/// Every law.
pub const LAWS: &[&Check] = &[
    &CREATED_READS_BACK,
    &UPDATE_REPLACES,
    &UPDATE_REPEATS,
    &PATCH_KEEPS_REST,
    &DELETED_IS_GONE,
    &DELETE_REPEATS,
    &GET_IS_SAFE,
    &HEAD_AGREES,
    &ASKED_IS_ANSWERED,
    &LIST_HOLDS_CREATED,
    &LIST_FORGETS_DELETED,
    &LIMIT_LIMITS,
    &PAGES_PART_THE_LIST,
    &FILTER_FILTERS,
    &TOTAL_AGREES,
    &LINKS_LEAD,
    &REFUSAL_LEAVES_NO_TRACE,
    &CONDITIONS_COUNT,
    &TIMES_GO_ON,
    &TIMES_ARE_PLAUSIBLE,
    &UNKNOWN_PATH_IS_REFUSED,
    &CREDENTIALS_ARE_DEMANDED,
    &INVALID_IS_REFUSED,
    &VALID_IS_ACCEPTED,
    &TEXT_COMES_BACK,
];
