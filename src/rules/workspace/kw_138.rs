//! KW-138. Decided in `source/gone.rs`.

use crate::rule::Rule;

pub static KW_138: Rule = Rule {
    says: "A branch keeps every workspace, and keeps it in its folder.",
    why: "No run manages the objects of a workspace whose folder or settings are gone: they stay in the store, and their keys \
          work. A workspace in another folder starts without the database in the old one, which is not in Git.",
    source: "Keywright's own rule",
    wrong: "A branch deletes the folder `teams/red`, or only its `keywright.yaml`, or renames it.",
    right: "A branch first removes the objects with `removed: true`, and a later one deletes the folder.",
    ..Rule::warning("KW-138")
};
