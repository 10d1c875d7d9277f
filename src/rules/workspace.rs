//! Turns `keywright.yaml` into the settings of the workspace.

mod kw_001;
mod kw_011;
mod kw_012;
mod kw_013;
mod kw_019;
mod kw_020;
mod kw_022;
mod kw_030;
mod kw_031;
mod kw_032;
mod kw_033;
mod kw_040;
mod kw_050;
mod kw_051;
mod kw_120;
mod kw_138;
mod kw_151;
mod kw_157;
mod kw_163;
mod mft_020;
mod mft_021;

use super::database;
use super::environment;
use super::listed::MAX_LIST;
use super::listed::texts;
use super::sinks;
use super::stores;
use crate::diagnostic::Diagnostic;
use crate::manifest::fields;
use crate::manifest::read::Spanned;
use crate::manifest::workspace::DeletesSpec;
use crate::manifest::workspace::GuardsSpec;
use crate::manifest::workspace::IgnoresSpec;
use crate::manifest::workspace::OwnershipSpec;
use crate::manifest::workspace::OwnsApiKeys;
use crate::manifest::workspace::OwnsApplications;
use crate::manifest::workspace::OwnsKeys;
use crate::manifest::workspace::OwnsPlans;
use crate::manifest::workspace::OwnsTop;
use crate::manifest::workspace::RestrictionsSpec;
use crate::manifest::workspace::WorkspaceFile;
use crate::model::Kind;
use crate::rules;
use crate::workspace::Guards;
use crate::workspace::Ignores;
use crate::workspace::Limit;
use crate::workspace::Ownership;
use crate::workspace::Owns;
use crate::workspace::Workspace;

pub use kw_011::check as nothing_declared;

rules! {
    kw_001::KW_001, kw_011::KW_011, kw_012::KW_012, kw_013::KW_013, kw_019::KW_019, kw_020::KW_020,
    kw_022::KW_022, kw_030::KW_030, kw_031::KW_031, kw_032::KW_032, kw_033::KW_033, kw_040::KW_040, kw_050::KW_050,
    kw_051::KW_051, kw_120::KW_120, kw_138::KW_138, kw_151::KW_151, kw_157::KW_157, kw_163::KW_163,
    mft_020::MFT_020, mft_021::MFT_021
}

/// Checks the workspace file and adds the defaults. `folder` is the name of a workspace without a name.
pub fn check(file: &WorkspaceFile, folder: &str) -> (Workspace, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let mut workspace = Workspace::named(file.name.as_ref().map_or(folder, |name| &name.value));
    workspace.is_named = file.name.is_some();
    let spec = &file.spec;
    if let Some(manifests) = &spec.manifests {
        workspace.manifests = texts(manifests, &mut findings);
    }
    if let Some(database) = database::database(spec, &mut findings) {
        workspace.database = database;
    }
    if let Some(key) = spec.fingerprints.as_ref().and_then(|spec| spec.value.key.as_ref()) {
        workspace.fingerprint_key = stores::credential(key, &mut findings);
    } else {
        findings.extend(kw_051::check(spec, &workspace));
    }
    if let Some(stores) = &spec.stores {
        workspace.remote = stores::remote(&stores.value, &mut findings);
    }
    if let Some(ownership) = &spec.ownership {
        workspace.ownership = ownership_of(&ownership.value);
    }
    if let Some(ignores) = &spec.ignores {
        workspace.ignores = ignores_of(&ignores.value, &mut findings);
    }
    if let Some(guards) = &spec.guards {
        workspace.guards = guards_of(&guards.value, &mut findings);
    }
    if let Some(consents) = &spec.consents {
        workspace.consents = kw_120::consents(&consents.value, &mut findings);
    }
    if let Some(environment) = &spec.environment {
        workspace.environment = environment::environment(&environment.value, &mut findings);
    }
    let sinks = spec.sinks.as_ref().map(|spec| &spec.value);
    workspace.sinks = sinks.map_or_else(Default::default, |spec| sinks::sinks(spec, &mut findings));
    sinks::check_variables(sinks, &workspace, &mut findings);
    environment::check_credentials(spec.environment.as_ref().map(|spec| &spec.value), &workspace, &mut findings);
    for (rule, severity) in spec.rules.iter().flat_map(|rules| &rules.value.0) {
        if findings.len() > MAX_LIST {
            break;
        }
        match kw_019::severity_of(rule, severity) {
            Ok((rule, severity)) => {
                workspace.severities.insert(rule, severity);
            }
            Err(problem) => findings.push(*problem),
        }
    }
    (workspace, findings)
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

/// The names of the fields are those that a plan shows.
fn ignores_of(spec: &IgnoresSpec, findings: &mut Vec<Diagnostic>) -> Ignores {
    let mut ignores = Ignores::default();
    let lists = [
        (Kind::User, &spec.users),
        (Kind::Application, &spec.applications),
        (Kind::Package, &spec.packages),
        (Kind::Plan, &spec.plans),
        (Kind::PackageKey, &spec.package_keys),
        (Kind::ApiKey, &spec.api_keys),
    ];
    let lists = lists.into_iter().filter_map(|(kind, list)| Some((kind, list.as_ref()?)));
    for (kind, name) in lists.flat_map(|(kind, list)| list.value.iter().take(MAX_LIST).map(move |name| (kind, name))) {
        if fields::find(kind, &name.value).is_some() {
            ignores.add(kind, name.value.to_string().into());
        } else {
            let message = format!("an object of kind {kind} has no field `{}`", crate::text::quoted(&name.value));
            let problem = rules::KW_005.finding(message).at(name.place);
            findings.push(problem.help("write the name of the field as a plan shows it, like settings.status"));
        }
    }
    ignores
}

fn guards_of(spec: &GuardsSpec, findings: &mut Vec<Diagnostic>) -> Guards {
    let mut guards = Guards::default();
    if let Some(spec) = &spec.deletes {
        let DeletesSpec { percent, count } = &spec.value;
        set_limit(&mut guards.deletes, percent.as_ref(), count.as_ref(), findings);
    }
    if let Some(spec) = &spec.restrictions {
        let RestrictionsSpec { percent, count } = &spec.value;
        set_limit(&mut guards.restrictions, percent.as_ref(), count.as_ref(), findings);
    }
    guards
}

fn set_limit(
    limit: &mut Limit,
    percent: Option<&Spanned<i64>>,
    count: Option<&Spanned<i64>>,
    findings: &mut Vec<Diagnostic>,
) {
    let mut within = |number: &Spanned<i64>, most: i64| {
        if !(0..=most).contains(&number.value) {
            let problem = rules::KW_007.finding(format!("{} is outside the range 0 to {most}", number.value));
            findings.push(problem.at(number.place).help("write a number in that range"));
        }
        number.value
    };
    if let Some(percent) = percent {
        limit.percent = within(percent, 100);
    }
    if let Some(count) = count {
        limit.count = within(count, i64::from(u32::MAX));
    }
}
