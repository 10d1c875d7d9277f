//! All rules.

use std::sync::LazyLock;

use crate::rule::Rule;

const FOLDERS: [&[&Rule]; 12] = [
    crate::manifest::rules::RULES,
    super::name::RULES,
    super::user::RULES,
    super::application::RULES,
    super::attribute::RULES,
    super::plan::RULES,
    super::package_key::RULES,
    super::api_key::RULES,
    super::workspace::RULES,
    super::trust::RULES,
    super::run::RULES,
    super::guard::RULES,
];

static ALL: LazyLock<Vec<&Rule>> = LazyLock::new(|| {
    let mut all = FOLDERS.concat();
    let group = |rule: &&Rule| ["CAM", "MFT", "KW"].iter().position(|group| rule.id.0.starts_with(group));
    all.sort_by_key(|rule| (group(rule), rule.id));
    all
});

/// All rules, ordered by id: CAM, MFT, KW.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    ALL.iter().copied()
}

/// The rule with an id, in upper or lower case.
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
    fn every_id_is_unique() {
        let mut ids: Vec<_> = all().map(|rule| rule.id.0).collect();
        assert_eq!((ids[0], ids[ids.len() - 1]), ("CAM-001", "KW-176"));
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
    fn infos_are_not_fixed_and_a_second_severity_differs() {
        for rule in all() {
            assert!(!rule.fixed || rule.severity > Severity::Info, "{}", rule.id);
            assert!(rule.also.is_none_or(|(severity, _)| severity != rule.severity), "{}", rule.id);
        }
    }

    #[test]
    fn rules_of_validate_and_plan_have_manifests_as_examples() {
        for rule in all() {
            match rule.example {
                Example::Manifests => {
                    let (wrong, right) = (rule.wrong, rule.right);
                    assert!(matches!(rule.when, When::Validate | When::Plan), "{}", rule.id);
                    assert_ne!(wrong, right, "{}", rule.id);
                    for document in [wrong, right].into_iter().flat_map(|text| text.split("\n---\n")) {
                        let is_manifest = document.starts_with("apiVersion: keywright.dev/v1\nkind: ");
                        assert!(is_manifest, "{}: {document}", rule.id);
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
