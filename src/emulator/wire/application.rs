//! Applications (section 1.3 of the reference).

use super::Is;
use super::Property;
use super::explicit;
use super::implicit;
use super::text;
use crate::model::Kind;

/// The only `status` ever observed is `draft`, also for working applications. `isPackaged` is true if the keys belong
/// to packages, which is always so here.
pub(super) const PROPERTIES: &[Property] = &[
    implicit("id", Is::Id),
    implicit("created", Is::Created),
    implicit("updated", Is::Updated),
    implicit("username", Is::Owner),
    implicit("name", Is::Name),
    text("description"),
    text("type"),
    implicit("commercial", Is::Flag("commercial")),
    implicit("ads", Is::Flag("ads")),
    text("adsSystem"),
    text("usageModel"),
    text("tags"),
    text("notes"),
    text("howDidYouHear"),
    text("preferredProtocol"),
    text("preferredOutput"),
    text("externalId"),
    text("uri"),
    implicit("status", Is::FixedText("draft")),
    implicit("isPackaged", Is::FixedFlag(true)),
    text("oauthRedirectUri"),
    explicit("packageKeys", Is::Below(Kind::PackageKey)),
];
