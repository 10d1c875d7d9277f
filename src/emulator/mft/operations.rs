//! The operations and their paths: one table for requests, the Swagger file and the log.

use std::str::FromStr;

use hyper::Method;

use crate::emulator::quirks::unknown;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operation {
    Get,
    Update,
    List,
    Create,
    Delete,
    Organizations,
    Organization,
    Account,
}

/// An operation and its default place.
pub(super) struct Described {
    pub(super) operation: Operation,
    /// Its name on the command line.
    pub(super) word: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    method: Method,
    path: &'static str,
    pub(super) statuses: &'static [u16],
}

/// Paths and methods of the key operations are inferred (1.2); for the list there was nothing to infer from.
pub(super) static OPERATIONS: [Described; 8] = [
    Described {
        operation: Operation::Get,
        word: "get",
        tag: "ApiKey",
        summary: "Returns one API key",
        method: Method::GET,
        path: "/api/ApiKey",
        statuses: &[200, 401, 403, 404, 500],
    },
    Described {
        operation: Operation::Update,
        word: "update",
        tag: "ApiKey",
        summary: "Updates an API key",
        method: Method::PUT,
        path: "/api/ApiKey",
        statuses: &[200, 400, 401, 403, 404, 500],
    },
    Described {
        operation: Operation::List,
        word: "list",
        tag: "ApiKey",
        summary: "Returns all API keys of the current user",
        method: Method::GET,
        path: "/api/ApiKey/getApiKeys",
        statuses: &[200, 401, 403, 500],
    },
    Described {
        operation: Operation::Create,
        word: "create",
        tag: "ApiKey",
        summary: "Makes an API key",
        method: Method::POST,
        path: "/api/ApiKey",
        statuses: &[200, 400, 401, 403, 500],
    },
    Described {
        operation: Operation::Delete,
        word: "delete",
        tag: "ApiKey",
        summary: "Marks an API key as deleted",
        method: Method::DELETE,
        path: "/api/ApiKey",
        statuses: &[200, 401, 403, 404, 500],
    },
    Described {
        operation: Operation::Organizations,
        word: "organizations",
        tag: "Organization",
        summary: "Returns all organizations",
        method: Method::GET,
        path: "/api/Organization",
        statuses: &[200, 400, 401, 403, 500],
    },
    Described {
        operation: Operation::Organization,
        word: "organization",
        tag: "Organization",
        summary: "Returns one organization",
        method: Method::GET,
        path: "/api/Organization/{id}",
        statuses: &[200, 401, 403, 404, 500],
    },
    Described {
        operation: Operation::Account,
        word: "account",
        tag: "Account",
        summary: "Returns who the current user is",
        method: Method::GET,
        path: "/api/Account",
        statuses: &[200, 401, 403, 500],
    },
];

/// An operation on keys that is moved, as `list=GET:/api/ApiKey/all`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Binding {
    operation: Operation,
    method: Method,
    path: String,
}

impl FromStr for Binding {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "must be OPERATION=METHOD:/PATH, like list=GET:/api/ApiKey/all".to_owned();
        let (word, place) = text.split_once('=').ok_or_else(wrong)?;
        let (method, path) = place.split_once(':').ok_or_else(wrong)?;
        let words = OPERATIONS.iter().filter(|described| described.tag == "ApiKey");
        let known = words.clone().find(|described| described.word == word);
        let known = known.ok_or_else(|| unknown(word, words.map(|described| described.word)))?;
        let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
        if !methods.contains(&method) {
            return Err(format!("the method must be one of {}", methods.join(", ")));
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        let parts = split(path);
        if !path.starts_with('/') || !path.bytes().all(is_plain) || matches!(parts[..], [] | ["v3" | "swagger", ..]) {
            return Err("the path must be like /api/ApiKey, and not below /v3 or /swagger".to_owned());
        }
        Ok(Self {
            operation: known.operation,
            method: Method::from_bytes(method.as_bytes()).map_err(|_| wrong())?,
            path: format!("/{}", parts.join("/")),
        })
    }
}

fn split(path: &str) -> Vec<&str> {
    path.split('/').filter(|part| !part.is_empty()).collect()
}

