//! KW-022. Decided in `rules/stores.rs`.

use crate::rule::Rule;

pub static KW_022: Rule = Rule {
    says: "A remote store is reached over https, or over http only on this machine.",
    why: "Credentials and the keys of all customers are sent over this connection. Plain http is for the emulator.",
    source: "Keywright's own rule",
    wrong: "`keywright.yaml` has `stores: {cloudApiManagement: {url: http://api.example.com}}`.",
    right: "It has `url: https://api.example.com`, or `url: http://127.0.0.1:8080` for the emulator.",
    ..Rule::fixed("KW-022")
};
