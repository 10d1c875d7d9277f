//! KW-066. Decided in `plan/given.rs`.

use crate::rule::Rule;

pub static KW_066: Rule = Rule {
    says: "A saved plan is applied with the custom values and shared secrets that it was made with.",
    why: "The plan file contains no secret; the run that applies it reads each one again. A fingerprint shows whether it is \
          the same: if not, the change is stale. Under another key for fingerprints, or if the secret was not read for the \
          plan, this is unknown.",
    source: "Keywright's own rule",
    wrong: "One runner plans, another runner without its `.keywright` folder applies: both have keys for fingerprints of \
            their own.",
    right: "`keywright.yaml` has `fingerprints: {key: {env: KEYWRIGHT_FINGERPRINT_KEY}}`, and all runners get that variable.",
    ..Rule::warning("KW-066").by_plan()
};
