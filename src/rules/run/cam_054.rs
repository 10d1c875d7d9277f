//! CAM-054. Reported by `render/outcome.rs`, remembered by `plan/remembered.rs`.

use crate::rule::Rule;

pub static CAM_054: Rule = Rule {
    says: "A value that reads back differently than it was sent is reported, and is not sent again until the manifest \
           or the store changes.",
    why: "Event triggers of the customer may change an object while it is saved, and the store ignores some fields. \
          Repeated writes would never end and would use up the quota.",
    source: "Mashery docs, Event triggers",
    wrong: "The manifest sets `company: Example Ltd`, a trigger changes it to `EXAMPLE LTD`, and each run sends it \
            again.",
    right: "The run reports the difference once; then either the manifest or the trigger is changed to match.",
    ..Rule::warning("CAM-054").by_remote()
};
