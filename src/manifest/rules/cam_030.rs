//! CAM-030. Decided in `manifest/package_key.rs`.

use crate::rule::Rule;

pub static CAM_030: Rule = Rule {
    says: "The status of a key is active or disabled, or waiting if the key does not exist yet.",
    why: "The store has no other status, and the gateway accepts only active keys. A key can start as waiting but \
          never return to it.",
    source: "TIBCO docs, Managing application package keys",
    ..Rule::fixed("CAM-030").shown_by(cases!("cam-030"))
};
