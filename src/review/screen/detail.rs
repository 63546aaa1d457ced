//! The change in view: where it is in the story of its flow, what the contract says, the lines.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph};

use super::{Look, verdict_sign, verdict_words};
use crate::diff::{self, Hunk, LineKind};
use crate::report::escape_line;
use crate::report::human::count;
use crate::report::human::window::{PieceKind, cut, cut_place, focuses, width, window, wrap};
use crate::review::ChangeAt;
use crate::review::state::Review;

/// How many lines of a change are shown.
const LINES_MAX: usize = 2_000;
/// How many characters of a text about a change are shown.
const TEXT_CHARS_MAX: usize = 2_000;

pub(super) fn draw(review: &Review, look: Look, frame: &mut Frame<'_>, area: Rect) {
    let Some(focus) = review.focus() else {
        let text = if review.flows().is_empty() {
            "nothing waits for a decision"
        } else {
            "nothing fits the filter"
        };
        frame.render_widget(Paragraph::new(text).block(Block::bordered()), area);
        return;
    };
    let room = usize::from(area.width.saturating_sub(2));
    let mut lines = head(review, look, focus, room);
    if review.shows_places {
        lines.extend(places(review, room));
    } else {
        let hunks = review.flows()[focus.flow].change.lines_of(focus.change);
        lines.extend(if review.side_by_side {
            beside(&hunks, look, room)
        } else {
            unified(&hunks, look, room)
        });
    }
    let (_, place) = review.cursor();
    let places = review.current().map_or(0, |it| it.places.len());
    let flow = escape_line(&review.flows()[focus.flow].name);
    let number = format!("  {}/{places} ", place + 1);
    let flow = cut(&flow, room.saturating_sub(width(&number) + 1));
    let title = format!(" {flow}{number}");
    let height = usize::from(area.height.saturating_sub(2));
    let offset = review.offset.min(lines.len().saturating_sub(height));
    let offset = u16::try_from(offset).unwrap_or(u16::MAX);
    let text = Paragraph::new(lines).scroll((offset, 0));
    frame.render_widget(text.block(Block::bordered().title(title)), area);
}

/// What the change is: its steps, its class, what the contract says, what was decided.
fn head(review: &Review, look: Look, focus: ChangeAt, room: usize) -> Vec<Line<'static>> {
    let change = review.change(focus);
    let class = change.judgement.class;
    let mut lines = story(review, focus, room);
    let words = format!("{} {class}", class.sign());
    let left = room.saturating_sub(width(&words) + 2);
    let mut first = vec![Span::styled(words, look.of_class(class))];
    let place = change.judgement.contract.as_ref().map(ToString::to_string);
    let place = place.unwrap_or_default();
    let place = escape_line(&place);
    let mut below = None;
    if width(&place) <= left {
        first.push(Span::styled(format!("  {place}"), Look::faint()));
    } else {
        let place = cut_place(&place, room.saturating_sub(2));
        below = Some(Line::styled(format!("  {place}"), Look::faint()));
    }
    lines.push(Line::from(first));
    lines.extend(below);
    for it in [&change.title, &change.judgement.why] {
        let text = wrap(&shown(it), room.saturating_sub(2).max(1));
        lines.extend(text.into_iter().map(|it| Line::raw(format!("  {it}"))));
    }
    let places = review.current().map_or(0, |it| it.places.len());
    let more = match places {
        0 | 1 => String::new(),
        more => format!(", {} (g lists them)", count(more - 1, "more place")),
    };
    let verdict = verdict_words(review.verdict(focus));
    let verdict = format!("  {verdict}{more}");
    lines.push(Line::styled(
        cut(&verdict, room).into_owned(),
        Look::strong(),
    ));
    lines.push(Line::raw(""));
    lines
}

/// The steps of the flow, those with changes with the number of them, the one in view in brackets.
fn story(review: &Review, focus: ChangeAt, room: usize) -> Vec<Line<'static>> {
    let flow = &review.flows()[focus.flow].change;
    let own = &review.change(focus).step;
    let names = flow.now.lines().filter_map(|it| it.strip_prefix("# "));
    let mut names: Vec<&str> = names.collect();
    if !names.contains(&own.as_str()) {
        names.push(own);
    }
    let mut lines = Vec::new();
    let (mut spans, mut used) = (Vec::new(), 0);
    for (place, name) in names.iter().enumerate() {
        let changes = flow.changes.iter().filter(|it| it.step == *name).count();
        let count = if changes > 0 {
            format!("·{changes}")
        } else {
            String::new()
        };
        let name = escape_line(name);
        let (text, style) = if *name == **own {
            (format!("[{name}{count}]"), Look::strong())
        } else {
            (format!("{name}{count}"), Look::faint())
        };
        let arrow = if place == 0 { "" } else { " → " };
        let text = cut(&text, room.saturating_sub(3)).into_owned();
        let length = width(&text) + 3;
        if used + length > room && !spans.is_empty() {
            lines.push(Line::from(std::mem::take(&mut spans)));
            used = 0;
        }
        used += length;
        spans.push(Span::styled(arrow, Look::faint()));
        spans.push(Span::styled(text, style));
    }
    lines.push(Line::from(spans));
    lines
}

