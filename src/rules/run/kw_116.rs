//! KW-116. Decided in `plan/rotate.rs`.

use crate::rule::Rule;

pub static KW_116: Rule = Rule {
    says: "`keywright rotate` makes the successor of a key only if no rotation of the key is in progress.",
    why: "A pipeline repeats a job whose result it did not get. If the first run created the successor, the second one would \
          create another, and the values of both would be delivered.",
    source: "Keywright's own rule",
    wrong: "`keywright rotate key/checkout-production` runs twice in an hour: the first run created a successor, and the old \
            key still works.",
    right: "`keywright apply` delivers what is due and retires the old key in time; or the second run uses `--again`, because \
            the new value leaked, too.",
    ..Rule::fixed("KW-116").by_plan()
};
