//! `keywright keys revoke`

use clap::Args;

use crate::cli::Console;
use crate::cli::Exit;
use crate::cli::Failure;
use crate::cli::address::AddressText;
use crate::cli::arguments::Manifests;
use crate::cli::asked;
use crate::cli::asked::Consent;
use crate::cli::failure::Stop;
use crate::cli::output::Format;
use crate::cli::rotate;
use crate::cli::session::Disabled;
use crate::cli::session::Incident;
use crate::cli::session::Session;
use crate::cli::session::own_credential;
use crate::diagnostic::Places;
use crate::diagnostic::Severity;
use crate::diagnostic::sort;
use crate::keys;
use crate::keys::Affected;
use crate::keys::State;
use crate::keys::Unreadable;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveKey;
use crate::model::LiveObject;
use crate::model::OddRow;
use crate::model::Secret;
use crate::model::has_mask;
use crate::outcome::ChangeResult;
use crate::render;
use crate::render::Revocation;
use crate::render::Revoked;
use crate::source::Loaded;
use crate::text::and_more;
use crate::text::count;
use crate::text::shell::argument;
use crate::workspace::Consent as Consented;

/// Disable a key at once because it leaked, and say who has it and what depends on it
///
/// Finds a package key by its value on standard input, or a key by its address; Managed File Transfer shows no values, so an
/// API key is named. Protected keys are disabled too, but never the credential that Keywright itself uses. It also works if
/// the manifests are not valid. No run enables the key again without consent.
///
/// Asks for confirmation. Exits with 0 if every key is disabled, the store shows it, and it is recorded.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "one for each option of the command line")]
pub(super) struct Arguments {
    /// Address of a key in the manifests or in the store, for example key/checkout-production
    #[arg(value_name = "ADDRESS", value_parser = AddressText)]
    addresses: Vec<String>,

    /// Name of an API key of Managed File Transfer; repeatable
    #[arg(long, value_name = "NAME")]
    name: Vec<String>,

    /// Read the value from standard input, one line; it is not shown
    #[arg(long, conflicts_with_all = ["addresses", "name"])]
    stdin: bool,

    /// Disable all keys with the value, if several have it (required without a terminal)
    #[arg(long)]
    all: bool,

    /// Skip the confirmation (required without a terminal)
    #[arg(long)]
    auto_approve: bool,

    /// Then create the successor of a generated key and deliver it, as `keywright rotate` does
    #[arg(long)]
    replace: bool,
}

/// The longest text that is read, in bytes.
const LONGEST_TEXT: u64 = 64 << 10;

/// How many names one message has.
const NAMED: usize = 5;

pub(super) fn run(arguments: &Arguments, format: Format, console: &mut Console<'_>) -> Result<Exit, Stop> {
    arguments.check(format)?;
    let values = if arguments.stdin { value(console)? } else { Vec::new() };
    let session = Session::open(&Manifests::default(), console)?;
    show_settings(&session.loaded, console)?;
    if let Some(source) = own_credential(&session.loaded, &values, console) {
        return Err(own(&format!("the value is that of {source}")).into());
    }
    let incident = session.incident(console)?;
    for unread in &incident.unread {
        writeln!(console.err, "could not read {unread}")?;
    }
    let found = arguments.find(&incident, &values, console)?;
    for key in &found {
        let value: Vec<Secret> = key.key.iter().map(|key| key.value.clone()).collect();
        let is_credential = own_credential(&incident.loaded, &value, console).is_some();
        if incident.is_own(key, is_credential)? {
            return Err(own(&key.address.to_string()).into());
        }
    }
    let affected = incident.with_input(console.now, |input| keys::affected(input, &found));
    let places = Places::new(&incident.loaded.sources);
    let keys = affected.iter().map(|one| Revoked::of(one, &places, incident.desired.as_ref())).collect();
    let mut report = report(&incident, keys, console);
    if format == Format::Text {
        render::keys::affected(console.out, &report)?;
        console.out.flush()?;
    }
    arguments.ask(&affected, console)?;
    let disabled = incident.disable(&found, console)?;
    report.end(&disabled.results, disabled.unrecorded.as_deref());
    match format {
        Format::Json => render::json::revocation(console.out, &report)?,
        _ => render::keys::revoked(console.out, &report)?,
    }
    console.out.flush()?;
    let exit = end(&found, &disabled, console)?;
    warn_of_consents(&incident.loaded, &affected, console)?;
    if !arguments.replace {
        return Ok(exit);
    }
    let replaced = replace(&incident, &found, &affected, console)?;
    Ok(Exit::worst([exit, replaced]))
}

