//! The review in the terminal.

use std::io;
use std::process::Command;

use tokio::runtime::Builder;

use super::carry::{Decided, carry_out};
use super::journal;
use crate::cli::Exit;
use crate::cli::settings::Settings;
use crate::cli::waiting::Waiting;
use crate::report::human::{Palette, count};
use crate::review::screen::{Look, draw};
use crate::review::{Review, ReviewedFlow, Wish};
use crate::shell::screen::{Input, Screen};
use crate::shell::signals::{Cause, Stop};

/// How the review ended.
enum End {
    Write,
    Discard,
    Later,
    /// A signal asked for it.
    Stopped(Stop),
}

pub(super) fn run(settings: &Settings, waiting: Vec<Waiting>) -> Exit {
    for it in waiting.iter().filter(|it| it.pending.is_stale) {
        let flow = crate::report::escape_line(&it.flow);
        let text = format!("left out: {flow} is stale, another text was approved since\n");
        settings.console.tell(&text);
    }
    let open: Vec<Waiting> = waiting
        .into_iter()
        .filter(|it| it.open().is_some())
        .collect();
    if open.is_empty() {
        settings.console.tell("nothing waits for a decision\n");
        return Exit::Ok;
    }
    let flows = open.iter().filter_map(|it| {
        Some(ReviewedFlow {
            name: it.name(),
            source: it.pending.file.source.clone(),
            change: it.open()?.clone(),
        })
    });
    let mut review = Review::new(flows.collect());
    let restored = journal::restore(settings, &mut review);
    if restored > 0 {
        review.tell(format!(
            "{} of last time taken over",
            count(restored, "decision")
        ));
    }
    match talk(settings, &mut review) {
        Ok(End::Write) => write(settings, &open, &review),
        Ok(End::Discard) => forget(settings, &review, "nothing was decided\n"),
        Ok(End::Later) => leave(settings, &review),
        Ok(End::Stopped(stop)) => {
            let exit = leave(settings, &review);
            let signal = stop.cause().and_then(Cause::exit_code);
            signal.map_or(exit, Exit::Signal)
        }
        Err(error) => settings.tell_io(&error),
    }
}

/// Ends with the decisions kept.
fn leave(settings: &Settings, review: &Review) -> Exit {
    let (all, decided) = review.progress();
    let program = settings.program();
    settings.console.tell(&format!(
        "{decided} of {} decided on, nothing is written yet\n\
         help: `{program} review` goes on\n",
        count(all, "change"),
    ));
    Exit::NeedsReview
}

fn forget(settings: &Settings, review: &Review, told: &str) -> Exit {
    if let Err(error) = journal::forget(settings, review) {
        settings.console.tell(&format!("error: {error}\n"));
        return Exit::Files;
    }
    settings.console.tell(told);
    Exit::NeedsReview
}

/// Shows the review until it ends, or until a signal ends it.
fn talk(settings: &Settings, review: &mut Review) -> io::Result<End> {
    // The one worker waits for signals, while this thread waits for keys.
    let mut runtime = Builder::new_multi_thread();
    let runtime = runtime.worker_threads(1).enable_all().build()?;
    let _inside = runtime.enter();
    let stop = Stop::on_signals_of_a_terminal()?;
    match converse(settings, review, &stop) {
        // A terminal that is gone fails before, or after, the signal says so.
        Err(_) if stop.is_requested() => Ok(End::Stopped(stop)),
        ended => ended,
    }
}

/// Draws, takes a key, does what it asks for, until the end.
fn converse(settings: &Settings, review: &mut Review, stop: &Stop) -> io::Result<End> {
    let look = Look {
        color: settings.console.palette() == Palette::COLOURED,
    };
    let mut screen = Screen::open(stop.clone())?;
    loop {
        screen.draw(|frame| draw(review, look, frame))?;
        let wish = match screen.input()? {
            Input::Key(key) => review.press(key),
            Input::Interrupt => return Ok(End::Later),
            Input::Stop => return Ok(End::Stopped(stop.clone())),
            Input::Redraw => None,
        };
        match wish {
            None => {}
            Some(Wish::Keep) => {
                if let Err(error) = journal::keep(settings, review) {
                    review.tell(format!("the decision is not kept: {error}"));
                }
            }
            Some(Wish::Copy(text)) => screen.copy(&text)?,
            Some(Wish::Open(file, line)) => {
                let told = screen.lend(|| edit(settings, &file, line))?;
                review.tell(told);
            }
            Some(Wish::Write) => return Ok(End::Write),
            Some(Wish::Discard) => return Ok(End::Discard),
            Some(Wish::Later) => return Ok(End::Later),
        }
    }
}

/// Opens a file in the editor of `VISUAL` or `EDITOR`; with what is to be told.
fn edit(settings: &Settings, file: &str, line: usize) -> String {
    let editor = ["VISUAL", "EDITOR"]
        .into_iter()
        .find_map(Settings::variable);
    let Some(editor) = editor.filter(|it| !it.trim().is_empty()) else {
        return format!("{file}:{line} (set EDITOR to open it)");
    };
    let mut words = editor.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).arg(format!("+{line}"));
    command.arg(settings.directory.join(file));
    match command.status() {
        Ok(status) if status.success() => format!("{file}:{line}"),
        Ok(status) => format!("the editor ended with {status}"),
        Err(error) => format!("{editor} does not start: {error}"),
    }
}

fn write(settings: &Settings, open: &[Waiting], review: &Review) -> Exit {
    let decided: Vec<Decided<'_>> = open
        .iter()
        .enumerate()
        .map(|(flow, waiting)| Decided {
            waiting,
            choices: review.choices(flow),
            rules: review.rules_of(flow),
        })
        .collect();
    let done = carry_out(settings, &decided);
    settings.console.tell(&done.told);
    let mut exit = done.exit;
    // What is written needs no journal; what could not be written stays in it.
    if exit < Exit::Files
        && let Err(error) = journal::forget(settings, review)
    {
        settings.console.tell(&format!("error: {error}\n"));
        exit = exit.max(Exit::Files);
    }
    let (all, done) = review.progress();
    if done < all {
        exit = exit.max(Exit::NeedsReview);
    }
    exit
}
