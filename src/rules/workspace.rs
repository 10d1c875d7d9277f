//! `keywright.yaml` as it was written → the settings of the workspace.

use super::catalogue;
use super::database;
use super::stores;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;
use crate::diagnostic::did_you_mean;
use crate::manifest::read::Spanned;
use crate::manifest::workspace::EnvironmentSpec;
use crate::manifest::workspace::GuardsSpec;
use crate::manifest::workspace::OwnershipSpec;
use crate::manifest::workspace::OwnsApiKeys;
use crate::manifest::workspace::OwnsApplications;
use crate::manifest::workspace::OwnsKeys;
use crate::manifest::workspace::OwnsPlans;
use crate::manifest::workspace::OwnsTop;
use crate::manifest::workspace::WorkspaceFile;
use crate::text::quoted;
use crate::workspace::Environment;
use crate::workspace::Guards;
use crate::workspace::Ownership;
use crate::workspace::Owns;
use crate::workspace::Workspace;

/// Checks the workspace file and puts the defaults in. `folder` is the name of a workspace that says none.
pub fn check(file: &WorkspaceFile, folder: &str) -> (Workspace, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let mut workspace = Workspace::named(file.name.as_ref().map_or(folder, |name| &name.value));
    let spec = &file.spec;
    if let Some(manifests) = &spec.manifests {
        workspace.manifests = texts(manifests, &mut findings);
    }
    if let Some(database) = database::database(spec, &mut findings) {
        workspace.database = database;
    }
    if let Some(stores) = &spec.stores {
        workspace.remote = stores::remote(&stores.value, &mut findings);
    }
    if let Some(ownership) = &spec.ownership {
        workspace.ownership = ownership_of(&ownership.value);
    }
    if let Some(guards) = &spec.guards {
        workspace.guards = guards_of(&guards.value, &mut findings);
    }
    if let Some(environment) = &spec.environment {
        workspace.environment = environment_of(&environment.value, &mut findings);
    }
    for (rule, severity) in spec.rules.iter().flat_map(|rules| &rules.value.0) {
        if findings.len() > LONGEST_LIST {
            break;
        }
        match severity_of(rule, severity) {
            Ok((rule, severity)) => {
                workspace.severities.insert(rule, severity);
            }
            Err(problem) => findings.push(*problem),
        }
    }
    (workspace, findings)
}

/// Most entries of one list, and most findings about the rules: each entry is held against every manifest.
const LONGEST_LIST: usize = 1_000;

pub(super) fn texts(list: &Spanned<Vec<Spanned<Box<str>>>>, findings: &mut Vec<Diagnostic>) -> Vec<Box<str>> {
    if list.value.len() > LONGEST_LIST {
        let message = format!("the list has {} entries, more than {LONGEST_LIST}", list.value.len());
        findings.push(Diagnostic::error("KW-003", message).at(list.place).help("shorten the list"));
    }
    list.value.iter().take(LONGEST_LIST).map(|item| item.value.clone()).collect()
}

fn ownership_of(spec: &OwnershipSpec) -> Ownership {
    let top = |owns: &Option<Spanned<OwnsTop>>| match owns.as_ref().map(|owns| owns.value) {
        Some(OwnsTop::All) => Owns::All,
        Some(OwnsTop::Declared) | None => Owns::Declared,
    };
    Ownership {
        users: top(&spec.users),
        packages: top(&spec.packages),
        applications: match spec.applications.as_ref().map(|owns| owns.value) {
            Some(OwnsApplications::All) => Owns::All,
            Some(OwnsApplications::OfDeclaredUsers) => Owns::OfDeclaredParent,
            Some(OwnsApplications::Declared) | None => Owns::Declared,
        },
        plans: match spec.plans.as_ref().map(|owns| owns.value) {
            Some(OwnsPlans::All) => Owns::All,
            Some(OwnsPlans::OfDeclaredPackages) => Owns::OfDeclaredParent,
            Some(OwnsPlans::Declared) | None => Owns::Declared,
        },
        package_keys: match spec.package_keys.as_ref().map(|owns| owns.value) {
            Some(OwnsKeys::All) => Owns::All,
            Some(OwnsKeys::OfDeclaredApplications) => Owns::OfDeclaredParent,
            Some(OwnsKeys::Declared) | None => Owns::Declared,
        },
        api_keys: match spec.api_keys.as_ref().map(|owns| &owns.value) {
            Some(OwnsApiKeys::All) => Owns::All,
            Some(OwnsApiKeys::Prefix(prefix)) => Owns::Prefix(prefix.clone()),
            Some(OwnsApiKeys::Declared) | None => Owns::Declared,
        },
    }
}

