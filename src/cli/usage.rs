//! Help, version, and mistakes in the command line.

use std::ffi::OsString;
use std::io;
use std::io::Write;

use super::Exit;
use crate::diagnostic::Sources;
use crate::render::Problem;
use crate::render::json;
use crate::render::json::Layout;

/// Prints help and version to standard output, and mistakes to standard error. If the arguments ask for JSON, a mistake is a
/// document on standard output, too.
pub(super) fn print(error: &clap::Error, arguments: &[OsString], out: &mut dyn Write, err: &mut dyn Write) -> Exit {
    let text = error.render().ansi().to_string();
    let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
    let mut print = || -> io::Result<()> {
        if exit == Exit::Done {
            return write!(out, "{text}");
        }
        if let Some(layout) = layout(arguments) {
            let plain = error.render().to_string();
            let (message, _) = plain.split_once("\n\n").unwrap_or((&plain, ""));
            let message = message.trim_start_matches("error: ").trim_end();
            let problem = Problem { exit: exit as u8, message, help: Some("`keywright --help` lists the arguments") };
            json::failure(out, layout, problem, &[], &Sources::default())?;
        }
        write!(err, "{text}")
    };
    if print().is_ok() { exit } else { Exit::Error }
}

/// The layout of JSON, if the arguments ask for it. They could not be parsed, so this looks only for `--format`.
fn layout(arguments: &[OsString]) -> Option<Layout> {
    let words: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let values = words.windows(2).filter(|pair| pair[0] == "--format").map(|pair| pair[1]);
    let joined = words.iter().filter_map(|word| word.strip_prefix("--format="));
    values.chain(joined).find_map(|value| match value {
        "json" => Some(Layout::Pretty),
        "json-stream" => Some(Layout::Line),
        _ => None,
    })
}
