//! The review in a browser: the page of the report, served on this machine, until decisions come in.

use tokio::runtime::Builder;

use super::carry::{self, Insistence};
use crate::change::Decisions;
use crate::cli::Exit;
use crate::cli::settings::Settings;
use crate::cli::waiting::Waiting;
use crate::report::html::{Variant, page};
use crate::shell::server::desk::Desk;
use crate::shell::signals::{Cause, Stop};
use crate::world::Stopping as _;

/// Serves a report, and carries out the decisions that are made on it.
pub(super) fn run(settings: &Settings, report: &str, waiting: &[Waiting]) -> Exit {
    let page = match page(Variant::Served, report) {
        Ok(page) => page,
        Err(error) => return settings.tell_io(&error),
    };
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return settings.tell_io(&error),
    };
    runtime.block_on(async {
        let begun = async {
            Ok::<_, std::io::Error>((
                Desk::open(page, super::DECISIONS_BYTES_MAX).await?,
                Stop::on_signals()?,
            ))
        };
        let (mut desk, stop) = match begun.await {
            Ok(begun) => begun,
            Err(error) => return settings.tell_io(&error),
        };
        settings.console.print(&format!("{}\n", desk.url()));
        settings
            .console
            .tell("open it in a browser of this machine; Ctrl-C ends without a decision\n");
        let exit = loop {
            let document = tokio::select! {
                document = desk.document() => document,
                () = stop.requested() => None,
            };
            let Some(document) = document else {
                settings.console.tell("nothing was decided\n");
                let signal = stop.cause().and_then(Cause::exit_code);
                break signal.map_or(Exit::NeedsReview, Exit::Signal);
            };
            match Decisions::parse(&document.text) {
                // Whoever accepts in the page what breaks the contract has been asked there.
                Ok(decisions) => {
                    let asked = Insistence::Asked;
                    let done = carry::apply(settings, waiting.to_vec(), &decisions, asked);
                    settings.console.tell(&done.told);
                    let is_right =
                        done.refused == 0 && done.exit < Exit::Files && !decisions.flows.is_empty();
                    // Whoever has closed the page needs no answer.
                    let _ = document.answer.send((is_right, done.told));
                    if is_right {
                        break done.exit.max(left(waiting, &decisions));
                    }
                }
                Err(why) => {
                    let told = format!("these are no decisions: {why}\n");
                    settings.console.tell(&told);
                    let _ = document.answer.send((false, told));
                }
            }
        };
        desk.close().await;
        exit
    })
}

/// What is left to decide on after these decisions.
fn left(waiting: &[Waiting], decisions: &Decisions) -> Exit {
    let is_decided = |it: &Waiting| decisions.flows.iter().any(|flow| flow.flow == it.flow);
    let mut open = waiting.iter().filter(|it| it.open().is_some());
    if open.all(is_decided) {
        Exit::Ok
    } else {
        Exit::NeedsReview
    }
}
