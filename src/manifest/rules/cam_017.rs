//! CAM-017. Decided in `manifest/read.rs` and `stores/embedded/fields.rs`.

use crate::rule::Rule;

pub static CAM_017: Rule = Rule {
    says: "The keyAdapter of a package is not declared.",
    why: "It changes how all keys of the package are read, and the vendor reserves it for its own engineers. A wrong \
          value would lock out every consumer at once.",
    source: "Boomi help, API package key properties",
    ..Rule::fixed("CAM-017").shown_by(cases!("cam-017"))
};
