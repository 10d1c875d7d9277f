//! KW-031. Decided in `rules/environment.rs`.

use crate::rule::Rule;

pub static KW_031: Rule = Rule {
    says: "A credential is read only from a variable that begins with `KEYWRIGHT_`, or that `environment.credentials` lists.",
    why: "A credential is sent to the address next to it. Otherwise, any variable of the runner could be sent to any host.",
    source: "Keywright's own rule",
    wrong: "`keywright.yaml` has `credentials: {apiKey: {env: AWS_SECRET_ACCESS_KEY}}`.",
    right: "It has `credentials: {apiKey: {env: KEYWRIGHT_MFT_API_KEY}}`. `databasePassword` may also use `PGPASSWORD`.",
    ..Rule::fixed("KW-031")
};
