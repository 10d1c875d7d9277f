//! The arguments that several commands take: which manifests, and what a plan may do.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::failure::Exit;
use super::failure::Failure;
use crate::plan::Forecast;
use crate::plan::MaxDelete;
use crate::plan::Options;

/// Which manifests a command is about.
#[derive(Args)]
pub(super) struct Manifests {
    /// The workspace folder, or files and folders with manifests; `-` reads standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// A file or folder with manifests; the same as PATH
    #[arg(short = 'f', long = "filename", value_name = "PATH")]
    files: Vec<PathBuf>,
}

impl Manifests {
    /// All of them, however they were named.
    pub(super) fn all(&self) -> Vec<PathBuf> {
        self.paths.iter().chain(&self.files).cloned().collect()
    }

    /// The path, when it is the only one that stands alone and not behind `-f`.
    pub(super) fn only_path(&self) -> Option<&PathBuf> {
        if let [path] = self.paths.as_slice() { Some(path) } else { None }
    }

    /// Those named with `-f`.
    pub(super) fn named_files(&self) -> Self {
        Self { paths: Vec::new(), files: self.files.clone() }
    }

    /// Those below one path.
    pub(super) fn below(path: PathBuf) -> Self {
        Self { paths: vec![path], files: Vec::new() }
    }
}

/// What a plan may do beyond the manifests.
#[derive(Args, Clone)]
pub(super) struct Planning {
    /// Delete what the workspace owns and no manifest declares
    #[arg(long)]
    prune: bool,

    /// Lift the guards for one object, like key/checkout-production
    #[arg(long, value_name = "ADDRESS")]
    allow: Vec<String>,

    /// How much may be deleted and replaced, like 5 or 10%, instead of what the workspace says
    #[arg(long, value_name = "LIMIT")]
    max_delete: Option<MaxDelete>,

    /// Most calls that the apply may make of the remote stores
    #[arg(long, value_name = "N")]
    budget_calls: Option<usize>,

    /// How long to wait for another run of the workspace, like 30s; left out, not at all
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    lock_timeout: Option<f64>,

    /// How long the apply may take, like 90s or 10m
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    deadline: Option<f64>,

    /// Whether other runs are to be kept out, because what is planned will be done.
    #[arg(skip)]
    locks: bool,
}

impl Planning {
    /// How long to wait for another run; nothing when others need not be kept out.
    pub(super) fn patience(&self) -> Option<Duration> {
        self.locks.then(|| Duration::from_secs_f64(self.lock_timeout.unwrap_or(0.0)))
    }

    /// The same, with other runs kept out, because what is planned will be done.
    pub(super) fn locking(&self) -> Self {
        Self { locks: true, ..self.clone() }
    }

    pub(super) const fn prunes(&self) -> bool {
        self.prune
    }

    pub(super) fn options(&self) -> Options {
        Options {
            prune: self.prune,
            allow: self.allow.iter().cloned().collect(),
            max_delete: self.max_delete,
            is_part: false,
        }
    }

    /// Why the forecast is more than the run may cost, if it is.
    pub(super) fn over_budget(&self, forecasts: &[Forecast]) -> Option<Failure> {
        let calls: usize = forecasts.iter().map(Forecast::left).sum();
        let longest = forecasts.iter().map(|forecast| forecast.seconds).fold(0.0, f64::max);
        let message = match (self.budget_calls, self.deadline) {
            (Some(most), _) if calls > most => format!("the apply would take {calls} calls, and the budget is {most}"),
            (_, Some(most)) if longest > most => {
                format!("the apply would take about {longest:.0} s, and the deadline is {most:.0} s")
            }
            _ => return None,
        };
        let failure = Failure::new(message).help("apply a part of the workspace, or give the run more");
        Some(Failure { exit: Exit::OverBudget, ..failure })
    }
}

/// `90s`, `10m` or `2h` in seconds.
fn seconds(text: &str) -> Result<f64, String> {
    let odd = || "write a number and s, m or h, like 10m".to_owned();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(odd)?;
    let number: u32 = number.parse().map_err(|_| odd())?;
    let factor = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(odd()),
    };
    Ok(f64::from(number) * factor)
}
