//! KW-163. Decided in `rules/sinks.rs`.

use crate::rule::Rule;

pub static KW_163: Rule = Rule {
    says: "A sink has a name, exactly one kind, a place of its own, and settings that its kind understands.",
    why: "A mistake would be found only when a new key exists already, or two keys would overwrite each other.",
    source: "Keywright's own rule",
    wrong: "`keywright.yaml` has `sinks: {github: {command: {program: [bin/gh, secret, set, \"{nmae}\"]}}}`.",
    right: "It has `sinks: {github: {command: {program: [/usr/bin/gh, secret, set, \"{name}\"], receipt: none}}}`.",
    ..Rule::fixed("KW-163")
};
