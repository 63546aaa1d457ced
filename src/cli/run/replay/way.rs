//! Where a recorded request was sent, where it goes now, and why it goes nowhere. A record may be anybody's: it
//! says which path of its step's operation is asked, and to no server but those of the target.

use super::Asked;
use crate::cli::Project;
use crate::cli::arguments::ReplayArguments;
use crate::contract::Unplaced;
use crate::http::Request;
use crate::journal::{fits, may_give};
use crate::scenario::Step;
use crate::suite::TargetSettings;
use crate::world::Site;

/// Why a recorded request is not sent, and what to do; nothing where that is plain.
pub(super) type Refusal = (String, Option<String>);

/// What `api.toml` says of a target of an API.
fn named<'p>(
    project: &'p Project,
    api: &str,
    target: Option<&String>,
) -> Option<&'p TargetSettings> {
    let targets = &project.suite.api(api)?.settings.targets;
    targets.iter().find(|it| Some(&it.name) == target)
}

/// Where the run was played. The record tells of the first server alone; the others are those that the target
/// has today.
pub(super) fn before(project: &Project, asked: &Asked) -> Site {
    let target = named(project, &asked.api, asked.target.as_ref());
    Site {
        url: asked.url.clone(),
        ..target.map(|it| it.site.clone()).unwrap_or_default()
    }
}

/// The target of a request as it was sent, as far as is known: a record may be all that there is, and what went to
/// no server of the target tells nothing of the way there.
pub(super) fn site(
    project: &Project,
    arguments: &ReplayArguments,
    (asked, request): (&Asked, &Request),
) -> Site {
    let target = arguments.target.as_ref().or(asked.target.as_ref());
    let target = named(project, &asked.api, target);
    let own = target.filter(|it| it.site.has(&request.url));
    let mut own = own.map(|it| it.site.clone()).unwrap_or_default();
    if let Some(path) = &arguments.credentials.cacert {
        own.way.authority = Some(path.display().to_string());
    }
    own
}

/// Leads a recorded request from the server that it was sent to, to the one that its step's operation has now.
///
/// # Errors
/// When it is none of its step's operation, or there is no such server.
pub(super) fn lead(
    request: &mut Request,
    step: &Step,
    (before, now): (&Site, &Site),
) -> Result<(), Refusal> {
    let refused = |why: &str| (format!("it is not sent: {why}"), None);
    let Some((contract, operation)) = step.call.operation() else {
        return Err(refused("the step calls no operation any more"));
    };
    let base = contract
        .base(operation, now)
        .map_err(|why| unplaced(&why))?;
    let was = contract.base(operation, before).ok();
    let was = was.as_ref().map_or(&base.url, |it| &it.url);
    // What is no path after the server would name another one.
    let is_path = |it: &&str| it.is_empty() || it.starts_with(['/', '?']);
    let Some(rest) = request.url.strip_prefix(was.as_str()).filter(is_path) else {
        let why = "it was sent to another server than that of its step at the target of the run";
        let help = "play the flow again; `--curl` prints the request as it was sent";
        return Err((why.to_owned(), Some(help.to_owned())));
    };
    if request.method != operation.method || !fits(&operation.path, rest) {
        return Err(refused("it is no request of the step's operation"));
    }
    let mut fields = request.headers.iter();
    if !fields.all(|it| may_give(&it.name, &it.text())) {
        return Err(refused("it gives a header field that is not its to give"));
    }
    request.url = format!("{}{rest}", base.url);
    Ok(())
}

/// That nobody knows where an operation's server is.
fn unplaced(why: &Unplaced) -> Refusal {
    let help = format!(
        "add `\"{}\" = \"URL\"` to [targets.NAME.servers] in api.toml, and name that target",
        why.server()
    );
    (format!("it is not sent: {why}"), Some(help))
}
