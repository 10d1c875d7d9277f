//! The command line: one file per command, each with its help, its arguments and its `run`.

mod access;
mod apply;
mod address;
mod arguments;
mod asked;
mod completions;
mod console;
mod diff;
mod doctor;
mod drift;
mod emulator;
mod examples;
mod explain;
mod export;
mod failure;
mod heartbeat;
mod init;
mod keys;
mod log;
mod man;
mod opened;
mod output;
mod pager;
mod plan;
mod rotate;
mod runs;
mod runtime;
mod saved_plan;
mod schema;
mod session;
mod several;
mod show;
mod trust;
mod usage;
mod until_closed;
mod validate;
mod version;

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use clap::CommandFactory;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;

use self::console::CLOCK;
use self::failure::Stop;
use self::output::Output;
use self::pager::Paged;
use self::pager::Pager;
use crate::model::Instant;
use crate::randomness;
use crate::stores::TimeLimits;
use crate::text::Folded;
use crate::text::ci_commands::Harmless;

pub use self::console::Console;
pub use self::failure::Exit;
pub use self::failure::Failure;
pub use self::heartbeat::last_words;
pub use self::opened::Opened;
pub use self::pager::Screen;
pub use self::trust::PIPELINES;
pub use self::trust::TRUST;
pub use self::until_closed::UntilClosed;

#[derive(Parser)]
#[command(name = "keywright", version, about = "Keeps an API-key store in sync with a Git repository.")]
#[command(max_term_width = 100, propagate_version = true, next_help_heading = "Options of every command")]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// The time to use instead of the clock, as RFC 3339.
    #[arg(long, global = true, hide = true, env = CLOCK)]
    now: Option<Instant>,

    /// Take the settings from a Git revision, for example origin/main, instead of the checkout [env: KEYWRIGHT_TRUST]
    #[arg(long, global = true, value_name = "REVISION")]
    trust: Option<String>,

    /// Folder of the workspace, or a pattern like 'teams/*' for validate, plan, diff, drift and apply [env: KEYWRIGHT_WORKSPACE]
    /// [default: searched upwards from PATH]
    #[arg(long, global = true, value_name = "FOLDER")]
    workspace: Option<PathBuf>,

    /// Maximum duration of the run, for example 10m: then it starts nothing new, and ends its calls and pauses
    #[arg(long, global = true, value_name = "TIME", value_parser = arguments::duration, env = "KEYWRIGHT_MAX_TIME")]
    max_time: Option<Duration>,

    /// Maximum duration of one request with its whole answer [default: 60s]
    #[arg(long, global = true, value_name = "TIME", value_parser = arguments::duration, env = "KEYWRIGHT_REQUEST_TIMEOUT")]
    request_timeout: Option<Duration>,

    /// Do not show long texts in a pager (the program in KEYWRIGHT_PAGER or PAGER, or less; never in CI)
    #[arg(long, global = true)]
    no_pager: bool,

    /// When to use color
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", env = "KEYWRIGHT_COLOR")]
    color: Color,

    /// Show details, and log requests and changes to stderr (never keys, credentials or bodies)
    #[arg(long, short, global = true)]
    verbose: bool,

    /// Log format; json implies --verbose
    #[arg(long, global = true, value_name = "FORMAT", env = "KEYWRIGHT_LOG_FORMAT")]
    log_format: Option<log::Form>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Arguments),
    Validate(validate::Arguments),
    Plan(plan::Arguments),
    Diff(diff::Arguments),
    Drift(drift::Arguments),
    Doctor(doctor::Arguments),
    Show(show::Arguments),
    Apply(apply::Arguments),
    Rotate(rotate::Arguments),
    Export(export::Arguments),
    Keys(keys::Arguments),
    Runs(runs::Arguments),
    Emulator(emulator::Arguments),
    Schema(schema::Arguments),
    Explain(explain::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
    Version(version::Arguments),
}

