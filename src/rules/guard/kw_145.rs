//! KW-145. Decided in `plan/guards/moved.rs`.

use crate::rule::Rule;

pub static KW_145: Rule = Rule {
    says: "An object that is in the store in another place than declared is not created a second time without consent.",
    why: "A second application gets a second key, and the callers of the first one have a key that nothing manages.",
    source: "Keywright's own rule",
    wrong: "An administrator gave the application `shop` of `ann` to `bob` in the console, and the manifests still declare \
            `application/ann/shop` and its key.",
    right: "The manifests declare `application/bob/shop`, or the run uses `--allow application/ann/shop`.",
    ..Rule::fixed("KW-145").by_plan()
};
