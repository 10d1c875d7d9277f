//! `keywright man`

use clap::Args;
use clap_mangen::Man;

use super::Console;
use super::Exit;
use super::Failure;

/// Print a manual page: `keywright man | man -l -`, or `keywright man plan | man -l -`
#[derive(Args)]
pub(super) struct Arguments {
    /// The command; without it, the page of the program
    command: Option<String>,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let program = super::grammar();
    let command = match &arguments.command {
        None => program,
        Some(name) => program.find_subcommand(name).cloned().ok_or_else(|| {
            Failure::new(format!("could not find the command {name}")).help("`keywright --help` lists the commands")
        })?,
    };
    // The name of a page has no space: keywright-plan(1).
    let name = command.get_bin_name().unwrap_or("keywright").replace(' ', "-");
    Man::new(command).title(name.to_uppercase()).render(&mut *console.out)?;
    writeln!(console.out, ".SH \"EXIT STATUS\"")?;
    for exit in Exit::ALL {
        // A hyphen of roff is not the one of an option, which people copy.
        let meaning = exit.meaning().replace('-', "\\-");
        writeln!(console.out, ".TP\n\\fB{}\\fR\n{meaning}", exit as u8)?;
    }
    Ok(Exit::Done)
}
