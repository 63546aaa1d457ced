//! What shows of a body before anything is sent: files where only texts can stand, and what the media
//! type of a form may not say.

use serde_json::Value;

use crate::http::MediaType;
use crate::http::form::FormKind;
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::{Body, Payload, Replacement, Target};

/// What a value stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// Nothing: it is the whole body.
    Body(Option<FormKind>),
    /// A field of a multipart form, which may be a file.
    Field,
    /// A list of such fields.
    Fields,
    /// A larger value, which is sent as text.
    Text,
}

impl Holder {
    fn of_member(self) -> Self {
        match self {
            Self::Body(Some(FormKind::Multipart)) => Self::Field,
            _ => Self::Text,
        }
    }

    fn of_item(self) -> Self {
        match self {
            Self::Field => Self::Fields,
            _ => Self::Text,
        }
    }
}

/// Checks the body of a request.
pub(super) fn check(node: &Node<'_>, body: &Body, problems: &mut Vec<Problem>) {
    let media_type = MediaType::parse(&body.content_type).ok();
    let kind = media_type.as_ref().and_then(FormKind::of);
    let kind = kind.filter(|_| !body.raw);
    let is_ours = match &body.payload {
        Payload::Object(_) | Payload::Expression(_) => true,
        payload => payload.literal().is_some_and(Value::is_object),
    };
    let boundary = media_type.as_ref().and_then(MediaType::boundary);
    if is_ours && kind == Some(FormKind::Multipart) && boundary.is_some() {
        let field = node.get("contentType").unwrap_or_else(|| node.clone());
        let message = "the boundary of a form is chosen when it is written";
        let problem = field.problem(ProblemCode::InvalidValue, message);
        problems.push(problem.with_help("leave `boundary` out"));
    }
    let whole = Holder::Body(kind);
    if let Some(field) = node.get("payload") {
        check_files(&body.payload, &field, whole, problems);
    }
    let items = node.get_items("replacements", &mut Vec::new());
    // Where one could not be read, that has been told, and the others have other places.
    let whole_list = items.len() == body.replacements.len();
    let replacements = body.replacements.iter().filter(|_| whole_list);
    for (item, replacement) in items.iter().zip(replacements) {
        if let Payload::File(_) = body.payload {
            let message = "nothing in a file can be replaced";
            let problem = item.problem(ProblemCode::InvalidValue, message);
            problems.push(problem.with_help("take the replacement away, or name another file"));
            continue;
        }
        let holder = holder(whole, replacement);
        if let Some(value) = item.get("value") {
            check_files(&replacement.value, &value, holder, problems);
        }
    }
}

/// What the value of a replacement stands in: a file that is one by itself stays one as a field.
fn holder(whole: Holder, replacement: &Replacement) -> Holder {
    let Payload::File(_) = replacement.value else {
        return Holder::Text;
    };
    match &replacement.target {
        // Where it goes shows when the form is there.
        Target::Path(_) => whole.of_member(),
        Target::XPath(_) => Holder::Text,
        Target::Pointer(target) => match target.tokens().count() {
            1 => whole.of_member(),
            2 => whole.of_member().of_item(),
            _ => Holder::Text,
        },
    }
}

/// Checks that every file that is sent inside a text is one.
pub(super) fn check_files(
    payload: &Payload,
    node: &Node<'_>,
    holder: Holder,
    problems: &mut Vec<Problem>,
) {
    match payload {
        Payload::File(file) => {
            if holder == Holder::Text && std::str::from_utf8(&file.bytes).is_err() {
                let message = format!("`{}` is no text, and is sent inside of one", file.name);
                let problem = node.problem(ProblemCode::UnusableFile, message);
                let help = "send it as the whole payload, or as a field of `multipart/form-data`";
                problems.push(problem.with_help(help));
            }
        }
        Payload::Object(members) => {
            for (name, member) in members {
                if let Some(node) = node.get(name) {
                    check_files(member, &node, holder.of_member(), problems);
                }
            }
        }
        Payload::Array(items) => {
            for (item, node) in items.iter().zip(node.items(problems)) {
                check_files(item, &node, holder.of_item(), problems);
            }
        }
        Payload::Literal(_) | Payload::Expression(_) | Payload::Template(_) => {}
    }
}
