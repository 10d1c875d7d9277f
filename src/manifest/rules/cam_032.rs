//! CAM-032. Decided in `manifest/scalar.rs`.

use crate::rule::Rule;

pub static CAM_032: Rule = Rule {
    says: "The expires of a package key is a date of the calendar, year-month-day, or `never`.",
    why: "The store keeps only the day. A date that does not exist would be moved or refused, and the key would end on \
          a day that nobody chose.",
    source: "Mashery Terraform provider, application package key",
    ..Rule::fixed("CAM-032").shown_by(cases!("cam-032"))
};