/// All operations of an emulator, with their places.
pub(super) struct Operations(Vec<(&'static Described, Method, String)>);

/// The target of a method and a path.
pub(super) enum Place {
    /// An operation, with the id from its path.
    Here(Operation, Option<String>),
    /// The path exists, but only with these methods.
    OtherMethod(String),
    NotFound,
}

impl Operations {
    pub(super) fn new(bindings: &[Binding], has_delete: bool) -> Result<Self, (&'static str, &'static str)> {
        let served = OPERATIONS.iter().filter(|described| has_delete || described.operation != Operation::Delete);
        let place = |described: &'static Described| {
            let moved = bindings.iter().rfind(|binding| binding.operation == described.operation);
            match moved {
                Some(binding) => (described, binding.method.clone(), binding.path.clone()),
                None => (described, described.method.clone(), described.path.to_owned()),
            }
        };
        let places: Vec<_> = served.map(place).collect();
        for (index, (one, method, path)) in places.iter().enumerate() {
            let is_same = |(_, other, place): &&(_, Method, String)| other == method && overlap(place, path);
            if let Some((other, ..)) = places[..index].iter().find(is_same) {
                return Err((other.word, one.word));
            }
        }
        Ok(Self(places))
    }

    pub(super) fn find(&self, method: &Method, parts: &[&str]) -> Place {
        let here: Vec<_> = self.0.iter().filter(|(_, _, path)| matches(path, parts)).collect();
        if let Some((described, ..)) = here.iter().find(|(_, other, _)| other == method) {
            let id = (described.operation == Operation::Organization).then(|| parts.last().map(|id| (*id).to_owned()));
            return Place::Here(described.operation, id.flatten());
        }
        if here.is_empty() {
            return Place::NotFound;
        }
        Place::OtherMethod(here.iter().map(|(_, method, _)| method.as_str()).collect::<Vec<_>>().join(", "))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&'static Described, &Method, &str)> {
        self.0.iter().map(|(described, method, path)| (*described, method, path.as_str()))
    }

    /// Whether a part of a path is a fixed word of an operation's path.
    pub(super) fn has_word(&self, part: &str) -> bool {
        self.0.iter().any(|(_, _, path)| split(path).contains(&part))
    }
}

fn is_parameter(part: &str) -> bool {
    part.starts_with('{')
}

fn matches(path: &str, parts: &[&str]) -> bool {
    let own = split(path);
    own.len() == parts.len() && own.iter().zip(parts).all(|(own, part)| own == part || is_parameter(own))
}

fn overlap(one: &str, other: &str) -> bool {
    let (one, other) = (split(one), split(other));
    one.len() == other.len() && one.iter().zip(&other).all(|(a, b)| a == b || is_parameter(a) || is_parameter(b))
}

#[cfg(test)]
mod tests {
    use super::Binding;
    use super::Operations;

    #[test]
    fn bindings_name_an_operation_a_method_and_a_path() {
        for right in ["list=GET:/api/ApiKey/all", "update=POST:/api/ApiKey/updateApiKey/", "get=GET:/x"] {
            assert!(right.parse::<Binding>().is_ok(), "{right}");
        }
        let wrong = ",list,list=GET,list=HEAD:/api,list=GET:api,list=GET:/,\
            list=GET:/v3/rest,list=GET:/a?b,list=GET:/{id},account=GET:/api/Me,list=GET:/swagger/v1/swagger.json";
        for wrong in wrong.split(',') {
            assert!(wrong.parse::<Binding>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn two_operations_cannot_share_a_place() {
        let bindings = |texts: &[&str]| -> Vec<Binding> { texts.iter().map(|text| text.parse().unwrap()).collect() };
        let new = |texts: &[&str]| Operations::new(&bindings(texts), true).map(|_| ());
        assert_eq!(new(&[]), Ok(()));
        assert_eq!(new(&["list=GET:/api/ApiKey"]), Err(("get", "list")));
        assert_eq!(new(&["list=GET:/api/ApiKey", "get=GET:/api/ApiKey/getApiKey"]), Ok(()));
        assert_eq!(new(&["list=GET:/api/Organization/all"]), Err(("list", "organization")));
    }
}
