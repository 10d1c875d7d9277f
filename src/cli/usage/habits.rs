//! Words that people know from other programs, and what says the same here.

use clap::error::ContextKind;
use clap::error::ContextValue;

const HABITS: [(&[&str], &str); 12] = [
    (
        &["--yes", "-y", "--force", "--auto"],
        "--auto-approve skips the confirmation; a guard is lifted by --allow ADDRESS",
    ),
    (&["--dry-run", "--check", "--noop"], "`keywright plan` shows what apply would do, and changes nothing"),
    (&["-o", "--output"], "--format json chooses the format; `plan --out FILE` saves the plan"),
    (&["-t", "--target"], "pass the files or folders as PATH to plan only a part of the workspace"),
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
pub(super) fn answer(error: &clap::Error, is_path: impl Fn(&str) -> bool) -> Option<&'static str> {
    let word =
        [ContextKind::InvalidArg, ContextKind::InvalidSubcommand].into_iter().find_map(|kind| error.get(kind))?;
    let ContextValue::String(word) = word else { return None };
    let word = word.split(['=', ' ']).next().unwrap_or_default();
    let known = HABITS.iter().find(|(words, _)| words.contains(&word)).map(|(_, answer)| *answer);
    known.or_else(|| {
        is_path(word).then_some("name the workspace with --workspace FOLDER, or run the command in its folder")
    })
}
