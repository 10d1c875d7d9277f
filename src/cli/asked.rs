//! What a person is asked on the terminal: a secret, which is not shown, a confirmation, and a plain answer.

use std::io;
use std::io::Read;

use rustix::termios::LocalModes;
use rustix::termios::OptionalActions;
use rustix::termios::Termios;
use rustix::termios::tcgetattr;
use rustix::termios::tcsetattr;
use zeroize::Zeroizing;

use crate::cli::Console;
use crate::cli::Exit;
use crate::cli::Failure;

/// A question, and whether it is answered already.
pub(super) struct Consent<'a> {
    pub(super) is_given: bool,
    pub(super) question: &'a str,
}

/// Asks for confirmation. An error if the answer is not yes.
pub(super) fn consent(consent: &Consent<'_>, console: &mut Console<'_>) -> Result<(), Failure> {
    if consent.is_given {
        return Ok(());
    }
    let stopped = |message: String| Failure { exit: Exit::Stopped, ..Failure::new(message) };
    if !console.can_ask {
        let message = format!("nothing was changed: there is no terminal to ask on: {}", consent.question);
        return Err(stopped(message).help("read the lines above, then run again with --auto-approve"));
    }
    write!(console.err, "\n{} Type `yes` to continue: ", consent.question)?;
    console.err.flush()?;
    let answer = line(console.input, 1_000)?;
    if answer.trim() == "yes" { Ok(()) } else { Err(stopped("nothing was changed: it was not confirmed".to_owned())) }
}

/// A secret text: on a terminal one line, which is not shown, and otherwise all of standard input.
pub(super) fn secret_text(prompt: &str, most: u64, console: &mut Console<'_>) -> Result<Zeroizing<String>, Failure> {
    if console.can_ask {
        write!(console.err, "{prompt}")?;
        console.err.flush()?;
        let hidden = Hidden::begin();
        let read = line(console.input, most);
        drop(hidden);
        writeln!(console.err)?;
        return read;
    }
    let mut bytes = Zeroizing::new(Vec::new());
    console.input.take(most + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > most {
        let failure = Failure::new(format!("could not read standard input: it has more than {} KiB", most >> 10));
        return Err(Failure { exit: Exit::Usage, ..failure }.help("pass one line of text"));
    }
    text(bytes)
}

/// The answer to a question, without outer spaces. `usual` if it is empty. An error if the input has ended, as by Ctrl-D: that
/// answers nothing.
pub(super) fn answer(question: &str, usual: &str, console: &mut Console<'_>) -> Result<String, Failure> {
    let shown = if usual.is_empty() { String::new() } else { format!(" [{usual}]") };
    write!(console.err, "{question}{shown}: ")?;
    console.err.flush()?;
    let Some(answer) = next_line(console.input, 1_000)? else {
        writeln!(console.err)?;
        return Err(Failure::new("nothing was written: the question was not answered"));
    };
    let answer = answer.trim();
    Ok(if answer.is_empty() { usual } else { answer }.to_owned())
}

/// One line, which is empty if the input has ended.
fn line(input: &mut dyn Read, most: u64) -> Result<Zeroizing<String>, Failure> {
    Ok(next_line(input, most)?.unwrap_or_default())
}

/// One line. `None` if the input has ended. Reads no byte after it, because the next one answers a question.
fn next_line(input: &mut dyn Read, most: u64) -> Result<Option<Zeroizing<String>>, Failure> {
    let mut bytes = Zeroizing::new(Vec::new());
    let mut byte = [0];
    while (bytes.len() as u64) < most {
        let has_ended = input.read(&mut byte).map_err(unreadable)? == 0;
        if has_ended && bytes.is_empty() {
            return Ok(None);
        }
        if has_ended || byte[0] == b'\n' {
            break;
        }
        bytes.push(byte[0]);
    }
    text(bytes).map(Some)
}

fn text(mut bytes: Zeroizing<Vec<u8>>) -> Result<Zeroizing<String>, Failure> {
    String::from_utf8(std::mem::take(&mut *bytes)).map(Zeroizing::new).map_err(|error| {
        drop(Zeroizing::new(error.into_bytes()));
        let failure = Failure::new("could not read standard input: it is not UTF-8 text");
        Failure { exit: Exit::Usage, ..failure }.help("pass one line of text")
    })
}

fn unreadable(error: io::Error) -> Failure {
    Failure::new(format!("could not read standard input: {error}"))
}

/// While it exists, the terminal of standard input does not show what is typed. Without a terminal, it does nothing.
struct Hidden(Option<Termios>);

impl Hidden {
    fn begin() -> Self {
        let Ok(before) = tcgetattr(io::stdin()) else { return Self(None) };
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        let is_hidden = tcsetattr(io::stdin(), OptionalActions::Now, &hidden).is_ok();
        Self(is_hidden.then_some(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            // Nothing can be done if the terminal is gone.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        }
    }
}