impl Arguments {
    fn check(&self, format: Format) -> Result<(), Failure> {
        let usage = |message: &str, help: &str| Err(Failure { exit: Exit::Usage, ..Failure::new(message) }.help(help));
        if !self.stdin && self.addresses.is_empty() && self.name.is_empty() {
            return usage(
                "could not find out which key leaked: neither a value nor an address is given",
                "pass --stdin and the value on standard input, or the address of the key",
            );
        }
        match format {
            Format::Csv | Format::Ics => usage("could not use --format: it is for lists", "use text or json"),
            Format::Json if !self.auto_approve => usage(
                "could not ask for confirmation: this format does not show the keys first",
                "--format json requires --auto-approve",
            ),
            Format::Json if self.replace => usage(
                "could not use --replace: its output would be a second document",
                "run `keywright rotate ADDRESS --format json` next",
            ),
            _ => Ok(()),
        }
    }

    fn find<'i>(
        &self,
        incident: &'i Incident,
        values: &[Secret],
        console: &Console<'_>,
    ) -> Result<Vec<&'i LiveObject>, Failure> {
        if self.stdin {
            let found = keys::holders(&incident.live, values);
            return if found.is_empty() { Err(no_holder(incident, values)) } else { Ok(found) };
        }
        let names = self.name.iter().map(|name| Address::api_key(name).to_string());
        let mut all: Vec<&LiveObject> = Vec::new();
        for address in self.addresses.iter().cloned().chain(names) {
            let found = incident.find(&address, console);
            if found.is_empty() {
                return Err(no_such(incident, &address));
            }
            for key in found {
                if !all.iter().any(|other| std::ptr::eq(*other, key)) {
                    all.push(key);
                }
            }
        }
        Ok(all)
    }

    fn ask(&self, affected: &[Affected], console: &mut Console<'_>) -> Result<(), Failure> {
        let several = affected.len() > self.addresses.len() + self.name.len() && affected.len() > 1;
        if self.auto_approve && several && !self.all {
            let failure = Failure::new(format!(
                "nothing was changed: {} are meant, and only one can be disabled without a question",
                count(affected.len(), "key")
            ));
            let help = "run again with --all to disable all of them, or pass the address of the right one";
            return Err(Failure { exit: Exit::Stopped, ..failure }.help(help));
        }
        let them = if affected.len() == 1 { "this key" } else { "these keys" };
        let then = if self.replace { ", and create its successor" } else { "" };
        let consent = Consent { is_given: self.auto_approve, question: &format!("Disable {them} now{then}?") };
        asked::consent(&consent, console)
    }
}

fn report<'r>(incident: &'r Incident, keys: Vec<Revoked<'r>>, console: &Console<'_>) -> Revocation<'r> {
    let [package_keys, api_keys] = [Kind::PackageKey, Kind::ApiKey].map(|kind| incident.live.of(kind).len());
    Revocation {
        workspace: &incident.loaded.workspace.name,
        store: &incident.store,
        now: console.now,
        has_manifests: incident.desired.is_some(),
        read: package_keys + api_keys,
        unread: &incident.unread,
        keys,
        unrecorded: None,
    }
}

/// The value on standard input, with what may be around it.
fn value(console: &mut Console<'_>) -> Result<Vec<Secret>, Failure> {
    let text = asked::secret_text("Paste the value (it is not shown), and press Enter: ", LONGEST_TEXT, console)?;
    keys::pasted(&text).map_err(|why| {
        let why = match why {
            Unreadable::Empty => "standard input is empty".to_owned(),
            Unreadable::SeveralLines(lines) => format!("standard input has {lines} lines of text"),
            Unreadable::TooLong => "the line on standard input is too long for a key".to_owned(),
        };
        let failure = Failure::new(format!("could not read the value: {why}"));
        Failure { exit: Exit::Usage, ..failure }.help("pass one value, on one line")
    })
}

