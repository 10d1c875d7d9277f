//! Lists of texts in the workspace file.

use crate::diagnostic::Diagnostic;
use crate::manifest::read::Spanned;
use crate::rules;

/// The maximum length of a list, and number of findings about `rules`: each entry is compared with every manifest.
pub(super) const MAX_LIST: usize = 1_000;

/// The texts of a list, up to the maximum length.
pub(super) fn texts(list: &Spanned<Vec<Spanned<Box<str>>>>, findings: &mut Vec<Diagnostic>) -> Vec<Box<str>> {
    if list.value.len() > MAX_LIST {
        let message = format!("the list has {} entries, more than {MAX_LIST}", list.value.len());
        findings.push(rules::KW_003.finding(message).at(list.place).help("shorten the list"));
    }
    list.value.iter().take(MAX_LIST).map(|item| item.value.clone()).collect()
}
