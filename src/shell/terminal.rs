//! The terminal: the one place that prints.
//!
//! What comes from outside has been made visible before it comes here (`report::escape`); a pipe that the
//! reader has closed ends the output quietly. Of secrets that the program knows only the names are printed.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use anstream::{AutoStream, ColorChoice};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::report::escape_line;
use crate::secret::{Redactor, Secrets};

/// What the user says about colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ColorWish {
    /// As the surroundings suggest.
    #[default]
    Auto,
    /// With colour.
    Always,
    /// Without.
    Never,
}

/// What the surroundings suggest about colour, read by whoever reads the environment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ColorHints {
    /// `NO_COLOR` is set and not empty.
    pub no_color: bool,
    /// `CLICOLOR_FORCE` is set, not empty and not `0`.
    pub forced: bool,
    /// `TERM` is `dumb`.
    pub dumb: bool,
}

impl ColorWish {
    /// Whether to use colour on a stream. A wish counts more than hints, `NO_COLOR` more than force,
    /// and force more than what the stream is.
    pub fn decide(self, hints: ColorHints, is_terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => !hints.no_color && (hints.forced || (!hints.dumb && is_terminal)),
        }
    }
}

/// Whether the standard output is a terminal.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// One of the program's two streams, or what stands for it in a test.
pub struct Output {
    inner: AutoStream<Box<dyn Write + Send>>,
    color: bool,
    closed: bool,
    redactor: Redactor,
}

impl Output {
    /// The standard output.
    pub fn stdout(wish: ColorWish, hints: ColorHints) -> Self {
        let stdout = io::stdout();
        let color = wish.decide(hints, stdout.is_terminal());
        Self::over(stdout, color)
    }

    /// The standard error output.
    pub fn stderr(wish: ColorWish, hints: ColorHints) -> Self {
        let stderr = io::stderr();
        let color = wish.decide(hints, stderr.is_terminal());
        Self::over(stderr, color)
    }

    /// The standard output for a document, which is written as it is.
    pub fn document() -> Self {
        Self::over(io::stdout(), true)
    }

    /// Any other stream. Without colour all control sequences of style are taken out.
    pub fn over(stream: impl Write + Send + 'static, color: bool) -> Self {
        let choice = if color {
            ColorChoice::AlwaysAnsi
        } else {
            ColorChoice::Never
        };
        let stream: Box<dyn Write + Send> = Box::new(stream);
        Self {
            inner: AutoStream::new(stream, choice),
            color,
            closed: false,
            redactor: Redactor::new(Arc::default()),
        }
    }

    /// The same, which prints the names of these secrets alone.
    #[must_use]
    pub fn keeping(self, secrets: &Arc<Secrets>) -> Self {
        Self {
            redactor: Redactor::new(Arc::clone(secrets)),
            ..self
        }
    }

    /// Whether colour is used.
    pub fn color(&self) -> bool {
        self.color
    }

    /// Whether the reader has gone; what is written from then on is dropped.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Writes a line.
    ///
    /// # Errors
    /// When the system refuses for any reason but a reader that has gone.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        // One write, so that lines of several threads or programs do not mix.
        self.write_all(format!("{text}\n").as_bytes())?;
        self.settle()
    }

    /// Prints the whole lines of which something was held back, since it might be the begin of a secret.
    ///
    /// # Errors
    /// As for [`Output::line`].
    pub fn settle(&mut self) -> io::Result<()> {
        let settled = self.redactor.pass_lines(&mut self.inner);
        self.unless_closed(settled, ())
    }

    fn unless_closed<T>(&mut self, result: io::Result<T>, otherwise: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(otherwise)
            }
            result => result,
        }
    }
}

impl std::fmt::Debug for Output {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = formatter.debug_struct("Output");
        debug
            .field("color", &self.color)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        let written = self.redactor.pass(bytes, &mut self.inner);
        self.unless_closed(written.map(|()| bytes.len()), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let rest = self.redactor.finish(&mut self.inner);
        let flushed = rest.and_then(|()| self.inner.flush());
        self.unless_closed(flushed, ())
    }
}

