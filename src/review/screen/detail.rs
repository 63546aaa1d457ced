//! The change in view: where it is in the story of its flow, what the contract says, the lines.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph};

use super::{Look, fit, verdict_sign, verdict_words};
use crate::diff::{self, Hunk, LineKind};
use crate::report::escape_line;
use crate::report::human::count;
use crate::review::ChangeAt;
use crate::review::state::Review;

/// How many lines of a change are shown.
const LINES_MAX: usize = 2_000;
/// How many characters of a line are shown.
const LINE_CHARS_MAX: usize = 2_000;

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
    let width = usize::from(area.width.saturating_sub(2));
    let mut lines = head(review, look, focus, width);
    if review.shows_places {
        lines.extend(places(review));
    } else {
        let hunks = review.flows()[focus.flow].change.lines_of(focus.change);
        lines.extend(if review.side_by_side {
            beside(&hunks, look, width)
        } else {
            unified(&hunks, look)
        });
    }
    let (_, place) = review.cursor();
    let places = review.current().map_or(0, |it| it.places.len());
    let flow = escape_line(&review.flows()[focus.flow].name);
    let title = format!(" {flow}  {}/{places} ", place + 1);
    let height = usize::from(area.height.saturating_sub(2));
    let offset = review.offset.min(lines.len().saturating_sub(height));
    let offset = u16::try_from(offset).unwrap_or(u16::MAX);
    let text = Paragraph::new(lines).scroll((offset, 0));
    frame.render_widget(text.block(Block::bordered().title(title)), area);
}

/// What the change is: its steps, its class, what the contract says, what was decided.
fn head(review: &Review, look: Look, focus: ChangeAt, width: usize) -> Vec<Line<'static>> {
    let change = review.change(focus);
    let class = change.judgement.class;
    let mut lines = story(review, focus, width);
    let contract = change.judgement.contract.as_ref();
    let contract = contract.map_or_else(String::new, |it| {
        format!("  {}", escape_line(&it.to_string()))
    });
    lines.push(Line::from(vec![
        Span::styled(format!("{} {class}", class.sign()), look.of_class(class)),
        Span::styled(contract, Look::faint()),
    ]));
    let what = [&change.title, &change.judgement.why];
    lines.extend(what.map(|it| Line::raw(format!("  {}", escape_line(it)))));
    let places = review.current().map_or(0, |it| it.places.len());
    let more = match places {
        0 | 1 => String::new(),
        more => format!(", {} (g lists them)", count(more - 1, "more place")),
    };
    let verdict = verdict_words(review.verdict(focus));
    lines.push(Line::styled(format!("  {verdict}{more}"), Look::strong()));
    lines.push(Line::raw(""));
    lines
}

/// The steps of the flow, those with changes with the number of them, the one in view in brackets.
fn story(review: &Review, focus: ChangeAt, width: usize) -> Vec<Line<'static>> {
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
        let length = text.chars().count() + 3;
        if used + length > width && !spans.is_empty() {
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
fn places(review: &Review) -> Vec<Line<'static>> {
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
        Line::styled(format!("{mark} {sign} {flow}  {place}"), style)
    };
    places.iter().enumerate().map(line).collect()
}

fn shown(text: &str) -> String {
    let end = text.char_indices().nth(LINE_CHARS_MAX).map(|(at, _)| at);
    escape_line(&text[..end.unwrap_or(text.len())]).into_owned()
}

/// The lines, those that were taken out above those that were put in.
fn unified(hunks: &[Hunk], look: Look) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (place, hunk) in hunks.iter().enumerate() {
        if place > 0 {
            lines.push(Line::styled("⋮", Look::faint()));
        }
        for line in &hunk.lines {
            let (sign, style) = style(line.kind, look);
            let mut spans = vec![Span::styled(format!("{sign} "), style)];
            let mut at = 0;
            for range in &line.emphasis {
                if let (Some(plain), Some(word)) =
                    (line.text.get(at..range.start), line.text.get(range.clone()))
                {
                    spans.push(Span::styled(shown(plain), style));
                    let strong = style.add_modifier(
                        ratatui::style::Modifier::BOLD | ratatui::style::Modifier::UNDERLINED,
                    );
                    spans.push(Span::styled(shown(word), strong));
                    at = range.end;
                }
            }
            spans.push(Span::styled(
                shown(line.text.get(at..).unwrap_or_default()),
                style,
            ));
            lines.push(Line::from(spans));
        }
    }
    cut(lines)
}

/// The lines, the old ones at the left and the new ones at the right.
fn beside(hunks: &[Hunk], look: Look, width: usize) -> Vec<Line<'static>> {
    let half = width.saturating_sub(3) / 2;
    let mut lines = Vec::new();
    let mut row = |left: Option<&diff::Line>, right: Option<&diff::Line>| {
        let side = |line: Option<&diff::Line>| match line {
            Some(line) => {
                let (sign, style) = style(line.kind, look);
                let text = fit(&format!("{sign} {}", shown(&line.text)), half);
                Span::styled(text, style)
            }
            None => Span::raw(" ".repeat(half)),
        };
        let middle = Span::styled(" │ ", Look::faint());
        lines.push(Line::from(vec![side(left), middle, side(right)]));
    };
    for hunk in hunks {
        let mut rest = hunk.lines.as_slice();
        while let Some(line) = rest.first() {
            if line.kind == LineKind::Equal {
                row(Some(line), Some(line));
                rest = &rest[1..];
                continue;
            }
            let of = |kind| rest.iter().take_while(move |it| it.kind == kind).count();
            let removed = of(LineKind::Removed);
            let behind = &rest[removed..];
            let added = behind
                .iter()
                .take_while(|it| it.kind == LineKind::Added)
                .count();
            for place in 0..removed.max(added) {
                let left = rest[..removed].get(place);
                row(left, behind[..added].get(place));
            }
            rest = &behind[added..];
        }
    }
    cut(lines)
}

fn cut(mut lines: Vec<Line<'static>>) -> Vec<Line<'static>> {
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
