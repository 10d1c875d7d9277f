//! CAM-030. Decided in `manifest/package_key.rs`.

use crate::rule::Rule;

pub static CAM_030: Rule = Rule {
    says: "The status of a key is active or disabled, or waiting for a key that does not exist yet.",
    why: "The store knows no other status, and traffic depends on it: only an active key is accepted. A key can start \
          as waiting but never return to it.",
    source: "TIBCO docs, Managing application package keys",
    ..Rule::fixed("CAM-030").shown_by(cases!("cam-030"))
};
