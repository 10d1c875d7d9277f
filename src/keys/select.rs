//! Which keys are listed.

use super::Concern;
use super::Key;
use super::State;
use crate::model::Address;

/// What a listed key must have. Several of one kind mean any of them.
#[derive(Default)]
pub struct Selection {
    /// A key, or what it belongs to: its user, application, package, package plan.
    pub only: Vec<String>,
    pub states: Vec<State>,
    pub concerns: Vec<Concern>,
}

/// An address that no key has or belongs to.
#[derive(Debug)]
pub struct Unknown(pub String);

impl Selection {
    /// Keeps the keys that are asked for.
    pub fn select(&self, keys: Vec<Key>) -> Result<Vec<Key>, Unknown> {
        let is_unknown = |wanted: &&String| !keys.iter().any(|key| belongs_to(key, wanted));
        if let Some(unknown) = self.only.iter().find(is_unknown) {
            return Err(Unknown(unknown.clone()));
        }
        Ok(keys.into_iter().filter(|key| self.takes(key)).collect())
    }

    fn takes(&self, key: &Key) -> bool {
        let Self { only, states, concerns } = self;
        (only.is_empty() || only.iter().any(|wanted| belongs_to(key, wanted)))
            && (states.is_empty() || states.contains(&key.state))
            && (concerns.is_empty() || concerns.iter().any(|concern| key.concerns.contains(concern)))
    }
}

fn belongs_to(key: &Key, wanted: &str) -> bool {
    let terms = key.terms.as_ref();
    let plan = terms.and_then(|terms| Some(Address::plan(&terms.package.name(), terms.plan.as_ref()?)));
    let user = terms.map(|terms| Address::user(&terms.application.first_name()));
    let above = terms.into_iter().flat_map(|terms| [&terms.application, &terms.package]);
    let all = [&key.address].into_iter().chain(&key.generation_of).chain(above).chain(&plan).chain(&user);
    all.map(ToString::to_string).any(|address| address == wanted)
}
