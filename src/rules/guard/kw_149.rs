//! KW-149. Decided in `plan/guards/moved/former.rs`.

use crate::rule::Rule;

pub static KW_149: Rule = Rule {
    says: "A key is not generated without consent in place of one that is in use and lost its manifest.",
    why: "If a key, its prefix and its application get new names in one commit, or an entry of `Application.packages` moves to \
          the application of another user, nothing in the manifests shows that they are the old ones. A second key would be \
          made, and the callers would keep one that nothing manages. Only the workspace database knows which key had a manifest \
          until now; without it, `plan --since` reports it (KW-143).",
    source: "Keywright's own rule",
    wrong: "`checkout`, its key `k` and the prefix `chk_` are now `shop`, `s` and `shp_`, without `previously`.",
    right: "The application has `previously: [checkout]`, and the key keeps its prefix; or the run uses \
            `--allow application/ann/shop`.",
    ..Rule::fixed("KW-149").by_plan()
};
