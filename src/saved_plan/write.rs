//! A saved plan → the bytes of its file. The same plan gives the same bytes.

use std::collections::BTreeMap;

use chrono::SecondsFormat;
use serde::Serialize;

use super::SavedPlan;
use super::document;
use super::document::Document;
use super::document::KIND;
use super::document::VERSION;
use super::lines::Lines;
use crate::diagnostic::FileLine;
use crate::diagnostic::Finding;
use crate::model;
use crate::model::Digest;
use crate::model::Kind;
use crate::plan;
use crate::plan::Change;
use crate::plan::StoreName;
use crate::text;
use crate::workspace::Consent;

impl SavedPlan {
    /// The checksum in the file.
    pub fn checksum(&self) -> String {
        Document::of(self).sum()
    }

    /// The bytes of the file, without ids, key values or shared secrets.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut document = Document::of(self);
        document.checksum = document.sum();
        document.text().into_bytes()
    }
}

impl Document {
    pub(super) fn text(&self) -> String {
        let mut bytes = Vec::new();
        // Writing these types to memory cannot fail.
        let _ = self.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, Lines::default()));
        bytes.push(b'\n');
        text::json(&String::from_utf8(bytes).unwrap_or_default())
    }

    /// The correct `checksum`, whatever the field holds now.
    pub(super) fn sum(&mut self) -> String {
        let checksum = std::mem::take(&mut self.checksum);
        let sum = Digest::of(self.text().as_bytes()).hex();
        self.checksum = checksum;
        sum
    }

    fn of(saved: &SavedPlan) -> Self {
        let plan = &saved.plan;
        let kept = |kept: &plan::Kept| document::Kept { address: kept.address.to_string(), why: kept.why.clone() };
        Self {
            format_version: VERSION,
            kind: KIND.to_owned(),
            version: saved.origin.version.clone(),
            made: saved.origin.made.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            workspace: saved.origin.workspace.clone(),
            stores: saved.origin.stores.iter().map(store).collect(),
            database: saved.origin.database.clone(),
            sinks: saved.origin.sinks.clone(),
            manifests: saved.origin.manifests.as_ref().map(manifests),
            options: options(&saved.options),
            added_attributes: saved.added.iter().map(|kind| (*kind).into()).collect(),
            changes: plan.changes.iter().enumerate().map(|(index, one)| change(one, plan.held.get(&index))).collect(),
            unchanged: by_kind(&plan.unchanged),
            left_alone: by_kind(&plan.left_alone),
            kept: plan.kept.iter().map(kept).collect(),
            consents: plan.consents.iter().map(consent).collect(),
            findings: saved.findings.iter().map(finding).collect(),
            checksum: String::new(),
        }
    }
}

fn store(store: &StoreName) -> document::Store {
    document::Store { name: store.name.clone(), host: store.host.clone(), area: store.area.clone() }
}

fn manifests(made_from: &plan::Manifests) -> document::Manifests {
    let commit = made_from.commit.as_ref();
    document::Manifests {
        declared: made_from.declared.hex(),
        commit: commit.map(|commit| commit.id.clone()),
        changed: commit.is_some_and(|commit| commit.is_changed),
    }
}

fn consent(consent: &Consent) -> document::Consent {
    let Consent { allow, why, until } = consent;
    document::Consent { allow: allow.to_string(), why: why.to_string(), until: until.to_string() }
}

fn options(options: &plan::Options) -> document::Options {
    document::Options {
        prune: options.prune,
        allow: options.allow.iter().cloned().collect(),
        deliver: options.deliver.iter().cloned().collect(),
        no_deliver: options.no_deliver,
        max_delete: options.max_delete.map(|limit| limit.to_string()),
        part: options.is_part,
    }
}

fn by_kind(counts: &BTreeMap<Kind, usize>) -> BTreeMap<String, usize> {
    counts.iter().map(|(kind, count)| (kind.name().to_owned(), *count)).collect()
}

fn change(change: &Change, held: Option<&plan::Held>) -> document::Change {
    let field = |field: &plan::FieldChange| document::FieldChange {
        field: field.field.to_string(),
        before: field.before.as_ref().map(value),
        after: field.after.as_ref().map(value),
    };
    let object =
        |seen: &plan::LiveTarget| document::Object { id: seen.object.hex(), fingerprint: seen.fingerprint.hex() };
    document::Change {
        address: change.address.to_string(),
        action: change.action.into(),
        reason: change.reason.clone(),
        place: change.place.as_ref().map(file_line),
        needs: change.needs.clone(),
        fields: change.fields.iter().map(field).collect(),
        name: change.target.name.to_string(),
        parent: change.target.parent.as_ref().map(ToString::to_string),
        key: change.target.key.as_ref().map(key),
        object: change.target.live.as_ref().map(object),
        held: held.map(held_back),
    }
}

fn held_back(held: &plan::Held) -> document::Held {
    let need = |need: &plan::Need| document::Need { rule: need.rule.to_string(), help: need.help.to_string() };
    match held {
        plan::Held::Asks(needs) => document::Held { needs: needs.iter().map(need).collect(), waits_for: None },
        plan::Held::Waits(address) => document::Held { needs: Vec::new(), waits_for: Some(address.to_string()) },
    }
}

fn file_line(place: &FileLine) -> document::FileLine {
    document::FileLine { file: place.file.to_string(), line: place.line }
}

fn value(value: &model::Value) -> document::Value {
    match value {
        model::Value::Text(text) => document::Value::Text(text.to_string()),
        model::Value::Number(number) => document::Value::Number(*number),
        model::Value::Bool(flag) => document::Value::Bool(*flag),
        model::Value::Set(items) => document::Value::Set(items.iter().map(ToString::to_string).collect()),
    }
}

fn key(key: &plan::KeyTarget) -> document::Key {
    let value = match &key.value {
        plan::ValueFrom::Minted { prefix, length, has_checksum } => {
            document::KeyValue::Minted { prefix: prefix.to_string(), length: *length, checksum: *has_checksum }
        }
        plan::ValueFrom::Store => document::KeyValue::Store,
        plan::ValueFrom::Given => document::KeyValue::Given,
        plan::ValueFrom::Kept => document::KeyValue::Kept,
    };
    let delivery = |to: &model::Delivery| document::Delivery {
        to: to.sink.as_ref().map(ToString::to_string),
        file: to.file.to_string(),
        r#as: to.variable.to_string(),
        secret: to.is_secret(),
    };
    document::Key {
        package: key.package.to_string(),
        value,
        with_secret: key.with_secret,
        value_source: key.sources.value.as_deref().map(str::to_owned),
        secret_source: key.sources.secret.as_deref().map(str::to_owned),
        value_fingerprint: key.sources.value_seen.as_ref().map(|seen| seen.as_str().to_owned()),
        secret_fingerprint: key.sources.secret_seen.as_ref().map(|seen| seen.as_str().to_owned()),
        deliver: key.deliver.iter().map(delivery).collect(),
        follows: key.follows.map(|id| id.hex()),
    }
}

fn finding(finding: &Finding) -> document::Finding {
    document::Finding {
        rule: finding.rule.clone(),
        severity: finding.severity.into(),
        message: finding.message.clone(),
        place: finding.place.as_ref().map(file_line),
        help: finding.help.clone(),
    }
}
