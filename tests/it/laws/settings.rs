//! What a workspace owns, and whether the run prunes.

use std::fmt;

use proptest::prelude::*;

use super::tape::Tape;
use super::tape::tape;

/// The words for ownership, in the order `users`, `applications`, `packages`, `plans`, `packageKeys`, `apiKeys`.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) owns: [&'static str; 6],
    pub(super) prune: bool,
}

const KINDS: [&str; 6] = ["users", "applications", "packages", "plans", "packageKeys", "apiKeys"];
const PARENTS: [&str; 6] =
    ["declared", "ofDeclaredUsers", "declared", "ofDeclaredPackages", "ofDeclaredApplications", "{prefix: a}"];

impl Settings {
    /// Only declared objects are owned.
    pub(super) const fn modest() -> Self {
        Self { owns: ["declared"; 6], prune: false }
    }

    fn from(tape: &mut Tape) -> Self {
        let prune = tape.chance(2);
        let owns = match tape.below(4) {
            0 => ["declared"; 6],
            1 => ["all"; 6],
            2 => PARENTS,
            _ => PARENTS.map(|word| tape.choose(&["declared", "all", word])),
        };
        Self { owns, prune }
    }

    /// The text of `keywright.yaml`.
    pub(super) fn text(&self) -> String {
        let owns: Vec<String> = KINDS.iter().zip(self.owns).map(|(kind, word)| format!("{kind}: {word}")).collect();
        format!(
            "apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n  ownership: {{{}}}\n  environment: {{allow: [LAW_]}}\n",
            owns.join(", ")
        )
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "prune: {}\n{}", self.prune, self.text())
    }
}

pub(super) fn settings() -> impl Strategy<Value = Settings> {
    tape(8).prop_map(|mut tape| Settings::from(&mut tape))
}
