//! `keywright keys reveal`

use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use zeroize::Zeroizing;

use crate::cli::Console;
use crate::cli::Exit;
use crate::cli::Failure;
use crate::cli::address::AddressText;
use crate::cli::arguments::Manifests;
use crate::cli::asked;
use crate::cli::asked::Consent;
use crate::cli::failure::Stop;
use crate::cli::output::Format;
use crate::cli::session::Session;
use crate::cli::trust;
use crate::files::Place;
use crate::files::Refused;
use crate::files::Tracked;
use crate::files::outside_git;
use crate::git::GitError;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::model::has_mask;
use crate::rules;

/// Show the value of a package key on the terminal, or write it to a new file
///
/// Asks for confirmation, and records in the workspace database that the value was shown. It is never written to a pipe.
#[derive(Args)]
pub(super) struct Arguments {
    /// Address of a key in the manifests or in the store, for example key/checkout-production
    #[arg(value_name = "ADDRESS", value_parser = AddressText)]
    address: String,

    /// Write the value to this new file, readable by its owner only, instead of the terminal
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Skip the confirmation of a file (required without a terminal)
    #[arg(long, requires = "out")]
    auto_approve: bool,
}

pub(super) fn run(arguments: &Arguments, format: Format, console: &mut Console<'_>) -> Result<Exit, Stop> {
    let address = &arguments.address;
    let refuse = |why: &str| Failure { exit: Exit::Usage, ..Failure::new(format!("could not reveal a value: {why}")) };
    if format != Format::Text {
        return Err(refuse("`keys reveal` prints only text").help("omit --format").into());
    }
    if arguments.out.is_none() && !console.is_terminal {
        let help = "run it in a terminal, or name a new file with --out";
        return Err(refuse("standard output is not a terminal, and a pipe could keep the value").help(help).into());
    }
    let place = arguments.out.as_deref().map(|file| place(file, console)).transpose()?;
    let session = Session::open(&Manifests::default(), console)?;
    trust::show(&session.loaded, console)?;
    let incident = session.incident(console)?;
    let found = incident.find(address, console);
    if found.is_empty() && super::names_a_value(address, &incident.live) {
        let failure = Failure::new("could not reveal a value: the argument is not an address");
        return Err(failure.help("`keywright keys` lists all keys with their addresses").into());
    }
    let [key] = found.as_slice() else {
        let why = if found.is_empty() { "no key has this address" } else { "several keys have this address" };
        let failure = Failure::new(format!("could not reveal {address}: {why}"));
        return Err(failure.help("`keywright keys` lists all keys with their addresses").into());
    };
    let value = value(address, key)?;
    let to =
        arguments.out.as_ref().map_or_else(|| "on this terminal".to_owned(), |file| format!("in {}", file.display()));
    let question = format!("Show the value of {address} {to}?");
    asked::consent(&Consent { is_given: arguments.auto_approve, question: &question }, console)?;
    incident.note("reveal", key, console)?;
    let text = Zeroizing::new(format!("{}\n", value.expose()));
    match place {
        Some((place, name)) => {
            place.create(text.as_bytes()).map_err(|error| unwritable(&name, &error.to_string()))?;
            writeln!(console.err, "{address}: the value is in {name}")?;
        }
        None => console.out.write_all(text.as_bytes())?,
    }
    console.out.flush()?;
    Ok(Exit::Done)
}

fn value<'k>(address: &str, key: &'k LiveObject) -> Result<&'k Secret, Failure> {
    let failed = |why: &str| Failure::new(format!("could not reveal {address}: {why}"));
    let Some(found) = &key.key else {
        let why = "Managed File Transfer shows the value of an API key only once, when it is made";
        return Err(failed(why).help("make a new key in the portal if the value is lost"));
    };
    if has_mask(found.value.expose()) {
        let why = format!("the store shows the value only masked [{}]", rules::CAM_069.id);
        return Err(failed(&why).help("let a role that sees values sign in"));
    }
    Ok(&found.value)
}

/// The place of a new file that Git does not track, and its name.
fn place(file: &Path, console: &Console<'_>) -> Result<(Place, String), Failure> {
    let path = console.folder.join(file);
    let shown = file.display().to_string();
    let refused = |why: &str| unwritable(&shown, why);
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(refused("it is not a file"));
    };
    let of_files = |error: Refused| refused(&error.to_string());
    outside_git(folder, Path::new(name)).map_err(of_files)?;
    let of_git = |error: GitError| {
        refused(&format!("could not find out whether Git tracks it: could not {error}")).help(error.help())
    };
    let tracked = Tracked::below(folder).map_err(of_git)?;
    if tracked.holds(&path) {
        return Err(refused("Git tracks it, so the next commit would contain the value"));
    }
    if Tracked::would_hold(&path).map_err(of_git)? {
        return Err(refused("Git does not ignore it, so `git add` would take the value"));
    }
    let place = Place::find(folder, Path::new(name)).map_err(of_files)?;
    let place = place.ok_or_else(|| refused("its folder does not exist"))?;
    if place.open_existing().map_err(of_files)?.is_some() {
        return Err(refused("it exists"));
    }
    Ok((place, shown))
}

fn unwritable(file: &str, why: &str) -> Failure {
    Failure::new(format!("could not write {file}: {why}"))
        .help("name a file that Git ignores, or one outside of the repository")
}
