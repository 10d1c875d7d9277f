//! Lists of texts in the workspace file.

use crate::diagnostic::Diagnostic;
use crate::manifest::read::Spanned;
use crate::rules;

/// Most entries of one list, and most findings about the rules: each entry is held against every manifest.
pub(super) const LONGEST_LIST: usize = 1_000;

pub(super) fn texts(list: &Spanned<Vec<Spanned<Box<str>>>>, findings: &mut Vec<Diagnostic>) -> Vec<Box<str>> {
    if list.value.len() > LONGEST_LIST {
        let message = format!("the list has {} entries, more than {LONGEST_LIST}", list.value.len());
        findings.push(rules::KW_003.finding(message).at(list.place).help("shorten the list"));
    }
    list.value.iter().take(LONGEST_LIST).map(|item| item.value.clone()).collect()
}
