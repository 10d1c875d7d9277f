//! What a run uses besides the workspace and its stores: the versions of programs, and what the sinks need.

use std::path::Path;

use crate::cli::Console;
use crate::cli::access::access;
use crate::database;
use crate::git;
use crate::render::doctor::Check;
use crate::secrets;
use crate::secrets::Lack;
use crate::source::Loaded;
use crate::text::and_more;
use crate::workspace::Sink;
use crate::workspace::SinkKind;

pub(super) fn versions() -> Check {
    let own = concat!("Keywright ", env!("CARGO_PKG_VERSION"));
    let script = database::VERSION;
    match git::version() {
        Ok(git) => Check::ok("versions", format!("{own}, Git {git}, database script {script}")),
        Err(error) => {
            let found = format!("{own}, database script {script}; could not {error}");
            Check::warn("versions", found, error.help())
        }
    }
}

/// Whether the programs and variables of the sinks are there. One check for all of them; `None` without sinks.
pub(super) fn sinks(loaded: &Loaded, console: &Console<'_>) -> Option<Check> {
    let (mut found, mut missing, mut unset) = (Vec::new(), Vec::new(), Vec::new());
    for (name, sink) in &loaded.workspace.sinks {
        for program in programs(sink) {
            match secrets::program::find(program) {
                Ok(path) if path.is_file() => found.push(format!("{name}: {}", path.display())),
                Ok(_) => missing.push(format!("{name}: there is no program {program}")),
                Err(cause) => missing.push(format!("{name}: {program}: {cause}")),
            }
        }
        if let SinkKind::Vault(vault) = &sink.kind {
            match secrets::lacking(&vault.token, &access(loaded, console)) {
                None => found.push(format!("{name}: its token is set")),
                Some((token, Lack::UnsetVariable)) => missing.push(format!("{name}: the variable {token} is not set")),
                Some((token, Lack::EmptyVariable)) => missing.push(format!("{name}: the variable {token} is empty")),
                Some((token, Lack::MissingFile)) => missing.push(format!("{name}: the file {token} is missing")),
                Some((token, Lack::EmptyFile)) => missing.push(format!("{name}: the file {token} is empty")),
            }
        }
        let is_unset = |variable: &&str| !console.environment.contains_key(*variable);
        let variables = sink.variables().iter().map(|variable| &**variable);
        unset.extend(variables.filter(is_unset).map(|variable| format!("{name}: {variable}")));
    }
    if !missing.is_empty() {
        let fix = "install the programs or write their absolute paths in keywright.yaml, and set what is not set";
        return Some(Check::fail("sinks", missing.join("; "), Some(fix.to_owned())));
    }
    if !unset.is_empty() {
        let found = format!("their programs receive variables that are not set: {}", unset.join("; "));
        return Some(Check::warn("sinks", found, "set them if the programs need them"));
    }
    (!found.is_empty()).then(|| Check::ok("sinks", and_more(&found, 9, ", ")))
}

/// The programs that a sink runs.
fn programs(sink: &Sink) -> Vec<&str> {
    let of_kind: Vec<&str> = match &sink.kind {
        SinkKind::Sops(sops) => vec![&sops.program],
        SinkKind::Kubernetes(kubernetes) => vec![&kubernetes.program],
        SinkKind::Command(command) => {
            let all = [Some(&command.program), command.probe.as_ref()];
            all.into_iter().flatten().filter_map(|words| words.first()).map(|word| &**word).collect()
        }
        SinkKind::File { .. } | SinkKind::Age { .. } | SinkKind::Vault(_) => Vec::new(),
    };
    let mut all = of_kind;
    all.extend(sink.check.as_ref().and_then(|words| words.first()).map(|word| &**word));
    all.dedup();
    all.retain(|program| Path::new(program).file_name().is_some());
    all
}
