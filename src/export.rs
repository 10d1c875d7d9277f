//! A live store → manifests that match it: valid, and planned to no changes. What they cannot contain is named with the
//! reason.
//!
//! ```text
//!  Live ──objects, keys──▶ drafts ──select──▶ ──verify (validate, plan; take out what they refuse)──▶ Export ──▶ stream, tree
//! ```

mod draft;
mod faults;
mod keys;
mod left_out;
mod objects;
mod select;
mod tree;
mod verify;
mod yaml;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Sources;
use crate::matching::matching;
use crate::model::Address;
use crate::model::Desired;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::Secret;
use crate::plan;
use crate::plan::Context;
use crate::plan::LivingValues;
use crate::plan::Options;
use crate::plan::Remembered;
use crate::rules::values::Values;
use crate::workspace::Workspace;
use draft::Draft;

pub use draft::Omitted;
pub use left_out::LeftOut;
pub use select::Selection;
pub use select::Unknown;
pub use tree::File;
pub use tree::NOT_EXPORTED;
pub use tree::NOT_EXPORTED_LINE;

/// What an export is made from.
pub struct Given<'a> {
    pub live: &'a Live,
    /// The settings with which the manifests are valid.
    pub workspace: &'a Workspace,
    pub now: Instant,
    /// What the workspace database knows from earlier runs.
    pub remembered: &'a Remembered,
    /// The manifests that exist already, if only what they do not declare is exported.
    pub declared: Option<Declared<'a>>,
}

/// Valid manifests.
pub struct Declared<'a> {
    pub sources: &'a Sources,
    pub desired: &'a Desired,
    /// The values of custom keys.
    pub values: &'a Values,
    /// The shared secrets of keys.
    pub secrets: &'a BTreeMap<Address, Secret>,
}

impl Given<'_> {
    fn sources(&self) -> &[crate::diagnostic::Source] {
        self.declared.as_ref().map_or(&[], |declared| &declared.sources.0)
    }
}

/// Manifests, and what they do not contain.
pub struct Export {
    /// In the order of kinds and addresses.
    pub objects: Vec<Exported>,
    /// In the same order.
    pub left_out: Vec<LeftOut>,
    /// Keys of Managed File Transfer without a name, which nothing identifies.
    pub nameless: usize,
    /// Errors that no manifest causes: an incomplete list, for example.
    pub problems: Vec<Diagnostic>,
}

/// One verified manifest.
pub struct Exported {
    draft: Draft,
    /// A document of a YAML stream, with its comments.
    pub text: String,
}

impl Exported {
    /// The address that the manifest declares.
    pub const fn address(&self) -> &Address {
        &self.draft.declares
    }

    /// The store's id. `None` for API keys, whose id may be the credential itself.
    pub fn id(&self) -> Option<&str> {
        (self.draft.kind != Kind::ApiKey).then(|| self.draft.id.expose())
    }

    /// The fields of the object that the manifest does not contain.
    pub fn omitted(&self) -> &[Omitted] {
        &self.draft.omitted
    }
}

/// A comment that tells the reader of the manifests how their objects go.
pub fn how_to_remove() -> String {
    yaml::comment(
        "To remove an object, write `removed: true` in its metadata. Without its manifest it stays, unless --prune deletes it.",
    )
}

impl Export {
    /// Whether the export contains every object that is not of the platform itself.
    pub fn is_whole(&self) -> bool {
        self.left_out.iter().all(|left_out| left_out.is_platform) && self.nameless == 0 && self.problems.is_empty()
    }

    /// All manifests as one YAML stream; comments at its end name what it does not contain.
    pub fn stream(&self) -> String {
        let mut text: String = self.objects.iter().map(|object| object.text.as_str()).collect();
        if !text.is_empty() {
            text.insert_str(0, &how_to_remove());
        }
        text.extend(self.left_out_lines().map(|line| yaml::comment(&line)));
        text
    }

