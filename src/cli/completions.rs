//! `keywright completions`

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ArgMatches;
use clap::Args;
use clap::CommandFactory;
use clap::ValueEnum;
use clap_complete::Shell;

use super::Console;
use super::Exit;
use super::Failure;
use super::arguments::Manifests;
use super::session::Session;
use crate::model::Declared;
use crate::model::Kind;
use crate::text;

/// Print shell completions
///
/// In bash, zsh and fish they also complete the addresses that the manifests of the current folder declare, for --allow, --deliver
/// and --only, and for `rotate`, `keys reveal` and `keys revoke`. That reads the manifests and no store.
#[derive(Args)]
#[command(override_usage = "keywright completions [OPTIONS] <SHELL>")]
pub(super) struct Arguments {
    /// The shell
    #[arg(required_unless_present = "addresses")]
    shell: Option<Shell>,

    /// Print declared addresses, one a line, for the scripts
    #[arg(long, hide = true, value_name = "WHICH", conflicts_with = "shell")]
    addresses: Option<Which>,

    /// The words of the command line before the address, which may name a workspace or files
    #[arg(last = true, hide = true, requires = "addresses")]
    before: Vec<OsString>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Which {
    All,
    /// Package keys and API keys.
    Keys,
    PackageKeys,
    /// Package keys with a rotation.
    Rotated,
}

impl Which {
    fn has(self, declared: &Declared) -> bool {
        let kind = declared.address.kind();
        match self {
            Self::All => true,
            Self::Keys => kind == Kind::PackageKey || kind == Kind::ApiKey,
            Self::PackageKeys => kind == Kind::PackageKey,
            Self::Rotated => declared.key.as_ref().is_some_and(|key| key.rotation.is_some()),
        }
    }
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Failure> {
    if let Some(which) = arguments.addresses {
        return addresses(which, &arguments.before, console);
    }
    let shell = arguments.shell.unwrap_or(Shell::Bash);
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut super::Arguments::command(), "keywright", &mut script);
    let script = String::from_utf8_lossy(&script);
    let script = match shell {
        Shell::Bash => format!("{script}{}", include_str!("completions/addresses.bash")),
        Shell::Fish => format!("{script}{}", include_str!("completions/addresses.fish")),
        Shell::Zsh => of_zsh(&script),
        _ => script.into_owned(),
    };
    console.out.write_all(script.as_bytes())?;
    Ok(Exit::Done)
}

/// The first line stays the first: it says which command the file is for. The functions after it call the one that is added.
fn of_zsh(script: &str) -> String {
    let (first, rest) = script.split_once('\n').unwrap_or((script, ""));
    let mut all = format!("{first}\n\n{}", include_str!("completions/addresses.zsh"));
    for line in rest.lines() {
        // Functions for subcommands see only the words after them.
        if line == "_keywright() {" {
            all.push_str(line);
            all.push_str("\n    local -a _keywright_before=(\"${(@Q)words[2,CURRENT-1]}\")\n");
            continue;
        }
        // After `*::` no option is completed any more.
        let line = &line.replacen("'*::", "'*:", 1);
        let which = match line.trim_start().trim_start_matches(['\'', '*', ':']) {
            option if option.starts_with("--allow=") || option.starts_with("--only=") => Some("all"),
            option if option.starts_with("--deliver=") => Some("package-keys"),
            argument if argument.starts_with("keys -- Address") => Some("rotated"),
            argument if argument.starts_with("addresses -- Address") => Some("keys"),
            argument if argument.starts_with("address -- Address") => Some("package-keys"),
            _ => None,
        };
        match which {
            Some(which) => all.push_str(&line.replace(":_default'", &format!(":_keywright_addresses {which}'"))),
            None => all.push_str(line),
        }
        all.push('\n');
    }
    all
}

/// The manifests that an unfinished command line names, and its workspace.
fn named(before: &[OsString]) -> (Manifests, Option<PathBuf>) {
    let words = std::iter::once(OsString::from("keywright")).chain(before.iter().cloned());
    let parsed = super::Arguments::command().ignore_errors(true).try_get_matches_from(words).ok();
    let Some((_, matches)) = parsed.as_ref().and_then(ArgMatches::subcommand) else {
        return (Manifests::of_files(&[]), None);
    };
    // Not every command has each of them.
    let all = |id| -> Vec<PathBuf> {
        matches.try_get_many(id).ok().flatten().map(|found| found.cloned().collect()).unwrap_or_default()
    };
    let paths = [all("paths"), all("files")].concat();
    (Manifests::of_files(&paths), matches.try_get_one("workspace").ok().flatten().cloned())
}

/// Prints nothing about what is wrong: the reader is in the middle of a command.
fn addresses(which: Which, before: &[OsString], console: &mut Console<'_>) -> Result<Exit, Failure> {
    let (manifests, workspace) = named(before);
    console.choice.workspace = workspace.or(console.choice.workspace.take());
    let Ok(session) = Session::open(&manifests, console) else { return Ok(Exit::Error) };
    let Some(desired) = session.check_texts().desired else { return Ok(Exit::Invalid) };
    for declared in desired.objects.values().chain(desired.removals()).filter(|declared| which.has(declared)) {
        let address = declared.address.to_string();
        // A name with hidden characters would not be what the reader sees.
        if text::line(&address) == address {
            writeln!(console.out, "{address}")?;
        }
    }
    Ok(Exit::Done)
}
