//! Which findings are shown: many equal ones are one finding with all its places, and no rule floods the output.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

/// This many equal findings are shown one by one; of more, only the first.
const ONE_BY_ONE: usize = 3;

/// Maximum number of findings shown of one rule and severity.
const MOST_OF_RULE: usize = 50;

/// One finding to show.
pub(super) struct Shown<'a> {
    pub(super) finding: &'a Diagnostic,
    /// Findings that differ only in their places.
    pub(super) equal: Vec<&'a Diagnostic>,
}

/// The findings to show, in their order, and how many more each rule has.
pub(super) struct Grouped<'a> {
    pub(super) shown: Vec<Shown<'a>>,
    pub(super) omitted: BTreeMap<RuleId, usize>,
}

type Text<'a> = (RuleId, Severity, &'a str, Option<&'a str>);

pub(super) fn grouped(diagnostics: &[Diagnostic]) -> Grouped<'_> {
    let mut equal: BTreeMap<Text<'_>, Vec<&Diagnostic>> = BTreeMap::new();
    for finding in diagnostics {
        equal.entry(text(finding)).or_default().push(finding);
    }
    let mut grouped = Grouped { shown: Vec::new(), omitted: BTreeMap::new() };
    let mut of_rule: BTreeMap<(RuleId, Severity), usize> = BTreeMap::new();
    for finding in diagnostics {
        let all = equal.get(&text(finding)).map_or(&[][..], Vec::as_slice);
        let is_one_of_many = all.len() > ONE_BY_ONE;
        if is_one_of_many && !all.first().is_some_and(|first| std::ptr::eq(*first, finding)) {
            continue;
        }
        let equal = if is_one_of_many { all[1..].to_vec() } else { Vec::new() };
        let count = of_rule.entry((finding.rule, finding.severity)).or_default();
        *count += 1;
        if *count > MOST_OF_RULE {
            *grouped.omitted.entry(finding.rule).or_default() += 1 + equal.len();
        } else {
            grouped.shown.push(Shown { finding, equal });
        }
    }
    grouped
}

fn text(finding: &Diagnostic) -> Text<'_> {
    (finding.rule, finding.severity, &finding.message, finding.help.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    #[test]
    fn equal_findings_are_one_and_a_rule_is_limited() {
        let equal = |count: usize| vec![rules::CAM_043.finding("equal"); count];
        let few = equal(ONE_BY_ONE);
        assert_eq!(grouped(&few).shown.len(), ONE_BY_ONE);
        let many = [equal(24), vec![rules::CAM_043.finding("other")]].concat();
        let found = grouped(&many);
        assert_eq!((found.shown.len(), found.shown[0].equal.len(), found.omitted.len()), (2, 23, 0));
        let different: Vec<Diagnostic> = (0..1_816).map(|one| rules::KW_005.finding(format!("field {one}"))).collect();
        let found = grouped(&different);
        assert_eq!((found.shown.len(), found.omitted[&rules::KW_005.id]), (MOST_OF_RULE, 1_766));
    }
}
