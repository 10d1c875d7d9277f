//! CAM-010. Decided in `manifest/document.rs`, `manifest/read.rs` and `stores/embedded/applications.rs`.

use crate::rule::Rule;

pub static CAM_010: Rule = Rule {
    says: "The name of an application has 1 to 127 characters, and the store sets its `status` and `isPackaged`.",
    why: "The column holds 127 characters: a longer name would be refused or cut, and would never match again. The \
          status of an application does not switch it on or off; only `draft` was ever seen there.",
    source: "Mashery V2 docs, Application",
    ..Rule::fixed("CAM-010").shown_by(cases!("cam-010"))
};
