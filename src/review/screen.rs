//! A review as a screen: what there is to decide on at the left, the change in view in its story at the
//! right; one above the other where the terminal is narrow.
//!
//! Signs and words say everything; colours say it once more. Texts of a target are escaped.

mod detail;
mod question;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, List, ListItem, ListState, Paragraph};

#[cfg(test)]
pub(super) use question::HELP;

use super::state::{Mode, Review, Verdict};
use super::{ChangeAt, ReviewGroup};
use crate::change::{ChangeClass, Choice};
use crate::report::escape_line;
use crate::report::human::window::{cut, fit, width, wrap};

/// From how many columns on both panes stand side by side.
const WIDE_MIN: u16 = 100;

/// How many lines a message may take.
const MESSAGE_LINES_MAX: usize = 3;

/// What the keys do, in a line: as many as there is room for, the first ones first.
const KEYS: &[&str] = &[
    "? help",
    "q end",
    "a accept",
    "r reject",
    "s skip",
    "A R S group",
    "v volatile",
    "u undo",
    "n p move",
    "h l place",
    "/ filter",
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
    let columns = usize::from(frame.area().width);
    let told = footer(review, columns);
    let rows = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(3),
        Constraint::Length(u16::try_from(told.len()).unwrap_or(1)),
    ]);
    let [head, body, foot] = rows.areas(frame.area());
    frame.render_widget(header(review, columns), head);
    let is_wide = body.width >= WIDE_MIN;
    let [list, detail] = if is_wide {
        Layout::horizontal([Constraint::Percentage(38), Constraint::Min(40)]).areas(body)
    } else {
        let groups = u16::try_from(review.shown().len()).unwrap_or(u16::MAX);
        let height = groups.saturating_add(2).min(body.height / 3).max(3);
        Layout::vertical([Constraint::Length(height), Constraint::Min(3)]).areas(body)
    };
    draw_groups(review, look, is_wide, frame, list);
    detail::draw(review, look, frame, detail);
    frame.render_widget(Paragraph::new(told), foot);
    question::draw(review, frame);
}

fn header(review: &Review, columns: usize) -> Line<'static> {
    const NAME: &str = " review ";
    let (all, decided) = review.progress();
    let shown = review.shown().len();
    let (group, _) = review.cursor();
    let group = if shown == 0 { 0 } else { group + 1 };
    let filter = match &review.mode {
        Mode::Filter => format!("  filter: {}_", escape_line(&review.filter)),
        _ if review.filter.is_empty() => String::new(),
        _ => format!("  filter: {}", escape_line(&review.filter)),
    };
    let where_it_is = format!(
        " group {group}/{shown} · changes {all} · undecided {}{filter}",
        all - decided
    );
    let room = columns.saturating_sub(width(NAME));
    Line::from(vec![
        Span::styled(NAME, Look::strong().add_modifier(Modifier::REVERSED)),
        Span::raw(cut(&where_it_is, room).into_owned()),
    ])
}

/// What is to be told, or else what the keys do.
fn footer(review: &Review, columns: usize) -> Vec<Line<'static>> {
    let room = columns.saturating_sub(1);
    if !review.message.is_empty() {
        let message = escape_line(&review.message);
        let mut lines = wrap(&message, room);
        if lines.len() > MESSAGE_LINES_MAX {
            lines.truncate(MESSAGE_LINES_MAX);
            if let Some(last) = lines.last_mut() {
                *last = cut(&format!("{last}{}", " ".repeat(columns)), room).into_owned();
            }
        }
        let told = |it| Line::styled(format!(" {it}"), Look::strong());
        return lines.into_iter().map(told).collect();
    }
    let mut keys = String::new();
    if review.mode == Mode::Filter {
        keys.push_str("Enter keeps the filter  Esc clears it");
    } else {
        for it in KEYS {
            if width(&keys) + width(it) + 2 > room {
                break;
            }
            keys.push_str(it);
            keys.push_str("  ");
        }
    }
    let keys = format!(" {}", cut(keys.trim_end(), room));
    vec![Line::styled(keys, Look::faint())]
}

fn draw_groups(review: &Review, look: Look, has_words: bool, frame: &mut Frame<'_>, area: Rect) {
    let (group, _) = review.cursor();
    let items = review.shown();
    let room = usize::from(area.width.saturating_sub(2));
    let items = items.iter().map(|it| {
        let line = group_line(review, look, it, room);
        if has_words {
            with_words(line, it, room)
        } else {
            vec![Line::from(line)]
        }
    });
    let items: Vec<ListItem<'_>> = items.map(ListItem::new).collect();
    let is_empty = items.is_empty();
    let list = List::new(items)
        .block(Block::bordered().title(" changes "))
        .highlight_style(Style::new().add_modifier(Modifier::REVERSED));
    let mut state = ListState::default().with_selected((!is_empty).then_some(group));
    frame.render_stateful_widget(list, area, &mut state);
}

/// A group in one line: what was decided, the sign of its class, what it is, in how many places.
fn group_line(review: &Review, look: Look, group: &ReviewGroup, room: usize) -> Vec<Span<'static>> {
    let decided = sign(review, &group.places);
    let places = format!("×{}", group.places.len());
    let room = room.saturating_sub(width(&places) + 6);
    let title = fit(&escape_line(&group.title), room);
    vec![
        Span::styled(format!("{decided} "), Look::strong()),
        Span::styled(
            format!("{} ", group.class.sign()),
            look.of_class(group.class),
        ),
        Span::raw(title),
        Span::styled(format!(" {places}"), Look::faint()),
    ]
}

/// The same with the words of its class, behind the title where there is room, else below it.
fn with_words(
    mut line: Vec<Span<'static>>,
    group: &ReviewGroup,
    room: usize,
) -> Vec<Line<'static>> {
    let words = group.class.words();
    if let Some(title) = line.get_mut(2) {
        let own = title.content.trim_end();
        let blank = width(&title.content) - width(own);
        if blank >= width(words) + 2 {
            let gap = " ".repeat(blank - width(words));
            title.content = format!("{own}{gap}{words}").into();
            return vec![Line::from(line)];
        }
    }
    let below = cut(&format!("    {words}"), room).into_owned();
    vec![Line::from(line), Line::styled(below, Look::faint())]
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
