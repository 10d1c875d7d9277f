//! Hides the secrets that the clients send in every text that becomes a message or a line of the log.

use std::sync::Mutex;
use std::sync::PoisonError;

use crate::model::Masks;
use crate::model::Secret;
use crate::model::Value;
use crate::model::masks::WITHHELD;
use crate::store::Altered;
use crate::store::Refusal;

/// How much of a foreign text is used, in bytes. Messages show far less.
const MAX_BYTES: usize = 8 << 10;

/// The secrets of one store. Each is added before it is sent.
#[derive(Default)]
pub(crate) struct Masking(Mutex<Masks>);

impl Masking {
    pub(crate) fn hide(&self, secret: &Secret) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).hide(secret);
    }

    /// A foreign text without the secrets. Do not shorten the text before: part of a secret is not found.
    pub(crate) fn text(&self, text: &str) -> String {
        let end = (0..=text.len().min(MAX_BYTES)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).mask(&text[..end]).into_owned()
    }

    /// A foreign text, or what stands for it if it could hold a secret in any form.
    pub(crate) fn shown(&self, text: &str) -> String {
        let masks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        masks.shown(text).unwrap_or(WITHHELD).to_owned()
    }

    /// What leaves the client, whatever foreign text it contains.
    pub(crate) fn refusal(&self, refusal: Refusal) -> Refusal {
        let help = refusal.help.as_deref().map(|help| self.text(help));
        Refusal { reason: self.text(&refusal.reason), help, ..refusal }
    }

    /// The same for the values that a store holds instead of what it was sent.
    pub(crate) fn altered(&self, mut altered: Vec<Altered>) -> Vec<Altered> {
        for altered in &mut altered {
            if let Some(Value::Text(held)) = &mut altered.held {
                *held = self.text(held).into();
            }
        }
        altered
    }
}
