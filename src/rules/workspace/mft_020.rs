//! MFT-020. Decided in `rules/stores/transfer.rs`.

use crate::rule::Rule;

pub static MFT_020: Rule = Rule {
    says: "The store's url uses https (http only for this machine), names a host, has no query or fragment, and does \
           not end in `/api` twice.",
    why: "The credential is sent to this address: without https, everyone on the way can read it. A doubled `/api` \
          leads to the web portal, whose pages look like an empty answer.",
    source: "AFT Management API, authentication",
    wrong: "The workspace sets `url: http://files.example.com/api?tenant=1`.",
    right: "The workspace sets `url: https://files.example.com`.",
    ..Rule::fixed("MFT-020")
};
