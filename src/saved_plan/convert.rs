//! A document → a saved plan. Checks everything that the core relies on, because anyone can compute a valid checksum.

use std::collections::BTreeMap;

use super::SavedPlan;
use super::document;
use super::document::Document;
use super::read::Problem;
use super::read::shown;
use crate::diagnostic::FileLine;
use crate::diagnostic::Finding;
use crate::model::Address;
use crate::model::Deliverable;
use crate::model::Delivery;
use crate::model::Digest;
use crate::model::Fingerprint;
use crate::model::Kind;
use crate::model::Value;
use crate::plan;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Commit;
use crate::plan::FieldChange;
use crate::plan::Kept;
use crate::plan::KeyTarget;
use crate::plan::LiveTarget;
use crate::plan::Manifests;
use crate::plan::Origin;
use crate::plan::Plan;
use crate::plan::Sources;
use crate::plan::StoreName;
use crate::plan::Target;
use crate::plan::ValueFrom;
use crate::rules;
use crate::workspace::Consent;

/// Longest value that Keywright generates.
const LONGEST_VALUE: usize = 255;

impl Document {
    pub(super) fn into_plan(self) -> Result<SavedPlan, Problem> {
        let made = self.made.parse().map_err(|_| wrong("`made` is not a time"))?;
        let mut plan = Plan {
            changes: Vec::with_capacity(self.changes.len()),
            unchanged: by_kind(self.unchanged)?,
            left_alone: by_kind(self.left_alone)?,
            kept: self.kept.into_iter().map(kept).collect::<Result<_, _>>()?,
            held: BTreeMap::new(),
            consents: self.consents.into_iter().map(consent).collect(),
        };
        for (index, mut document) in self.changes.into_iter().enumerate() {
            let address = shown(&document.address);
            if let Some(document) = document.held.take() {
                let held = held(document);
                let held = held.map_err(|wrong| Problem::Change { change: index, address: address.clone(), wrong })?;
                plan.held.insert(index, held);
            }
            let change = change(index, document).map_err(|wrong| Problem::Change { change: index, address, wrong })?;
            plan.changes.push(change);
        }
        let store = |store: document::Store| StoreName { name: store.name, host: store.host, area: store.area };
        Ok(SavedPlan {
            origin: Origin {
                version: self.version,
                made,
                workspace: self.workspace,
                stores: self.stores.into_iter().map(store).collect(),
                database: self.database,
                sinks: self.sinks,
                manifests: self.manifests.map(manifests).transpose()?,
            },
            options: options(self.options)?,
            added: self.added_attributes.into_iter().map(Into::into).collect(),
            plan,
            findings: self.findings.into_iter().map(finding).collect(),
        })
    }
}

fn manifests(made_from: document::Manifests) -> Result<Manifests, Problem> {
    let document::Manifests { declared, commit, changed } = made_from;
    let is_id = |id: &String| matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if commit.as_ref().is_some_and(|id| !is_id(id)) || (changed && commit.is_none()) {
        return Err(wrong("`commit` is not the id of a commit"));
    }
    let declared = Digest::from_hex(&declared).ok_or_else(|| wrong("`declared` is not a digest"))?;
    Ok(Manifests { declared, commit: commit.map(|id| Commit { id, is_changed: changed }) })
}

fn wrong(what: &str) -> Problem {
    Problem::Shape(what.to_owned())
}

fn by_kind(counts: BTreeMap<String, usize>) -> Result<BTreeMap<Kind, usize>, Problem> {
    let pair = |(name, count): (String, usize)| {
        let kind = Kind::from_name(&name);
        kind.map(|kind| (kind, count)).ok_or_else(|| wrong(&format!("`{}` is not a kind", shown(&name))))
    };
    counts.into_iter().map(pair).collect()
}

fn kept(kept: document::Kept) -> Result<Kept, Problem> {
    let address = Address::parse(&kept.address);
    let address = address.ok_or_else(|| wrong(&format!("`{}` is not an address", shown(&kept.address))))?;
    Ok(Kept { address, why: kept.why })
}

fn consent(consent: document::Consent) -> Consent {
    let document::Consent { allow, why, until } = consent;
    Consent { allow: allow.into(), why: why.into(), until: until.into() }
}

fn held(held: document::Held) -> Result<plan::Held, &'static str> {
    let need = |need: document::Need| plan::Need { rule: need.rule.into(), help: need.help.into() };
    match held.waits_for {
        None if held.needs.is_empty() => Err("is held back for no reason"),
        None => Ok(plan::Held::Asks(held.needs.into_iter().map(need).collect())),
        Some(address) if held.needs.is_empty() => {
            Address::parse(&address).map(plan::Held::Waits).ok_or("waits for something that is not an address")
        }
        Some(_) => Err("is held back for two reasons"),
    }
}

fn options(options: document::Options) -> Result<plan::Options, Problem> {
    let limit = options.max_delete.map(|limit| limit.parse());
    Ok(plan::Options {
        prune: options.prune,
        allow: options.allow.into_iter().collect(),
        deliver: options.deliver.into_iter().collect(),
        no_deliver: options.no_deliver,
        consents: None,
        // `keywright rotate` saves no plan.
        rotate: plan::RotateNow::default(),
        max_delete: limit.transpose().map_err(|_: String| wrong("`maxDelete` is not a limit"))?,
        is_part: options.part,
    })
}

