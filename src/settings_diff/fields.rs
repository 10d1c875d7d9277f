//! Settings in a form that can be compared: what is shown, what is compared, and which direction weakens.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::model::Secret;
use crate::model::SecretSource;
use crate::model::desired::SecretOrigin;

/// How two values of a setting compare.
pub(super) enum Weight {
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
    /// Each missing entry is weaker.
    Covers(BTreeSet<Box<str>>),
    /// Every other list is weaker.
    FixedList(BTreeSet<Box<str>>),
}

impl Weight {
    pub(super) const fn entries(&self) -> Option<&BTreeSet<Box<str>>> {
        match self {
            Self::Opens(entries) | Self::Limits(Some(entries)) | Self::Covers(entries) | Self::FixedList(entries) => {
                Some(entries)
            }
            Self::Plain | Self::Fixed | Self::Rank(_) | Self::Limits(None) => None,
        }
    }
}

pub(super) struct Setting {
    pub(super) text: String,
    pub(super) identity: Identity,
    pub(super) weight: Weight,
    pub(super) risk: String,
    /// Whether it is shown even if the other version does not have the store of this credential.
    pub(super) is_credential: bool,
}

impl Setting {
    /// A credential of a store that is not there.
    pub(super) fn not_set() -> Self {
        let (text, identity) = (NOT_SET.to_owned(), Identity::Text(NOT_SET.to_owned()));
        Self { text, identity, weight: Weight::Fixed, risk: String::new(), is_credential: true }
    }
}

/// What is compared, and never shown.
#[derive(PartialEq, Eq)]
pub(super) enum Identity {
    Text(String),
    Literal(Secret),
}

/// The text of a setting without a value. No value has it, because words with spaces are quoted.
pub(super) const NOT_SET: &str = "not set";

/// Settings by field.
pub(super) struct Fields(pub(super) BTreeMap<String, Setting>);

impl Fields {
    pub(super) fn add(&mut self, field: &str, text: String, weight: Weight, risk: &str) {
        self.identified(field, Identity::Text(text.clone()), text, weight, risk);
    }

    pub(super) fn identified(&mut self, field: &str, identity: Identity, text: String, weight: Weight, risk: &str) {
        let setting = Setting { text, identity, weight, risk: risk.to_owned(), is_credential: false };
        self.0.insert(field.to_owned(), setting);
    }

    pub(super) fn plain(&mut self, field: &str, text: String) {
        self.add(field, text, Weight::Plain, "");
    }

    /// A credential that is sent to `receiver`.
    pub(super) fn credential(&mut self, field: &str, source: Option<&SecretSource>, receiver: &str) {
        let sent = match source.map(|source| &source.origin) {
            Some(SecretOrigin::Command(_)) => "this program runs on the runner, and its output is sent to",
            Some(SecretOrigin::Env(_)) => "this variable is read and sent to",
            Some(SecretOrigin::File(_)) => "this file is read and sent to",
            Some(SecretOrigin::Literal(_)) | None => "another secret is sent to",
        };
        self.source(field, source, format!("{sent} {receiver}"));
    }

    /// A key that is sent to nobody.
    pub(super) fn key(&mut self, field: &str, source: Option<&SecretSource>, risk: &str) {
        let runs = matches!(source.map(|source| &source.origin), Some(SecretOrigin::Command(_)));
        let program = if runs { "this program runs on the runner, and " } else { "" };
        self.source(field, source, format!("{program}{risk}"));
    }

    fn source(&mut self, field: &str, source: Option<&SecretSource>, risk: String) {
        let text = source.map_or_else(|| NOT_SET.to_owned(), source_text);
        let identity = match source.map(|source| &source.origin) {
            Some(SecretOrigin::Literal(secret)) => Identity::Literal(secret.clone()),
            _ => Identity::Text(text.clone()),
        };
        let setting = Setting { text, identity, weight: Weight::Fixed, risk, is_credential: true };
        self.0.insert(field.to_owned(), setting);
    }

    /// A list whose order means nothing. `weight` gets the entries as they are shown.
    pub(super) fn list(
        &mut self,
        field: &str,
        entries: Vec<Box<str>>,
        weight: impl Fn(BTreeSet<Box<str>>) -> Weight,
        risk: &str,
    ) {
        let text = format!("[{}]", entries.join(", "));
        let entries: BTreeSet<Box<str>> = entries.into_iter().collect();
        let identity = Identity::Text(entries.iter().map(|entry| &**entry).collect::<Vec<_>>().join(", "));
        self.identified(field, identity, text, weight(entries), risk);
    }

    /// A list that allows everything if it is not set.
    pub(super) fn limits(&mut self, field: &str, list: Option<&[Box<str>]>, risk: &str) {
        match list {
            Some(list) => self.list(field, words(list), |entries| Weight::Limits(Some(entries)), risk),
            None => self.add(field, NOT_SET.to_owned(), Weight::Limits(None), risk),
        }
    }
}

/// The words as they are shown. None can look like two, or like a list.
pub(super) fn words(words: &[Box<str>]) -> Vec<Box<str>> {
    let word = |word: &str| -> Box<str> {
        let is_plain = |c: char| c.is_ascii_graphic() && !"[]{},\"'`\\".contains(c);
        if !word.is_empty() && word.chars().all(is_plain) { word.into() } else { format!("{word:?}").into() }
    };
    words.iter().map(|one| word(one)).collect()
}

pub(super) fn source_text(source: &SecretSource) -> String {
    let shown = |list: &[Box<str>]| words(list).join(", ");
    match &source.origin {
        SecretOrigin::Env(name) => format!("{{env: {}}}", shown(std::slice::from_ref(name))),
        SecretOrigin::File(path) => format!("{{file: {}}}", shown(std::slice::from_ref(path))),
        SecretOrigin::Command(words) => format!("{{command: [{}]}}", shown(words)),
        SecretOrigin::Literal(_) => "a literal value".to_owned(),
    }
}
