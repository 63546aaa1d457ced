//! What the keys mean.

use std::path::{Component, Path};

use super::state::{Mode, Review, Verdict};
use crate::change::{ChangeClass, Choice};

/// What every command begins with that asks again. A text that begins otherwise may be any command.
const ASKS_AGAIN: &str = "curl ";

/// A key that was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A sign.
    Char(char),
    /// Esc.
    Escape,
    /// Enter.
    Enter,
    /// The key that takes back a sign.
    Backspace,
    /// An arrow up.
    Up,
    /// An arrow down.
    Down,
    /// An arrow to the left.
    Left,
    /// An arrow to the right.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
}

/// What the review asks of whoever runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Open a file in an editor, at a line.
    Open(String, usize),
    /// Put a text on the clipboard.
    Copy(String),
    /// A decision was made or undone: keep the journal.
    Keep,
    /// End, and carry out what was decided.
    Write,
    /// End, and forget what was decided.
    Discard,
    /// End, and go on with it next time.
    Later,
}

impl Review {
    /// Takes a key; with what is to be done about it outside of the review.
    pub fn press(&mut self, key: Key) -> Option<Wish> {
        self.message.clear();
        match self.mode.clone() {
            Mode::Browse => self.browse(key),
            Mode::Filter => self.edit_filter(key),
            Mode::Help => {
                self.mode = Mode::Browse;
                None
            }
            Mode::Breaking(scope) => {
                self.mode = Mode::Browse;
                if key == Key::Char('y') {
                    return Some(self.decide_all(&scope, &Verdict::Chosen(Choice::Accept)));
                }
                "nothing was decided".clone_into(&mut self.message);
                None
            }
            Mode::Everything(verdict) => {
                self.mode = Mode::Browse;
                if key == Key::Char('y') {
                    let scope = self.undecided();
                    return self.wish(&scope, &verdict);
                }
                "nothing was decided".clone_into(&mut self.message);
                None
            }
            Mode::Volatile(options) => {
                self.mode = Mode::Browse;
                let Key::Char(sign) = key else { return None };
                let number = sign.to_digit(10).map_or(0, |it| it as usize);
                let option = options.get(number.checked_sub(1)?)?.clone();
                let scope = self.focus().into_iter().collect::<Vec<_>>();
                Some(self.decide_all(&scope, &Verdict::Volatile(option)))
            }
            Mode::Quit => {
                self.mode = Mode::Browse;
                match key {
                    Key::Char('w') => Some(Wish::Write),
                    Key::Char('d') => Some(Wish::Discard),
                    Key::Char('l') => Some(Wish::Later),
                    _ => None,
                }
            }
        }
    }

    fn browse(&mut self, key: Key) -> Option<Wish> {
        match key {
            Key::Char('j' | 'n') | Key::Down => self.move_group(1),
            Key::Char('k' | 'p') | Key::Up => self.move_group(-1),
            Key::Char('l') | Key::Right => self.move_place(1),
            Key::Char('h') | Key::Left => self.move_place(-1),
            Key::Char(sign @ '1'..='9') => self.go_to(sign),
            Key::PageDown => self.scroll(10),
            Key::PageUp => self.scroll(-10),
            Key::Char('a') => return self.decide(&Verdict::Chosen(Choice::Accept)),
            Key::Char('r') => return self.decide(&Verdict::Chosen(Choice::Reject)),
            Key::Char('s') => self.skip(),
            Key::Char('A') => return self.decide_group(Verdict::Chosen(Choice::Accept)),
            Key::Char('R') => return self.decide_group(Verdict::Chosen(Choice::Reject)),
            Key::Char('S') => self.skip_group(),
            Key::Char('u') => return self.undo(),
            Key::Char('v') => self.offer_rule(),
            Key::Char('d') => self.side_by_side = !self.side_by_side,
            Key::Char('g') => self.shows_places = !self.shows_places,
            Key::Char('/') => self.mode = Mode::Filter,
            Key::Char('?') => self.mode = Mode::Help,
            Key::Char('q') => self.mode = Mode::Quit,
            Key::Char('o' | 'e') => return self.open_inside(),
            Key::Char('c') => return self.copy_command(),
            Key::Escape | Key::Enter | Key::Backspace | Key::Char(_) => {}
        }
        None
    }

    /// Offers rules for the value in view, where one would mend something.
    fn offer_rule(&mut self) {
        let class = self.focus().map(|it| self.change(it).judgement.class);
        if class == Some(ChangeClass::Breaking) {
            "no rule mends this: the value breaks the contract, whatever it is called"
                .clone_into(&mut self.message);
        } else {
            self.offer_volatile();
        }
    }

    /// Asks for a file to be opened. What waits may come from elsewhere: it names no file outside.
    fn open_inside(&mut self) -> Option<Wish> {
        let wish = self.open()?;
        if let Wish::Open(file, _) = &wish
            && !is_inside(file)
        {
            self.message = format!("{file} is not opened: it is outside of the project");
            return None;
        }
        Some(wish)
    }

    /// Asks for a command to be copied, as one line; says which one, since it is pasted unseen.
    fn copy_command(&mut self) -> Option<Wish> {
        let wish = self.copy()?;
        let Wish::Copy(command) = wish else {
            return Some(wish);
        };
        let command: String = command.chars().filter(|it| !it.is_control()).collect();
        if command.starts_with(ASKS_AGAIN) {
            self.message = format!("on the clipboard: {command}");
            return Some(Wish::Copy(command));
        }
        self.message = format!("not copied, since it is no curl command: {command}");
        None
    }

    fn edit_filter(&mut self, key: Key) -> Option<Wish> {
        match key {
            Key::Char(sign) if self.filter.chars().count() < super::state::FILTER_CHARS_MAX => {
                self.filter.push(sign);
            }
            Key::Backspace => {
                self.filter.pop();
            }
            Key::Escape => {
                self.filter.clear();
                self.mode = Mode::Browse;
            }
            Key::Enter => self.mode = Mode::Browse,
            _ => {}
        }
        self.settle();
        None
    }
}

/// Whether a path stays below the folder that it begins in.
fn is_inside(path: &str) -> bool {
    let is_plain = |it| matches!(it, Component::Normal(_) | Component::CurDir);
    !path.contains('\\') && Path::new(path).components().all(is_plain)
}
