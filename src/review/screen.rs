//! A review as a screen: what there is to decide on at the left, the change in view in its story at the
//! right; one above the other where the terminal is narrow.
//!
//! Signs and words say everything; colours say it once more. Texts of a target are escaped.

mod detail;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, List, ListItem, ListState, Paragraph, Wrap};

use super::state::{Mode, Review, Verdict};
use super::{ChangeAt, ReviewGroup};
use crate::change::{ChangeClass, Choice};
use crate::report::escape_line;

/// From how many columns on both panes stand side by side.
const WIDE_MIN: u16 = 100;

/// What the keys mean, for the screen that explains them.
const HELP: &[(&str, &str)] = &[
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

/// How things look. Without colours, the signs and words are enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Whether there are colours.
    pub color: bool,
}

impl Look {
    fn fore(self, color: Color) -> Style {
        if self.color {
            Style::new().fg(color)
        } else {
            Style::new()
        }
    }

    fn faint() -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    fn strong() -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    fn of_class(self, class: ChangeClass) -> Style {
        match class {
            ChangeClass::Breaking | ChangeClass::Identity => self.fore(Color::Red),
            _ if class.is_allowed() => Style::new(),
            _ => self.fore(Color::Yellow),
        }
    }
}

/// Draws a review.
pub fn draw(review: &Review, look: Look, frame: &mut Frame<'_>) {
    let rows = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(3),
        Constraint::Length(1),
    ]);
    let [head, body, foot] = rows.areas(frame.area());
    frame.render_widget(header(review), head);
    let [list, detail] = if body.width >= WIDE_MIN {
        Layout::horizontal([Constraint::Percentage(38), Constraint::Min(40)]).areas(body)
    } else {
        let groups = u16::try_from(review.shown().len()).unwrap_or(u16::MAX);
        let height = groups.saturating_add(2).min(body.height / 3).max(3);
        Layout::vertical([Constraint::Length(height), Constraint::Min(3)]).areas(body)
    };
    draw_groups(review, look, frame, list);
    detail::draw(review, look, frame, detail);
    frame.render_widget(footer(review), foot);
    draw_question(review, frame);
}

fn header(review: &Review) -> Line<'static> {
    let (all, decided) = review.progress();
    let shown = review.shown().len();
    let (group, _) = review.cursor();
    let group = if shown == 0 { 0 } else { group + 1 };
    let filter = match &review.mode {
        Mode::Filter => format!("  filter: {}_", escape_line(&review.filter)),
        _ if review.filter.is_empty() => String::new(),
        _ => format!("  filter: {}", escape_line(&review.filter)),
    };
    Line::from(vec![
        Span::styled(" review ", Look::strong().add_modifier(Modifier::REVERSED)),
        Span::raw(format!(
            " group {group}/{shown} · changes {all} · undecided {}{filter}",
            all - decided
        )),
    ])
}

fn footer(review: &Review) -> Line<'static> {
    if !review.message.is_empty() {
        return Line::styled(format!(" {}", escape_line(&review.message)), Look::strong());
    }
    let keys = match review.mode {
        Mode::Filter => " Enter keeps the filter  Esc clears it",
        _ => {
            " a accept  r reject  s skip  A R S group  v volatile  u undo  n p move  h l place  / filter  ? help  q end"
        }
    };
    Line::styled(keys, Look::faint())
}

fn draw_groups(review: &Review, look: Look, frame: &mut Frame<'_>, area: Rect) {
    let (group, _) = review.cursor();
    let items = review.shown();
    let width = usize::from(area.width.saturating_sub(2));
    let items = items.iter().map(|it| group_line(review, look, it, width));
    let items: Vec<ListItem<'_>> = items.map(ListItem::new).collect();
    let is_empty = items.is_empty();
    let list = List::new(items)
        .block(Block::bordered().title(" changes "))
        .highlight_style(Style::new().add_modifier(Modifier::REVERSED));
    let mut state = ListState::default().with_selected((!is_empty).then_some(group));
    frame.render_stateful_widget(list, area, &mut state);
}

/// A group in one line: what was decided, the sign of its class, what it is, in how many places.
fn group_line(review: &Review, look: Look, group: &ReviewGroup, width: usize) -> Line<'static> {
    let decided = sign(review, &group.places);
    let places = format!("×{}", group.places.len());
    let room = width.saturating_sub(places.chars().count() + 6);
    let title = fit(&escape_line(&group.title), room);
    Line::from(vec![
        Span::styled(format!("{decided} "), Look::strong()),
        Span::styled(
            format!("{} ", group.class.sign()),
            look.of_class(group.class),
        ),
        Span::raw(title),
        Span::styled(format!(" {places}"), Look::faint()),
    ])
}

