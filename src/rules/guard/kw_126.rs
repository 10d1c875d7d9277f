//! KW-126. Decided in `plan/guards/returning.rs`.

use crate::rule::Rule;

pub static KW_126: Rule = Rule {
    says: "A key with a custom value, an API key or a user that was in the store when it was last applied and is gone, is \
           created again only if the run allows its address.",
    why: "Someone deleted it, perhaps because it leaked or because a person left. With the same value, a key would open \
          again what was closed. Without the database of earlier runs, or in an emptied area, it is not known.",
    source: "Keywright's own rule",
    wrong: "`partner` has the value of the variable PARTNER_KEY, and someone deleted it in the Control Center; a scheduled \
            run would create it again.",
    right: "The manifest is removed, or the variable has a new value and the run uses `--allow key/partner`.",
    ..Rule::fixed("KW-126").by_plan()
};
