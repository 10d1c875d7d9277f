//! Arguments that several commands share: which manifests to read, and what a plan may do.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::address::AddressText;
use super::failure::Exit;
use super::failure::Failure;
use crate::model::Instant;
use crate::plan::Forecast;
use crate::plan::MaxDelete;
use crate::plan::Options;
use crate::plan::RotateNow;

/// Headings of options in a help.
const CHANGES: &str = "What may change";
const LIMITS: &str = "Limits of time and calls";
pub(super) const OUTPUT: &str = "What is shown and saved";

/// The manifests that a command reads: without paths, those of the workspace.
#[derive(Args, Default)]
pub(super) struct Manifests {
    /// Workspace folder, or files and folders with manifests; `-` reads standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// File or folder with manifests; the same as PATH
    #[arg(short = 'f', long = "filename", value_name = "PATH")]
    files: Vec<PathBuf>,
}

impl Manifests {
    pub(super) fn all(&self) -> Vec<PathBuf> {
        self.paths.iter().chain(&self.files).cloned().collect()
    }

    /// The positional path, if there is exactly one.
    pub(super) fn only_path(&self) -> Option<&PathBuf> {
        if let [path] = self.paths.as_slice() { Some(path) } else { None }
    }

    /// Only the paths given with `-f`.
    pub(super) fn named_files(&self) -> Self {
        Self { paths: Vec::new(), files: self.files.clone() }
    }

    pub(super) fn of_files(files: &[PathBuf]) -> Self {
        Self { paths: Vec::new(), files: files.to_vec() }
    }

    pub(super) fn below(path: PathBuf) -> Self {
        Self { paths: vec![path], files: Vec::new() }
    }
}

/// What a plan may do.
#[derive(Args, Clone, Default)]
pub(super) struct Planning {
    /// Delete objects that the workspace owns and no manifest declares
    #[arg(long, help_heading = CHANGES)]
    prune: bool,

    /// Warn of manifests that this Git revision had, that are gone, and whose objects stay in the store,
    /// for example origin/main or HEAD~1
    #[arg(long, value_name = "REVISION", help_heading = CHANGES)]
    since: Option<String>,

    /// Lift the guards for one object, for example key/checkout-production; repeatable
    #[arg(long, value_name = "ADDRESS", value_parser = AddressText, help_heading = CHANGES)]
    allow: Vec<String>,

    /// Maximum number or share of objects to delete or replace, and of API keys to disable or restrict,
    /// for example 5 or 10% (overrides the workspace)
    #[arg(long, value_name = "LIMIT", help_heading = CHANGES)]
    max_delete: Option<MaxDelete>,

    /// Write the value of this key on this machine, even if it may have been delivered elsewhere; repeatable
    #[arg(long, value_name = "ADDRESS", value_parser = AddressText, help_heading = CHANGES)]
    deliver: Vec<String>,

    /// Deliver no value; deliveries stay due until a run without this option
    #[arg(long, conflicts_with = "deliver", help_heading = CHANGES)]
    no_deliver: bool,

    /// Maximum number of API calls
    #[arg(long, value_name = "N", help_heading = LIMITS)]
    budget_calls: Option<usize>,

    /// How long apply waits until another run of the workspace ends, for example 30s [default: do not wait]
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = LIMITS)]
    lock_timeout: Option<f64>,

    /// Maximum duration of the apply, for example 90s or 10m
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = LIMITS)]
    deadline: Option<f64>,

    #[arg(skip)]
    purpose: Purpose,

    #[arg(skip)]
    rotate: RotateNow,

    /// The later time that the plan is made for. `None` for the time of the run.
    #[arg(skip)]
    at: Option<Instant>,
}

/// The arguments of a run that has no other choice of what it does.
#[derive(Args)]
pub(super) struct Limits {
    /// Lift the guards for one object, for example key/checkout-production; repeatable
    #[arg(long, value_name = "ADDRESS", value_parser = AddressText, help_heading = CHANGES)]
    allow: Vec<String>,

    /// Maximum number of API calls
    #[arg(long, value_name = "N", help_heading = LIMITS)]
    budget_calls: Option<usize>,

    /// How long to wait until another run of the workspace ends, for example 30s [default: do not wait]
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = LIMITS)]
    lock_timeout: Option<f64>,

    /// Maximum duration of the run, for example 90s or 10m
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = LIMITS)]
    deadline: Option<f64>,
}

