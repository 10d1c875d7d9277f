//! KW-018. Decided here.

use super::is_inside;
use crate::diagnostic::Place;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use crate::workspace::DatabaseAt;
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
    let mut taken: BTreeMap<(String, &str), Place> = BTreeMap::new();
    for key in &world.keys {
        let Some(deliver) = key.spec.and_then(|spec| spec.deliver.as_ref()) else { continue };
        for target in &deliver.value {
            let (Some(file), Some(variable)) = (&target.value.file, &target.value.variable) else { continue };
            if !is_inside(&file.value) {
                let problem = KW_018.finding("the path leads out of the workspace").at(file.place);
                findings.add(problem.help("write a path inside the workspace, without `..`"));
            } else if !is_deliverable(&file.value, &world.workspace.database) {
                let problem =
                    KW_018.finding("this file has another use, so no key can be delivered to it").at(file.place);
                findings.add(problem.help("choose another file: not a manifest, and not a file of Git or Keywright"));
            }
            if !is_variable(&variable.value) {
                let problem = KW_018.finding("this is not a valid variable name").at(variable.place);
                findings.add(problem.help("use letters, digits and _, and begin with a letter or _"));
            }
            if let Some(first) = taken.insert((normal(&file.value), &variable.value), target.place) {
                let message = format!("two keys are delivered to {} in {}", variable.value, file.value);
                let problem = KW_018.finding(message).at(target.place).label(first, "the other one");
                findings.add(problem.help("rename one of the variables, or use another file"));
            }
        }
    }
}

/// Whether a file is neither a manifest, whose lines appear in messages, nor a file of Git or Keywright.
fn is_deliverable(path: &str, database: &DatabaseAt) -> bool {
    let path = normal(path).to_ascii_lowercase();
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_taken = |part: &str| part.starts_with(".git") || part == ".keywright";
    let is_database = match database {
        DatabaseAt::File(file) => path.starts_with(&normal(file).to_ascii_lowercase()),
        DatabaseAt::Server { .. } => false,
    };
    let is_internal = path.split('/').any(is_taken) || is_database;
    !matches!(extension, "yaml" | "yml") && !is_internal
}

fn normal(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").collect::<Vec<_>>().join("/")
}

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
