//! CAM-032. Decided in `manifest/scalar.rs`.

use crate::rule::Rule;

pub static CAM_032: Rule = Rule {
    says: "The `expires` of a package key is a calendar date in the form year-month-day, or `never`.",
    why: "The store keeps only the day. It would refuse or change a date that does not exist, and the key would expire \
          on a day that no one chose.",
    source: "Mashery Terraform provider, application package key",
    ..Rule::fixed("CAM-032").shown_by(cases!("cam-032"))
};
