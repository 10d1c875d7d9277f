//! Whether everything that a run needs is there, looked at one after the other, so that the first broken thing hides no other.

use super::Session;
use super::check_stores;
use super::database;
use super::remotes;
use super::tools;
use crate::cli::Console;
use crate::cli::Failure;
use crate::cli::heartbeat;
use crate::cli::runtime::block_on;
use crate::database::Location;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::files::settled;
use crate::git::Repository;
use crate::model::Kind;
use crate::render::doctor::Check;
use crate::rules;
use crate::source::Loaded;
use crate::store::Query;
use crate::store::Reader;
use crate::store::Refusal;
use crate::stores::cloud_api_management::CloudApiManagement;
use crate::stores::cloud_api_management::Reach;
use crate::stores::managed_file_transfer::ManagedFileTransfer;
use crate::text::and_more;
use crate::text::count;

/// How far two clocks may differ before rotations wait, in seconds (KW-114).
const TOLERANCE: i64 = 300;

impl Session {
    /// The checks, in the order in which a run needs these things.
    pub(in crate::cli) fn health(self, console: &Console<'_>) -> Result<Vec<Check>, Failure> {
        let mut checks = vec![settings(&self.loaded, console), git(&self.loaded), database(&self.loaded, console)];
        checks.insert(0, tools::versions());
        match check_stores(&self.loaded) {
            Ok(()) => checks.extend(stores(&self.loaded, console)?),
            Err(failure) => checks.push(failed("stores", failure)),
        }
        checks.extend(tools::sinks(&self.loaded, console));
        let checked = self.check();
        checks.insert(2, manifests(&checked.loaded, &checked.diagnostics));
        Ok(checks)
    }
}

fn failed(subject: &'static str, failure: Failure) -> Check {
    Check::fail(subject, failure.message, failure.help)
}

fn refused(subject: &'static str, refusal: Refusal) -> Check {
    Check::fail(subject, refusal.reason, refusal.help)
}

fn settings(loaded: &Loaded, console: &Console<'_>) -> Check {
    let (name, file) = (&loaded.workspace.name, console.opened.settings());
    let errors: Vec<&Diagnostic> = loaded.settings.iter().filter(|found| found.severity == Severity::Error).collect();
    if let Some(first) = errors.first() {
        let fix = first.help.clone().unwrap_or_else(|| format!("`keywright explain {}`", first.rule));
        return Check::fail("settings", format!("{file}: {} [{}]", first.message, first.rule), Some(fix));
    }
    let remote = &loaded.workspace.remote;
    let stores = match (&remote.cloud_api_management, &remote.managed_file_transfer) {
        (Some(_), Some(_)) => "Cloud API Management and MFT",
        (Some(_), None) => "Cloud API Management, and the embedded store for API keys",
        (None, Some(_)) => "MFT, and the embedded store for all but API keys",
        (None, None) => "the embedded store",
    };
    if loaded.root.join(crate::workspace::WORKSPACE_FILE).symlink_metadata().is_err() && loaded.trusted.is_none() {
        let found = format!("no keywright.yaml, so this is workspace {name} with {stores}");
        return Check::warn("settings", found, "`keywright init` writes one, or pass the folder of the workspace");
    }
    Check::ok("settings", format!("{file}: workspace {name}, {stores}"))
}

fn manifests(loaded: &Loaded, found: &[Diagnostic]) -> Check {
    let files = loaded.sources.0.iter().filter(|source| source.readable).count();
    let of = |severity| found.iter().filter(|found| found.severity == severity).count();
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    let files = count(files, "file");
    let remote = &loaded.workspace.remote;
    let is_remote = remote.cloud_api_management.is_some() || remote.managed_file_transfer.is_some();
    if is_remote && found.iter().all(|found| found.rule == rules::KW_011.id) && !found.is_empty() {
        return Check::warn("manifests", "there are none yet", "`keywright export --out .` writes what is there");
    }
    match (errors, warnings) {
        (0, 0) => Check::ok("manifests", format!("{files}, valid")),
        (0, warnings) => Check::warn(
            "manifests",
            format!("{files}, {}", count(warnings, "warning")),
            "`keywright validate` shows them",
        ),
        (errors, _) => {
            let fix = "`keywright validate` shows them".to_owned();
            Check::fail("manifests", format!("{files}, {}", count(errors, "error")), Some(fix))
        }
    }
}

fn git(loaded: &Loaded) -> Check {
    match Repository::find_of_anyone(&settled(&loaded.root)) {
        Err(error) => Check::fail("Git", format!("could not {error}"), Some(error.help().to_owned())),
        Ok(None) => {
            let found = "the workspace is in no repository, so its changes are not reviewed";
            Check::warn("Git", found, "`git init` in the folder")
        }
        Ok(Some(repository)) if repository.is_shallow() => {
            let found = format!("{} was fetched without its history", repository.root().display());
            Check::warn("Git", found, "fetch all commits (`fetch-depth: 0` in CI): --trust and --since need them")
        }
        Ok(Some(repository)) => match repository.head() {
            Ok(Some(head)) => Check::ok("Git", format!("{} at commit {}", repository.root().display(), head.short())),
            Ok(None) => Check::warn("Git", "the repository has no commit yet", "commit the workspace"),
            Err(error) => Check::fail("Git", format!("could not {error}"), Some(error.help().to_owned())),
        },
    }
}

