//! KW-041. Decided here, in `delivery.rs` and in `plan/deliveries.rs`.

use super::is_key_text;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::model::Declared;
use crate::model::Delivery;
use crate::model::Secret;
use crate::rule::Rule;
use crate::workspace::FileFormat;
use crate::workspace::SinkKind;
use crate::workspace::Workspace;

pub static KW_041: Rule = Rule {
    says: "A key is delivered to a file that Git does not track, that is reached without links, and that contains only \
           variables, comments and blank lines; or to a sink that takes values now.",
    why: "A value in a tracked file is published with the next commit. A value in a script, in a hook or in the \
          configuration of a program could change what it does. A new key whose value cannot be written is of no use.",
    source: "Keywright's own rule",
    also: Some((Severity::Warning, "for a file that Git does not track and does not ignore")),
    wrong: "The repository contains `out`, a link to `.git`, and a key has `deliver: [{file: out/config, as: K}]`.",
    right: "The key has `deliver: [{file: secrets/checkout.env, as: CHECKOUT_KEY}]`, and Git ignores `secrets`.",
    ..Rule::fixed("KW-041")
};

/// Why a file of variables cannot hold a value, and the next step.
pub const NO_QUOTES: (&str, &str) = (
    "it has quotes or other characters that a file of variables cannot hold",
    "deliver it to a sink, for example one of kind `file` with `format: json`",
);

/// The quotes in which every reader takes a value as it is. `None` if there are none.
pub fn quote_for(value: &str) -> Option<&'static str> {
    match value {
        _ if is_key_text(value) => Some(""),
        _ if value.contains(char::is_control) => None,
        _ if !value.contains('\'') => Some("'"),
        _ if !value.contains(['"', '$', '`', '\\', '!']) => Some("\""),
        _ => None,
    }
}

/// The finding about a shared secret that a place of its key cannot hold. The secret is not quoted.
pub(in crate::rules) fn check_secret(object: &Declared, secret: &Secret, workspace: &Workspace) -> Option<Diagnostic> {
    let key = object.key.as_ref().filter(|_| quote_for(secret.expose()).is_none())?;
    let is_of_variables = |to: &&Delivery| match to.sink.as_ref().map(|name| workspace.sinks.get(name)) {
        None => true,
        Some(sink) => sink.is_some_and(|sink| matches!(&sink.kind, SinkKind::File { format: FileFormat::Dotenv, .. })),
    };
    let to = key.deliver.iter().filter(|to| to.is_secret()).find(is_of_variables)?;
    let (why, help) = NO_QUOTES;
    let message = format!("{} cannot be delivered to {}: {why}", to.variable, to.place());
    let place = key.secret.as_ref().map_or(object.place, |source| source.place);
    Some(KW_041.finding(message).at(place).help(help))
}
