//! CAM-060. Decided here, in `stores/cloud_api_management/write.rs` and in `stores/embedded/fields.rs`.

use crate::diagnostic::Diagnostic;
use crate::manifest::read::Spanned;
use crate::model::Kind;
use crate::model::built_in::is_built_in;
use crate::rule::Rule;
use crate::text::quoted;

pub static CAM_060: Rule = Rule {
    says: "The attributes under extendedAttributes are not properties of the API.",
    why: "The API receives them next to its own properties. An attribute `areaStatus` would disable the user and all \
          their keys, and no guard would notice.",
    source: "Mashery V3 docs, Members and Applications; client code",
    ..Rule::fixed("CAM-060").shown_by(cases!("cam-060"))
};

pub(super) fn problem(kind: Kind, name: &Spanned<Box<str>>) -> Option<Diagnostic> {
    // `eav` is an object of its own, so its names cannot collide.
    if !matches!(kind, Kind::User | Kind::Application) || !is_built_in(kind, &name.value) {
        return None;
    }
    let message = format!("`{}` is a property of the API, not a custom attribute", quoted(&name.value));
    let kind = kind.name();
    let help = format!(
        "use the field of the {kind} that sets it, or remove the line; `keywright explain {kind}` lists the fields"
    );
    Some(CAM_060.finding(message).at(name.place).help(help))
}
