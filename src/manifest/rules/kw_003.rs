//! KW-003. Decided in `manifest.rs`, `manifest/document.rs`, `manifest/read.rs`, `manifest/tree.rs`,
//! `rules/findings.rs`, `rules/listed.rs` and `source/texts.rs`.

use crate::rule::Rule;

pub static KW_003: Rule = Rule {
    says: "The input stays within the limits of the reader: 16 MiB and 1,000,000 nodes per file, 64 levels, few \
           aliases, and 128 MiB, 200,000 objects and 4,000,000 nodes per workspace.",
    why: "Manifests come from pull requests, and a few lines of YAML can grow to gigabytes. The reader stops at these \
          limits to protect the runner.",
    source: "Keywright's own rule",
    ..Rule::fixed("KW-003").shown_by(cases!("kw-003"))
};
