//! CAM-016. Decided in `manifest/package.rs` and `stores/embedded/package_keys.rs`.

use crate::rule::Rule;

pub static CAM_016: Rule = Rule {
    says: "nearQuotaThreshold is from 0 to 100, keyLength is from 1 to 255, and sharedSecretLength is from 0 to 255.",
    why: "The threshold is a percentage, and keys and secrets must fit a column of 255 characters. It is not \
          documented what the store does with other numbers.",
    source: "Boomi help, API package key properties",
    ..Rule::warning("CAM-016").shown_by(cases!("cam-016"))
};
