//! `keywright version`

use clap::Args;

use super::Console;
use super::Exit;
use super::Failure;
use crate::database;
use crate::manifest::API_VERSION;
use crate::render::json::FORMAT_VERSION;

/// Print the version of the program and of what it reads and writes
#[derive(Args)]
pub(super) struct Arguments {}

pub(super) fn run(_: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let rows = [
        ("keywright", env!("CARGO_PKG_VERSION").to_owned()),
        ("manifests", API_VERSION.to_owned()),
        ("JSON output", FORMAT_VERSION.to_string()),
        ("database", database::VERSION.to_string()),
        ("system", format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)),
    ];
    for (name, version) in rows {
        writeln!(console.out, "{name:<12} {version}")?;
    }
    Ok(Exit::Done)
}
