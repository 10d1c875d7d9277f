//! How two versions of `keywright.yaml` differ, field by field, and which changes weaken protection: more can be
//! deleted, read or run, or credentials are sent to another place.
//!
//! The fields of [`Workspace`] are listed without `..`, so that the compiler reports a new field that is missing here.

mod findings;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

pub use findings::Comparison;
pub use findings::findings;

use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;
use crate::model::Secret;
use crate::model::SecretSource;
use crate::model::desired::SecretOrigin;
use crate::rules::catalogue;
use crate::text::and_more;
use crate::workspace::CloudStore;
use crate::workspace::CommandPattern;
use crate::workspace::DatabaseAt;
use crate::workspace::Environment;
use crate::workspace::Guards;
use crate::workspace::Limits;
use crate::workspace::Ownership;
use crate::workspace::Owns;
use crate::workspace::RemoteStores;
use crate::workspace::TransferCredential;
use crate::workspace::TransferOperations;
use crate::workspace::TransferStore;
use crate::workspace::Workspace;

/// How a changed setting affects the protection of stores and runners. The order is that of reports.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Effect {
    Weaker,
    /// Neither weaker nor stronger.
    Other,
    Stronger,
}

/// One setting before and after.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SettingChange {
    pub effect: Effect,
    /// Its path in `keywright.yaml`, like `spec.guards.deletes.count`.
    pub field: String,
    pub before: String,
    pub after: String,
    /// What can happen with a weaker setting.
    pub risk: &'static str,
}

/// The settings that differ: weakened ones first, then by field.
pub fn settings_diff(before: &Workspace, after: &Workspace) -> Vec<SettingChange> {
    let (old, new) = (settings(before, after), settings(after, before));
    let mut changes: Vec<SettingChange> = new
        .iter()
        .filter_map(|(field, new)| {
            // A field that only one version has belongs to a store that the other does not have, which is its own field.
            let old = old.get(field).filter(|old| old.identity != new.identity)?;
            let (before, after) = texts(old, new);
            Some(SettingChange {
                effect: effect(&old.weight, &new.weight),
                field: field.clone(),
                before,
                after,
                risk: new.risk,
            })
        })
        .collect();
    changes.sort_by(|a, b| (a.effect, &a.field).cmp(&(b.effect, &b.field)));
    changes
}

/// Changes from several versions, each once: the weakest of those that only differ in what was before.
pub fn without_repeats(mut changes: Vec<SettingChange>) -> Vec<SettingChange> {
    changes.sort_by(|a, b| (&a.field, &a.after, a.effect, &a.before).cmp(&(&b.field, &b.after, b.effect, &b.before)));
    changes.dedup_by(|a, b| (&a.field, &a.after) == (&b.field, &b.after));
    changes.sort_by(|a, b| (a.effect, &a.field).cmp(&(b.effect, &b.field)));
    changes
}

/// The longest list that is shown whole, in characters.
const LONGEST_LIST: usize = 60;

/// Maximum number of entries in a message.
const MOST_ENTRIES: usize = 30;

/// Both texts of a changed setting. Of a long list, only the entries that the other does not have, so that none is hidden
/// by the length of the rest.
fn texts(old: &Setting, new: &Setting) -> (String, String) {
    match (old.weight.entries(), new.weight.entries()) {
        (Some(before), Some(after)) if old.text.len().max(new.text.len()) > LONGEST_LIST => {
            let only = |one: &BTreeSet<Box<str>>, other: &BTreeSet<Box<str>>| {
                let entries: Vec<&str> = one.difference(other).map(|entry| &**entry).collect();
                let rest = if one.is_disjoint(other) { None } else { Some("…") };
                let entries: Vec<&str> = entries.into_iter().chain(rest).collect();
                format!("[{}]", and_more(&entries, MOST_ENTRIES, ", "))
            };
            (only(before, after), only(after, before))
        }
        _ => (old.text.clone(), new.text.clone()),
    }
}

