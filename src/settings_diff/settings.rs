//! All settings of a workspace, each with what it risks.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::fields::Fields;
use super::fields::Identity;
use super::fields::NOT_SET;
use super::fields::Setting;
use super::fields::Weight;
use super::fields::words;
use super::sinks::add_sinks;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;
use crate::model::Kind;
use crate::rules::catalogue;
use crate::workspace::CloudStore;
use crate::workspace::CommandPattern;
use crate::workspace::Consent;
use crate::workspace::DatabaseAt;
use crate::workspace::Environment;
use crate::workspace::Guards;
use crate::workspace::Ignores;
use crate::workspace::Limits;
use crate::workspace::Ownership;
use crate::workspace::Owns;
use crate::workspace::RemoteStores;
use crate::workspace::TransferCredential;
use crate::workspace::TransferOperations;
use crate::workspace::TransferStore;
use crate::workspace::Workspace;

const SENT: &str = "credentials are sent to this host";
const THE_STORE: &str = "the store";

/// The settings of `one`, in a form that can be compared with those of `other`.
pub(super) fn settings(one: &Workspace, other: &Workspace) -> BTreeMap<String, Setting> {
    let Workspace {
        name,
        is_named: _,
        manifests,
        database,
        remote,
        ownership,
        guards,
        ignores,
        consents,
        severities,
        environment,
        fingerprint_key,
        sinks,
    } = one;
    let mut fields = Fields(BTreeMap::new());
    fields.plain("metadata.name", name.to_string());
    let risk = "objects in files that are no longer read are not managed; with ownership, --prune deletes them";
    fields.list("spec.manifests", words(manifests), Weight::Covers, risk);
    add_database(database, &mut fields);
    let risk = "with a known key, guesses of key values can be tested with the journal";
    fields.key("spec.fingerprints.key", fingerprint_key.as_ref(), risk);
    add_stores(remote, &mut fields);
    add_ownership(ownership, &mut fields);
    add_ignores(ignores, &mut fields);
    let Guards { deletes, restrictions } = guards;
    for (field, number) in [
        ("deletes.percent", deletes.percent),
        ("deletes.count", deletes.count),
        ("restrictions.percent", restrictions.percent),
        ("restrictions.count", restrictions.count),
    ] {
        let does = if field.starts_with("deletes") { "delete and replace" } else { "disable and restrict" };
        let risk = format!("one run may {does} more");
        fields.add(&format!("spec.guards.{field}"), number.to_string(), Weight::Rank(number), &risk);
    }
    add_consents(consents, &mut fields);
    add_sinks(sinks, &mut fields);
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
    for (name, list, risk) in [
        ("allow", prefixes, "manifests may read more variables of the runner"),
        ("files", folders, "manifests may read more files of the runner"),
        ("commandVariables", command_variables, "programs receive more variables of the runner"),
    ] {
        fields.list(&format!("spec.environment.{name}"), words(list), Weight::Opens, risk);
    }
    let commands = commands.iter().map(command_text).collect();
    let risk = "manifests may run more programs on the runner";
    fields.list("spec.environment.commands", commands, Weight::Opens, risk);
    fields.plain("spec.environment.commandTimeout", format!("{command_seconds}s"));
    let risk = "other variables may be sent to the stores, or read by manifests";
    fields.list("spec.environment.credentials", words(credentials), Weight::FixedList, risk);
}

fn command_text(command: &CommandPattern) -> Box<str> {
    let CommandPattern { program, arguments } = command;
    let program = words(std::slice::from_ref(program)).join("");
    if arguments.is_empty() {
        return program.into();
    }
    format!("[{program}, {}]", words(arguments).join(", ")).into()
}

fn add_database(database: &DatabaseAt, fields: &mut Fields) {
    const RISK: &str = "the lock, the journal and the remembered state are in another place";
    match database {
        DatabaseAt::File(path) => fields.add("spec.database", format!("sqlite:{path}"), Weight::Fixed, RISK),
        DatabaseAt::Server { url, schema, password } => {
            fields.add("spec.database", format!("{url} (schema {schema})"), Weight::Fixed, RISK);
            fields.credential("spec.databasePassword", password.as_ref(), "the database server");
        }
    }
}

