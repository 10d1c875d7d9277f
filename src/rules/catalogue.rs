//! Every rule there is.

use std::sync::LazyLock;

use super::api_key;
use super::application;
use super::guard;
use super::name;
use super::package_key;
use super::plan;
use super::run;
use super::user;
use super::workspace;
use crate::manifest;
use crate::rule::Rule;

/// The folders that hold rules.
const FOLDERS: [&[&Rule]; 10] = [
    manifest::rules::RULES,
    name::RULES,
    user::RULES,
    application::RULES,
    plan::RULES,
    package_key::RULES,
    api_key::RULES,
    workspace::RULES,
    run::RULES,
    guard::RULES,
];

static ALL: LazyLock<Vec<&Rule>> = LazyLock::new(|| {
    let mut all = FOLDERS.concat();
    let group = |rule: &&Rule| ["CAM", "MFT", "KW"].iter().position(|group| rule.id.0.starts_with(group));
    all.sort_by_key(|rule| (group(rule), rule.id));
    all
});

/// Every rule, in the order of the ids: CAM, MFT, KW.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    ALL.iter().copied()
}

/// The rule of an id, however it is written: `CAM-024` or `cam-024`.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id.0.eq_ignore_ascii_case(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;
    use crate::rule::Example;
    use crate::rule::When;

    #[test]
    fn every_id_stands_once() {
        let mut ids: Vec<_> = all().map(|rule| rule.id.0).collect();
        assert_eq!((ids[0], ids[ids.len() - 1]), ("CAM-001", "KW-107"));
        ids.sort_unstable();
        assert!(ids.windows(2).all(|two| two[0] != two[1]), "{ids:?}");
    }

    #[test]
    fn every_text_is_a_sentence() {
        for rule in all() {
            for text in [rule.says, rule.why, rule.source, rule.wrong, rule.right] {
                assert!(!text.trim().is_empty(), "{}: an empty text", rule.id);
                assert!(!text.contains("  ") || text.contains('\n'), "{}: two spaces: {text}", rule.id);
            }
            for text in [rule.says, rule.why] {
                assert!(text.ends_with('.'), "{}: no full stop: {text}", rule.id);
            }
            assert_eq!(sentences(rule.says), 1, "{}: {}", rule.id, rule.says);
            assert!(sentences(rule.why) <= 3, "{}: too long: {}", rule.id, rule.why);
        }
    }

    fn sentences(text: &str) -> usize {
        1 + text.split(". ").skip(1).filter(|rest| rest.starts_with(char::is_uppercase)).count()
    }

    #[test]
    fn only_errors_are_fixed_and_a_second_severity_is_another_one() {
        for rule in all() {
            assert!(!rule.fixed || rule.severity == Severity::Error, "{}", rule.id);
            assert!(rule.also.is_none_or(|(severity, _)| severity != rule.severity), "{}", rule.id);
        }
    }

    #[test]
    fn manifests_show_what_planning_decides() {
        for rule in all() {
            match rule.example {
                Example::Manifests => {
                    let (wrong, right) = (rule.wrong, rule.right);
                    assert!(matches!(rule.when, When::Validate | When::Plan), "{}", rule.id);
                    assert_ne!(wrong, right, "{}", rule.id);
                    for document in [wrong, right].into_iter().flat_map(|text| text.split("\n---\n")) {
                        assert!(
                            document.starts_with("apiVersion: keywright.dev/v1\nkind: "),
                            "{}: {document}",
                            rule.id
                        );
                    }
                }
                Example::Story => {
                    for text in [rule.wrong, rule.right] {
                        assert!(text.ends_with('.'), "{}: no full stop: {text}", rule.id);
                    }
                }
            }
        }
    }

    #[test]
    fn rules_are_found_in_any_case() {
        for id in ["CAM-024", "cam-024", "Cam-024"] {
            assert_eq!(find(id).map(|rule| rule.id.0), Some("CAM-024"));
        }
        assert!(find("CAM-999").is_none());
        assert!(find("").is_none());
    }
}
