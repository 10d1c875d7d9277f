//! The runs of a workspace, and the writes of one run.

use std::io;

use super::style;
use crate::model::Delivery;
use crate::model::Instant;
use crate::plan::known::Maker;
use crate::text;

/// One run to show.
pub struct Run<'a> {
    pub number: i64,
    pub began: Instant,
    /// `None` if the run is in progress or was interrupted.
    pub ended: Option<Instant>,
    pub process: u32,
    pub host: &'a str,
    pub store: &'a str,
    pub changes: usize,
    pub begun: usize,
    pub done: usize,
    pub undelivered: usize,
    pub unverified: usize,
}

/// One write of a run to show.
pub struct Noted<'a> {
    pub address: &'a str,
    pub action: &'a str,
    pub intended: Instant,
    pub ended: Option<Instant>,
    /// `None` if the result is unknown.
    pub result: Option<&'a str>,
    pub reason: Option<&'a str>,
}

/// What the database recorded about a run besides its writes.
#[derive(Default)]
pub struct Record {
    /// The objects that it remembers since this run: their addresses, who made them, and whether they are protected.
    pub remembered: Vec<(String, Maker, bool)>,
    /// Where the run delivered the values of keys: their addresses, the places, and how a sink names the version.
    pub delivered: Vec<(String, Delivery, String)>,
}

impl Run<'_> {
    fn state(&self) -> String {
        match self.ended {
            Some(_) if self.done == self.changes => format!("{} done", self.done),
            Some(_) => {
                let more = [(self.undelivered, "undelivered"), (self.unverified, "unverified")];
                let more = more.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
                format!("{} of {} done{}", self.done, self.changes, more.collect::<String>())
            }
            None => format!("unfinished, {}/{} started", self.begun, self.changes),
        }
    }
}

/// Writes a line for every run, the newest first.
pub fn runs(out: &mut dyn io::Write, runs: &[Run<'_>]) -> io::Result<()> {
    if runs.is_empty() {
        return writeln!(out, "No run has made changes yet.");
    }
    runs.iter().try_for_each(|run| line(out, run))
}

fn line(out: &mut dyn io::Write, run: &Run<'_>) -> io::Result<()> {
    let (bold, dim) = (style::BOLD, style::DIM);
    let (host, store, process) = (text::line(run.host), text::line(run.store), run.process);
    let (number, state) = (run.number, run.state());
    let began = run.began.format("%Y-%m-%d %H:%M:%S UTC");
    writeln!(out, "{bold}{number:>4}{bold:#}  {began}  {state:<24}  {dim}{store} · process {process} on {host}{dim:#}")
}

/// Writes what the database recorded about a run besides its writes.
pub fn record(out: &mut dyn io::Write, record: &Record) -> io::Result<()> {
    if record.remembered.is_empty() && record.delivered.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nRemembered since this run:")?;
    for (address, maker, protect) in &record.remembered {
        let protected = if *protect { ", protected" } else { "" };
        writeln!(out, "  {}: {}{protected}", text::line(address), maker.phrase())?;
    }
    record.delivered.iter().try_for_each(|(address, to, receipt)| {
        let (place, name) = (to.place(), to.name());
        let (address, place, name) = (text::line(address), text::line(&place), text::line(&name));
        let receipt = if receipt.is_empty() { String::new() } else { format!(": {}", text::line(receipt)) };
        writeln!(out, "  {address}: delivered to {place} ({name}){receipt}")
    })
}

/// Writes a run with its writes.
pub fn run(out: &mut dyn io::Write, run: &Run<'_>, writes: &[Noted<'_>]) -> io::Result<()> {
    line(out, run)?;
    writeln!(out)?;
    let dim = style::DIM;
    for write in writes {
        let (address, action) = (text::line(write.address), text::line(write.action));
        let result = write.result.unwrap_or("unfinished");
        let took = write.ended.map(|ended| (ended - write.intended).num_milliseconds());
        let took = took.map_or_else(String::new, |took| format!("  {took} ms"));
        writeln!(out, "{result:<11}  {action:<8}  {address}{dim}{took}{dim:#}")?;
        if let Some(reason) = write.reason {
            writeln!(out, "  {}", text::line(reason))?;
        }
    }
    Ok(())
}
