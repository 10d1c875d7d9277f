//! KW-050. Decided in `cli/session/fingerprints.rs`.

use crate::rule::Rule;

pub static KW_050: Rule = Rule {
    says: "The key for fingerprints has at least 32 characters.",
    why: "The journal contains fingerprints of key values. If their key can be guessed, a reader of the journal can also \
          test guesses of the values.",
    source: "Keywright's own rule",
    wrong: "`keywright.yaml` has `fingerprints: {key: {env: KEYWRIGHT_FINGERPRINT_KEY}}`, and the variable is `changeme`.",
    right: "The variable is the output of `openssl rand -hex 32`.",
    ..Rule::fixed("KW-050").by_plan()
};