/// How two values of a setting compare.
enum Weight {
    /// No value is weaker.
    Plain,
    /// Every other value is weaker, for example another host or another source of credentials.
    Fixed,
    /// A higher number is weaker.
    Rank(i64),
    /// Each additional entry is weaker.
    Opens(BTreeSet<Box<str>>),
    /// A list of what is allowed. `None` allows everything.
    Limits(Option<BTreeSet<Box<str>>>),
}

impl Weight {
    const fn entries(&self) -> Option<&BTreeSet<Box<str>>> {
        match self {
            Self::Opens(entries) | Self::Limits(Some(entries)) => Some(entries),
            Self::Plain | Self::Fixed | Self::Rank(_) | Self::Limits(None) => None,
        }
    }
}

fn effect(old: &Weight, new: &Weight) -> Effect {
    let is_weaker = match (old, new) {
        (Weight::Plain, _) | (_, Weight::Plain) => return Effect::Other,
        (Weight::Rank(old), Weight::Rank(new)) => new >= old,
        (Weight::Limits(None), Weight::Limits(_)) => false,
        _ => match (old.entries(), new.entries()) {
            (Some(old), Some(new)) => !new.is_subset(old),
            _ => true,
        },
    };
    if is_weaker { Effect::Weaker } else { Effect::Stronger }
}

struct Setting {
    text: String,
    identity: Identity,
    weight: Weight,
    risk: &'static str,
}

/// What is compared, and never shown.
#[derive(PartialEq, Eq)]
enum Identity {
    Text(String),
    Literal(Secret),
}

/// Settings by field.
struct Fields(BTreeMap<String, Setting>);

impl Fields {
    fn add(&mut self, field: &str, text: String, weight: Weight, risk: &'static str) {
        self.identified(field, Identity::Text(text.clone()), text, weight, risk);
    }

    fn identified(&mut self, field: &str, identity: Identity, text: String, weight: Weight, risk: &'static str) {
        self.0.insert(field.to_owned(), Setting { text, identity, weight, risk });
    }

    fn plain(&mut self, field: &str, text: String) {
        self.add(field, text, Weight::Plain, "");
    }

    fn secret(&mut self, field: &str, source: Option<&SecretSource>) {
        self.source(field, source, "another secret is read and sent to the store");
    }

    fn source(&mut self, field: &str, source: Option<&SecretSource>, risk: &'static str) {
        let text = source.map_or_else(|| "not set".to_owned(), source_text);
        let identity = match source.map(|source| &source.origin) {
            Some(SecretOrigin::Literal(secret)) => Identity::Literal(secret.clone()),
            _ => Identity::Text(text.clone()),
        };
        self.identified(field, identity, text, Weight::Fixed, risk);
    }

    fn url(&mut self, base: &str, url: &str) {
        let (identity, risk) = (Identity::Text(url.to_owned()), "credentials are sent to this host");
        self.identified(&format!("{base}.url"), identity, without_login(url), Weight::Fixed, risk);
    }

    fn opens(&mut self, field: &str, list: &[Box<str>], risk: &'static str) {
        self.add(field, list_text(list), Weight::Opens(list.iter().cloned().collect()), risk);
    }

    fn limits(&mut self, field: &str, list: Option<&[Box<str>]>, risk: &'static str) {
        let text = list.map_or_else(|| "not set".to_owned(), list_text);
        self.add(field, text, Weight::Limits(list.map(|list| list.iter().cloned().collect())), risk);
    }
}

/// The settings of `one`, in a form that can be compared with those of `other`.
fn settings(one: &Workspace, other: &Workspace) -> BTreeMap<String, Setting> {
    let Workspace { name, manifests, database, remote, ownership, guards, severities, environment, fingerprint_key } =
        one;
    let mut fields = Fields(BTreeMap::new());
    fields.plain("metadata.name", name.to_string());
    fields.plain("spec.manifests", list_text(manifests));
    add_database(database, &mut fields);
    let risk = "with a known key, guesses of key values can be tested with the journal";
    fields.source("spec.fingerprints.key", fingerprint_key.as_ref(), risk);
    add_stores(remote, &mut fields);
    add_ownership(ownership, &mut fields);
    let Guards { percent, count } = guards;
    for (field, number) in [("spec.guards.deletes.percent", percent), ("spec.guards.deletes.count", count)] {
        fields.add(field, number.to_string(), Weight::Rank(*number), "one run may delete and replace more");
    }
    let rules: BTreeSet<&RuleId> = severities.keys().chain(other.severities.keys()).collect();
    for rule in rules {
        let usual = catalogue::find(rule.0).map(|rule| rule.severity);
        let severity = severities.get(rule).copied().unwrap_or(usual);
        let rank = severity.map_or(0, |severity| match severity {
            Severity::Info => -1,
            Severity::Warning => -2,
            Severity::Error => -3,
        });
        let text = severity.map_or("off", Severity::name).to_owned();
        fields.add(
            &format!("spec.rules.{rule}"),
            text,
            Weight::Rank(rank),
            "a problem that the rule finds has less effect",
        );
    }
    add_environment(environment, &mut fields);
    fields.0
}