    /// The objects that are not exported, with the reasons, one per line.
    pub fn left_out_lines(&self) -> impl Iterator<Item = String> {
        let lines = self.left_out.iter().map(|left_out| format!("not exported: {}", left_out.line()));
        let nameless = "not exported: an API key without a name: nothing identifies it".to_owned();
        lines.chain(std::iter::repeat_n(nameless, self.nameless))
    }

    /// The manifests as files. No path is another one in upper or lower case.
    pub fn files(&self) -> Vec<File> {
        tree::files(self)
    }
}

/// Exports the selected objects.
pub fn export(given: &Given<'_>, selection: &Selection) -> Result<Export, Unknown> {
    let nothing = (Desired::default(), Values::new());
    let (desired, values) = given.declared.as_ref().map_or((&nothing.0, &nothing.1), |d| (d.desired, d.values));
    let undeclared = undeclared_ids(given, desired, values);
    let matching = matching(desired, given.live, values, false);
    let doubled = doubled(given.live);
    let mut labels: BTreeSet<String> = desired.of(Kind::PackageKey).map(|key| key.address.name()).collect();
    let mut drafts = Vec::new();
    let (nameless, odd): (Vec<_>, Vec<_>) = given.live.odd().iter().partition(|row| row.is_nameless_api_key());
    let mut left_out: Vec<LeftOut> = odd.into_iter().map(LeftOut::of_row).collect();
    for kind in Kind::ALL {
        for object in given.live.of(kind).iter().filter(|object| undeclared.contains(&(kind, &object.id))) {
            let drafted = if doubled.contains(&object.address) {
                Err(LeftOut::of(object, "the store has more than one of this name; rename all but one there"))
            } else if kind == Kind::PackageKey {
                keys::draft(object, &matching, &mut labels)
            } else {
                objects::draft(object, given.live, &matching)
            };
            match drafted {
                Ok(draft) => drafts.push(draft),
                Err(reason) => left_out.push(reason),
            }
        }
    }
    select::select(selection, &mut drafts, &mut left_out)?;
    let problems = verify::verify(&mut drafts, &mut left_out, given);
    left_out.sort_by(|a, b| (a.kind(), &a.live, a.id()).cmp(&(b.kind(), &b.live, b.id())));
    let written = |draft: Draft| Exported { text: yaml::document(&draft).text, draft };
    Ok(Export {
        objects: drafts.into_iter().map(written).collect(),
        left_out,
        nameless: if selection.is_everything() { nameless.len() } else { 0 },
        problems,
    })
}

/// What the manifests do not declare, also if it has the prefix of a rotated key.
fn undeclared_ids<'a>(given: &Given<'a>, desired: &Desired, values: &Values) -> BTreeSet<(Kind, &'a LiveId)> {
    let (delivered, options, secrets) = (BTreeMap::new(), Options::default(), BTreeMap::new());
    let context = Context {
        desired,
        sources: &Sources::default(),
        live: given.live,
        values,
        secrets: &secrets,
        delivered: &delivered,
        workspace: given.workspace,
        now: given.now,
        options: &options,
        remembered: given.remembered,
        living: LivingValues::default(),
    };
    let mut matching = matching(desired, given.live, values, false);
    plan::set_apart(&context, &mut matching);
    let live = Kind::ALL.into_iter().flat_map(|kind| given.live.of(kind).iter().map(move |live| (kind, &live.id)));
    let undeclared: BTreeSet<(Kind, &LiveId)> =
        matching.unmatched.iter().map(|live| (live.address.kind(), &live.id)).collect();
    live.filter(|(kind, id)| undeclared.contains(&(*kind, *id))).collect()
}

/// The addresses that more than one object has.
fn doubled(live: &Live) -> BTreeSet<&Address> {
    let objects = Kind::ALL.into_iter().filter(|kind| *kind != Kind::PackageKey).flat_map(|kind| live.of(kind));
    let mut seen = BTreeSet::new();
    objects.map(|object| &object.address).filter(|address| !seen.insert(*address)).collect()
}
