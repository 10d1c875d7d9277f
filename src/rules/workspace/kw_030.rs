//! KW-030. Decided in `rules/environment.rs`.

use crate::rule::Rule;

pub static KW_030: Rule = Rule {
    says: "The settings name a program by its absolute path, or by a name that is found in fixed folders; a pattern lists \
           every argument, and `*` matches one.",
    why: "A relative path like `bin/get` would run a file that a pull request can change. A pattern for a part of an \
          argument allows more than it seems to. Programs run in an empty folder with only PATH, HOME, LANG and the \
          variables in `commandVariables`, for at most `commandTimeout`.",
    source: "Keywright's own rule",
    wrong: "`keywright.yaml` has `environment: {commands: [[bin/get, \"secret/*\"]]}`.",
    right: "It has `environment: {commands: [[vault, kv, get, -field=key, \"*\"]]}`: the last argument is free, but cannot \
            begin with `-`.",
    ..Rule::fixed("KW-030")
};
