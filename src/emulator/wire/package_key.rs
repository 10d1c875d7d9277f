//! Package keys (sections 1.6 and 1.8 of the reference).

use super::Is;
use super::Property;
use super::explicit;
use super::implicit;
use crate::model::Kind;

pub(super) const PROPERTIES: &[Property] = &[
    implicit("id", Is::Id),
    implicit("created", Is::Created),
    implicit("updated", Is::Updated),
    implicit("apikey", Is::KeyValue),
    implicit("secret", Is::SharedSecret),
    implicit("status", Is::Word("settings.status")),
    implicit("rateLimitCeiling", Is::OwnCeiling("settings.quota")),
    implicit("rateLimitExempt", Is::OwnExempt("settings.quota")),
    implicit("qpsLimitCeiling", Is::OwnCeiling("settings.throttle")),
    implicit("qpsLimitExempt", Is::OwnExempt("settings.throttle")),
    explicit("limits", Is::Limits),
    explicit("expires", Is::Expires),
    explicit("package", Is::Inside(Kind::Package)),
    explicit("plan", Is::Inside(Kind::Plan)),
    explicit("application", Is::Up(Kind::Application)),
    explicit("member", Is::Up(Kind::User)),
];