impl Limits {
    /// No limits, and the consent for some objects.
    pub(super) fn allowing(addresses: &[String]) -> Self {
        Self { allow: addresses.to_vec(), budget_calls: None, lock_timeout: None, deadline: None }
    }
}

/// What a plan is made for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Purpose {
    #[default]
    Show,
    Save,
    /// Reads everything that the workspace owns.
    Compare,
    /// Locks the workspace.
    Apply,
}

impl Planning {
    /// For a run that only rotates these keys.
    pub(super) fn of_rotation(limits: &Limits, rotate: RotateNow) -> Self {
        let &Limits { ref allow, budget_calls, lock_timeout, deadline } = limits;
        let (allow, purpose) = (allow.clone(), Purpose::Apply);
        Self { allow, budget_calls, lock_timeout, deadline, purpose, rotate, ..Self::default() }
    }

    /// How long to wait for the lock. `None` if no lock is needed.
    pub(super) fn lock_timeout(&self) -> Option<Duration> {
        (self.purpose == Purpose::Apply).then(|| Duration::from_secs_f64(self.lock_timeout.unwrap_or(0.0)))
    }

    pub(super) fn locking(&self) -> Self {
        Self { purpose: Purpose::Apply, ..self.clone() }
    }

    pub(super) fn saving(&self, saves: bool) -> Self {
        Self { purpose: if saves { Purpose::Save } else { self.purpose }, ..self.clone() }
    }

    /// For a comparison with the store.
    pub(super) fn of_comparison() -> Self {
        Self { purpose: Purpose::Compare, ..Self::default() }
    }

    pub(super) fn compares(&self) -> bool {
        self.purpose == Purpose::Compare
    }

    pub(super) fn at(&self, at: Option<Instant>) -> Self {
        Self { at, ..self.clone() }
    }

    pub(super) const fn looks_ahead_to(&self) -> Option<Instant> {
        self.at
    }

    pub(super) fn saves(&self) -> bool {
        self.purpose == Purpose::Save
    }

    pub(super) const fn prunes(&self) -> bool {
        self.prune
    }

    pub(super) fn since(&self) -> Option<&str> {
        self.since.as_deref()
    }

    /// The option that chooses deliveries, if one is given.
    pub(super) const fn chooses_deliveries(&self) -> Option<&'static str> {
        match (self.no_deliver, self.deliver.is_empty()) {
            (true, _) => Some("--no-deliver"),
            (false, false) => Some("--deliver"),
            (false, true) => None,
        }
    }

    pub(super) fn options(&self) -> Options {
        Options {
            prune: self.prune,
            allow: self.allow.iter().cloned().collect(),
            consents: None,
            max_delete: self.max_delete,
            deliver: self.deliver.iter().cloned().collect(),
            no_deliver: self.no_deliver,
            rotate: self.rotate.clone(),
            is_part: false,
        }
    }

    /// The failure if the forecast exceeds `--budget-calls` or `--deadline`.
    pub(super) fn over_budget(&self, forecasts: &[Forecast]) -> Option<Failure> {
        let calls: usize = forecasts.iter().map(Forecast::left).sum();
        let longest = forecasts.iter().map(|forecast| forecast.seconds).fold(0.0, f64::max);
        let message = match (self.budget_calls, self.deadline) {
            (Some(most), _) if calls > most => format!("the apply needs {calls} calls, but --budget-calls is {most}"),
            (_, Some(most)) if longest > most => {
                format!("the apply takes about {longest:.0} s, but --deadline is {most:.0} s")
            }
            _ => return None,
        };
        let failure = Failure::new(message).help("apply a part of the workspace, or raise the limit");
        Some(Failure { exit: Exit::OverBudget, ..failure })
    }
}

/// The same as a duration, which is longer than none.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let seconds = seconds(text)?;
    if seconds > 0.0 { Ok(Duration::from_secs_f64(seconds)) } else { Err("it must be longer than 0 s".to_owned()) }
}

/// `90s`, `10m`, `2h` or `30d` in seconds.
fn seconds(text: &str) -> Result<f64, String> {
    let invalid = || "write a number and s, m, h or d, for example 10m".to_owned();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(invalid)?;
    let number: u32 = number.parse().map_err(|_| invalid())?;
    let factor = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return Err(invalid()),
    };
    Ok(f64::from(number) * factor)
}
