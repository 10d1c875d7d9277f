//! CAM-077. Decided in `plan/silent.rs`.

use crate::rule::Rule;

pub static CAM_077: Rule = Rule {
    says: "A declared key works, unless a manifest says that it, its user or its package plan does not.",
    why: "The store keeps what a person switched off if the manifests say nothing about it, so a plan has nothing to do, \
          while all calls with the key fail.",
    source: "Keywright's own rule",
    wrong: "Someone made the package plan `gold` inactive in the Control Center, and its manifest has no `status`: the calls \
            of all its keys fail.",
    right: "The manifest of `gold` says `status: inactive`, or `status: active` and one run uses `--allow plan/payments/gold`.",
    ..Rule::warning("CAM-077").by_plan()
};