impl Command {
    /// How the command prints, also if it fails.
    fn output(&self) -> Output {
        match self {
            Self::Validate(arguments) => arguments.format.into(),
            Self::Plan(arguments) => arguments.output(),
            Self::Diff(arguments) => arguments.output(),
            Self::Drift(arguments) => arguments.output(),
            Self::Show(arguments) => arguments.output(),
            Self::Apply(arguments) => arguments.format.of_findings().into(),
            Self::Rotate(arguments) => arguments.format.of_findings().into(),
            Self::Keys(arguments) => arguments.format.into(),
            Self::Runs(arguments) => arguments.format.into(),
            Self::Emulator(arguments) => arguments.format.into(),
            Self::Export(arguments) => arguments.format.into(),
            Self::Doctor(arguments) => arguments.format.into(),
            Self::Init(_)
            | Self::Schema(_)
            | Self::Explain(_)
            | Self::Completions(_)
            | Self::Man(_)
            | Self::Version(_) => Output::default(),
        }
    }
}

/// The grammar of the command line, for manual pages and the reference.
pub fn grammar() -> clap::Command {
    let mut program = Arguments::command();
    program.build();
    program
}

impl Command {
    /// Whether standard output is text for people, and not a document for programs or the value of a key.
    fn prints_text(&self) -> bool {
        if matches!(self, Self::Keys(arguments) if arguments.prints_a_value()) {
            return false;
        }
        let is_saved_plan = matches!(self, Self::Plan(arguments) if arguments.out.as_deref() == Some(Path::new("-")));
        self.output().format == output::Format::Text && !is_saved_plan
    }

    /// Every command that reads files or a store, or makes a schema, needs randomness somewhere, and libraries panic without.
    fn check_randomness(&self) -> Result<(), randomness::NoRandomness> {
        match self {
            Self::Completions(_) | Self::Man(_) | Self::Version(_) => Ok(()),
            _ => randomness::check(),
        }
    }

    /// Whether people read what the command prints, and it asks nothing.
    const fn is_read(&self) -> bool {
        match self {
            Self::Plan(_) | Self::Show(_) | Self::Diff(_) | Self::Drift(_) | Self::Explain(_) | Self::Runs(_) => true,
            Self::Keys(arguments) => arguments.only_lists(),
            _ => false,
        }
    }
}

/// The `--color` argument. `main` needs it before anything is printed, to wrap the streams.
pub fn color(arguments: &[OsString]) -> Color {
    Arguments::try_parse_from(arguments).map_or(Color::Auto, |arguments| arguments.color)
}

/// Runs one command and returns its exit code. It touches only `console` and the files that the command is about.
pub fn run(arguments: &[OsString], console: &mut Console<'_>) -> Exit {
    // No line is a command of a CI runner, whatever foreign text it contains.
    let (mut out, mut err) = (Harmless::new(&mut *console.out), Harmless::new(&mut *console.err));
    let parsed = match Arguments::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(error) => {
            let (environment, folder) = (&console.environment, &console.folder);
            return usage::print(&error, &usage::Context { arguments, environment, folder }, &mut out, &mut err);
        }
    };
    // Data for files stays as it is; an export escapes commands in its own format, and so do commands on purpose.
    let is_data =
        matches!(parsed.command, Command::Export(_) | Command::Schema(_) | Command::Completions(_) | Command::Man(_))
            || parsed.command.output().format.is_commands();
    let mut environment = std::mem::take(&mut console.environment);
    // Only text for people has lines that may be folded.
    let screen = console.screen.filter(|_| !is_data && parsed.command.prints_text());
    let width = screen.map(|screen| screen.columns);
    // A job can have a terminal, but no person who ends the pager.
    let has_reader = !trust::is_pipeline(&environment);
    let pager = screen.filter(|_| parsed.command.is_read() && !parsed.no_pager && has_reader);
    let pager = pager.and_then(|screen| Some((Pager::of(&environment)?, screen)));
    let out: &mut dyn Write = if is_data { out.inner() } else { &mut out };
    let mut out = Folded::new(Paged::new(out, pager), width);
    let mut err =
        Folded::new(&mut err, console.screen.filter(|screen| screen.shows_errors).map(|screen| screen.columns));
    environment.extend(parsed.now.map(|now| (CLOCK.to_owned(), now.to_rfc3339())));
    let mut console = Console {
        out: &mut out,
        err: &mut err,
        input: &mut *console.input,
        choice: trust::choice(parsed.workspace.clone(), parsed.trust.clone(), &environment),
        environment,
        folder: std::mem::take(&mut console.folder),
        now: parsed.now.unwrap_or(console.now),
        is_verbose: parsed.verbose,
        opened: Opened::default(),
        limits: TimeLimits::new(parsed.request_timeout, parsed.max_time),
        reports: None,
        ..*console
    };
    let exit = run_command(parsed, &mut console);
    flushed(exit, &mut out, &mut err)
}

