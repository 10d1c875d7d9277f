//! The forecast of an apply and its actual calls.

use std::io;

use super::style;
use crate::plan::Forecast;
use crate::text;

/// Writes a line for every remote store that the apply would call.
pub fn forecast(out: &mut dyn io::Write, forecasts: &[Forecast]) -> io::Result<()> {
    let bold = style::BOLD;
    let wanted = forecasts.iter().filter(|forecast| forecast.left() > 0);
    wanted.into_iter().try_for_each(|forecast| writeln!(out, "{bold}Forecast:{bold:#} {forecast}."))
}

/// Writes how many calls the apply made, how many of them repeat one or look once more, and the forecast, which cannot know
/// those.
pub fn calls(out: &mut dyn io::Write, forecast: &Forecast, made: u64, repeated: u64, seconds: f64) -> io::Result<()> {
    let dim = style::DIM;
    let (left, store) = (forecast.left(), forecast.store);
    let calls = text::count(made, "call");
    let of_them = if repeated > 0 { format!(" ({repeated} of them repeated)") } else { String::new() };
    writeln!(
        out,
        "{dim}{calls} to {store} in {seconds:.1} s{of_them}; the forecast was {left} in {:.1} s{dim:#}",
        forecast.seconds
    )
}
