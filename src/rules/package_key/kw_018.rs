//! KW-018. Decided here.

use super::is_inside;
use crate::diagnostic::Place;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use crate::workspace::DatabaseAt;
use crate::workspace::OWN_FOLDER;
use crate::workspace::is_git_name;
use crate::workspace::is_manifest_extension;
use std::collections::BTreeMap;

pub static KW_018: Rule = Rule {
    says: "A key is delivered to a file inside the workspace, under a variable name of letters, digits and `_`, and no \
           two keys share both.",
    why: "A path out of the workspace could overwrite any file of the runner. Two keys in one place overwrite each \
          other.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-018").shown_by(cases!("kw-018"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let mut taken: BTreeMap<(Option<&str>, String, &str), Place> = BTreeMap::new();
    for key in &world.keys {
        let Some(deliver) = key.deliver else { continue };
        for target in deliver.value.files() {
            let sink = target.value.to.as_ref().map(|to| &*to.value);
            let file = if sink.is_some() { &target.value.path } else { &target.value.file };
            let (Some(file), Some(variable)) = (file, &target.value.variable) else { continue };
            // KW-165 checks those of sinks.
            let refused = undeliverable(&file.value, &world.workspace.database).filter(|_| sink.is_none());
            if let Some((message, help)) = refused {
                findings.add(KW_018.finding(message).at(file.place).help(help));
            }
            if sink.is_none() && !is_variable(&variable.value) {
                let problem = KW_018.finding("this is not a valid variable name").at(variable.place);
                findings.add(problem.help("use letters, digits and _, and begin with a letter or _"));
            }
            if let Some(first) = taken.insert((sink, normal(&file.value), &variable.value), target.place) {
                let of = sink.map_or_else(String::new, |sink| format!(" of {sink}"));
                let message = format!("two keys are delivered to {} in {}{of}", variable.value, file.value);
                let problem = KW_018.finding(message).at(target.place).label(first, "the other one");
                findings.add(problem.help("rename one of the variables, or use another file"));
            }
        }
    }
}

/// Why no key may be delivered to a file of this name, and the next step. Also checked before each delivery, because a
/// saved plan names files too.
pub fn undeliverable(file: &str, database: &DatabaseAt) -> Option<(&'static str, &'static str)> {
    if !is_inside(file) {
        Some(("the path leads out of the workspace", "write a path inside the workspace, without `..`"))
    } else if has_another_use(file, database) {
        let help = "choose another file: not a manifest, and not a file of Git or Keywright";
        Some(("this file has another use, so no key can be delivered to it", help))
    } else {
        None
    }
}

/// Whether a file is a manifest, whose lines appear in messages, or a file of Git or Keywright.
fn has_another_use(path: &str, database: &DatabaseAt) -> bool {
    let path = normal(path).to_ascii_lowercase();
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_database = match database {
        DatabaseAt::File(file) => path.starts_with(&normal(file).to_ascii_lowercase()),
        DatabaseAt::Server { .. } => false,
    };
    is_manifest_extension(extension)
        || is_database
        || path.split('/').any(|part| is_git_name(part) || part == OWN_FOLDER)
}

fn normal(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").collect::<Vec<_>>().join("/")
}

pub fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
