//! Identifies the caller by the header `ApiKey` or a Bearer token (1.4).

use std::str::FromStr;

use super::Failure;
use super::Key;
use super::Operation;
use super::Site;
use crate::emulator::area::Area;
use crate::emulator::call::Call;
use crate::emulator::quirks::Quirk;
use crate::emulator::quirks::Quirks;
use crate::model::Secret;

/// The owner of every credential if none is configured.
const DEFAULT_USER: &str = "sandbox";

/// `VALUE` or `USER:VALUE`.
#[derive(Clone)]
pub struct UserCredential {
    user: Box<str>,
    value: Secret,
}

impl FromStr for UserCredential {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (user, value) = text.split_once(':').unwrap_or((DEFAULT_USER, text));
        if user.trim().is_empty() || value.is_empty() {
            return Err("must be VALUE or USER:VALUE, and neither can be empty");
        }
        Ok(Self { user: user.into(), value: Secret::new(value) })
    }
}

pub(super) struct Caller {
    pub(super) user: Box<str>,
    pub(super) number: usize,
    /// Whether the credential came as a Bearer token.
    is_bearer: bool,
    /// The organizations that restrict the caller, as the store names them; `None` if all are allowed.
    pub(super) organizations: Option<Vec<Box<str>>>,
    /// Whether the caller is a key that may not call anything.
    is_powerless: bool,
}

impl Caller {
    pub(super) fn check_may(&self, operation: Operation, quirks: &Quirks) -> Result<(), Failure> {
        let is_about_organizations = matches!(operation, Operation::Organizations | Operation::Organization);
        let is_about_keys = !is_about_organizations && operation != Operation::Account;
        let is_refused = self.is_powerless
            || (is_about_keys && quirks.has(Quirk::MftUserTokenRequired) && !self.is_bearer)
            || (is_about_organizations && quirks.has(Quirk::MftOrganizationsForbidden));
        if is_refused { Err(Failure::new(403, "")) } else { Ok(()) }
    }

    /// Whether the caller sees and changes a user's objects.
    pub(super) fn reaches(&self, owner: &str, quirks: &Quirks) -> bool {
        *self.user == *owner || quirks.is(Quirk::MftPerUserScope, "no")
    }
}

impl Site {
    /// The owner of objects without a known owner.
    pub(super) fn first_user(&self) -> &str {
        self.credentials.first().map_or(DEFAULT_USER, |credential| &credential.user)
    }

    pub(super) fn caller(&self, call: &Call, keys: &[Key], area: &Area) -> Result<Caller, Failure> {
        let no_one = || Failure::new(401, "");
        let bearer = call.authorization.as_deref().and_then(|header| header.strip_prefix("Bearer "));
        let (value, is_bearer) = match (call.api_key.as_deref(), bearer) {
            (Some(value), None) => (value, false),
            (None, Some(token)) => (token, true),
            // Both at once are ambiguous.
            _ => return Err(no_one()),
        };
        let value = value.trim();
        let form = if is_bearer { "bearer" } else { "api-key" };
        let is_other_form = area.quirks.word(Quirk::MftCredentialForm).is_some_and(|only| only != form);
        if value.is_empty() || is_other_form {
            return Err(no_one());
        }
        let value = Secret::new(value);
        if let Some(key) = keys.iter().find(|key| key.has_value(&value, &area.quirks)) {
            return if key.works(area.now) { Ok(self.key_as_caller(key, is_bearer, area)) } else { Err(no_one()) };
        }
        let known = self.credentials.iter().find(|known| known.value == value);
        let user = match known {
            Some(known) => &known.user,
            None if self.credentials.is_empty() => DEFAULT_USER,
            None => return Err(no_one()),
        };
        let number = self.number(user);
        Ok(Caller { user: user.into(), number, is_bearer, organizations: None, is_powerless: false })
    }

    fn key_as_caller(&self, key: &Key, is_bearer: bool, area: &Area) -> Caller {
        let empty_means_none = area.quirks.is(Quirk::MftEmptyOrgsMeans, "none");
        let organizations: Vec<_> = key.elements("allowedOrgs").into_iter().collect();
        let number = self.number(&key.side.owner);
        Caller {
            user: key.side.owner.clone(),
            number,
            is_bearer,
            organizations: (!organizations.is_empty() || empty_means_none).then_some(organizations),
            is_powerless: empty_means_none && key.elements("allowedApis").is_empty(),
        }
    }

    fn number(&self, user: &str) -> usize {
        self.credentials.iter().position(|credential| *credential.user == *user).unwrap_or(0) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::UserCredential;

    #[test]
    fn a_credential_can_name_its_user() {
        let user = |text: &str| text.parse::<UserCredential>().map(|known| known.user.into_string());
        assert_eq!(user("fake-value"), Ok("sandbox".to_owned()));
        assert_eq!(user("alice:fake:value"), Ok("alice".to_owned()));
        assert!(user("").is_err() && user(":x").is_err() && user("alice:").is_err());
    }
}
