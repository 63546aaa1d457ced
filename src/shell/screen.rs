//! The terminal as a screen: the one that was there comes back when this is over, also after a panic.

use std::io::{self, IsTerminal as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use ratatui::{DefaultTerminal, Frame};

use crate::review::Key;

/// A screen that fills the terminal.
#[derive(Debug)]
pub struct Screen {
    terminal: DefaultTerminal,
}

/// What somebody did at the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Pressed a key.
    Key(Key),
    /// Asked for an end, with Ctrl-C.
    Interrupt,
    /// Something that only asks for the screen to be drawn again.
    Redraw,
}

/// Whether there is a terminal to read from and to draw on.
pub fn is_there() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When it does not let itself be taken.
    pub fn open() -> io::Result<Self> {
        ratatui::try_init().map(|terminal| Self { terminal })
    }

    /// Draws.
    ///
    /// # Errors
    /// When the terminal takes no more.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(draw).map(|_| ())
    }

    /// Waits for somebody to do something.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn input(&mut self) -> io::Result<Input> {
        let Event::Key(key) = event::read()? else {
            return Ok(Input::Redraw);
        };
        if key.kind == KeyEventKind::Release {
            return Ok(Input::Redraw);
        }
        // Esc and then a key in haste arrive as one key with Alt: that is no decision.
        if key.modifiers.contains(KeyModifiers::ALT) {
            return Ok(Input::Key(Key::Escape));
        }
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return Ok(match key.code {
                KeyCode::Char('c' | 'd') => Input::Interrupt,
                _ => Input::Redraw,
            });
        }
        Ok(match key.code {
            KeyCode::Char(sign) => Input::Key(Key::Char(sign)),
            KeyCode::Esc => Input::Key(Key::Escape),
            KeyCode::Enter => Input::Key(Key::Enter),
            KeyCode::Backspace => Input::Key(Key::Backspace),
            KeyCode::Up => Input::Key(Key::Up),
            KeyCode::Down => Input::Key(Key::Down),
            KeyCode::Left => Input::Key(Key::Left),
            KeyCode::Right => Input::Key(Key::Right),
            KeyCode::PageUp => Input::Key(Key::PageUp),
            KeyCode::PageDown => Input::Key(Key::PageDown),
            _ => Input::Redraw,
        })
    }

    /// Puts a text on the clipboard of the terminal, also of one far away (OSC 52).
    ///
    /// # Errors
    /// When the terminal takes no more.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        let mut out = io::stdout();
        write!(out, "\x1b]52;c;{}\x07", STANDARD.encode(text))?;
        out.flush()
    }

    /// Hands the terminal to somebody else for a while.
    ///
    /// # Errors
    /// When it does not let itself be taken again.
    pub fn lend<T>(&mut self, act: impl FnOnce() -> T) -> io::Result<T> {
        ratatui::restore();
        let done = act();
        self.terminal = ratatui::try_init()?;
        self.terminal.clear()?;
        Ok(done)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        ratatui::restore();
    }
}