/// The exit code, after the last line is out, even one without an end. A failure is kept for `main`, which flushes too.
fn flushed(exit: Exit, out: &mut dyn Write, err: &mut dyn Write) -> Exit {
    match out.flush().and(err.flush()) {
        Ok(()) => exit,
        Err(_) => Exit::Error,
    }
}

fn run_command(arguments: Arguments, console: &mut Console<'_>) -> Exit {
    let log = log::begin(arguments.verbose, arguments.log_format);
    // A progress bar and a log would overwrite each other.
    console.draws &= !log.is_on();
    if let Err(error) = arguments.command.check_randomness() {
        let failure = Failure::new(format!("could not {error}")).help(randomness::HELP);
        return ended(Err(failure.into()), &arguments.command, console);
    }
    let exit = match several::runs(&arguments.command, console) {
        Ok(several::Runs::One) => run_one(&arguments.command, console),
        Ok(several::Runs::Gone(root)) => {
            let result = several::run_gone(&arguments.command, &root, console).map_err(Stop::from);
            ended(result, &arguments.command, console)
        }
        Ok(several::Runs::Several(parts)) => {
            let result = several::run(&arguments.command, &parts, console);
            ended(result, &arguments.command, console)
        }
        Err(failure) => ended(Err(failure.into()), &arguments.command, console),
    };
    log.end(exit);
    exit
}

/// Runs the command for one workspace.
fn run_one(command: &Command, console: &mut Console<'_>) -> Exit {
    let result: Result<Exit, Stop> = match command {
        Command::Init(arguments) => init::run(arguments, console),
        Command::Validate(arguments) => validate::run(arguments, console).map_err(Stop::from),
        Command::Plan(arguments) => plan::run(arguments, console),
        Command::Diff(arguments) => diff::run(arguments, console).map_err(Stop::from),
        Command::Drift(arguments) => drift::run(arguments, console),
        Command::Doctor(arguments) => doctor::run(arguments, console).map_err(Stop::from),
        Command::Show(arguments) => show::run(arguments, console).map_err(Stop::from),
        Command::Apply(arguments) => apply::run(arguments, console),
        Command::Rotate(arguments) => rotate::run(arguments, console),
        Command::Export(arguments) => export::run(arguments, console),
        Command::Keys(arguments) => keys::run(arguments, console),
        Command::Runs(arguments) => runs::run(arguments, console).map_err(Stop::from),
        Command::Emulator(arguments) => emulator::run(arguments.clone(), console).map_err(Stop::from),
        Command::Schema(arguments) => schema::run(arguments, console).map_err(Stop::from),
        Command::Explain(arguments) => explain::run(arguments, console).map_err(Stop::from),
        Command::Completions(arguments) => completions::run(arguments, console).map_err(Stop::from),
        Command::Man(arguments) => man::run(arguments, console).map_err(Stop::from),
        Command::Version(arguments) => version::run(arguments, console).map_err(Stop::from),
    };
    ended(result, command, console)
}

/// Prints why a command stopped. If even that cannot be printed, only the exit code is left.
fn ended(result: Result<Exit, Stop>, command: &Command, console: &mut Console<'_>) -> Exit {
    match result {
        // The run failed because its time was over, whatever it was doing.
        Ok(Exit::Error) if console.limits.is_over() => Exit::OverBudget,
        Ok(exit) => exit,
        Err(stop) => {
            name_workspace(command, console);
            output::stop(command.output(), stop, console).unwrap_or(Exit::Error)
        }
    }
}

/// A comment about an early failure has the marker of its workspace, so that it replaces the older comment.
fn name_workspace(command: &Command, console: &mut Console<'_>) {
    if command.output().format == output::Format::Markdown && console.opened.workspace().is_none() {
        let paths = match command {
            Command::Plan(arguments) => arguments.manifests.all(),
            Command::Drift(arguments) => arguments.manifests.all(),
            _ => Vec::new(),
        };
        console.opened = Opened::named(crate::source::name_of(&paths, &console.folder, &console.choice));
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::grammar().debug_assert();
    }
}
