//! KW-120. Decided here.

use chrono::NaiveDate;

use crate::diagnostic::Diagnostic;
use crate::manifest::read::Spanned;
use crate::manifest::workspace::ConsentSpec;
use crate::model::Address;
use crate::rule::Rule;
use crate::text::quoted;
use crate::workspace::Consent;

pub static KW_120: Rule = Rule {
    says: "Each of the `consents` names the address of an object, a reason, and the last day on which it counts.",
    why: "A consent that names nothing lifts no guard. One without an end would still lift it when its reason is forgotten.",
    source: "Keywright's own rule",
    wrong: "`keywright.yaml` has `consents: [{allow: checkout-production, why: moved, until: never}]`.",
    right: "It has `consents: [{allow: key/checkout-production, why: moved to gold, until: 2026-12-31}]`.",
    ..Rule::fixed("KW-120")
};

/// The consents that are complete and valid. The reader has reported missing fields.
pub(super) fn consents(specs: &[Spanned<ConsentSpec>], findings: &mut Vec<Diagnostic>) -> Vec<Consent> {
    let consent = |spec: &Spanned<ConsentSpec>| {
        let ConsentSpec { allow, why, until } = &spec.value;
        let (allow, why, until) = (allow.as_ref()?, why.as_ref()?, until.as_ref()?);
        let mut wrong = |message: String, field: &Spanned<Box<str>>, help: &str| {
            findings.push(KW_120.finding(message).at(field.place).help(help));
        };
        if Address::parse(&allow.value).is_none() {
            let message = format!("`{}` is not an address", quoted(&allow.value));
            wrong(message, allow, "copy the address from the plan, like key/checkout-production or user/alice");
        }
        if why.value.trim().is_empty() {
            wrong("the consent has no reason".to_owned(), why, "write why the change is allowed");
        }
        if until.value.len() != 10 || NaiveDate::parse_from_str(&until.value, "%Y-%m-%d").is_err() {
            let message = format!("`{}` is not a calendar date", quoted(&until.value));
            wrong(message, until, "write the last day on which the consent counts, like 2026-12-31");
        }
        Some(Consent { allow: allow.value.clone(), why: why.value.clone(), until: until.value.clone() })
    };
    specs.iter().filter_map(consent).collect()
}
