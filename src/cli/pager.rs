//! Long texts on a terminal, one screen at a time, with the program that the person uses for that.
#![expect(clippy::disallowed_methods, reason = "edge: starts the pager of the person at the terminal")]

use std::collections::BTreeMap;
use std::io;
use std::io::Write;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGINT;
use signal_hook::flag::register;
use signal_hook::low_level::unregister;

/// The variables that name the pager; the first one that is set counts, and an empty one or `cat` means none.
const PAGERS: [&str; 2] = ["KEYWRIGHT_PAGER", "PAGER"];

/// A terminal that shows the output.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Screen {
    pub columns: usize,
    pub rows: usize,
    pub has_color: bool,
    /// Whether it shows standard error too.
    pub shows_errors: bool,
}

/// What only a shell understands, such as quotes and pipes; Git starts one for the same characters.
const OF_SHELL: &str = "|&;<>()$`\\\"'*?[#~=%";

/// A program and its arguments.
pub(super) struct Pager {
    words: Vec<String>,
    /// `None` if the person has set it: `-F` ends at once if all fits, `-R` shows colors, `-X` leaves the text there.
    less: Option<&'static str>,
}

impl Pager {
    /// The pager of the person, or `less`. `None` if they want none.
    pub(super) fn of(environment: &BTreeMap<String, String>) -> Option<Self> {
        let chosen = PAGERS.iter().find_map(|name| environment.get(*name)).map_or("less", String::as_str);
        let words: Vec<String> = match chosen {
            shell if shell.contains(|character| OF_SHELL.contains(character)) => {
                vec!["sh".into(), "-c".into(), shell.into()]
            }
            plain => plain.split_whitespace().map(str::to_owned).collect(),
        };
        let less = (!environment.contains_key("LESS")).then_some("FRX");
        let is_wanted = words.first().is_some_and(|program| program != "cat");
        is_wanted.then_some(Self { words, less })
    }

    /// Shows a text and waits until the person has read it. `false` if the program does not start.
    fn show(&self, text: &[u8]) -> bool {
        let Some((program, arguments)) = self.words.split_first() else { return false };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).envs(self.less.map(|less| ("LESS", less)));
        // Ctrl-C is for the pager, which takes it as the end of a search.
        let ignored = register(SIGINT, Arc::new(AtomicBool::new(false)));
        let is_shown = command.spawn().is_ok_and(|mut child| {
            if let Some(mut input) = child.stdin.take() {
                // A pager that ends early has shown what the person wanted.
                let _ = input.write_all(text);
            }
            child.wait().is_ok()
        });
        let _ = ignored.map(unregister);
        is_shown
    }
}

/// A stream that shows what is written before a flush in a pager, if it is longer than the screen.
pub(super) struct Paged<W> {
    inner: W,
    /// `None` to write it directly.
    pager: Option<(Pager, Screen)>,
    text: Vec<u8>,
}

impl<W: Write> Paged<W> {
    pub(super) const fn new(inner: W, pager: Option<(Pager, Screen)>) -> Self {
        Self { inner, pager, text: Vec::new() }
    }
}

impl<W: Write> Write for Paged<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.pager.is_none() {
            return self.inner.write(bytes);
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let text = std::mem::take(&mut self.text);
        let plain = || anstream::adapter::strip_bytes(&text).into_vec();
        if let Some((pager, screen)) = &self.pager
            && text.iter().filter(|byte| **byte == b'\n').count() >= screen.rows
            && pager.show(&if screen.has_color { text.clone() } else { plain() })
        {
            return Ok(());
        }
        self.inner.write_all(&text)?;
        self.inner.flush()
    }
}
