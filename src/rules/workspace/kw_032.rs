//! KW-032. Decided in `secrets/program.rs`.

use crate::rule::Rule;

pub static KW_032: Rule = Rule {
    says: "With trusted settings, neither a program nor one of its arguments is a file of the repository.",
    why: "The settings were reviewed, but a pull request can change every other file of the repository. An allowed \
          interpreter would run such a file.",
    source: "Keywright's own rule",
    wrong: "The settings allow `[/usr/bin/python3, \"*\"]`, and a manifest has `command: [/usr/bin/python3, \
            /srv/checkout/get.py]`.",
    right: "The script is installed outside the repository, and the settings allow `[/usr/local/bin/get-key, \"*\"]`.",
    ..Rule::fixed("KW-032").by_plan()
};