/// A text in so many characters, filled up or cut.
fn fit(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return format!("{text}{}", " ".repeat(width - length));
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// What was decided on places, in one sign.
fn sign(review: &Review, places: &[ChangeAt]) -> char {
    let mut verdicts = places.iter().map(|it| verdict_sign(review.verdict(*it)));
    let first = verdicts.next().unwrap_or(' ');
    if verdicts.all(|it| it == first) {
        first
    } else {
        '%'
    }
}

fn verdict_sign(verdict: Option<&Verdict>) -> char {
    match verdict {
        None => ' ',
        Some(Verdict::Chosen(Choice::Accept)) => 'a',
        Some(Verdict::Chosen(Choice::Reject)) => 'r',
        Some(Verdict::Volatile(_)) => 'v',
    }
}

/// What was decided, in words.
fn verdict_words(verdict: Option<&Verdict>) -> String {
    match verdict {
        None => "undecided".to_owned(),
        Some(Verdict::Chosen(Choice::Accept)) => "accepted".to_owned(),
        Some(Verdict::Chosen(Choice::Reject)) => "rejected".to_owned(),
        Some(Verdict::Volatile(rule)) => format!("a rule: {}", escape_line(&rule.name)),
    }
}

/// What is asked, above everything else.
fn draw_question(review: &Review, frame: &mut Frame<'_>) {
    let lines = question(review);
    if lines.is_empty() {
        return;
    }
    let area = frame.area();
    let longest = lines.iter().map(Line::width).max().unwrap_or_default();
    let width = u16::try_from(longest + 4)
        .unwrap_or(u16::MAX)
        .min(area.width);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let height = height.min(area.height);
    let place = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    frame.render_widget(Clear, place);
    let block = Block::bordered();
    let text = Paragraph::new(lines).wrap(Wrap { trim: false });
    frame.render_widget(text.block(block), place);
}

fn question(review: &Review) -> Vec<Line<'static>> {
    let line = |text: &str| Line::raw(text.to_owned());
    match &review.mode {
        Mode::Browse | Mode::Filter => Vec::new(),
        Mode::Help => HELP
            .iter()
            .map(|(key, what)| Line::raw(format!(" {key:<10} {what} ")))
            .collect(),
        Mode::Breaking(scope) => {
            let breaking = scope.iter().map(|it| &review.change(*it).judgement);
            let first = breaking
                .clone()
                .find(|it| it.class == ChangeClass::Breaking);
            let count = breaking
                .filter(|it| it.class == ChangeClass::Breaking)
                .count();
            let place = first.and_then(|it| it.contract.as_ref());
            let place = place.map_or_else(|| "the contract".to_owned(), ToString::to_string);
            vec![
                Line::raw(format!(" {count} of this breaks {}: ", escape_line(&place))),
                Line::raw(format!(" {} ", escape_line(first.map_or("", |it| &it.why)))),
                line(""),
                line(" y  accept it all the same      any other key: decide nothing "),
            ]
        }
        Mode::Everything(verdict) => {
            let open = review.undecided().len();
            let word = verdict_words(Some(verdict));
            vec![
                Line::raw(format!(
                    " {open} changes are left. Are all of them {word}? "
                )),
                line(""),
                line(" y  yes      any other key: decide nothing "),
            ]
        }
        Mode::Volatile(options) => {
            let place = options.first().and_then(|it| {
                let header = it.header.as_ref().map(|name| format!("header {name}"));
                it.at.clone().or(header)
            });
            let place = place.unwrap_or_default();
            let place = escape_line(&place);
            let mut lines = vec![
                Line::raw(format!(" {place} gets a symbol, by a rule in api.toml: ")),
                line(""),
            ];
            for (number, it) in options.iter().enumerate() {
                let name = escape_line(&it.name);
                lines.push(Line::raw(format!(" {}  ‹{name}#1› ", number + 1)));
            }
            lines.push(line(""));
            lines.push(line(" any other key: decide nothing "));
            lines
        }
        Mode::Quit => {
            let (all, decided) = review.progress();
            vec![
                Line::raw(format!(" {decided} of {all} changes are decided on. ")),
                line(""),
                line(" w  write: approve what was accepted, take away what was rejected "),
                line(" d  discard: forget the decisions "),
                line(" l  later: keep them, and go on next time "),
                line(" any other key: go back "),
            ]
        }
    }
}