/// Every place of the group, with what was decided on it.
fn places(review: &Review, room: usize) -> Vec<Line<'static>> {
    let (_, own) = review.cursor();
    let places = review.current().map_or(&[][..], |it| &it.places);
    let line = |(number, at): (usize, &ChangeAt)| {
        let change = review.change(*at);
        let flow = escape_line(&review.flows()[at.flow].name);
        let place = format!("{} {}", change.step, change.place);
        let place = escape_line(&place);
        let sign = verdict_sign(review.verdict(*at));
        let mark = if number == own { '▶' } else { ' ' };
        let style = if number == own {
            Look::strong()
        } else {
            Style::new()
        };
        let text = format!("{mark} {sign} {flow}  {place}");
        Line::styled(cut(&text, room).into_owned(), style)
    };
    places.iter().enumerate().map(line).collect()
}

fn shown(text: &str) -> String {
    let end = text.char_indices().nth(TEXT_CHARS_MAX).map(|(at, _)| at);
    let mark = if end.is_some() { "…" } else { "" };
    format!("{}{mark}", escape_line(&text[..end.unwrap_or(text.len())]))
}

/// A line with its sign, in no more than so many columns.
fn line_in(
    line: &diff::Line,
    focus: &[Range<usize>],
    look: Look,
    room: usize,
) -> Vec<Span<'static>> {
    let (sign, style) = style(line.kind, look);
    let mut spans = vec![Span::styled(format!("{sign} "), style)];
    for it in window(line, focus, room.saturating_sub(2)) {
        let style = match it.kind {
            PieceKind::Plain => style,
            PieceKind::Word => style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            PieceKind::Cut => Look::faint(),
        };
        spans.push(Span::styled(it.text, style));
    }
    spans
}

/// The lines, those that were taken out above those that were put in.
fn unified(hunks: &[Hunk], look: Look, room: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (place, hunk) in hunks.iter().enumerate() {
        if place > 0 {
            lines.push(Line::styled("⋮", Look::faint()));
        }
        for (line, focus) in hunk.lines.iter().zip(&focuses(hunk)) {
            lines.push(Line::from(line_in(line, focus, look, room)));
        }
    }
    limit(lines)
}

/// A line of a hunk, and what of it has to be in view.
type Seen<'a> = (&'a diff::Line, &'a Vec<Range<usize>>);

/// The lines, the old ones at the left and the new ones at the right.
fn beside(hunks: &[Hunk], look: Look, room: usize) -> Vec<Line<'static>> {
    let half = room.saturating_sub(3) / 2;
    let mut lines = Vec::new();
    let mut row = |left: Option<Seen<'_>>, right: Option<Seen<'_>>| {
        let side = |seen: Option<Seen<'_>>| {
            let mut spans =
                seen.map_or_else(Vec::new, |(line, focus)| line_in(line, focus, look, half));
            let used: usize = spans.iter().map(|it| width(&it.content)).sum();
            spans.push(Span::raw(" ".repeat(half.saturating_sub(used))));
            spans
        };
        let mut spans = side(left);
        spans.push(Span::styled(" │ ", Look::faint()));
        spans.extend(side(right));
        lines.push(Line::from(spans));
    };
    for hunk in hunks {
        let focuses = focuses(hunk);
        let seen: Vec<Seen<'_>> = hunk.lines.iter().zip(&focuses).collect();
        let mut rest = seen.as_slice();
        while let Some(first) = rest.first() {
            if first.0.kind == LineKind::Equal {
                row(Some(*first), Some(*first));
                rest = &rest[1..];
                continue;
            }
            let of = |lines: &[Seen<'_>], kind| {
                let run = lines.iter().take_while(|it| it.0.kind == kind);
                run.count()
            };
            let removed = of(rest, LineKind::Removed);
            let behind = &rest[removed..];
            let added = of(behind, LineKind::Added);
            for place in 0..removed.max(added) {
                let left = rest[..removed].get(place);
                row(left.copied(), behind[..added].get(place).copied());
            }
            rest = &behind[added..];
        }
    }
    limit(lines)
}

fn limit(mut lines: Vec<Line<'static>>) -> Vec<Line<'static>> {
    if lines.len() > LINES_MAX {
        let more = lines.len() - LINES_MAX;
        lines.truncate(LINES_MAX);
        lines.push(Line::styled(
            format!("… {more} more lines not shown"),
            Look::faint(),
        ));
    }
    lines
}

fn style(kind: LineKind, look: Look) -> (char, Style) {
    match kind {
        LineKind::Equal => (' ', Style::new()),
        LineKind::Removed => ('-', look.fore(Color::Red)),
        LineKind::Added => ('+', look.fore(Color::Green)),
    }
}
