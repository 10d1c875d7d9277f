//! The forecast cost of an apply, and whether the daily limit allows it.

use crate::diagnostic::Diagnostic;
use crate::plan::Forecast;
use crate::plan::Planned;
use crate::rules;
use crate::stores::Remotes;

pub(super) fn forecasts(planned: &Planned, remotes: &Remotes) -> Vec<Forecast> {
    remotes.tariffs().iter().map(|tariff| Forecast::of(planned.left(), tariff)).collect()
}

/// CAM-051: the run exceeds the daily limit.
pub(super) fn over_the_day(forecast: &Forecast) -> Option<Diagnostic> {
    forecast.share_of_day.filter(|share| *share > 1.0)?;
    let message = format!("the run needs {} calls, more than `callsPerDay` allows", forecast.total());
    let help = "apply in parts on several days, or raise callsPerDay in keywright.yaml if the area allows more";
    Some(rules::CAM_051.finding(message).help(help))
}
