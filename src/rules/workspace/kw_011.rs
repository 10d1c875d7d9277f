//! KW-011. Decided here, and in `source/texts.rs` for folders without files.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::Severity;
use crate::diagnostic::SourceId;
use crate::diagnostic::Sources;
use crate::diagnostic::has_errors;
use crate::manifest::Manifest;
use crate::rule::Rule;

pub static KW_011: Rule = Rule {
    says: "The workspace, every file that the command line names, and standard input declare at least one object.",
    why: "An empty file usually means a wrong folder, a failed checkout or a failed generator. Taken literally, no object \
          should exist.",
    source: "Keywright's own rule",
    also: Some((Severity::Info, "for a file without manifests among others, in a folder")),
    wrong: "`keywright plan manifets/` names a folder that contains no YAML file, or all its files contain only comments.",
    right: "`keywright plan manifests/` names the folder with the manifests.",
    ..Rule::fixed("KW-011")
};

/// `named` are the names of files that the command line names. `found` are the findings of the reader: a file with an error
/// declares more than is known.
pub fn check(
    manifests: &[Manifest],
    sources: &Sources,
    named: &BTreeSet<Box<str>>,
    found: &[Diagnostic],
) -> Vec<Diagnostic> {
    if has_errors(found) {
        return Vec::new();
    }
    let declaring: BTreeSet<SourceId> = manifests.iter().map(|manifest| manifest.place.source).collect();
    let help = "write a manifest, or remove the file; if a program writes it, find out why it wrote nothing";
    let mut findings = Vec::new();
    for (number, source) in (0..).map(SourceId).zip(&sources.0) {
        if !source.readable || declaring.contains(&number) {
            continue;
        }
        let place = Place { source: number, ..Place::default() };
        let message = format!("{} declares no object", source.name);
        let is_named = named.contains(&source.name);
        let finding = if is_named { KW_011.finding(message).help(help) } else { KW_011.also(message) };
        findings.push(finding.at(place));
    }
    if declaring.is_empty() && !findings.is_empty() && !has_errors(&findings) {
        findings = vec![KW_011.finding("the manifests declare no object").help(help)];
    }
    findings
}