fn guards_of(spec: &GuardsSpec, findings: &mut Vec<Diagnostic>) -> Guards {
    let mut guards = Guards::default();
    let Some(deletes) = &spec.deletes else { return guards };
    let within = |number: &Spanned<i64>, most: i64, findings: &mut Vec<Diagnostic>| {
        if !(0..=most).contains(&number.value) {
            let problem = Diagnostic::error("KW-007", format!("{} is not from 0 to {most}", number.value));
            findings.push(problem.at(number.place).help("write a number in that range"));
        }
        number.value
    };
    if let Some(percent) = &deletes.value.percent {
        guards.percent = within(percent, 100, findings);
    }
    if let Some(count) = &deletes.value.count {
        guards.count = within(count, i64::from(u32::MAX), findings);
    }
    guards
}

fn environment_of(spec: &EnvironmentSpec, findings: &mut Vec<Diagnostic>) -> Environment {
    let mut list = |list: &Option<Spanned<Vec<Spanned<Box<str>>>>>| {
        list.as_ref().map_or_else(Vec::new, |list| texts(list, findings))
    };
    let environment =
        Environment { prefixes: list(&spec.allow), folders: list(&spec.files), programs: list(&spec.commands) };
    for prefix in spec.allow.iter().flat_map(|allow| allow.value.iter().take(LONGEST_LIST)) {
        if prefix.value.is_empty() {
            let problem = Diagnostic::error("KW-012", "an empty prefix would open every variable").at(prefix.place);
            findings.push(problem.help("write how the names of the allowed variables begin, like APP_"));
        }
    }
    for folder in spec.files.iter().flat_map(|files| files.value.iter().take(LONGEST_LIST)) {
        if !folder.value.starts_with('/') || folder.value.trim_matches('/').is_empty() {
            let problem = Diagnostic::error("KW-012", "this is not a folder outside of the workspace").at(folder.place);
            findings.push(problem.help("write its whole path, like /run/secrets"));
        }
    }
    environment
}

/// The severity that `rules:` gives to a rule; nothing means off.
fn severity_of(
    rule: &Spanned<Box<str>>,
    severity: &Spanned<Box<str>>,
) -> Result<(RuleId, Option<Severity>), Box<Diagnostic>> {
    let Some(known) = catalogue::find(&rule.value).filter(|known| known.id.0 == &*rule.value) else {
        let problem = Diagnostic::error("KW-019", format!("there is no rule `{}`", quoted(&rule.value))).at(rule.place);
        let near = did_you_mean(&rule.value, catalogue::all().map(|known| known.id.0));
        let help = near
            .map_or_else(|| "`keywright explain` lists the rules".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Box::new(problem.help(help)));
    };
    let wanted = match &*severity.value {
        "error" => Some(Severity::Error),
        "warning" => Some(Severity::Warning),
        "info" => Some(Severity::Info),
        "off" => None,
        other => {
            let problem =
                Diagnostic::error("KW-019", format!("`{}` is not a severity", quoted(other))).at(severity.place);
            return Err(Box::new(problem.help("write error, warning, info or off")));
        }
    };
    if known.fixed && wanted != Some(Severity::Error) {
        let message = format!("{} protects the store and can not be lowered", known.id);
        let problem = Diagnostic::error("KW-019", message).at(severity.place);
        return Err(Box::new(problem.help(format!("remove the line; `keywright explain {}` says why", known.id))));
    }
    Ok((known.id, wanted))
}
