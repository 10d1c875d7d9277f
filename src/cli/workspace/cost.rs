//! What an apply would cost, and whether it may.

use crate::cli::Exit;
use crate::cli::Failure;
use crate::diagnostic::Diagnostic;
use crate::plan::Forecast;
use crate::plan::Plan;
use crate::rules;
use crate::stores::Remotes;

use super::Planning;

/// What an apply would cost, for every remote store.
pub(super) fn forecasts(plan: &Plan, remotes: &Remotes) -> Vec<Forecast> {
    remotes.tariffs().iter().map(|tariff| Forecast::of(&plan.changes, tariff)).collect()
}

/// CAM-051: more than the day allows.
pub(super) fn over_the_day(forecast: &Forecast) -> Option<Diagnostic> {
    forecast.share_of_day.filter(|share| *share > 1.0)?;
    let message = format!("the run takes {} calls, more than `callsPerDay` allows", forecast.total());
    let help = "apply it in parts on several days, or raise callsPerDay in keywright.yaml if the area allows more";
    Some(rules::CAM_051.finding(message).help(help))
}

/// `90s`, `10m` or `2h` in seconds.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
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

impl Planning {
    /// Why the forecast is more than the run may cost, if it is.
    pub(in crate::cli) fn over_budget(&self, forecasts: &[Forecast]) -> Option<Failure> {
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
