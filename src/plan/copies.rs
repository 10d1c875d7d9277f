//! KW-166: values of living keys in sinks that the manifests no longer name, or that have become another place.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::model::Deliverable;
use crate::model::Delivery;
use crate::model::Desired;
use crate::model::Fingerprint;
use crate::model::Kind;
use crate::rotation;
use crate::rules;
use crate::text::and_more;
use crate::workspace::FileFormat;
use crate::workspace::Sink;
use crate::workspace::SinkKind;
use crate::workspace::Workspace;

/// Places in a message.
const NAMED: usize = 5;

/// The places that the manifests name, in whatever way they do.
pub struct Named<'a> {
    workspace: &'a Workspace,
    places: BTreeSet<&'a Delivery>,
    /// With the name and what it holds.
    files: BTreeSet<(String, &'a str, Deliverable)>,
    /// The identities of sinks that have no name now, by the folders above these files.
    former: OnceCell<BTreeMap<Box<str>, (String, FileFormat)>>,
}

impl<'a> Named<'a> {
    pub fn of(desired: &'a Desired, workspace: &'a Workspace) -> Self {
        let keys = desired.of(Kind::PackageKey).filter_map(|declared| declared.key.as_ref());
        let places: BTreeSet<&Delivery> = keys.flat_map(|key| &key.deliver).collect();
        let file = |to: &&'a Delivery| Some((file_of(to, workspace)?, &*to.variable, to.what));
        let files = places.iter().filter_map(file).collect();
        Self { workspace, places, files, former: OnceCell::new() }
    }

    /// Whether a manifest names what a place was when its sink had an identity. A file may be named in another way since; other sinks
    /// have their present names already ([`super::Receipts::renamed`]).
    pub fn includes(&self, to: &Delivery, identity: &str) -> bool {
        (self.places.contains(to) && self.workspace.is_place_of(to, identity))
            || self.file_of(to, identity).is_some_and(|file| self.files.contains(&(file, &*to.variable, to.what)))
    }

    /// Whether a manifest has exactly this place.
    pub fn has(&self, to: &Delivery) -> bool {
        self.places.contains(to)
    }

    /// Whether a place that received something is the file of another one.
    pub fn is_file_of(&self, to: &Delivery, identity: &str, other: &Delivery) -> bool {
        let is_same = (&to.variable, to.what) == (&other.variable, other.what);
        let file = || self.file_of(to, identity);
        is_same && file().is_some_and(|file| file_of(other, self.workspace).is_some_and(|other| other == file))
    }

    /// The file that a place was.
    fn file_of(&self, to: &Delivery, identity: &str) -> Option<String> {
        if self.workspace.is_place_of(to, identity) {
            return file_of(to, self.workspace);
        }
        let former = self.former.get_or_init(|| identities(self.files.iter().map(|(file, ..)| &**file)));
        let (folder, format) = former.get(identity)?;
        Some(format.file(folder, &to.file, &to.variable))
    }
}

/// The sinks of plain files whose folder is one of those above these files, by their identity: the digest does not say the folder.
fn identities<'f>(files: impl Iterator<Item = &'f str>) -> BTreeMap<Box<str>, (String, FileFormat)> {
    let above = |file: &'f str| file.match_indices('/').map(move |(at, _)| &file[..at]);
    let folders: BTreeSet<&str> = files.flat_map(above).collect();
    let sinks = folders.into_iter().flat_map(|folder| FileFormat::ALL.into_iter().map(move |format| (folder, format)));
    let identity = |(folder, format): (&str, FileFormat)| {
        let kind = SinkKind::File { folder: folder.into(), format };
        let sink = Sink { name: Box::default(), kind, paths: Vec::new(), check: None };
        (sink.identity(), (folder.to_owned(), format))
    };
    sinks.map(identity).collect()
}

/// The file that a place means now.
fn file_of(to: &Delivery, workspace: &Workspace) -> Option<String> {
    let Some(sink) = &to.sink else { return Some(to.file.to_string()) };
    Some(workspace.sinks.get(sink)?.file(&to.file, &to.variable)?.0)
}

pub(super) fn check(context: &Context<'_>) -> Option<Diagnostic> {
    if context.options.is_part {
        return None;
    }
    let named = Named::of(context.desired, context.workspace);
    let places = context.remembered.receipts.places.iter().filter(|(to, _)| to.sink.is_some());
    let copies: Vec<_> = places.filter(|(to, receipt)| !named.includes(to, &receipt.identity)).collect();
    let key = context.remembered.key.as_ref().filter(|_| !copies.is_empty())?;
    let live = context.live.of(Kind::PackageKey).iter().filter(|live| rotation::lives(live, context.now));
    let secrets = live.filter_map(|live| live.key.as_ref()).flat_map(|live| live.secrets());
    let living: BTreeSet<Fingerprint> = secrets.map(|it| key.of_value(it)).collect();
    let copies = copies.into_iter().filter(|(_, receipt)| living.contains(&receipt.value));
    let places: Vec<String> = copies.map(|(to, _)| format!("{} in {}", to.variable, to.place())).collect();
    if places.is_empty() {
        return None;
    }
    let keep = if places.len() == 1 { "keeps" } else { "keep" };
    let message = format!(
        "{} {keep} the value of a key that works, and no manifest delivers it there any more",
        and_more(&places, NAMED, ", ")
    );
    Some(rules::KW_166.finding(message).help("take it out there, and rotate the key if others can read it"))
}