fn change(index: usize, change: document::Change) -> Result<Change, &'static str> {
    let address = Address::parse(&change.address).ok_or("has no valid address")?;
    let action = Action::from(change.action);
    let is_later = change.needs.iter().any(|need| *need >= index);
    if is_later || !change.needs.is_sorted_by(|a, b| a < b) {
        return Err("needs a change that does not come before it");
    }
    let parent = change.parent.as_deref().map(Address::parse);
    let parent = parent.map(|parent| parent.ok_or("has no valid parent")).transpose()?;
    if parent.as_ref().is_some_and(|parent| Some(parent.kind()) != parent_kind(address.kind())) {
        return Err("has a parent of the wrong kind");
    }
    if change.key.is_some() && address.kind() != Kind::PackageKey {
        return Err("has package-key fields but is not a package key");
    }
    let live = change.object.map(seen).transpose()?;
    if live.is_some() != (action != Action::Create) {
        return Err("creates an existing object, or changes one that does not exist");
    }
    let key = change.key.map(key).transpose()?;
    if key.is_none() && address.kind() == Kind::PackageKey && needs_key(action) {
        return Err("has no source for the value of the key");
    }
    let field = |change: document::FieldChange| FieldChange {
        field: change.field.into(),
        before: change.before.map(value),
        after: change.after.map(value),
    };
    let target = Target { name: change.name.into(), parent, live, key };
    let (fields, place) = (change.fields.into_iter().map(field).collect(), change.place.map(file_line));
    Ok(Change { address, action, fields, reason: change.reason, place, needs: change.needs, target })
}

const fn needs_key(action: Action) -> bool {
    matches!(action, Action::Create | Action::Replace | Action::Deliver)
}

/// The kind of an object's parent.
const fn parent_kind(kind: Kind) -> Option<Kind> {
    match kind {
        Kind::Plan => Some(Kind::Package),
        Kind::Application => Some(Kind::User),
        Kind::PackageKey => Some(Kind::Application),
        Kind::Package | Kind::User | Kind::ApiKey => None,
    }
}

fn seen(object: document::Object) -> Result<LiveTarget, &'static str> {
    Ok(LiveTarget::seen(digest(&object.id)?, digest(&object.fingerprint)?))
}

fn digest(text: &str) -> Result<Digest, &'static str> {
    Digest::from_hex(text).ok_or("has an invalid fingerprint")
}

fn fingerprint(text: &str) -> Result<Fingerprint, &'static str> {
    Fingerprint::parse(text).ok_or("has an invalid fingerprint")
}

fn key(key: document::Key) -> Result<KeyTarget, &'static str> {
    let package = Address::parse(&key.package).filter(|package| package.kind() == Kind::Package);
    let value = match key.value {
        document::KeyValue::Minted { length, .. } if !(1..=LONGEST_VALUE).contains(&length) => {
            return Err("generates a value of an invalid length");
        }
        document::KeyValue::Minted { prefix, .. } if prefix.len() > LONGEST_VALUE => {
            return Err("generates a value with a prefix that is too long");
        }
        document::KeyValue::Minted { prefix, length, checksum }
            if rules::not_random(&prefix, checksum) + rules::MIN_RANDOM > length =>
        {
            return Err("generates a value that could be guessed");
        }
        document::KeyValue::Minted { prefix, length, checksum: has_checksum } => {
            ValueFrom::Minted { prefix: prefix.into(), length, has_checksum }
        }
        document::KeyValue::Store => ValueFrom::Store,
        document::KeyValue::Given => ValueFrom::Given,
        document::KeyValue::Kept => ValueFrom::Kept,
    };
    // A sink has names of its own, which are checked before each delivery.
    if key.deliver.iter().any(|to| to.to.is_none() && !rules::is_variable(&to.r#as)) {
        return Err("delivers a key under an invalid variable name");
    }
    let delivery = |to: document::Delivery| Delivery {
        sink: to.to.map(Into::into),
        file: to.file.into(),
        variable: to.r#as.into(),
        what: if to.secret { Deliverable::SharedSecret } else { Deliverable::Key },
    };
    Ok(KeyTarget {
        package: package.ok_or("has no valid package")?,
        value,
        with_secret: key.with_secret,
        sources: Sources {
            value: key.value_source.map(Into::into),
            secret: key.secret_source.map(Into::into),
            value_seen: key.value_fingerprint.as_deref().map(fingerprint).transpose()?,
            secret_seen: key.secret_fingerprint.as_deref().map(fingerprint).transpose()?,
        },
        deliver: key.deliver.into_iter().map(delivery).collect(),
        follows: key.follows.as_deref().map(digest).transpose()?,
    })
}

fn value(value: document::Value) -> Value {
    match value {
        document::Value::Text(text) => Value::text(text),
        document::Value::Number(number) => Value::Number(number),
        document::Value::Bool(flag) => Value::Bool(flag),
        document::Value::Set(items) => Value::set(items),
    }
}

fn file_line(place: document::FileLine) -> FileLine {
    FileLine { file: place.file.into(), line: place.line }
}

fn finding(finding: document::Finding) -> Finding {
    Finding {
        rule: finding.rule,
        severity: finding.severity.into(),
        message: finding.message,
        place: finding.place.map(file_line),
        help: finding.help,
    }
}
