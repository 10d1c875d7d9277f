//! MFT-046. Decided in `manifest/read.rs`.

use crate::rule::Rule;

pub static MFT_046: Rule = Rule {
    says: "An API key of MFT has no `deliver`.",
    why: "The vendor does not document whether any answer of the API contains the value of a key. What a sink would \
          receive may be no key, and an older key would be disabled behind it.",
    source: "AFT Management API, ApiKey: no field is documented as the value of the key",
    ..Rule::fixed("MFT-046").shown_by(cases!("mft-046"))
};
