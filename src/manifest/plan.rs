//! `kind: Plan`: the limits and access rules for keys of a package.

use std::borrow::Cow;

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;

use super::field::Form;
use super::node::Content;
use super::node::Node;
use super::read::FromNode;
use super::read::Reading;
use super::read::Spanned;
use super::read::TextMap;
use super::schema::Managed;
use super::schema::one_of;
use crate::diagnostic::Place;
use crate::manifest::rules;
use crate::model::DesiredField;
use crate::model::services::ALL;
use crate::model::services::ServiceItem;
use crate::model::services::set_of;

words! {
    /// Whether a plan is in use.
    enum PlanStatus rules::CAM_019 {
        Active = "active",
        Inactive = "inactive",
    }
}

open_words! {
    /// The period of a quota.
    struct QuotaPeriod rules::CAM_019 { "minute", "hour", "day", "month", "year" }
}

mapping! {
    "Plan.spec.throttle" below "throttle."
    /// How many calls per second a key of this plan may make.
    struct Throttle {
        /// Maximum number of calls per second; 0 blocks all calls. Omit it if unlimited is true. Default: {default}.
        limit per_second: i64 = "perSecond" refuse CAM_020 default 2,
        /// true for no limit per second.
        field unlimited: bool = "unlimited",
        /// Whether a key may have its own throttle. Default: {default}.
        managed key_override: bool = "keyOverride" default true,
    }
}

mapping! {
    "Plan.spec.quota" below "quota."
    /// How many calls a key of this plan may make in a period.
    struct Quota {
        /// Maximum number of calls in a period; 0 blocks all calls. Omit it if unlimited is true. Default: {default}.
        limit calls: i64 = "calls" refuse CAM_020 default 5000,
        /// true for no quota.
        field unlimited: bool = "unlimited",
        /// The period of the quota: minute, hour, day, month or year. A key with its own quota uses the same period. Default: {default}.
        managed per: QuotaPeriod = "per" default "day",
        /// Whether a key may have its own quota. Default: {default}.
        managed key_override: bool = "keyOverride" default true,
    }
}

mapping! {
    "Plan.spec.services[]"
    /// A service that the plan opens.
    struct PlanService {
        /// The name of the service in the store, or `id:` and its id if another one has the same name.
        field service: Box<str> = "service" required KW_006,
        /// The endpoints of the service that the plan opens: a list of names, or all for every endpoint that the service has when a plan is made.
        field endpoints: Endpoints = "endpoints" required KW_006,
    }
}

mapping! {
    "Plan.spec"
    /// The limits and access rules for keys of a package. metadata.name is its name, unique within its package.
    struct PlanSpec {
        /// The name of the package that the plan belongs to.
        field package: Box<str> = "package" required CAM_022,
        /// What the plan offers.
        managed description: Box<str> = "description",
        /// Whether the plan is in use: active or inactive. Default: {default}.
        managed status: PlanStatus = "status" default "active",
        /// Whether developers may create keys of this plan in the portal. Default: {default}.
        managed self_service_key_provisioning_enabled: bool = "selfServiceKeyProvisioningEnabled" default true,
        /// Whether administrators moderate keys of this plan. Default: {default}.
        managed admin_key_provisioning_enabled: bool = "adminKeyProvisioningEnabled" default true,
        /// Notes for administrators.
        managed notes: Box<str> = "notes",
        /// Maximum number of keys that one user may have in this plan; one page of the vendor reads as if all users together
        /// had so many. Default: {default}.
        managed max_num_keys_allowed: i64 = "maxNumKeysAllowed" refuse CAM_020 default 4,
        /// The number of keys that one user of a moderated plan can get before an administrator must review; with 0, every key
        /// is reviewed. Default: {default}.
        managed num_keys_before_review: i64 = "numKeysBeforeReview" refuse CAM_020 default 0,
        /// How many calls per second a key of this plan may make.
        group throttle: Throttle = "throttle",
        /// How many calls a key of this plan may make in a period.
        group quota: Quota = "quota",
        /// Whether a key may override the response filter. Default: {default}.
        managed response_filter_override_allowed: bool = "responseFilterOverrideAllowed" default true,
        /// The id of the email templates for developers.
        managed email_template_set_id: Box<str> = "emailTemplateSetId",
        /// The id of the email templates for administrators.
        managed admin_email_template_set_id: Box<str> = "adminEmailTemplateSetId",
        /// The portal access groups whose users may register keys of this plan, by name.
        managed roles: Vec<Spanned<Box<str>>> = "roles" as Roles refuse CAM_047,
        /// The services and endpoints that keys of this plan can call, by name; a plan without services opens nothing. [] closes all of them; without the field they are left as they are. Keywright does not change the methods and response filters of an endpoint.
        managed services: Vec<Spanned<PlanService>> = "services",
        /// Custom attributes of the plan, by name. Keywright does not change attributes that are not listed.
        managed eav: TextMap = "eav",
    }
}

/// The endpoints of a service.
pub enum Endpoints {
    All,
    Some(Vec<Spanned<Box<str>>>),
}

impl FromNode for Endpoints {
    fn from_node(node: &Node<'_>, reading: &mut Reading) -> Option<Self> {
        match &node.content {
            Content::List(_) => Vec::from_node(node, reading).map(Self::Some),
            Content::Scalar { text, .. } if text == ALL => Some(Self::All),
            Content::Scalar { .. } | Content::Mapping(_) => {
                reading.mistyped(node, "a list of endpoints, or `all`");
                None
            }
        }
    }
}

impl JsonSchema for Endpoints {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Endpoints".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let forms = [json_schema!({ "const": ALL }), Vec::<Spanned<Box<str>>>::json_schema(generator)];
        one_of(forms, "Write a list of endpoints, or all.")
    }
}

impl Managed for Vec<Spanned<PlanService>> {
    const FORM: Form = Form::Services;

    fn push_fields(&self, field: &'static str, place: Place, fields: &mut Vec<DesiredField>) {
        let items = self.iter().filter_map(|entry| {
            let (service, endpoints) =
                (entry.value.service.as_ref()?.value.to_string(), entry.value.endpoints.as_ref()?);
            Some(match &endpoints.value {
                Endpoints::All => vec![ServiceItem::All(service)],
                Endpoints::Some(endpoints) => {
                    let endpoint =
                        |name: &Spanned<Box<str>>| ServiceItem::Endpoint(service.clone(), name.value.to_string());
                    let endpoints: Vec<ServiceItem> = endpoints.iter().map(endpoint).collect();
                    std::iter::once(ServiceItem::Service(service.clone())).chain(endpoints).collect()
                }
            })
        });
        fields.push(DesiredField { field: field.into(), value: set_of(items.flatten()), place });
    }
}
