//! CAM-016. Decided in `manifest/package.rs` and `stores/embedded/package_keys.rs`.

use crate::rule::Rule;

pub static CAM_016: Rule = Rule {
    says: "nearQuotaThreshold is 0 to 100, keyLength is 1 to 255, and sharedSecretLength is 0 to 255.",
    why: "The threshold is a percentage, and the lengths must fit the column of 255 characters that holds the value. \
          What the store does with other numbers is not documented.",
    source: "Boomi help, API package key properties",
    ..Rule::warning("CAM-016").shown_by(cases!("cam-016"))
};