fn add_environment(environment: &Environment, fields: &mut Fields) {
    let Environment { prefixes, folders, commands, command_variables, command_seconds, credentials } = environment;
    fields.opens("spec.environment.allow", prefixes, "manifests may read more variables of the runner");
    fields.opens("spec.environment.files", folders, "manifests may read more files of the runner");
    let commands: Vec<Box<str>> = commands.iter().map(command_text).collect();
    fields.opens("spec.environment.commands", &commands, "manifests may run more programs on the runner");
    fields.opens(
        "spec.environment.commandVariables",
        command_variables,
        "programs receive more variables of the runner",
    );
    fields.plain("spec.environment.commandTimeout", format!("{command_seconds}s"));
    let risk = "other variables may be sent to the stores, or read by manifests";
    fields.add("spec.environment.credentials", list_text(credentials), Weight::Fixed, risk);
}

fn command_text(command: &CommandPattern) -> Box<str> {
    let CommandPattern { program, arguments } = command;
    if arguments.is_empty() {
        return program.clone();
    }
    let words: Vec<&str> = std::iter::once(&**program).chain(arguments.iter().map(|argument| &**argument)).collect();
    format!("[{}]", words.join(", ")).into()
}

fn add_database(database: &DatabaseAt, fields: &mut Fields) {
    const RISK: &str = "the lock, the journal and the remembered state are in another place";
    match database {
        DatabaseAt::File(path) => fields.add("spec.database", format!("sqlite:{path}"), Weight::Fixed, RISK),
        DatabaseAt::Server { url, schema, password } => {
            let text = format!("{} (schema {schema})", without_login(url));
            let identity = Identity::Text(format!("{url} {schema}"));
            fields.identified("spec.database", identity, text, Weight::Fixed, RISK);
            fields.secret("spec.databasePassword", password.as_ref());
        }
    }
}

fn add_stores(remote: &RemoteStores, fields: &mut Fields) {
    const RISK: &str = "credentials are sent to this host";
    let RemoteStores { cloud_api_management, managed_file_transfer, api_types } = remote;
    let mut store = |field: &str, url: Option<&str>| {
        // A store that both versions have is compared field by field.
        let identity = Identity::Text(url.is_some().to_string());
        let text = url.map_or_else(|| "not set".to_owned(), without_login);
        fields.identified(field, identity, text, Weight::Rank(i64::from(url.is_some())), RISK);
    };
    store("spec.stores.cloudApiManagement", cloud_api_management.as_ref().map(|store| &*store.url));
    store("spec.stores.managedFileTransfer", managed_file_transfer.as_ref().map(|store| &*store.url));
    if let Some(cloud) = cloud_api_management {
        add_cloud(cloud, fields);
    }
    if let Some(transfer) = managed_file_transfer {
        add_transfer(transfer, fields);
    }
    let field = "spec.stores.managedFileTransfer.allowedApis";
    fields.limits(field, api_types.as_deref(), "keys may be given more API types");
}

fn add_cloud(store: &CloudStore, fields: &mut Fields) {
    let CloudStore { url, area, api_key, api_secret, username, password, limits } = store;
    let base = "spec.stores.cloudApiManagement";
    fields.url(base, url);
    fields.add(&format!("{base}.area"), area.to_string(), Weight::Fixed, "another area is changed");
    for (name, source) in
        [("apiKey", api_key), ("apiSecret", api_secret), ("username", username), ("password", password)]
    {
        fields.secret(&format!("{base}.credentials.{name}"), Some(source));
    }
    add_limits(base, limits, fields);
}

