//! What is asked, above everything else: each line whole, over as many lines as it needs.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

use super::verdict_words;
use crate::change::{ChangeClass, VolatileDraft};
use crate::report::escape_line;
use crate::report::human::count;
use crate::report::human::window::{cut_place, width, wrap};
use crate::review::ChangeAt;
use crate::review::state::{Mode, Review};

/// What the keys mean, for the screen that explains them.
pub(in crate::review) const HELP: &[(&str, &str)] = &[
    ("a  r", "accept, reject the change in view"),
    ("s", "skip it: decide later"),
    (
        "A  R  S",
        "the same for the whole group; again for all that is left",
    ),
    ("v", "it changes from run to run: make a rule of it"),
    ("u", "undo the last decision"),
    (
        "n p  j k",
        "next, previous group; also the arrows, and 1 to 9",
    ),
    ("h l", "previous, next place of the group; also the arrows"),
    ("PgUp PgDn", "scroll the change"),
    (
        "/",
        "filter by words of the title, the class or the flow; Esc clears",
    ),
    ("d", "lines below or beside each other"),
    ("g", "list the places of the group"),
    ("o", "open the line of the contract in an editor"),
    ("c", "copy the curl command that asks again"),
    ("q", "end: write, discard or go on later"),
];

/// How many columns the keys take, in the screen that explains them.
const KEY_COLUMNS: usize = 10;
/// The line under what is asked, where a key says yes.
const OTHER_KEYS: &str = "any other key: decide nothing";

pub(super) fn draw(review: &Review, frame: &mut Frame<'_>) {
    let area = frame.area();
    // A frame, and a blank beside it.
    let room = usize::from(area.width).saturating_sub(4).max(1);
    let lines = question(review, room);
    if lines.is_empty() {
        return;
    }
    let longest = lines.iter().map(|it| width(it)).max().unwrap_or_default();
    let columns = u16::try_from(longest + 4).unwrap_or(u16::MAX);
    let columns = columns.min(area.width);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let height = height.min(area.height);
    let place = Rect {
        x: area.x + (area.width - columns) / 2,
        y: area.y + (area.height - height) / 2,
        width: columns,
        height,
    };
    frame.render_widget(Clear, place);
    let lines = lines.into_iter().map(|it| Line::raw(format!(" {it}")));
    let text = Paragraph::new(lines.collect::<Vec<_>>());
    frame.render_widget(text.block(Block::bordered()), place);
}

fn question(review: &Review, room: usize) -> Vec<String> {
    let lines = match &review.mode {
        Mode::Browse | Mode::Filter => return Vec::new(),
        Mode::Help => return help(room),
        Mode::Breaking(scope) => breaking(review, scope, room),
        Mode::Everything(verdict) => {
            let open = review.undecided().len();
            let word = verdict_words(Some(verdict));
            vec![
                format!("{} left. Is all of that {word}?", count(open, "change")),
                String::new(),
                format!("y  yes      {OTHER_KEYS}"),
            ]
        }
        Mode::Volatile(options) => rules(options),
        Mode::Quit => {
            let (all, decided) = review.progress();
            let keys = [
                "",
                "w  write: approve what was accepted, take away what was rejected",
                "d  discard: forget the decisions",
                "l  later: keep them, and go on next time",
                "any other key: go back",
            ];
            let mut lines = vec![format!("{decided} of {} decided on.", count(all, "change"))];
            lines.extend(keys.map(str::to_owned));
            lines
        }
    };
    lines.iter().flat_map(|it| wrap(it, room)).collect()
}

fn help(room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (key, what) in HELP {
        let what = wrap(what, room.saturating_sub(KEY_COLUMNS + 1).max(1));
        for (number, part) in what.iter().enumerate() {
            let key = if number == 0 { key } else { "" };
            lines.push(format!("{key:<KEY_COLUMNS$} {part}"));
        }
    }
    lines
}

fn breaking(review: &Review, scope: &[ChangeAt], room: usize) -> Vec<String> {
    let judgements = scope.iter().map(|it| &review.change(*it).judgement);
    let breaking: Vec<_> = judgements
        .filter(|it| it.class == ChangeClass::Breaking)
        .collect();
    let first = breaking.first();
    let place = first.and_then(|it| it.contract.as_ref());
    let place = place.map(ToString::to_string).unwrap_or_default();
    let told = match breaking.len() {
        1 if scope.len() == 1 => "This change breaks the contract:".to_owned(),
        1 => format!("1 of {} changes breaks the contract:", scope.len()),
        many if many == scope.len() => {
            format!("All {many} changes break the contract, the first of them:")
        }
        many => format!(
            "{many} of {} changes break the contract, the first of them:",
            scope.len()
        ),
    };
    vec![
        told,
        cut_place(&escape_line(&place), room).into_owned(),
        escape_line(first.map_or("", |it| &it.why)).into_owned(),
        String::new(),
        "y  accept it all the same".to_owned(),
        OTHER_KEYS.to_owned(),
    ]
}

fn rules(options: &[VolatileDraft]) -> Vec<String> {
    let place = options.first().and_then(|it| {
        let header = it.header.as_ref().map(|name| format!("header {name}"));
        it.at.clone().or(header)
    });
    let place = place.unwrap_or_default();
    let place = escape_line(&place);
    let mut lines = vec![
        format!("{place} gets a symbol, by a rule in api.toml:"),
        String::new(),
    ];
    for (number, it) in options.iter().enumerate() {
        lines.push(format!("{}  ‹{}#1›", number + 1, escape_line(&it.name)));
    }
    lines.extend([String::new(), OTHER_KEYS.to_owned()]);
    lines
}
