//! `keywright completions`

use clap::Args;
use clap::CommandFactory;
use clap_complete::Shell;

use super::Console;
use super::Exit;
use super::Failure;

/// Print shell completions
#[derive(Args)]
pub(super) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "keywright", &mut script);
    console.out.write_all(&script)?;
    Ok(Exit::Done)
}
