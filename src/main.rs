//! Arguments in, exit code out.
#![expect(clippy::disallowed_methods, reason = "edge: arguments, environment, clock, current folder")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::process::ExitCode;

use anstream::AutoStream;
use anstream::ColorChoice;
use keywright::cli;
use keywright::cli::UntilClosed;

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

/// A panic also says which requests were in flight, because the store may have acted on them.
fn name_requests_on_panic() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        usual(panic);
        if let Some(words) = cli::last_words() {
            // Without standard error, there is nowhere to say it.
            let _ = io::Write::write_fmt(&mut io::stderr(), format_args!("{words}\n"));
        }
    }));
}

/// The size of the terminal that shows the output.
fn screen(is_terminal: bool, shows_errors: bool, has_color: bool) -> Option<cli::Screen> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok().filter(|size| is_terminal && size.ws_col > 0)?;
    Some(cli::Screen { columns: size.ws_col.into(), rows: size.ws_row.into(), has_color, shows_errors })
}

/// Each thread has memory of its own, and of a huge page it takes 2 MiB where it needs a few KiB: a plan of 10,000 objects would
/// take 10 MiB more, and no less time. The programs that are started have none either.
#[cfg(target_os = "linux")]
fn without_huge_pages() {
    // A kernel that cannot do it only uses more memory.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

#[cfg(not(target_os = "linux"))]
const fn without_huge_pages() {}

fn main() -> ExitCode {
    without_huge_pages();
    let arguments: Vec<_> = std::env::args_os().collect();
    let choice = match cli::color(&arguments) {
        cli::Color::Auto => None,
        cli::Color::Always => Some(ColorChoice::Always),
        cli::Color::Never => Some(ColorChoice::Never),
    };
    name_requests_on_panic();
    let out = io::stdout();
    let err = io::stderr();
    // `| head` closes the pipe when it has enough; that is no error, and must not end an apply.
    let is_terminal = out.is_terminal();
    let is_drawn = is_terminal && err.is_terminal();
    let choice_of_out = choice.unwrap_or_else(|| AutoStream::choice(&io::stdout()));
    let has_color = choice_of_out != ColorChoice::Never;
    let mut out = io::BufWriter::new(UntilClosed::new(AutoStream::new(out.lock(), choice_of_out)));
    // Not locked: other threads and the log write to it too.
    let mut err = UntilClosed::new(AutoStream::new(err, choice.unwrap_or_else(|| AutoStream::choice(&io::stderr()))));
    let mut console = cli::Console {
        out: &mut out,
        err: &mut err,
        input: &mut io::stdin(),
        can_ask: io::stdin().is_terminal() && io::stderr().is_terminal(),
        is_verbose: false,
        draws: is_drawn,
        is_terminal,
        screen: screen(is_terminal, is_drawn, has_color),
        environment: environment(),
        folder: std::env::current_dir().unwrap_or_default(),
        now: chrono::Utc::now(),
        began: std::time::Instant::now(),
        choice: keywright::source::Choice::default(),
        opened: cli::Opened::default(),
        reports: None,
        limits: keywright::stores::TimeLimits::default(),
    };
    let exit = cli::run(&arguments, &mut console);
    match out.flush() {
        Err(error) => {
            let help =
                "free some space, or write elsewhere; the changes of an apply are made, `keywright runs` lists them";
            // Without standard error, there is nowhere to say it.
            let _ = writeln!(err, "error: could not write the output: {error}\n  help: {help}");
            ExitCode::FAILURE
        }
        Ok(()) => ExitCode::from(exit as u8),
    }
}