/// A line at the bottom of the terminal that says how far the run is. It is on the standard error
/// output, and nowhere when that is no terminal.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A line for so many steps; hidden unless enabled.
    pub fn new(total: u64, enabled: bool) -> Self {
        let target = if enabled {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self::on(target, total)
    }

    fn on(target: ProgressDrawTarget, total: u64) -> Self {
        let style = ProgressStyle::with_template("{pos}/{len} [{bar:24}] {wide_msg}")
            .expect("the template is fixed and valid")
            .progress_chars("=> ");
        let bar = ProgressBar::with_draw_target(Some(total), target).with_style(style);
        Self { bar }
    }

    /// Whether nothing is shown.
    pub fn is_hidden(&self) -> bool {
        self.bar.is_hidden()
    }

    /// One step is done; the label says what comes or what was done.
    pub fn advance(&self, label: &str) {
        // A label is one line, whatever it is made from.
        let label: String = escape_line(label)
            .chars()
            .map(|c| if c == '\n' { ' ' } else { c })
            .collect();
        self.bar.set_message(label);
        self.bar.inc(1);
    }

    /// How many steps are done.
    pub fn position(&self) -> u64 {
        self.bar.position()
    }

    /// Writes a line to an output without disturbing the progress line.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn println(&self, output: &mut Output, text: &str) -> io::Result<()> {
        self.bar.suspend(|| output.line(text))
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// A stream whose bytes stay visible, and whose reader may go away.
    #[derive(Clone, Default)]
    struct Kept {
        bytes: Arc<Mutex<Vec<u8>>>,
        refusal: Option<io::ErrorKind>,
    }

    impl Kept {
        fn text(&self) -> String {
            String::from_utf8(self.bytes.lock().expect("no panic").clone()).expect("text")
        }
    }

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.refusal {
                Some(kind) => Err(kind.into()),
                None => self.bytes.lock().expect("no panic").write(bytes),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            self.refusal.map_or(Ok(()), |kind| Err(kind.into()))
        }
    }

    #[test]
    fn a_wish_counts_more_than_hints_and_hints_more_than_the_stream() {
        let hints = |no_color, forced, dumb| ColorHints {
            no_color,
            forced,
            dumb,
        };
        for (wish, hints, is_terminal, color) in [
            (ColorWish::Always, hints(true, false, true), false, true),
            (ColorWish::Never, hints(false, true, false), true, false),
            (ColorWish::Auto, hints(false, false, false), true, true),
            (ColorWish::Auto, hints(false, false, false), false, false),
            (ColorWish::Auto, hints(true, true, false), true, false),
            (ColorWish::Auto, hints(false, true, true), false, true),
            (ColorWish::Auto, hints(false, false, true), true, false),
        ] {
            assert_eq!(
                wish.decide(hints, is_terminal),
                color,
                "{wish:?} {hints:?} {is_terminal}"
            );
        }
    }

    #[test]
    fn style_is_kept_with_colour_and_taken_out_without() {
        for (color, text) in [(true, "\u{1b}[31mred\u{1b}[0m\n"), (false, "red\n")] {
            let kept = Kept::default();
            let mut output = Output::over(kept.clone(), color);
            output.line("\u{1b}[31mred\u{1b}[0m").expect("written");
            assert_eq!((kept.text().as_str(), output.color()), (text, color));
        }
    }

    #[test]
    fn a_reader_that_has_gone_ends_the_output_quietly() {
        let kept = Kept {
            refusal: Some(io::ErrorKind::BrokenPipe),
            ..Kept::default()
        };
        for color in [true, false] {
            let mut output = Output::over(kept.clone(), color);
            assert!(!output.is_closed());
            output.line("a").expect("no error");
            assert!(output.is_closed());
            output.line("b").expect("no error");
            output.flush().expect("no error");
        }
    }

    #[test]
    fn any_other_refusal_is_an_error() {
        let kept = Kept {
            refusal: Some(io::ErrorKind::StorageFull),
            ..Kept::default()
        };
        let mut output = Output::over(kept, true);
        assert_eq!(
            output.line("a").expect_err("full").kind(),
            io::ErrorKind::StorageFull
        );
        assert!(output.flush().is_err() && !output.is_closed());
    }

    #[test]
    fn progress_counts_and_lines_go_to_the_output() {
        for progress in [
            Progress::new(3, false),
            Progress::on(ProgressDrawTarget::hidden(), 3),
        ] {
            assert!(progress.is_hidden());
            progress.advance("one\n\u{1b}[2J");
            progress.advance("two");
            let kept = Kept::default();
            let mut output = Output::over(kept.clone(), false);
            progress.println(&mut output, "here").expect("written");
            assert_eq!((progress.position(), kept.text().as_str()), (2, "here\n"));
            assert!(!progress.bar.message().contains(['\n', '\u{1b}']));
            progress.finish();
        }
    }
}
