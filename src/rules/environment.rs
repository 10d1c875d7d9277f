//! Turns `environment:` of the workspace file into what manifests may read and run, and checks programs and credentials.

use super::listed::MAX_LIST;
use super::listed::texts;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::manifest::read::Spanned;
use crate::manifest::workspace::CommandPatternSpec;
use crate::manifest::workspace::EnvironmentSpec;
use crate::model::desired::SecretOrigin;
use crate::rules;
use crate::text::quoted;
use crate::workspace::ANY_ARGUMENT;
use crate::workspace::CommandPattern;
use crate::workspace::CredentialOf;
use crate::workspace::DATABASE_PASSWORD;
use crate::workspace::Environment;
use crate::workspace::MAX_COMMAND_SECONDS;
use crate::workspace::OWN_PREFIX;
use crate::workspace::VAULT_TOKENS;
use crate::workspace::Workspace;

type Names = Option<Spanned<Vec<Spanned<Box<str>>>>>;

pub(super) fn environment(spec: &EnvironmentSpec, findings: &mut Vec<Diagnostic>) -> Environment {
    let mut list = |names: &Names| names.as_ref().map_or_else(Vec::new, |names| texts(names, findings));
    let mut environment = Environment {
        prefixes: list(&spec.allow),
        folders: list(&spec.files),
        command_variables: list(&spec.command_variables),
        credentials: list(&spec.credentials),
        ..Environment::default()
    };
    for prefix in entries(&spec.allow) {
        if prefix.value.is_empty() {
            let problem = rules::KW_012.finding("an empty prefix allows every variable").at(prefix.place);
            findings.push(problem.help("write the first letters of the allowed names, like APP_"));
        } else if prefix.value.starts_with(OWN_PREFIX) {
            let problem = rules::KW_012.finding("manifests cannot read KEYWRIGHT_ variables").at(prefix.place);
            findings.push(problem.help("remove the prefix; pass key values in other variables, like APP_CHECKOUT_KEY"));
        }
    }
    for folder in entries(&spec.files) {
        if !folder.value.starts_with('/') || folder.value.trim_matches('/').is_empty() {
            let problem = rules::KW_012.finding("this is not the absolute path of a folder").at(folder.place);
            findings.push(problem.help("write an absolute path, like /run/secrets"));
        }
    }
    let patterns = spec.commands.iter().flat_map(|commands| commands.value.iter().take(MAX_LIST));
    environment.commands = patterns.filter_map(|written| pattern(written, findings)).collect();
    if let Some(timeout) = &spec.command_timeout {
        match u64::try_from(timeout.value.0) {
            Ok(seconds @ 1..=MAX_COMMAND_SECONDS) => environment.command_seconds = seconds,
            _ => {
                let problem = rules::KW_030.finding("the time limit is outside its range").at(timeout.place);
                findings.push(problem.help(format!("write a time from 1s to {MAX_COMMAND_SECONDS}s")));
            }
        }
    }
    environment
}

fn entries(names: &Names) -> impl Iterator<Item = &Spanned<Box<str>>> {
    names.iter().flat_map(|names| names.value.iter().take(MAX_LIST))
}

fn pattern(written: &Spanned<CommandPatternSpec>, findings: &mut Vec<Diagnostic>) -> Option<CommandPattern> {
    let Some((program, arguments)) = written.value.0.split_first() else {
        let problem = rules::KW_030.finding("the command is empty").at(written.place);
        findings.push(problem.help("write the program and its arguments as a list"));
        return None;
    };
    check_program(&program.value, program.place, findings);
    for argument in arguments.iter().filter(|argument| argument.value.contains('*') && &*argument.value != ANY_ARGUMENT)
    {
        let message = format!("`{}` cannot match a part of an argument", quoted(&argument.value));
        let problem = rules::KW_030.finding(message).at(argument.place);
        findings.push(problem.help("write only *: it matches one whole argument that does not begin with -"));
    }
    let arguments = arguments.iter().map(|argument| argument.value.clone()).collect();
    Some(CommandPattern { program: program.value.clone(), arguments })
}

/// KW-030: which program runs must not depend on the current folder or PATH.
pub(super) fn check_program(program: &str, place: Place, findings: &mut Vec<Diagnostic>) {
    let is_whole_path = program.starts_with('/') && !program.ends_with('/');
    let is_name = !program.is_empty() && !program.contains(['/', '\0']) && !program.starts_with(['-', '.']);
    if (is_whole_path || is_name) && !program.contains('*') {
        return;
    }
    let message = format!("`{}` is neither the absolute path nor the name of a program", quoted(program));
    let problem = rules::KW_030.finding(message).at(place);
    findings.push(problem.help(
        "write an absolute path like /opt/vault/bin/vault, or a name like vault if it is in /usr/local/bin or /usr/bin",
    ));
}

/// KW-030, KW-031: checks credentials, once all settings are known.
pub(super) fn check_credentials(spec: Option<&EnvironmentSpec>, workspace: &Workspace, findings: &mut Vec<Diagnostic>) {
    for (source, of) in workspace.credentials() {
        match &source.origin {
            SecretOrigin::Env(name) if !may_use(name, of, &workspace.environment) => {
                let message = format!("a credential cannot be read from the variable `{}`", quoted(name));
                let problem = rules::KW_031.finding(message).at(source.place);
                findings.push(problem.help(format!(
                    "use a variable whose name begins with {OWN_PREFIX}, or add this name to spec.environment.credentials"
                )));
            }
            SecretOrigin::Command(words) => {
                check_program(words.first().map_or("", |word| word), source.place, findings);
            }
            _ => {}
        }
    }
    for name in spec.iter().flat_map(|spec| entries(&spec.command_variables)) {
        let is_name = !name.value.is_empty() && !name.value.contains(['=', '\0']);
        let problem = if !is_name {
            rules::KW_030
                .finding(format!("`{}` is not the name of a variable", quoted(&name.value)))
                .help("write names like VAULT_ADDR; programs receive the values of these variables")
        } else if workspace.is_for_credentials(&name.value) {
            rules::KW_030
                .finding(format!("programs cannot receive the credential `{}`", quoted(&name.value)))
                .help("use a separate variable for the program")
        } else {
            continue;
        };
        findings.push(problem.at(name.place));
    }
}

fn may_use(name: &str, of: CredentialOf, environment: &Environment) -> bool {
    name.starts_with(OWN_PREFIX)
        || (of == CredentialOf::Database && name == DATABASE_PASSWORD)
        || (of == CredentialOf::Sink && VAULT_TOKENS.contains(&name))
        || environment.credentials.iter().any(|listed| **listed == *name)
}
