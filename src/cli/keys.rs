//! `keywright keys`

mod reveal;
mod revoke;

use std::io::Read;
use std::time::Duration;

use clap::Args;
use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;
use zeroize::Zeroizing;

use super::Console;
use super::Exit;
use super::Failure;
use super::address::AddressText;
use super::arguments;
use super::arguments::Manifests;
use super::failure::Stop;
use super::output;
use super::output::Format;
use super::session::KeysRead;
use super::session::Session;
use super::trust;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::has_errors;
use crate::keys;
use crate::keys::Concern;
use crate::keys::Key;
use crate::keys::Selection;
use crate::keys::State;
use crate::model::Instant;
use crate::model::Live;
use crate::model::Secret;
use crate::render;
use crate::render::KeyReport;
use crate::rotation::later;

/// The heading of the options that select.
const WHICH: &str = "Which keys";

/// List every key of the stores: state, age, end, owner, places of delivery, next event, and findings
///
/// Declared or not. The values of keys and the ids of API keys are never printed. If the manifests are not valid, the list is of the
/// stores alone, without rotations and declared addresses.
///
/// A list only reads. Exits with 0 if every key is listed, with 3 if the manifests are invalid, and with 6 if the store has keys
/// that it does not show completely.
#[derive(Args)]
#[command(after_help = super::examples::KEYS)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    /// Only this key, or the keys of a user, an application, a package or a package plan, for example user/alice; repeatable
    #[arg(long, value_name = "ADDRESS", value_parser = AddressText, global = true, help_heading = WHICH)]
    only: Vec<String>,

    /// Only keys in this state; repeatable
    #[arg(long, value_name = "STATE", global = true, value_parser = states(), help_heading = WHICH)]
    state: Vec<State>,

    /// Only keys with this finding; repeatable
    #[arg(long, value_name = "FINDING", global = true, value_parser = concerns(), help_heading = WHICH)]
    finding: Vec<Concern>,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", global = true, value_parser = output::one_of(&FORMATS))]
    pub(super) format: Format,
}

#[derive(Subcommand)]
enum Command {
    /// List what happens to keys soon: rotations, ends of overlaps, deletions, expiries
    ///
    /// Exits with 2 if something is due.
    Due {
        /// How far to look ahead, for example 30d
        #[arg(long, value_name = "TIME", default_value = "30d", value_parser = arguments::duration)]
        within: Duration,
    },
    /// Find keys with a checksum in a text, for example in a commit or a log, without asking a store
    ///
    /// Finds the values of keys with `generate: {checksum: true}`, and of no others. Prints the lines, never a value. Exits
    /// with 2 if it finds one.
    Check {
        /// Read the text from standard input
        #[arg(long, required = true)]
        stdin: bool,
    },
    Revoke(revoke::Arguments),
    Reveal(reveal::Arguments),
}

/// The largest text that is checked, in bytes.
const LONGEST_TEXT: u64 = 64 << 20;

const FORMATS: [Format; 4] = [Format::Text, Format::Json, Format::Csv, Format::Ics];

fn states() -> impl TypedValueParser<Value = State> {
    one_of(State::ALL, State::name)
}

fn concerns() -> impl TypedValueParser<Value = Concern> {
    one_of(Concern::ALL, Concern::name)
}

fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    all: [T; N],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.map(name))
        .try_map(move |text| all.into_iter().find(|one| name(*one) == text).ok_or("not one of the possible values"))
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Stop> {
    let within = match &arguments.command {
        Some(Command::Check { .. }) => {
            arguments.refuse_filters("check", "it finds all keys in the text")?;
            return Ok(check(arguments.format, console)?);
        }
        Some(Command::Revoke(revoked)) => {
            arguments.refuse_filters("revoke", "it finds the key by its value or its address")?;
            return revoke::run(revoked, arguments.format, console);
        }
        Some(Command::Reveal(revealed)) => {
            arguments.refuse_filters("reveal", "it finds the key by its address")?;
            return reveal::run(revealed, arguments.format, console);
        }
        Some(Command::Due { within }) => Some(*within),
        None => None,
    };
    let session = Session::open(&Manifests::default(), console)?;
    trust::show(&session.loaded, console)?;
    let read = session.keys(console)?;
    let all = read.with_input(console.now, keys::keys);
    let Arguments { only, state, finding, .. } = arguments;
    let selection = Selection { only: only.clone(), states: state.clone(), concerns: finding.clone() };
    let selected = selection.select(all).map_err(|unknown| not_found(&unknown.0))?;
    let until = within.map(|within| until(console.now, within));
    let listed = match until {
        Some(until) => keys::due(selected, until),
        None => selected,
    };
    let found = read.findings();
    show(arguments.format, &read, (&listed, until), &found, console)?;
    Ok(if !read.unlisted.is_empty() {
        Exit::Partly
    } else if read.desired.is_none() {
        Exit::Invalid
    } else if until.is_some() && !listed.is_empty() {
        Exit::Pending
    } else {
        Exit::Done
    })
}

