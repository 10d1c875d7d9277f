//! KW-165. Decided here, and again before each delivery: a saved plan names places, too.

use super::kw_018::is_variable;
use super::kw_018::undeliverable;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use crate::text::quoted;
use crate::workspace::DatabaseAt;
use crate::workspace::FileFormat;
use crate::workspace::Sink;
use crate::workspace::SinkKind;
use crate::workspace::is_field_of_kubernetes;
use crate::workspace::is_name;
use crate::workspace::is_normal;
use crate::workspace::is_secret_of_kubernetes;

pub static KW_165: Rule = Rule {
    says: "The path of a delivery is one that its sink allows; path and name have only letters, digits and `-_.@+=:`, begin \
           with a letter, a digit or `_`, and have no `..`; a name has no `/`.",
    why: "Both become arguments of programs, parts of URLs and names of files. `-` could begin an option there, and `..` leads \
          out of what the settings allow.",
    source: "Keywright's own rule",
    wrong: "The sink `team-vault` has `paths: [teams/*]`, and a key has `deliver: [{to: team-vault, path: admin/root, as: K}]`.",
    right: "The key has `deliver: [{to: team-vault, path: teams/checkout, as: K}]`.",
    ..Rule::fixed("KW-165")
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for key in &world.keys {
        let Some(deliver) = key.deliver else { continue };
        for target in deliver.value.files() {
            let target = &target.value;
            let (Some(to), Some(path), Some(name)) = (&target.to, &target.path, &target.variable) else { continue };
            let Some(sink) = world.workspace.sinks.get(&to.value) else { continue };
            if let Some((message, help)) = path_refused(sink, &path.value, &world.workspace.database) {
                findings.add(KW_165.finding(message).at(path.place).help(help));
            }
            if let Some((message, help)) = name_refused(sink, &name.value) {
                findings.add(KW_165.finding(message).at(name.place).help(help));
            }
        }
    }
}

/// Why a sink takes no value at a place, and the next step.
pub fn refused_by_sink(sink: &Sink, path: &str, name: &str, database: &DatabaseAt) -> Option<(String, String)> {
    path_refused(sink, path, database).or_else(|| name_refused(sink, name))
}

fn path_refused(sink: &Sink, path: &str, database: &DatabaseAt) -> Option<(String, String)> {
    if !is_normal(path) {
        let help =
            "use letters, digits and -_.@+=: in parts between single `/`, each beginning with a letter, a digit or _";
        return Some((format!("`{}` is not a path in a sink", quoted(path)), help.to_owned()));
    }
    if !sink.allows(path) {
        let message = format!("the sink {} does not allow the path {path}", sink.name);
        let help = format!("use a path that its `paths` allow: {}", crate::text::and_more(&sink.paths, 5, ", "));
        return Some((message, help));
    }
    match &sink.kind {
        SinkKind::File { folder, .. } => {
            let (message, help) = undeliverable(&format!("{folder}/{path}"), database)?;
            Some((message.to_owned(), help.to_owned()))
        }
        SinkKind::Kubernetes(_) if !is_secret_of_kubernetes(path) => Some((
            format!("`{path}` does not name a Kubernetes secret"),
            "write NAMESPACE/SECRET with small letters, digits, `-` and, in the second part, `.`".to_owned(),
        )),
        _ => None,
    }
}

fn name_refused(sink: &Sink, name: &str) -> Option<(String, String)> {
    let is_dotenv = matches!(sink.kind, SinkKind::File { format: FileFormat::Dotenv, .. });
    if is_dotenv && !is_variable(name) {
        let help = "use letters, digits and _, and begin with a letter or _";
        return Some(("this is not a valid variable name".to_owned(), help.to_owned()));
    }
    if matches!(sink.kind, SinkKind::Kubernetes(_)) && !is_field_of_kubernetes(name) {
        let help = "use at most 100 letters, digits, `-`, `_` and `.`, and begin with a letter, a digit or _";
        return Some((format!("`{}` is not a field of a Kubernetes secret", quoted(name)), help.to_owned()));
    }
    if !is_name(name) {
        let help = "use letters, digits and -_.@+=:, and begin with a letter, a digit or _";
        return Some((format!("`{}` is not a name in a sink", quoted(name)), help.to_owned()));
    }
    None
}
