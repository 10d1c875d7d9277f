//! CAM-054. Told by `render/outcome.rs`, remembered by `plan/remembered.rs`.

use crate::rule::Rule;

pub static CAM_054: Rule = Rule {
    says: "A value that reads back different from what was sent is reported, and is not sent again until the manifest \
           or the store says something else.",
    why: "Event triggers of the customer may change an object while it is saved, and some fields are ignored. Sending \
          again and again would loop and spend the quota.",
    source: "Mashery docs, Event triggers",
    wrong: "The manifest says `company: Example Ltd`, a trigger makes `EXAMPLE LTD` of it, and the run sends it again.",
    right: "The run reports the difference once; the manifest is brought in line with the trigger, or the trigger with \
            the manifest.",
    ..Rule::warning("CAM-054").by_remote()
};