impl Arguments {
    /// Whether the output is a value, to which nothing may be added.
    pub(super) const fn prints_a_value(&self) -> bool {
        matches!(self.command, Some(Command::Reveal(_)))
    }

    pub(super) const fn only_lists(&self) -> bool {
        matches!(self.command, None | Some(Command::Due { .. }))
    }

    /// For the commands that are not about a list.
    fn refuse_filters(&self, command: &str, why: &str) -> Result<(), Failure> {
        let given = [("--only", self.only.is_empty()), ("--state", self.state.is_empty())];
        let given = given.into_iter().chain([("--finding", self.finding.is_empty())]);
        let Some((option, _)) = given.into_iter().find(|(_, is_empty)| !is_empty) else { return Ok(()) };
        let failure = Failure::new(format!("could not use {option}: `keys {command}` lists no keys; {why}"));
        Err(Failure { exit: Exit::Usage, ..failure }.help(format!("omit {option}")))
    }
}

/// Finds keys in the text on standard input.
fn check(format: Format, console: &mut Console<'_>) -> Result<Exit, Failure> {
    if format != Format::Text {
        let failure = Failure::new("could not use --format: `keys check` prints only text");
        return Err(Failure { exit: Exit::Usage, ..failure }.help("omit --format"));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    console.input.take(LONGEST_TEXT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST_TEXT {
        let failure = Failure::new("could not check standard input: it is larger than 64 MiB");
        return Err(failure.help("check it in parts, for example file by file"));
    }
    // A text may hold binary parts; keys have only ASCII characters.
    let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
    let suspects = keys::suspects(&text);
    render::keys::suspects(console.out, &suspects)?;
    console.out.flush()?;
    Ok(if suspects.is_empty() { Exit::Done } else { Exit::Pending })
}

fn until(now: Instant, within: Duration) -> Instant {
    later(now, i64::try_from(within.as_secs()).unwrap_or(i64::MAX))
}

/// Whether the last part of an address is a value of the store: no message repeats it then. A person who is in a hurry pastes what
/// leaked; what has not even the form of an address, [`AddressText`] refuses.
fn names_a_value(address: &str, live: &Live) -> bool {
    let last = Secret::new(address.rsplit('/').next().unwrap_or_default());
    !keys::holders(live, &[last]).is_empty()
}

fn not_found(address: &str) -> Failure {
    let failure = Failure::new(format!("could not list {address}: no key has this address or belongs to it"));
    failure.help("`keywright keys` lists all keys with their addresses")
}

fn show(
    format: Format,
    read: &KeysRead,
    (listed, until): (&[Key], Option<Instant>),
    found: &[Diagnostic],
    console: &mut Console<'_>,
) -> Result<(), Failure> {
    let report = KeyReport {
        workspace: &read.loaded.workspace.name,
        store: read.store(),
        now: console.now,
        until,
        has_manifests: read.desired.is_some(),
        keys: listed,
    };
    let sources = &read.loaded.sources;
    match format {
        Format::Json => render::json::keys(console.out, &report, found, sources)?,
        Format::Csv => render::keys::table(console.out, &report)?,
        Format::Ics => render::keys::calendar(console.out, &report)?,
        _ if until.is_some() => render::keys::due(console.out, &report)?,
        _ => render::keys::keys(console.out, &report)?,
    }
    console.out.flush()?;
    if format != Format::Json || has_errors(found) {
        console.write_findings(found, sources)?;
    }
    if read.desired.is_none() {
        writeln!(console.err, "The manifests are not valid: rotations and declared addresses are not in this list.")?;
    }
    Ok(())
}
