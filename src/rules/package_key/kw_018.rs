//! KW-018. Decided here.

use super::is_inside;
use crate::diagnostic::Place;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use crate::workspace::DatabaseAt;
use crate::workspace::FileFormat;
use crate::workspace::OWN_FOLDER;
use crate::workspace::Sink;
use crate::workspace::SinkKind;
use crate::workspace::Workspace;
use crate::workspace::is_git_name;
use crate::workspace::is_manifest_extension;
use std::collections::BTreeMap;

pub static KW_018: Rule = Rule {
    says: "A key is delivered to a file inside the workspace, under a variable name of letters, digits and `_`, and no \
           two keys share both, also if a sink writes to the same file.",
    why: "A path out of the workspace could overwrite any file of the runner. Two keys in one place overwrite each \
          other in every run.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-018").shown_by(cases!("kw-018"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let mut taken: BTreeMap<Holder<'_>, BTreeMap<Slot<'_>, Place>> = BTreeMap::new();
    let mut files: BTreeMap<String, (String, Place)> = BTreeMap::new();
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
            let (holder, slot) = meant(world.workspace, sink, &file.value, &variable.value);
            let place = in_words(sink, &file.value, &holder);
            if let (None, file) = &holder {
                files.entry(file.clone()).or_insert_with(|| (place.clone(), target.place));
            }
            let others = taken.entry(holder).or_default();
            let ends = [others.first_key_value(), others.last_key_value()];
            let other_format = ends.into_iter().flatten().find(|((format, _), _)| *format != slot.0);
            let clash = if let Some(first) = others.get(&slot) {
                let message = format!("two keys are delivered to {} in {place}", variable.value);
                let is_seen =
                    |sink| world.workspace.sinks.get(sink).is_none_or(|it| it.looks_at("p", "n") == ("p", "n"));
                let help = if sink.is_none_or(is_seen) {
                    "rename one of the variables, or use another file"
                } else {
                    "write {path} and {name} in the program of the sink, or deliver one of the two elsewhere"
                };
                Some((first, message, help))
            } else {
                other_format.map(|(_, first)| (first, format!("{place} would have two formats"), "use another file"))
            };
            if let Some((first, message, help)) = clash {
                let problem = KW_018.finding(message).at(target.place).label(*first, "the other one");
                findings.add(problem.help(help));
            }
            others.insert(slot, target.place);
        }
    }
    check_folders(&files, findings);
}

/// A file that would have to be the folder of another one. `files` has how each is named in messages, and its place.
fn check_folders(files: &BTreeMap<String, (String, Place)>, findings: &mut Findings) {
    for (file, (words, place)) in files {
        let outer = file.match_indices('/').find_map(|(end, _)| files.get(&file[..end]));
        let Some((outer, first)) = outer else { continue };
        let message = format!("{words} needs a folder at {outer}, which is a file for another delivery");
        let problem = KW_018.finding(message).at(*place).label(*first, "the other one");
        findings.add(problem.help("use another file or path for one of the two"));
    }
}

/// A file of the workspace, however a manifest names it; or a sink that does not write to files, and a path in it. What a server
/// takes as one path is one, whichever sink leads to it.
type Holder<'a> = (Option<&'a str>, String);

/// The format of a file, and a name in it. The name is empty if the file holds no other one.
type Slot<'a> = (Option<FileFormat>, &'a str);

/// Where a manifest delivers a key.
fn meant<'a>(workspace: &Workspace, sink: Option<&'a str>, path: &'a str, name: &'a str) -> (Holder<'a>, Slot<'a>) {
    let declared = sink.and_then(|sink| workspace.sinks.get(sink));
    let file = match sink {
        Some(_) => declared.and_then(|sink| sink.file(path, name)),
        None => Some((normal(path), FileFormat::Dotenv)),
    };
    let (path, name) = declared.map_or((path, name), |sink| sink.looks_at(path, name));
    if let Some(Sink { kind: SinkKind::Vault(vault), .. }) = declared {
        return ((Some(""), vault.url(path)), (None, name));
    }
    match file {
        Some((file, FileFormat::Raw)) => ((None, file), (Some(FileFormat::Raw), "")),
        Some((file, format)) => ((None, file), (Some(format), name)),
        None => ((sink, path.to_owned()), (None, name)),
    }
}

/// The place for messages: as the manifest names it, and the file if a sink decides it.
fn in_words(sink: Option<&str>, path: &str, holder: &Holder<'_>) -> String {
    match (sink, holder) {
        (None, _) => path.to_owned(),
        (Some(sink), (None, file)) => format!("{path} of {sink}, the file {file}"),
        (Some(sink), (Some(_), _)) => format!("{path} of {sink}"),
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
