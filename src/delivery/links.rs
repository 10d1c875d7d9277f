//! Links in the workspace where a manifest wants a value delivered. Nothing is delivered through a link (KW-041), which holds
//! back the key of that place; it is no reason to leave everything else alone, as for a link in place of a manifest.

use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::files::normal;
use crate::manifest::Manifest;
use crate::manifest::Spec;
use crate::rules;
use crate::source::Loaded;

/// Takes out the findings about links that are a place of delivery, or a folder above one.
pub fn without_places(findings: &mut Vec<Diagnostic>, manifests: &[Manifest], loaded: &Loaded) {
    if loaded.links.is_empty() {
        return;
    }
    let keys = manifests.iter().filter_map(|manifest| match &manifest.spec {
        Spec::PackageKey(spec) => spec.deliver.as_ref(),
        _ => None,
    });
    let files = keys.flat_map(|deliver| deliver.value.files()).filter_map(|to| to.value.file.as_ref());
    let places: Vec<_> = files.map(|file| normal(&loaded.root.join(&*file.value))).collect();
    let is_above = |link: &Path| places.iter().any(|place| place.starts_with(link));
    findings.retain(|finding| {
        let source = finding.place.and_then(|place| loaded.sources.0.get(place.source.0 as usize));
        let link = source.filter(|source| !loaded.named.contains(&source.name));
        let link = link.and_then(|source| loaded.links.get(&source.name));
        let is_of_link = [rules::KW_001.id, rules::KW_040.id].contains(&finding.rule);
        !(is_of_link && link.is_some_and(|link| is_above(link)))
    });
}
