//! Keys that leaked: before they are disabled what depends on them, and afterwards what became of them.

use std::io;

use super::about;
use crate::keys::State;
use crate::outcome::ChangeResult;
use crate::render::Revocation;
use crate::render::Revoked;
use crate::render::style;
use crate::text;
use crate::text::and_more;
use crate::text::count;

/// How many keys one line names.
const NAMED: usize = 5;

/// Writes who has the keys and what depends on them.
pub fn affected(out: &mut dyn io::Write, report: &Revocation<'_>) -> io::Result<()> {
    let (bold, dim) = (style::BOLD, style::DIM);
    let (workspace, store) = (text::line(report.workspace), text::line(report.store));
    writeln!(out, "{bold}Leaked in workspace {workspace}{bold:#} {dim}·{dim:#} {store}\n")?;
    for key in &report.keys {
        one(out, key, report)?;
    }
    writeln!(out, "{dim}{} read{dim:#}", count(report.read, "key"))
}

fn one(out: &mut dyn io::Write, key: &Revoked<'_>, report: &Revocation<'_>) -> io::Result<()> {
    let (affected, yellow) = (key.affected, style::YELLOW);
    about(out, &affected.key, report.now)?;
    let protected = if affected.is_protected { ", protected" } else { "" };
    match (&key.line, &affected.known_as) {
        (Some(line), _) => writeln!(out, "    declared in {}{protected}", text::line(&line.to_string()))?,
        (None, Some(known)) => {
            let known = text::line(known);
            writeln!(out, "    the manifests are not valid; the database knows it as {known}{protected}")?;
        }
        (None, None) if report.has_manifests => {}
        (None, None) => writeln!(out, "    the manifests are not valid, so it is unknown whether one declares it")?,
    }
    if !affected.beside.is_empty() {
        let names: Vec<String> = affected.beside.iter().map(ToString::to_string).collect();
        writeln!(out, "    works beside it: {}", and_more(&names, NAMED, ", "))?;
    }
    if let Some(application) = &affected.last_of {
        writeln!(
            out,
            "    {yellow}!{yellow:#} last-key: {application} has no other working key, so its calls will fail"
        )?;
    }
    writeln!(out)
}

/// Writes what became of each key. What did not work is an error, and not printed here.
pub fn revoked(out: &mut dyn io::Write, report: &Revocation<'_>) -> io::Result<()> {
    let green = style::GREEN;
    let done: Vec<&Revoked<'_>> = report.keys.iter().filter(|key| key.result == Some(ChangeResult::Done)).collect();
    for key in &done {
        let address = key.address();
        if key.affected.key.state == State::Disabled {
            writeln!(out, "{green}{address} was disabled already, and stays disabled.{green:#}")?;
        } else {
            writeln!(out, "{green}{address} is disabled, and the store shows it.{green:#}")?;
        }
    }
    if done.is_empty() {
        return Ok(());
    }
    let has_places = done.iter().any(|key| !key.affected.key.places.is_empty());
    let copies = if has_places { " Its value stays in the places named above." } else { "" };
    writeln!(out, "No run enables a revoked key without consent (--allow).{copies}")
}
