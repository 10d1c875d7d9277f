//! KW-131. Decided in `plan/guards/alike.rs`.

use crate::rule::Rule;

pub static KW_131: Rule = Rule {
    says: "An object is created under a name that people cannot distinguish from that of another one only if the run allows its address.",
    why: "The manifest probably means the object that exists, perhaps one that someone created in the portal, and a second one \
          would be created: a second user with a username that can never be used again, or a second application with its own \
          keys. In a large area, only the users are compared that a search for the declared names finds.",
    source: "Keywright's own rule; Unicode Standard Annex 15, Normalization Forms",
    wrong: "Someone created the user `Ann` in the portal; a manifest declares `ann`.",
    right: "The manifest declares `Ann`, as the store writes it.",
    ..Rule::fixed("KW-131").by_plan()
};
