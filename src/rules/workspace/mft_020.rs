//! MFT-020. Decided in `rules/stores/transfer.rs`.

use crate::rule::Rule;

pub static MFT_020: Rule = Rule {
    says: "The store's url is https (http only for this machine), names a host, has no query or fragment, and does not \
           end in `/api` twice.",
    why: "The address carries the credential: without https everybody on the way reads it. A doubled `/api` meets the \
          web portal, whose pages look like an empty answer.",
    source: "AFT Management API, authentication",
    wrong: "The workspace says `url: http://files.example.com/api?tenant=1`.",
    right: "The workspace says `url: https://files.example.com`.",
    ..Rule::fixed("MFT-020")
};
