//! Words that people know from other programs, and what says the same here.

use std::borrow::Cow;
use std::ffi::OsString;

use clap::error::ContextKind;
use clap::error::ContextValue;

const HABITS: [(&[&str], &str); 14] = [
    (
        &["--yes", "-y", "--force", "--auto"],
        "--auto-approve skips the confirmation; a guard is lifted by --allow ADDRESS",
    ),
    (&["--dry-run", "--check", "--noop"], "`keywright plan` shows what apply would do, and changes nothing"),
    (&["-o", "--output"], "--format json chooses the format; `plan --out FILE` saves the plan"),
    (&["--json"], "`--format json` prints a document for programs"),
    (&["--format"], "this command has only one format: leave --format out"),
    (&["-t", "--target", "--only"], "pass the files or folders as PATH to read only a part of the workspace"),
    (
        &["destroy", "delete", "remove", "rm"],
        "write `removed: true` under the metadata of what is to go, then plan and apply",
    ),
    (&["sync", "deploy", "push", "up"], "`keywright apply` does that"),
    (&["dump", "pull", "import", "adopt"], "`keywright export --out FOLDER` writes what is in the store as manifests"),
    (&["lint", "check", "verify", "fmt"], "`keywright validate` checks the manifests"),
    (&["get", "list", "ls"], "`keywright keys` lists the keys, and `keywright export` prints every object"),
    (&["refresh", "status"], "`keywright drift` shows what moved in the store since the last apply"),
    (&["login", "auth", "ping"], "keywright.yaml names the credentials; `keywright doctor` signs in with them"),
    (&["state", "history", "log"], "`keywright runs` lists the apply runs, and `runs show N` every write of one"),
];

/// What says the same as the unknown word of this error. Most commands take the workspace as PATH; those that do not get a folder by
/// habit.
pub(super) fn answer(
    error: &clap::Error,
    arguments: &[OsString],
    is_path: impl Fn(&str) -> bool,
) -> Option<Cow<'static, str>> {
    let word =
        [ContextKind::InvalidArg, ContextKind::InvalidSubcommand].into_iter().find_map(|kind| error.get(kind))?;
    let ContextValue::String(word) = word else { return None };
    let word = word.split(['=', ' ']).next().unwrap_or_default();
    if let Some(long) = arguments.iter().find_map(|argument| long_with_one_dash(argument.to_str()?, word)) {
        let name = long.trim_start_matches('-');
        let other = || known(&long).or_else(|| known(name)).map(Cow::Borrowed);
        let is_option = is_option(name, &super::super::grammar());
        let answer = || is_option.then(|| format!("an option with a name has two dashes: {long}").into());
        if let Some(answer) = answer().or_else(other) {
            return Some(answer);
        }
    }
    let answer = known(word).or_else(|| {
        is_path(word).then_some("name the workspace with --workspace FOLDER, or run the command in its folder")
    });
    answer.map(Cow::Borrowed)
}

fn known(word: &str) -> Option<&'static str> {
    HABITS.iter().find(|(words, _)| words.contains(&word)).map(|(_, answer)| *answer)
}

/// `--auto-approve` for the argument `-auto-approve`, of which only `-a` is reported.
fn long_with_one_dash(argument: &str, reported: &str) -> Option<String> {
    let name = argument.strip_prefix('-')?.split('=').next()?;
    let is_name = name.chars().count() > 1 && name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
    let is_reported = reported.len() == 2 && argument.starts_with(reported) && reported != "--";
    (is_name && is_reported).then(|| format!("--{name}"))
}

/// Whether any command has this option.
fn is_option(name: &str, command: &clap::Command) -> bool {
    command.get_arguments().any(|argument| argument.get_long() == Some(name))
        || command.get_subcommands().any(|inner| is_option(name, inner))
}
