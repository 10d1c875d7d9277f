//! CAM-013. Decided in `matching/named.rs` and `stores/embedded/applications.rs`.

use crate::rule::Rule;

pub static CAM_013: Rule = Rule {
    says: "A live application stays with its user.",
    why: "The store cannot move an application to another user. A new application under the new user would have none \
          of the keys that consumers use.",
    source: "Mashery V3 docs, Applications",
    wrong: "The store holds `checkout` of `alice`; the manifest now sets `user: bob` and `previously: \
            [alice/checkout]`.",
    right: "`checkout` of `alice` stays; `bob` gets an application and keys of their own, and the old application is \
            deleted when its consumers have moved.",
    ..Rule::fixed("CAM-013").by_plan()
};
