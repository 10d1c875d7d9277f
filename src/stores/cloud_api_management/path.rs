//! Paths of the V3 API (`cloud-api-management.md` 4.1). Only an [`ObjectPath`] can be written to or deleted, and it is
//! made from a checked id. So no delete can name a whole collection, even with an empty id (CAM-055).

use crate::model::LiveId;
use crate::rules;
use crate::store::Refusal;

/// A collection that can be read and added to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct CollectionPath(String);

/// One object that can be read, changed and deleted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct ObjectPath(String);

impl CollectionPath {
    pub(super) fn members() -> Self {
        Self("/members".to_owned())
    }

    /// All applications of the area. Read-only.
    pub(super) fn applications() -> Self {
        Self("/applications".to_owned())
    }

    pub(super) fn applications_of(member: &LiveId) -> Result<Self, Refusal> {
        Ok(Self(format!("/members/{}/applications", segment(member)?)))
    }

    pub(super) fn packages() -> Self {
        Self("/packages".to_owned())
    }

    pub(super) fn plans_of(package: &LiveId) -> Result<Self, Refusal> {
        Ok(Self(format!("/packages/{}/plans", segment(package)?)))
    }

    /// All package keys of the area. Read-only.
    pub(super) fn package_keys() -> Self {
        Self("/packageKeys".to_owned())
    }

    pub(super) fn package_keys_of(application: &LiveId) -> Result<Self, Refusal> {
        Ok(Self(format!("/applications/{}/packageKeys", segment(application)?)))
    }

    pub(super) fn roles() -> Self {
        Self("/roles".to_owned())
    }

    /// The services of the area.
    pub(super) fn services() -> Self {
        Self("/services".to_owned())
    }

    /// The endpoints of a service of the area.
    pub(super) fn endpoints_of(service: &LiveId) -> Result<Self, Refusal> {
        Ok(Self(format!("/services/{}/endpoints", segment(service)?)))
    }

    /// The services that a plan opens.
    pub(super) fn services_of(plan: &ObjectPath) -> Self {
        Self(format!("{}/services", plan.0))
    }

    /// The endpoints of a service that a plan opens.
    pub(super) fn endpoints_in(plan: &ObjectPath, service: &LiveId) -> Result<Self, Refusal> {
        Ok(Self(format!("{}/services/{}/endpoints", plan.0, segment(service)?)))
    }

    /// Whether the path names an object, which may not be visible yet.
    pub(super) fn is_below_object(&self) -> bool {
        self.0.matches('/').count() > 1
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl ObjectPath {
    pub(super) fn member(id: &LiveId) -> Result<Self, Refusal> {
        Ok(Self(format!("/members/{}", segment(id)?)))
    }

    pub(super) fn application(id: &LiveId) -> Result<Self, Refusal> {
        Ok(Self(format!("/applications/{}", segment(id)?)))
    }

    pub(super) fn package(id: &LiveId) -> Result<Self, Refusal> {
        Ok(Self(format!("/packages/{}", segment(id)?)))
    }

    pub(super) fn plan(package: &LiveId, id: &LiveId) -> Result<Self, Refusal> {
        Ok(Self(format!("/packages/{}/plans/{}", segment(package)?, segment(id)?)))
    }

    /// A service that a plan opens.
    pub(super) fn service_in(plan: &Self, service: &LiveId) -> Result<Self, Refusal> {
        Ok(Self(format!("{}/services/{}", plan.0, segment(service)?)))
    }

    /// An endpoint that a plan opens.
    pub(super) fn endpoint_in(plan: &Self, service: &LiveId, endpoint: &LiveId) -> Result<Self, Refusal> {
        Ok(Self(format!("{}/services/{}/endpoints/{}", plan.0, segment(service)?, segment(endpoint)?)))
    }

    pub(super) fn package_key(id: &LiveId) -> Result<Self, Refusal> {
        Ok(Self(format!("/packageKeys/{}", segment(id)?)))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Ids are UUIDs, or keys of 24 characters (1.1). Other texts, for example the empty text, `..` and `/`, are refused.
fn segment(id: &LiveId) -> Result<&str, Refusal> {
    let text = id.expose();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if text.is_empty() || text.len() > 64 || !text.bytes().all(is_plain) {
        return Err(Refusal::rejected(&rules::CAM_055, "the store sent an id that cannot be part of a URL"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unexpected_id_is_refused_in_every_path() {
        let long = "a".repeat(65);
        for invalid in ["", ".", "..", "a/b", "a?b", "a#b", "a b", "a%2F", "é", long.as_str()] {
            let id = LiveId::new(invalid);
            let good = LiveId::new("1");
            for refused in [
                ObjectPath::member(&id).err(),
                ObjectPath::application(&id).err(),
                ObjectPath::package(&id).err(),
                ObjectPath::plan(&id, &good).err(),
                ObjectPath::plan(&good, &id).err(),
                ObjectPath::package_key(&id).err(),
                CollectionPath::applications_of(&id).err(),
                CollectionPath::plans_of(&id).err(),
                CollectionPath::package_keys_of(&id).err(),
            ] {
                assert_eq!(refused.and_then(|refusal| refusal.rule).map(|rule| rule.0), Some("CAM-055"), "{invalid}");
            }
        }
    }

    #[test]
    fn paths_are_those_of_the_api() {
        let (a, b) = (LiveId::new("a-1"), LiveId::new("b_2"));
        assert_eq!(ObjectPath::plan(&a, &b).unwrap().as_str(), "/packages/a-1/plans/b_2");
        assert_eq!(CollectionPath::package_keys_of(&a).unwrap().as_str(), "/applications/a-1/packageKeys");
        assert_eq!(CollectionPath::applications_of(&a).unwrap().as_str(), "/members/a-1/applications");
    }
}
