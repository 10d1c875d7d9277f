//! Why a change is held back, as a part of documents.

use schemars::JsonSchema;
use serde::Serialize;

use crate::held;

/// Why a change is held back.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Held<'a> {
    /// What the guards need; empty if the change only waits.
    needs: Vec<Need<'a>>,
    /// The object whose change needs consent, and which this change waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<String>,
}

/// What one guard needs.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Need<'a> {
    /// The rule of the guard, like KW-104.
    rule: &'a str,
    /// The next step, like: allow it with --allow user/ann.
    help: &'a str,
}

impl<'a> Held<'a> {
    pub(super) fn of(held: &'a held::Held) -> Self {
        match held {
            held::Held::Waits(address) => Self { needs: Vec::new(), waits_for: Some(address.to_string()) },
            held::Held::Asks(needs) => {
                let needs = needs.iter().map(|need| Need { rule: &need.rule, help: &need.help });
                Self { needs: needs.collect(), waits_for: None }
            }
        }
    }
}
