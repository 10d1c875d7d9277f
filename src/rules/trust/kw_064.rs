//! KW-064. Decided in `source/texts.rs`.

use crate::rule::Rule;

pub static KW_064: Rule = Rule {
    says: "A workspace does not contain another workspace.",
    why: "The manifests of a folder with its own `keywright.yaml` would be planned twice, with different settings. A \
          file that a pull request adds could also take them away from the protected settings above.",
    source: "Keywright's own rule",
    wrong: "There are `keywright.yaml` and `pay/keywright.yaml`, and the `manifests` of the first include the folder \
            `pay`.",
    right: "The first has `manifests: [shared]`, and the second is planned with `keywright plan --workspace pay`.",
    ..Rule::fixed("KW-064").first()
};
