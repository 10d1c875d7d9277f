//! CAM-070. Decided in `plan/strangers.rs`.

use crate::rule::Rule;

pub static CAM_070: Rule = Rule {
    says: "`--allow` for an old key of a rotation is given to a run that can retire the key.",
    why: "A rotation retires an old key only after the overlap, and only behind a successor that works and is delivered. A \
          consent does not shorten that, and it counts for one run.",
    source: "Keywright's own rule",
    wrong: "The successor was delivered yesterday, `overlap` is 14 days, and the run has \
            `--allow key/alice/checkout/payments@ID`.",
    right: "The option is given after the overlap, or `consents` in keywright.yaml has the address.",
    ..Rule::warning("CAM-070").by_plan()
};
