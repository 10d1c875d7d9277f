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

/// Writes how many calls the apply made, with the forecast.
pub fn calls(out: &mut dyn io::Write, forecast: &Forecast, made: u64, seconds: f64) -> io::Result<()> {
    let dim = style::DIM;
    let (left, store) = (forecast.left(), forecast.store);
    writeln!(
        out,
        "{dim}{} to {store} in {seconds:.1} s; the forecast was {left} in {:.1} s{dim:#}",
        text::count(made, "call"),
        forecast.seconds
    )
}