fn database(loaded: &Loaded, console: &Console<'_>) -> Check {
    let location = match database::location(loaded, console) {
        Ok(location) => location,
        Err(failure) => return failed("database", failure),
    };
    let name = match &location {
        Location::File(path) => path.strip_prefix(settled(&loaded.root)).unwrap_or(path).display().to_string(),
        Location::Server(_) => "the schema on the server".to_owned(),
    };
    match database::open_for_reading(&location) {
        Ok(Some(database)) => match database.engine() {
            Ok(engine) => Check::ok("database", format!("{name} can be read, with {engine}")),
            Err(error) => failed("database", Failure::of_database(&error)),
        },
        Ok(None) => Check::ok("database", format!("{name} is made by the first apply")),
        Err(failure) => failed("database", failure),
    }
}

/// Each remote store on its own.
fn stores(loaded: &Loaded, console: &Console<'_>) -> Result<Vec<Check>, Failure> {
    let (remotes, mut unbuilt) = remotes::each(loaded, console);
    let mut checks = Vec::new();
    if let Some(why) = unbuilt.remove(&Kind::PackageKey) {
        checks.push(lacking("credentials", &why));
    }
    if let Some(cloud) = &remotes.cloud {
        checks.push(Check::ok("credentials", "all four for Cloud API Management are set"));
        match block_on(heartbeat::reading(cloud.reach()))? {
            Ok(reach) => checks.extend(reached(&reach, cloud, loaded, console)),
            Err(refusal) => checks.push(refused("sign-in", refusal)),
        }
    }
    if let Some(why) = unbuilt.remove(&Kind::ApiKey) {
        checks.push(lacking("MFT", &why));
    }
    if let Some(transfer) = &remotes.transfer {
        checks.push(site(transfer)?);
    }
    Ok(checks)
}

/// A store without its credentials. The message begins with the kind of keys.
fn lacking(subject: &'static str, why: &str) -> Check {
    let why = why.split_once(": ").map_or(why, |(_, why)| why);
    Check::fail(subject, why, Some("set them where this command runs; keywright.yaml names them".to_owned()))
}

fn reached(reach: &Reach, cloud: &CloudApiManagement, loaded: &Loaded, console: &Console<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    let life = reach.token.map(|life| format!("; the token is used for {} min", life.as_secs() / 60));
    checks.push(Check::ok(
        "sign-in",
        format!("Cloud API Management accepts the credentials{}", life.unwrap_or_default()),
    ));
    let (seen, unseen): (Vec<_>, Vec<_>) = reach.lists.iter().partition(|(_, total)| total.is_ok());
    let seen: Vec<String> = seen.iter().map(|(name, total)| count(*total.as_ref().unwrap_or(&0), name)).collect();
    if !seen.is_empty() {
        checks.push(Check::ok("area", and_more(&seen, 9, ", ")));
    }
    for (name, refusal) in unseen.into_iter().filter_map(|(name, total)| Some((name, total.as_ref().err()?))) {
        let fix =
            refusal.help.clone().unwrap_or_else(|| "give the user of Keywright a role that may read it".to_owned());
        checks.push(Check::fail(
            "area",
            format!("{}s cannot be read: {}", name.trim_end_matches('*'), refusal.reason),
            Some(fix),
        ));
    }
    checks.extend(clock(cloud, console));
    checks.push(pace(reach, cloud, loaded));
    checks
}

/// Rotations count on two clocks.
fn clock(cloud: &CloudApiManagement, console: &Console<'_>) -> Option<Check> {
    let dated = cloud.dated()?;
    let seconds = (dated.date - console.time_of(dated.arrived)).num_seconds();
    let found = format!(
        "the clock of the service is {} s {} this one",
        seconds.abs(),
        if seconds < 0 { "behind" } else { "ahead of" }
    );
    Some(match seconds.abs() {
        0..=2 => Check::ok("clock", "the same as that of the service"),
        3..=TOLERANCE => Check::ok("clock", found),
        _ => Check::fail(
            "clock",
            found,
            Some("set the clock of this machine: rotations wait until both agree".to_owned()),
        ),
    })
}

fn pace(reach: &Reach, cloud: &CloudApiManagement, loaded: &Loaded) -> Check {
    let rate = rounded(cloud.tariff().per_second);
    let set = loaded.workspace.remote.cloud_api_management.as_ref().map_or(rate, |store| store.limits.calls_per_second);
    let left = match reach.quota {
        Some((left, allotted)) => format!("; {left} of {allotted} calls are left today"),
        None => String::new(),
    };
    if reach.quota.is_some_and(|(left, allotted)| left < allotted * 0.1) {
        return Check::warn(
            "rate",
            format!("{rate} calls per second{left}"),
            "run again after the quota is reset, or ask for a higher one",
        );
    }
    // A run stays a little below the limit.
    if rate < set * 0.9 {
        let found = format!("the service allows {rate} calls per second, but `callsPerSecond` is {set}{left}");
        return Check::warn(
            "rate",
            found,
            format!("set `limits: {{callsPerSecond: {rate}}}`; a run keeps to the lower one"),
        );
    }
    Check::ok("rate", format!("{rate} calls per second{left}"))
}

fn rounded(rate: f64) -> f64 {
    (rate * 10.0).round() / 10.0
}

fn site(transfer: &ManagedFileTransfer) -> Result<Check, Failure> {
    let query = Query { kinds: [Kind::ApiKey].into(), ..Query::keys() };
    Ok(match block_on(heartbeat::reading(transfer.read(&query)))? {
        Ok(live) => Check::ok("MFT", format!("the site shows {}", count(live.of(Kind::ApiKey).len(), "API key"))),
        Err(refusal) => refused("MFT", refusal),
    })
}
