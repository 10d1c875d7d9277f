//! The site of MFT: the API key operations of the AFT Management API, and what its callers need, as `mft-api-keys.md`
//! describes them. The keys are in the embedded store. What the store does not keep (owners, audit fields, deletion
//! marks, lists as the caller wrote them) is in [`side`].
//!
//! ```text
//!  operations (which one?) ──▶ callers (whose?) ──▶ read | save ──Change──▶ embedded store
//!                                                     └──▶ key_json (14 properties) ──▶ answers
//! ```
//!
//! The path of the real list is unknown (1.2): here it has its own path, and `--mft-operation` moves each operation.

mod answers;
mod body;
mod callers;
mod dates;
mod keys;
mod lists;
mod operations;
mod organizations;
mod read;
mod save;
mod schema;
mod side;
mod swagger;
mod key_json;

use hyper::Method;

use self::answers::Failure;
use self::answers::Outcome;
use self::callers::Caller;
pub use self::callers::UserCredential;
use self::keys::Key;
pub use self::operations::Binding;
use self::operations::Operation;
use self::operations::Operations;
use self::operations::Place;
use super::answer::Answer;
use super::area::Area;
use super::call::Call;
use super::gateway::Gate;
use super::gateway::Gateway;
use super::quirks::Quirk;
use super::quirks::Quirks;
use super::settings::Settings;
use crate::model::Instant;

/// The tenant of all objects.
const TENANT: i32 = 1001;

/// The site's own state.
pub(super) struct Site {
    credentials: Vec<UserCredential>,
    operations: Operations,
    /// The number of successful creates.
    creates: u64,
}

/// The data for answering one request.
struct Visit<'a> {
    area: &'a mut Area,
    call: &'a Call,
    caller: Caller,
    keys: Vec<Key>,
}

impl Site {
    /// Fails with the names of two operations that have the same method and path.
    pub(super) fn new(settings: &Settings, quirks: &Quirks) -> Result<Self, (&'static str, &'static str)> {
        let operations = Operations::new(&settings.mft_operations, quirks.has(Quirk::MftDelete))?;
        Ok(Self { credentials: settings.mft_credentials.clone(), operations, creates: 0 })
    }

    /// Answers a request whose path does not belong to Cloud API Management.
    pub(super) fn answer(&mut self, area: &mut Area, gateway: &mut Gateway, call: &Call, now: Instant) -> Answer {
        area.begin(now);
        let answer = self.try_answer(area, gateway, call).unwrap_or_else(|failure| failure.answer(&area.quirks));
        Answer { committed: area.committed, ..answer }
    }

    fn try_answer(&mut self, area: &mut Area, gateway: &mut Gateway, call: &Call) -> Outcome {
        let method = if call.method == Method::HEAD { &Method::GET } else { &call.method };
        if let Some(page) = swagger::page(&call.parts(), &self.operations, &area.quirks) {
            return if *method == Method::GET { Ok(page) } else { Err(Failure::method("GET")) };
        }
        let (operation, id) = match self.operations.find(method, &call.parts()) {
            Place::Here(operation, id) => (operation, id),
            Place::OtherMethod(allowed) => return Err(Failure::method(&allowed)),
            Place::NotFound if area.quirks.has(Quirk::MftHtmlOnUnknownPath) => return Ok(answers::web_page()),
            Place::NotFound => return Err(Failure::not_found()),
        };
        let keys = keys::all(area, self.first_user())?;
        let caller = self.caller(call, &keys, area)?;
        gateway.count(area.now).map_err(of_gate)?;
        caller.check_may(operation, &area.quirks)?;
        let mut visit = Visit { area, call, caller, keys };
        match operation {
            Operation::Get => visit.get(),
            Operation::List => Ok(visit.list()),
            Operation::Update => visit.update(),
            Operation::Create => {
                let done = visit.create()?;
                self.creates += 1;
                Ok(answers::lose(done, self.creates, &area.quirks))
            }
            Operation::Delete => visit.delete(),
            Operation::Organizations => visit.organizations(),
            Operation::Organization => visit.organization(id.as_deref().unwrap_or_default()),
            Operation::Account => Ok(visit.account()),
        }
    }

    /// The path and query of a call for the log. An id may be the key itself (2.3), so only known words are shown.
    pub(super) fn shown(&self, call: &Call) -> String {
        let mut path = String::new();
        for part in &call.path {
            let is_known = self.operations.has_word(part) || swagger::WORDS.contains(&part.as_str());
            path.push('/');
            path.push_str(if is_known { part } else { "***" });
        }
        let shown = |(name, value): &(String, String)| match (name.as_str(), value.as_str()) {
            ("showDeleted", "true" | "false") => format!("{name}={value}"),
            ("id" | "showDeleted", _) => format!("{name}=***"),
            _ => "***=***".to_owned(),
        };
        let query: Vec<String> = call.query.iter().map(shown).collect();
        if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
    }
}

/// An answer with only a status, for faults and unreadable requests.
pub(super) fn failed(status: u16, quirks: &Quirks) -> Answer {
    Failure::new(status, "").answer(quirks)
}

/// The gateway's refusals, on a site without a known gateway: limits answer 429 (1.5).
pub(super) fn refused(gate: Gate, quirks: &Quirks) -> Answer {
    of_gate(gate).answer(quirks)
}

fn of_gate(gate: Gate) -> Failure {
    match gate {
        Gate::OverQps | Gate::OverRate | Gate::ServiceOverQps => Failure::new(429, "There were too many calls."),
        Gate::Inactive => Failure::new(401, ""),
        Gate::NotAuthorized => Failure::new(403, ""),
    }
}
