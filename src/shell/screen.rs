//! The terminal as a screen: the one that was there comes back when this is over, also after a panic.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ratatui::crossterm::event::{
    self, DisableBracketedPaste, EnableBracketedPaste, Event, KeyCode, KeyEventKind, KeyModifiers,
};
use ratatui::crossterm::execute;
use ratatui::{DefaultTerminal, Frame};

use super::signals::Stop;
use crate::review::Key;

/// How long a wish to stop may stay unseen.
const STOP_SEEN_WITHIN: Duration = Duration::from_millis(100);

/// A screen that fills the terminal.
#[derive(Debug)]
pub struct Screen {
    terminal: DefaultTerminal,
    reader: Reader,
    stop: Stop,
}

/// Reads from the terminal in a thread of its own: reading from one that is gone never ends, and the
/// program has to.
#[derive(Debug)]
struct Reader {
    /// Asks for one event. Between two of them nobody reads, so that an editor can.
    wanted: Sender<()>,
    events: Receiver<io::Result<Event>>,
    is_reading: bool,
}

/// What somebody did at the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Pressed a key.
    Key(Key),
    /// Asked for an end, with Ctrl-C.
    Interrupt,
    /// Asked the program to stop, with a signal.
    Stop,
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
    pub fn open(stop: Stop) -> io::Result<Self> {
        let reader = Reader::begin()?;
        let terminal = take()?;
        Ok(Self {
            terminal,
            reader,
            stop,
        })
    }

    /// Draws.
    ///
    /// # Errors
    /// When the terminal takes no more.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(draw).map(|_| ())
    }

    /// Waits for somebody to do something. A text that is pasted is no keys: nobody has pressed them.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn input(&mut self) -> io::Result<Input> {
        let Some(event) = self.reader.event(&self.stop)? else {
            return Ok(Input::Stop);
        };
        let Event::Key(key) = event else {
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
        give_back();
        let done = act();
        self.terminal = take()?;
        self.terminal.clear()?;
        Ok(done)
    }
}

impl Reader {
    fn begin() -> io::Result<Self> {
        let (wanted, wishes) = channel();
        let (answers, events) = channel();
        let read = move || {
            for () in wishes {
                if answers.send(event::read()).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().spawn(read)?;
        Ok(Self {
            wanted,
            events,
            is_reading: false,
        })
    }

    /// The next event; none when the program is to stop.
    fn event(&mut self, stop: &Stop) -> io::Result<Option<Event>> {
        while !stop.is_requested() {
            if !self.is_reading {
                self.wanted.send(()).map_err(io::Error::other)?;
                self.is_reading = true;
            }
            match self.events.recv_timeout(STOP_SEEN_WITHIN) {
                Ok(event) => {
                    self.is_reading = false;
                    return event.map(Some);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        Ok(None)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Takes the terminal, and asks it to tell what is pasted from what is pressed.
fn take() -> io::Result<DefaultTerminal> {
    let terminal = ratatui::try_init()?;
    execute!(io::stdout(), EnableBracketedPaste)?;
    Ok(terminal)
}

/// Gives the terminal back. One that is gone takes nothing, and there is nobody to be told so.
fn give_back() {
    let _ = execute!(io::stdout(), DisableBracketedPaste);
    let _ = ratatui::try_restore();
}
