//! New objects that the service does not show consistently yet (quirk Q1).

use std::collections::HashMap;

use super::mirror::Id;
use crate::model::Kind;

/// How long new objects stay hidden.
#[derive(Default)]
pub(super) struct Young {
    /// Number of requests that name the object.
    requests: HashMap<Id, u64>,
    /// Number of lists that would contain the object.
    lists: HashMap<Id, (Kind, u64)>,
}

impl Young {
    pub(super) fn born(&mut self, kind: Kind, id: &Id, requests: Option<u64>, lists: Option<u64>) {
        if let Some(count) = requests {
            self.requests.insert(id.clone(), count);
        }
        if let Some(count) = lists {
            self.lists.insert(id.clone(), (kind, count));
        }
    }

    /// Whether to refuse a request that names the object; counts it.
    pub(super) fn is_invisible(&mut self, id: &str) -> bool {
        let Some(left) = self.requests.get_mut(id) else { return false };
        *left -= 1;
        if *left == 0 {
            self.requests.remove(id);
        }
        true
    }

    /// The objects missing from a list of this kind; counts the list.
    pub(super) fn missing(&mut self, kind: Kind) -> Vec<Id> {
        let missing: Vec<Id> =
            self.lists.iter().filter(|(_, (other, _))| *other == kind).map(|(id, _)| id.clone()).collect();
        self.lists.retain(|_, (other, left)| {
            *left -= u64::from(*other == kind);
            *left > 0
        });
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::Young;
    use crate::model::Kind;

    #[test]
    fn an_object_is_denied_as_often_as_asked_and_then_there() {
        let mut young = Young::default();
        let id = "a".into();
        young.born(Kind::Plan, &id, Some(2), Some(1));
        assert!(young.missing(Kind::User).is_empty());
        assert_eq!(young.missing(Kind::Plan).len(), 1);
        assert!(young.missing(Kind::Plan).is_empty());
        assert!(young.is_invisible("a") && young.is_invisible("a") && !young.is_invisible("a"));
        assert!(!young.is_invisible("b"));
    }
}
