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
use super::Format;
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

/// Serve a sandbox of Boomi Cloud API Management and of Boomi MFT on this machine
///
/// Speaks two protocols over the embedded store. Cloud API Management: the V3 REST API, with the token endpoint at
/// URL/v3/token and the rest below URL/v3/rest. MFT: the AFT Management API's operations on API keys below URL/api/ApiKey,
/// with URL/api/Organization and URL/api/Account, and its Swagger file at URL/swagger/v1/swagger.json. It is for scripts
/// and tests, has no protection, and so listens on addresses of this machine only. Ctrl-C ends it.
#[derive(Args)]
#[command(after_long_help = names())]
pub(super) struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8083")]
    listen: SocketAddr,

    /// The SQLite file that holds the objects; left out, they are gone when the emulator ends
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,

    /// A workspace folder or a file with manifests, which are applied first; key values are not delivered
    #[arg(long, value_name = "MANIFESTS")]
    seed: Option<PathBuf>,

    /// The only credentials that Cloud API Management takes, as KEY:SECRET:USERNAME:PASSWORD or with :AREA behind it; can be repeated.
    /// Left out, any that are not empty
    #[arg(long, value_name = "CREDENTIAL")]
    credential: Vec<Credential>,

    /// The only credentials that MFT takes, as VALUE or USER:VALUE, in the header ApiKey or as a Bearer token; can be
    /// repeated. Each user has keys of its own. Left out, any that are not empty, all of one user
    #[arg(long, value_name = "CREDENTIAL")]
    mft_credential: Vec<UserCredential>,

    /// Where an operation of MFT is, as OPERATION=METHOD:/PATH; can be repeated. Left out: get=GET:/api/ApiKey,
    /// update=PUT:/api/ApiKey, list=GET:/api/ApiKey/getApiKeys, create=POST:/api/ApiKey, and with the quirk mft-delete
    /// delete=DELETE:/api/ApiKey
    #[arg(long, value_name = "BINDING")]
    mft_operation: Vec<Binding>,

    /// How long a token holds
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = duration)]
    token_lifetime: Duration,

    /// How many calls are answered in one second of the clock; the others are refused as by the gateway, or by MFT with
    /// 429
    #[arg(long, value_name = "N")]
    calls_per_second: Option<u64>,

    /// How many calls are answered in one day (UTC)
    #[arg(long, value_name = "N")]
    calls_per_day: Option<u64>,

    /// How long each request waits before it is looked at, like 40ms
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = duration)]
    latency: Duration,

    /// Behave in a way that was reported or that the documentation leaves open; can be repeated, see below
    #[arg(long, value_name = "NAME[=VALUE]")]
    quirk: Vec<Chosen>,

    /// Let something go wrong, as KIND@WHEN; can be repeated, see below. What the gateway refuses with 403, MFT refuses
    /// with 429 (limits), 401 (tokens) or 403 (not-authorized)
    #[arg(long, value_name = "KIND@WHEN")]
    fault: Vec<Fault>,

    /// The number from which the chances of faults are drawn; the same number draws the same
    #[arg(long, value_name = "N", default_value = "0")]
    fault_seed: u64,

    /// A file that receives one line of JSON a request, without secrets
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,

    /// The form of the first line; json is {"url": …}
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
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
        emulator.address().map_err(|error| Failure::new(format!("could not learn the own address: {error}")))?;
    match arguments.format {
        Format::Json => writeln!(console.out, "{{\"url\": \"http://{address}\"}}")?,
        Format::Text => writeln!(console.out, "The emulator listens on http://{address}. Ctrl-C ends it.")?,
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
            Failure { exit: Exit::Usage, ..failure.help("give one of them another path with --mft-operation") }
        }
        StartError::Listen(..) => failure.help("use port 0 for one that is free"),
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
    text += &section("When a fault strikes", &faults::WHEN);
    text
}

/// A name a line, with what it means below it: clap breaks long lines and keeps their indentation.
fn section<T: AsRef<str>>(title: &str, rows: &[(T, &str)]) -> String {
    let row = |(name, says): &(T, &str)| format!("  {}\n      {says}\n", name.as_ref());
    format!("{title}:\n{}\n", rows.iter().map(row).collect::<String>())
}