/// Prints what is wrong with the settings. What can be used of them is used.
fn show_settings(loaded: &Loaded, console: &mut Console<'_>) -> Result<(), Failure> {
    let mut found = loaded.settings.clone();
    found.retain(|finding| finding.severity > Severity::Info);
    sort(&mut found);
    Ok(console.write_findings(&found, &loaded.sources)?)
}

fn own(what: &str) -> Failure {
    let message = format!("nothing was changed: {what}, with which Keywright itself signs in");
    let help = "make a new credential where this one was made, give it to Keywright, and disable this one there";
    Failure { exit: Exit::Stopped, ..Failure::new(message) }.help(help)
}

fn no_such(incident: &Incident, address: &str) -> Failure {
    if super::names_a_value(address, &incident.live) {
        let help = "pass an address as `keywright keys` lists it, or a value on standard input with --stdin: arguments are kept \
                    by shells and logs";
        return Failure::new("could not find a key: the argument is not an address").help(help);
    }
    let failure = Failure::new(format!("could not find {address} in {}: no key has this address", incident.store));
    match incident.desired {
        Some(_) => failure.help("`keywright keys` lists all keys with their addresses"),
        None => failure.help(
            "the manifests are not valid, so declared addresses are known only from the database; `keywright keys` lists all \
             keys with their addresses",
        ),
    }
}

/// Where a value was looked for, and what else it could be.
fn no_holder(incident: &Incident, values: &[Secret]) -> Failure {
    let live = &incident.live;
    let counted = |kind: Kind, noun| count(live.of(kind).len(), noun);
    let looked = format!("{} and {}", counted(Kind::PackageKey, "package key*"), counted(Kind::ApiKey, "API key*"));
    let message = format!("could not find a key with this value among {looked} of {}", incident.store);
    let mut help: Vec<String> = incident.unread.iter().map(|unread| format!("not read: {unread}")).collect();
    let odd: Vec<String> = live.odd().iter().map(OddRow::label).collect();
    if !odd.is_empty() {
        help.push(format!("not understood: {}", and_more(&odd, NAMED, ", ")));
    }
    let has_it = |row: &&OddRow| row.value.as_ref().is_some_and(|value| values.contains(value));
    if let Some(row) = live.odd().iter().find(has_it) {
        help.push(format!("the value is that of {}: disable it in the Control Center", row.described()));
    }
    let short = [Kind::PackageKey, Kind::ApiKey].into_iter().filter(|kind| !live.is_complete(*kind));
    help.extend(short.map(|kind| format!("the list of {} is not complete, so run again", kind.plural())));
    let keys = || live.of(Kind::PackageKey).iter().filter_map(|live| Some((live, live.key.as_ref()?)));
    let masked = keys().filter(|(_, key)| has_mask(key.value.expose())).count();
    if masked > 0 {
        help.push(format!("the store shows {} only masked: pass the address", count(masked, "value")));
    }
    let has_secret = |key: &LiveKey| key.secret.as_ref().is_some_and(|secret| values.contains(secret));
    let shared: Vec<&LiveObject> = keys().filter(|(_, key)| has_secret(key)).map(|(live, _)| live).collect();
    if !shared.is_empty() {
        help.push(of_secret(incident, &shared));
    } else if let Some(gone) = incident.gone(values) {
        help.push(format!("the database knows it: {gone}; no key of the store has it now"));
    }
    if !live.of(Kind::ApiKey).is_empty() {
        help.push("the value of an API key is never shown: name the key with --name".to_owned());
    }
    help.push("check that the whole value was pasted, and that this is the workspace of its area".to_owned());
    Failure::new(message).help(help.join("; "))
}

/// What to do about a shared secret. A key that got it from its manifest has it in all generations.
fn of_secret(incident: &Incident, keys: &[&LiveObject]) -> String {
    // Those that manifests declare come first: the order of the store is that of random ids.
    let mut keys = keys.to_vec();
    keys.sort_by_key(|live| incident.current(live).is_none());
    let name = |live: &&LiveObject| incident.current(live).unwrap_or(&live.address).to_string();
    let is_off = |live: &&&LiveObject| live.attributes.text("settings.status") == Some("disabled");
    let working: Vec<&&LiveObject> = keys.iter().filter(|live| !is_off(live)).collect();
    if working.is_empty() {
        let names: Vec<String> = keys.iter().map(name).collect();
        return format!("it is a shared secret, and what has it is disabled: {}", and_more(&names, NAMED, ", "));
    }
    let addresses: Vec<String> = working.into_iter().map(|live| argument(&name(live))).collect();
    format!("it is a shared secret: `keywright keys revoke {}` disables what has it", addresses.join(" "))
}

