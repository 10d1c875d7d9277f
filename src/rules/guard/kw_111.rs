//! KW-111. Decided in `plan/control_plane.rs`.

use crate::rule::Rule;

pub static KW_111: Rule = Rule {
    says: "What API Control Plane made is never pruned: its packages, their plans and keys, and the applications and users \
           with these keys.",
    why: "API Control Plane manages the area too, and would miss them. It is recognized by the key length 64 of its \
          packages, and remembered.",
    source: "Keywright's own rule; Boomi help, API package key properties",
    wrong: "A saved plan deletes a package with `keyLength: 64` that no manifest declares.",
    right: "The package stays; if it is not in use, a person deletes it in API Control Plane.",
    ..Rule::fixed("KW-111").by_plan()
};