fn add_stores(remote: &RemoteStores, fields: &mut Fields) {
    let RemoteStores { cloud_api_management, managed_file_transfer, api_types } = remote;
    let mut store = |field: &str, url: Option<&str>| {
        // A store that both versions have is compared field by field.
        let identity = Identity::Text(url.is_some().to_string());
        let risk = if url.is_some() { SENT } else { "changes are made in the embedded store instead" };
        fields.identified(field, identity, url.unwrap_or(NOT_SET).to_owned(), Weight::Fixed, risk);
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
    let CloudStore { url, area, api_key, api_secret, username, password, limits, platform_users } = store;
    let base = "spec.stores.cloudApiManagement";
    fields.add(&format!("{base}.url"), url.to_string(), Weight::Fixed, SENT);
    fields.add(&format!("{base}.area"), area.to_string(), Weight::Fixed, "another area is changed");
    for (name, source) in
        [("apiKey", api_key), ("apiSecret", api_secret), ("username", username), ("password", password)]
    {
        fields.credential(&format!("{base}.credentials.{name}"), Some(source), THE_STORE);
    }
    add_limits(base, limits, fields);
    let risk = "users of the Boomi platform can be disabled, and deleted with --prune";
    fields.list(&format!("{base}.platformUsers"), words(platform_users), Weight::Covers, risk);
}

fn add_transfer(store: &TransferStore, fields: &mut Fields) {
    let TransferStore { url, credential, openapi, operations, limits, tenant, owner, own_key } = store;
    let base = "spec.stores.managedFileTransfer";
    fields.add(&format!("{base}.url"), url.to_string(), Weight::Fixed, SENT);
    let (api_key, bearer) = match credential {
        TransferCredential::ApiKey(source) => (Some(source), None),
        TransferCredential::Bearer(source) => (None, Some(source)),
    };
    fields.credential(&format!("{base}.credentials.apiKey"), api_key, THE_STORE);
    fields.credential(&format!("{base}.credentials.bearer"), bearer, THE_STORE);
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
    let Limits { calls_per_second, calls_per_day, concurrency, page_size, visibility_lag } = limits;
    fields.plain(&format!("{base}.limits.callsPerSecond"), calls_per_second.to_string());
    let most = calls_per_day.and_then(|calls| i64::try_from(calls).ok()).unwrap_or(i64::MAX);
    let risk = "one run may make more calls, which others then lack";
    fields.add(&format!("{base}.limits.callsPerDay"), optional(calls_per_day.as_ref()), Weight::Rank(most), risk);
    fields.plain(&format!("{base}.limits.concurrency"), optional(concurrency.as_ref()));
    fields.plain(&format!("{base}.limits.pageSize"), page_size.to_string());
    let lag = visibility_lag.as_secs();
    let rank = Weight::Rank(i64::try_from(lag).unwrap_or(i64::MAX).saturating_neg());
    let risk = "a key that the store does not show yet may be created twice";
    fields.add(&format!("{base}.limits.visibilityLag"), format!("{lag}s"), rank, risk);
}

fn add_consents(consents: &[Consent], fields: &mut Fields) {
    let entries: Vec<Box<str>> =
        consents.iter().map(|consent| format!("{} until {}", consent.allow, consent.until).into()).collect();
    fields.list(
        "spec.consents",
        words(&entries),
        Weight::Opens,
        "the guards no longer hold back changes of these objects",
    );
}

fn add_ignores(ignores: &Ignores, fields: &mut Fields) {
    let kinds = [
        ("users", Kind::User),
        ("applications", Kind::Application),
        ("packages", Kind::Package),
        ("plans", Kind::Plan),
        ("packageKeys", Kind::PackageKey),
        ("apiKeys", Kind::ApiKey),
    ];
    for (name, kind) in kinds {
        let ignored: Vec<Box<str>> = ignores.of(kind).map(|field| field.to_string().into()).collect();
        let risk = "changes of this field in manifests have no effect";
        fields.list(&format!("spec.ignores.{name}"), words(&ignored), Weight::Opens, risk);
    }
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
    value.map_or_else(|| NOT_SET.to_owned(), ToString::to_string)
}