fn add_transfer(store: &TransferStore, fields: &mut Fields) {
    let TransferStore { url, credential, openapi, operations, limits, tenant, owner, own_key } = store;
    let base = "spec.stores.managedFileTransfer";
    fields.url(base, url);
    let (api_key, bearer) = match credential {
        TransferCredential::ApiKey(source) => (Some(source), None),
        TransferCredential::Bearer(source) => (None, Some(source)),
    };
    fields.secret(&format!("{base}.credentials.apiKey"), api_key);
    fields.secret(&format!("{base}.credentials.bearer"), bearer);
    let called = "other operations of the site may be called";
    fields.add(&format!("{base}.openapi"), optional(openapi.as_ref()), Weight::Fixed, called);
    let TransferOperations { list, get, create, update, organizations, account } = operations;
    for (name, operation) in [
        ("list", list),
        ("get", get),
        ("create", create),
        ("update", update),
        ("organizations", organizations),
        ("account", account),
    ] {
        fields.add(&format!("{base}.operations.{name}"), optional(operation.as_ref()), Weight::Fixed, called);
    }
    let pins = [
        (
            "tenant",
            tenant.map(|tenant| tenant.to_string().into_boxed_str()),
            "a credential of another tenant is accepted",
        ),
        ("owner", owner.clone(), "a credential of another user is accepted"),
        ("ownKey", own_key.clone(), "Keywright may disable the key that it uses"),
    ];
    for (name, value, risk) in pins {
        fields.limits(&format!("{base}.{name}"), value.as_ref().map(std::slice::from_ref), risk);
    }
    add_limits(base, limits, fields);
}

fn add_limits(base: &str, limits: &Limits, fields: &mut Fields) {
    let Limits { calls_per_second, calls_per_day, concurrency, page_size } = limits;
    fields.plain(&format!("{base}.limits.callsPerSecond"), calls_per_second.to_string());
    fields.plain(&format!("{base}.limits.callsPerDay"), optional(calls_per_day.as_ref()));
    fields.plain(&format!("{base}.limits.concurrency"), optional(concurrency.as_ref()));
    fields.plain(&format!("{base}.limits.pageSize"), page_size.to_string());
}

fn add_ownership(ownership: &Ownership, fields: &mut Fields) {
    let Ownership { users, applications, packages, plans, package_keys, api_keys } = ownership;
    for (name, parent, owns) in [
        ("users", "", users),
        ("applications", "ofDeclaredUsers", applications),
        ("packages", "", packages),
        ("plans", "ofDeclaredPackages", plans),
        ("packageKeys", "ofDeclaredApplications", package_keys),
        ("apiKeys", "", api_keys),
    ] {
        let (rank, text) = match owns {
            Owns::Declared => (0, "declared".to_owned()),
            Owns::OfDeclaredParent => (1, parent.to_owned()),
            Owns::Prefix(prefix) => (1, format!("{{prefix: {prefix}}}")),
            Owns::All => (2, "all".to_owned()),
        };
        fields.add(&format!("spec.ownership.{name}"), text, Weight::Rank(rank), "--prune may delete more");
    }
}

fn optional<T: ToString>(value: Option<&T>) -> String {
    value.map_or_else(|| "not set".to_owned(), ToString::to_string)
}

fn list_text(list: &[Box<str>]) -> String {
    format!("[{}]", list.join(", "))
}

/// An address without user and password.
fn without_login(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            let host = rest[..end].rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}{}", &rest[end..])
        }
        None => url.to_owned(),
    }
}

fn source_text(source: &SecretSource) -> String {
    match &source.origin {
        SecretOrigin::Env(name) => format!("{{env: {name}}}"),
        SecretOrigin::File(path) => format!("{{file: {path}}}"),
        SecretOrigin::Command(words) => format!("{{command: [{}]}}", words.join(", ")),
        SecretOrigin::Literal(_) => "a literal value".to_owned(),
    }
}

#[cfg(test)]
mod tests;
