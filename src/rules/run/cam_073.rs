//! CAM-073. Decided in `plan/unserved.rs`.

use crate::rule::Rule;

pub static CAM_073: Rule = Rule {
    says: "A rotated key has a generation that works, or its manifest says that it has none.",
    why: "A generation that a person disabled or ended stays so, one that waits for approval does not work, and a rotation \
          makes no successor before it is due. Until then, the callers may have no key.",
    source: "Keywright's own rule",
    wrong: "A person disables the only generation of a key 5 days after it was created, and `rotation` has `every: 90d`.",
    right: "`keywright rotate key/checkout --allow key/checkout` creates a new generation, or the manifest says \
            `settings: {status: disabled}`.",
    ..Rule::warning("CAM-073").by_plan()
};
