//! Arguments in, exit code out.
#![expect(clippy::disallowed_methods, reason = "edge: arguments, environment, clock, current folder")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::io::IsTerminal;
use std::process::ExitCode;

use anstream::AutoStream;
use anstream::ColorChoice;
use keywright::cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The variables that are valid UTF-8, because manifests can read only these. A trusted revision that is not valid is
/// kept, so that it is refused and not ignored.
fn environment() -> BTreeMap<String, String> {
    let variable = |(name, value): (OsString, OsString)| {
        let name = name.into_string().ok()?;
        let value = match value.into_string() {
            Err(value) if name == cli::TRUST => value.to_string_lossy().into_owned(),
            value => value.ok()?,
        };
        Some((name, value))
    };
    std::env::vars_os().filter_map(variable).collect()
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let choice = match cli::color(&arguments) {
        cli::Color::Auto => None,
        cli::Color::Always => Some(ColorChoice::Always),
        cli::Color::Never => Some(ColorChoice::Never),
    };
    let out = io::stdout();
    let err = io::stderr();
    let mut out =
        io::BufWriter::new(AutoStream::new(out.lock(), choice.unwrap_or_else(|| AutoStream::choice(&io::stdout()))));
    // Not locked: other threads and the log write to it too.
    let mut err = AutoStream::new(err, choice.unwrap_or_else(|| AutoStream::choice(&io::stderr())));
    let mut console = cli::Console {
        out: &mut out,
        err: &mut err,
        input: &mut io::stdin(),
        can_ask: io::stdin().is_terminal() && io::stderr().is_terminal(),
        draws: io::stderr().is_terminal(),
        is_verbose: false,
        environment: environment(),
        folder: std::env::current_dir().unwrap_or_default(),
        now: chrono::Utc::now(),
        began: std::time::Instant::now(),
        choice: keywright::source::Choice::default(),
        opened: cli::Opened::default(),
    };
    let exit = cli::run(&arguments, &mut console);
    match io::Write::flush(&mut out) {
        // The reader of the output may close the pipe at any time, as `head` does.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        _ => ExitCode::from(exit as u8),
    }
}
