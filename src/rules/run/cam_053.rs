//! CAM-053. Decided by the area alone: nothing lists what it makes mandatory. Recognized in
//! `stores/cloud_api_management/explain.rs`.

use crate::rule::Rule;

pub static CAM_053: Rule = Rule {
    says: "The custom attributes that an area requires are declared under extendedAttributes.",
    why: "An area can require attributes that are not documented. Without them, the store does not create the object.",
    source: "Mashery V2 docs, Introduction",
    wrong: "The area requires `costCentre` for every user; the manifest of `alice` omits it and is refused by \
            the store.",
    right: "The manifest sets `extendedAttributes: {costCentre: \"4711\"}`, with the name in the spelling of the area. \
            Keywright sends the attribute with the create.",
    ..Rule::fixed("CAM-053").by_remote()
};
