//! KW-136. Decided in `plan/old_names.rs`.

use crate::rule::Rule;

pub static KW_136: Rule = Rule {
    says: "A name under `previously` is one that the object may still have in the store.",
    why: "When the object has its new name, the old one has done its work. If it stays, and the object is deleted in the \
          store, a run renames the next object that has the old name in its place.",
    source: "Keywright's own rule",
    wrong: "`webshop` has `previously: [shop]`, and the application is called `webshop` in the store.",
    right: "The manifest of `webshop` has no `previously`, after every store has the new name.",
    ..Rule::info("KW-136").by_plan()
};
