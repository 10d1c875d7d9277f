//! Where manifests may read secrets from, and secrets that are written in a manifest.

use super::Findings;
use super::package_key::is_inside;
use super::world::World;
use crate::diagnostic::Place;
use crate::manifest::package_key::SecretFrom;
use crate::manifest::read::Spanned;
use crate::rules;
use crate::text::quoted;
use crate::workspace::Environment;
use crate::workspace::Workspace;

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for key in &world.keys {
        let Some(spec) = key.spec else { continue };
        let custom = spec.key.as_ref().and_then(|key| key.value.custom.as_ref());
        for source in [custom, spec.secret.as_ref()].into_iter().flatten() {
            check_source(source, key.is_complete, world.workspace, findings);
        }
    }
}

fn check_source(source: &Spanned<SecretFrom>, is_complete: bool, workspace: &Workspace, findings: &mut Findings) {
    let from = &source.value;
    let set = [from.env.is_some(), from.file.is_some(), from.command.is_some(), from.value.is_some()];
    match set.iter().filter(|set| **set).count() {
        1 => {}
        // A field that could not be read looks like a missing one.
        0 if !is_complete => {}
        0 => {
            let problem = rules::KW_006.finding("the secret has no source").at(source.place);
            findings.add(problem.help("write one of env, file, command, value"));
        }
        _ => {
            let problem = rules::KW_007.finding("the secret has more than one source").at(source.place);
            findings.add(problem.help("keep one of env, file, command, value"));
        }
    }
    check_env(from, workspace, findings);
    check_file(from, &workspace.environment, findings);
    check_command(from, source.place, &workspace.environment, findings);
    if let Some(value) = &from.value {
        let problem = rules::CAM_043.finding("a secret is written in the manifest").at(value.place);
        findings.add(problem.help("everyone who can read the repository can read it; use env, file or command"));
    }
}

fn check_env(from: &SecretFrom, workspace: &Workspace, findings: &mut Findings) {
    let Some(env) = &from.env else { return };
    if workspace.is_for_credentials(&env.value) {
        let message = format!("manifests cannot read the credential `{}`", quoted(&env.value));
        let problem = rules::KW_012.finding(message).at(env.place);
        findings.add(problem.help("use another variable, with a prefix from spec.environment.allow in keywright.yaml"));
    } else if !workspace.environment.prefixes.iter().any(|prefix| env.value.starts_with(&**prefix)) {
        let message = format!("manifests are not allowed to read the variable `{}`", quoted(&env.value));
        let problem = rules::KW_012.finding(message).at(env.place);
        findings.add(problem.help("add its prefix to spec.environment.allow in keywright.yaml"));
    }
}

fn check_file(from: &SecretFrom, environment: &Environment, findings: &mut Findings) {
    let Some(file) = &from.file else { return };
    let leads_out = file.value.split('/').any(|part| part == "..") || file.value.contains('\0');
    let is_below = |folder: &str| {
        let rest = file.value.strip_prefix(folder.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.starts_with('/'))
    };
    let allowed = environment.folders.iter().any(|folder| is_below(folder));
    if leads_out || !(is_inside(&file.value) || allowed) {
        let problem = rules::KW_012.finding("manifests are not allowed to read this file").at(file.place);
        findings
            .add(problem.help(
                "use a file inside the workspace, or add its folder to spec.environment.files in keywright.yaml",
            ));
    }
}

fn check_command(from: &SecretFrom, place: Place, environment: &Environment, findings: &mut Findings) {
    let Some(command) = &from.command else { return };
    let Some((program, arguments)) = command.value.split_first() else {
        let problem = rules::KW_006.finding("the command is empty").at(place);
        findings.add(problem.help("write the program and its arguments as a list"));
        return;
    };
    let words: Vec<&str> = arguments.iter().map(|argument| &*argument.value).collect();
    if environment.commands.iter().any(|pattern| pattern.matches(&program.value, &words)) {
        return;
    }
    let is_known = environment.commands.iter().any(|pattern| pattern.program == program.value);
    let how = if is_known { " with these arguments" } else { "" };
    let message = format!("manifests are not allowed to run `{}`{how}", quoted(&program.value));
    let problem = rules::KW_012.finding(message).at(program.place);
    findings.add(problem.help(
        "add the program and its arguments to spec.environment.commands in keywright.yaml, like [vault, read, \"*\"]",
    ));
}
