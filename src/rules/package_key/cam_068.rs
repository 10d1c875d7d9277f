//! CAM-068. Decided in `plan/strangers.rs`.

use crate::rule::Rule;

pub static CAM_068: Rule = Rule {
    says: "The workspace database knows who made a key that a rotation retires.",
    why: "Without a record, as on a runner with an empty disk, a key counts as a generation if it has the prefix and the \
          length of a generated value. A person could have made such a key too.",
    source: "Keywright's own rule",
    wrong: "A runner without memory disables the older of two keys that begin with `chk_`.",
    right: "All runners share a database, on PostgreSQL or in a cached folder, so that a key that a person made stays.",
    ..Rule::info("CAM-068").by_plan()
};
