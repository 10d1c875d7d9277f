//! CAM-053. Decided by the area alone: nothing lists what it makes mandatory.

use crate::rule::Rule;

pub static CAM_053: Rule = Rule {
    says: "The custom attributes that an area makes mandatory are declared under extendedAttributes.",
    why: "An area can demand attributes that no documentation lists. Without them the store refuses to create the \
          object.",
    source: "Mashery V2 docs, Introduction",
    wrong: "The area demands `costCenter` for every user; the user `alice` says nothing about it and the store refuses \
            her.",
    right: "The user says `extendedAttributes: {costCenter: \"4711\"}`.",
    ..Rule::fixed("CAM-053").by_remote()
};