/// Prints what did not work, and chooses the exit code.
fn end(keys: &[&LiveObject], disabled: &Disabled, console: &mut Console<'_>) -> Result<Exit, Failure> {
    for (key, result) in keys.iter().zip(&disabled.results) {
        let address = &key.address;
        let failure = match result {
            ChangeResult::Failed(refusal) => {
                let failure = Failure::of_store(refusal.clone());
                Failure { message: format!("could not disable {address}: {}", failure.message), ..failure }
            }
            ChangeResult::Unverified(refusal) => {
                Failure::new(format!("could not verify that {address} is disabled: {}", refusal.reason))
                    .help("run again: it reads the key")
            }
            ChangeResult::Altered(_) => Failure::new(format!("{address} is still not disabled in the store"))
                .help("disable it in the Control Center"),
            _ => continue,
        };
        failure.print(console.err)?;
    }
    if let Some(why) = &disabled.unrecorded {
        Failure::new(format!("could not record the revocation: {why}"))
            .help("run again when the database can be used; the key is recorded then")
            .print(console.err)?;
    }
    let results = &disabled.results;
    let is_bad = |result: &&ChangeResult| **result != ChangeResult::Done;
    let bad = results.iter().filter(is_bad).count();
    let failed = results.iter().filter(|result| !result.is_in_store()).count();
    Ok(match () {
        () if failed > 0 && failed == results.len() => Exit::Error,
        () if failed > 0 => Exit::Partly,
        () if bad > 0 => Exit::Differs,
        () if disabled.unrecorded.is_some() => Exit::Partly,
        () => Exit::Done,
    })
}

/// A machine without this database takes a consent of the settings for one to the return of the key.
fn warn_of_consents(loaded: &Loaded, affected: &[Affected], console: &mut Console<'_>) -> Result<(), Failure> {
    let names = affected.iter().flat_map(|one| [Some(&one.key.address), one.declared.as_ref()]).flatten();
    let names: Vec<String> = names.map(ToString::to_string).collect();
    let is_meant =
        |consent: &&Consented| consent.counts(console.now) && names.iter().any(|name| **name == *consent.allow);
    if let Some(consent) = loaded.workspace.consents.iter().find(is_meant) {
        let (allow, until) = (&consent.allow, &consent.until);
        writeln!(
            console.err,
            "remove the consent for {allow} in keywright.yaml, which counts until {until}: a machine without this database \
             would enable the key"
        )?;
    }
    Ok(())
}

/// Creates the successors of the keys that have one to come.
fn replace(
    incident: &Incident,
    found: &[&LiveObject],
    affected: &[Affected],
    console: &mut Console<'_>,
) -> Result<Exit, Stop> {
    if incident.desired.is_none() {
        let failure = Failure::new("could not replace the key: the manifests are not valid");
        return Ok(Failure { exit: Exit::Partly, ..failure.help("fix them, and run `keywright rotate`") }
            .print(console.err)?);
    }
    let mut exits = Vec::new();
    for (key, affected) in found.iter().zip(affected) {
        let Some(current) = incident.current(key) else {
            let has_successor = affected.declared.is_some() && affected.key.state != State::Unknown;
            let why = match &affected.declared {
                Some(declared) if has_successor => format!("{declared} is its successor already"),
                _ => "no manifest declares it".to_owned(),
            };
            let exit = if has_successor { Exit::Done } else { Exit::Partly };
            writeln!(console.err, "{} is not replaced: {why}", key.address)?;
            exits.push(exit);
            continue;
        };
        match rotate::of_revoked(current, console) {
            // The key is disabled all the same.
            Ok(Exit::Invalid | Exit::Stopped) => exits.push(Exit::Partly),
            Ok(exit) => exits.push(exit),
            Err(Stop::Failure(failure)) => {
                failure.print(console.err)?;
                exits.push(Exit::Partly);
            }
            Err(stop) => return Err(stop),
        }
    }
    Ok(Exit::worst(exits))
}
