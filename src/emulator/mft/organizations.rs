//! The organizations of the tenant (section 4): a fixed list, with one deleted and two of the same name.

use serde_json::Value as Json;
use serde_json::json;

use super::Failure;
use super::Outcome;
use super::TENANT;
use super::Visit;
use super::answers;

struct Organization {
    id: i32,
    public_code: &'static str,
    system_code: &'static str,
    name: &'static str,
    is_deleted: bool,
}

const ALL: [Organization; 5] = [
    organization(41, ["ACME", "SYS-ACME"], "Acme Corporation", false),
    organization(42, ["GLOBEX", "SYS-GLOBEX"], "Globex", false),
    organization(43, ["INITECH", "SYS-INITECH"], "Initech", true),
    organization(44, ["UMBRELLA-EU", "SYS-UMBRELLA-EU"], "Umbrella", false),
    organization(45, ["UMBRELLA-US", "SYS-UMBRELLA-US"], "Umbrella", false),
];

const fn organization(id: i32, codes: [&'static str; 2], name: &'static str, is_deleted: bool) -> Organization {
    Organization { id, public_code: codes[0], system_code: codes[1], name, is_deleted }
}

/// The organization that a manifest names, if the name is unambiguous.
pub(super) fn number_of(reference: &str) -> Option<i32> {
    let ways: [fn(&Organization) -> &str; 3] = [|o| o.public_code, |o| o.system_code, |o| o.name];
    let found = |way: &fn(&Organization) -> &str| {
        let ids: Vec<i32> = ALL.iter().filter(|o| !o.is_deleted && way(o) == reference).map(|o| o.id).collect();
        (!ids.is_empty()).then_some(ids)
    };
    let ids = ways.iter().find_map(found)?;
    if let [id] = ids[..] { Some(id) } else { None }
}

impl Visit<'_> {
    pub(super) fn organizations(&self) -> Outcome {
        let lists_deleted = match self.call.parameter("showDeleted").next() {
            None => false,
            Some(word) if word.eq_ignore_ascii_case("true") => true,
            Some(word) if word.eq_ignore_ascii_case("false") => false,
            Some(_) => return Err(Failure::property("showDeleted", "must be true or false")),
        };
        let is_listed =
            |organization: &&Organization| self.sees(organization) && (lists_deleted || !organization.is_deleted);
        let with_secret = |organization: &Organization| {
            let mut answer = organization.json();
            answer["secretKey"] = json!(format!("fake-secret-key-{}", organization.id));
            answer
        };
        let body: Json = ALL.iter().filter(is_listed).map(with_secret).collect();
        Ok(answers::success(&body, &self.area.quirks))
    }

    pub(super) fn organization(&self, id: &str) -> Outcome {
        let found = ALL.iter().find(|organization| id.parse() == Ok(organization.id) && self.sees(organization));
        let mut answer = found.ok_or_else(|| Failure::new(404, "There is no such organization."))?.json();
        answer["tags"] = json!([]);
        Ok(answers::success(&answer, &self.area.quirks))
    }

    fn sees(&self, organization: &Organization) -> bool {
        let reference = format!("id:{}", organization.id);
        self.caller.organizations.as_ref().is_none_or(|held| held.iter().any(|other| **other == *reference))
    }
}

impl Organization {
    fn json(&self) -> Json {
        let deleted = self.is_deleted.then_some("2026-01-31T00:00:00Z");
        json!({
            "id": self.id,
            "tenantId": TENANT,
            "name": self.name,
            "organizationTypeId": 1,
            "organizationStatusId": 1,
            "publicCode": self.public_code,
            "systemCode": self.system_code,
            "description": null,
            "createdBy": "somebody",
            "createdDate": "2026-01-01T00:00:00Z",
            "updatedBy": null,
            "updatedDate": null,
            "deletedBy": deleted.map(|_| "somebody"),
            "deletedDate": deleted,
        })
    }
}
