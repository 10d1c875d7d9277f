//! `keywright emulator`

mod seed;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use clap::Args;

use super::Console;
use super::Exit;
use super::Failure;
use super::output;
use super::output::Format;
use crate::database::Database;
use crate::database::Mode;
use crate::emulator::Emulator;
use crate::emulator::StartError;
use crate::emulator::faults;
use crate::emulator::faults::Fault;
use crate::emulator::quirks::Chosen;
use crate::emulator::quirks::Quirk;
use crate::emulator::quirks::Quirks;
use crate::emulator::quirks::Takes;
use crate::emulator::settings::Binding;
use crate::emulator::settings::Credential;
use crate::emulator::settings::Settings;
use crate::emulator::settings::UserCredential;
use crate::emulator::settings::duration;
use crate::render;

/// Run a sandbox of Boomi Cloud API Management and Boomi MFT on this machine
///
/// Serves two APIs on top of the embedded store. Cloud API Management: the V3 REST API, with the token endpoint at
/// URL/v3/token and the rest below URL/v3/rest. MFT: the API key operations of the AFT Management API below
/// URL/api/ApiKey, with URL/api/Organization and URL/api/Account, and its Swagger file at URL/swagger/v1/swagger.json.
/// The emulator is for scripts and tests. It is unauthenticated, so it listens on loopback only. Ctrl-C stops it.
#[derive(Args, Clone)]
#[command(after_long_help = names())]
pub(super) struct Arguments {
    /// Address to listen on; port 0 selects a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8083")]
    listen: SocketAddr,

    /// SQLite file for the objects [default: in memory, lost on exit]
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,

    /// Workspace folder or file with manifests to apply before listening; key values are not delivered
    #[arg(long, value_name = "MANIFESTS")]
    seed: Option<PathBuf>,

    /// Credentials that Cloud API Management accepts, as KEY:SECRET:USERNAME:PASSWORD[:AREA]; repeatable
    /// [default: any that are not empty]
    #[arg(long, value_name = "CREDENTIAL")]
    credential: Vec<Credential>,

    /// Credentials that MFT accepts in the header ApiKey or as a Bearer token, as VALUE or USER:VALUE; repeatable. Each
    /// user has their own keys [default: any that are not empty, all for one user]
    #[arg(long, value_name = "CREDENTIAL")]
    mft_credential: Vec<UserCredential>,

    /// Method and path of an MFT operation, as OPERATION=METHOD:/PATH; repeatable [default: get=GET:/api/ApiKey,
    /// update=PUT:/api/ApiKey, list=GET:/api/ApiKey/getApiKeys, create=POST:/api/ApiKey, and with the quirk mft-delete
    /// delete=DELETE:/api/ApiKey]
    #[arg(long, value_name = "BINDING")]
    mft_operation: Vec<Binding>,

    /// Lifetime of a token
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = duration)]
    token_lifetime: Duration,

    /// Maximum number of calls per second; the emulator refuses more as the gateway does, and as MFT does with 429
    #[arg(long, value_name = "N")]
    calls_per_second: Option<u64>,

    /// Maximum number of calls per day (UTC)
    #[arg(long, value_name = "N")]
    calls_per_day: Option<u64>,

    /// Delay before each request is handled, for example 40ms
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = duration)]
    latency: Duration,

    /// Emulate behavior that was reported or that the documentation leaves open; repeatable, see below
    #[arg(long, value_name = "NAME[=VALUE]")]
    quirk: Vec<Chosen>,

    /// Inject a fault, as KIND@WHEN; repeatable, see below. Where the gateway answers 403, MFT answers 429 (limits), 401
    /// (tokens) or 403 (not-authorized)
    #[arg(long, value_name = "KIND@WHEN")]
    fault: Vec<Fault>,

    /// Seed for random faults; the same seed gives the same faults
    #[arg(long, value_name = "N", default_value = "0")]
    fault_seed: u64,

    /// File for the request log: one line of JSON per request, without secrets
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,

    /// Format of the first line; json prints an object with `url`
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = output::one_of(&output::DATA))]
    pub(super) format: Format,
}

pub(super) fn run(arguments: Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let database = open(&arguments, console)?;
    let database = match &arguments.seed {
        Some(path) => seed::seed(path.clone(), database, console)?,
        None => database,
    };
    let log = arguments.log.as_ref().map(|path| console.folder.join(path));
    let settings = Settings {
        credentials: arguments.credential,
        mft_credentials: arguments.mft_credential,
        mft_operations: arguments.mft_operation,
        token_lifetime: TimeDelta::from_std(arguments.token_lifetime).unwrap_or(TimeDelta::MAX),
        calls_per_second: arguments.calls_per_second,
        calls_per_day: arguments.calls_per_day,
        latency: arguments.latency,
        quirks: Quirks::new(arguments.quirk),
        faults: arguments.fault,
        fault_seed: arguments.fault_seed,
    };
    let emulator =
        Emulator::begin(arguments.listen, database, settings, log.as_deref(), console.now).map_err(failure)?;
    let address =
        emulator.address().map_err(|error| Failure::new(format!("could not get the listening address: {error}")))?;
    match arguments.format {
        Format::Json => render::json::emulator(console.out, &format!("http://{address}"))?,
        _ => writeln!(console.out, "The emulator listens on http://{address}. Press Ctrl-C to stop it.")?,
    }
    console.out.flush()?;
    emulator.run().map_err(failure)?;
    Ok(Exit::Done)
}

fn open(arguments: &Arguments, console: &Console<'_>) -> Result<Database, Failure> {
    let opened = match &arguments.database {
        Some(path) => Database::in_file(&console.folder.join(path), Mode::Write),
        None => Database::in_memory().map(Some),
    };
    let opened = opened.map_err(|error| Failure::of_database(&error))?;
    opened.ok_or_else(|| Failure::new("could not open the database"))
}

fn failure(error: StartError) -> Failure {
    let failure = Failure::new(format!("could not {error}"));
    match error {
        StartError::NotLoopback(_) => Failure { exit: Exit::Usage, ..failure.help("use 127.0.0.1 or [::1]") },
        StartError::SamePlace(..) => {
            Failure { exit: Exit::Usage, ..failure.help("set a different path for one of them with --mft-operation") }
        }
        StartError::Listen(..) => failure.help("use port 0 to select a free port"),
        _ => failure,
    }
}

/// The quirks and faults for `--help`.
fn names() -> String {
    let name = |quirk: &Quirk| match quirk.takes() {
        Takes::Nothing => quirk.to_string(),
        Takes::Number(usual) => format!("{quirk}[={usual}]"),
        Takes::OneOf(words) => format!("{quirk}={}", words.join("|")),
        Takes::Some(words) => format!("{quirk}={}", words.join(",")),
    };
    let (of_mft, others): (Vec<_>, Vec<_>) = Quirk::ALL
        .iter()
        .map(|quirk| (name(quirk), quirk.description()))
        .partition(|(name, _)| name.starts_with("mft-"));
    let mut text = section("Quirks of Cloud API Management", &others);
    text += &section("Quirks of MFT", &of_mft);
    text += &section("Kinds of faults", &faults::KINDS);
    text += &section("When a fault occurs", &faults::WHEN);
    text
}

/// One name per line with its meaning below it: clap wraps long lines and keeps their indentation.
fn section<T: AsRef<str>>(title: &str, rows: &[(T, &str)]) -> String {
    let row = |(name, says): &(T, &str)| format!("  {}\n      {says}\n", name.as_ref());
    format!("{title}:\n{}\n", rows.iter().map(row).collect::<String>())
}
