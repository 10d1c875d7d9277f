//! KW-132. Decided here, and in `plan/one_line.rs` for what a plan would write.

use rayon::prelude::*;

use super::duplicates::address_of;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::manifest::Manifest;
use crate::manifest::Spec;
use crate::manifest::field::Form;
use crate::manifest::fields;
use crate::manifest::read::Spanned;
use crate::model::DesiredField;
use crate::model::Kind;
use crate::model::Value;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use crate::text::Flaw;
use crate::text::flaw;
use crate::text::flaw_of_email;

pub static KW_132: Rule = Rule {
    says: "A text of one line has no line end, no space at its ends, and no invisible character; an email has no space at all.",
    why: "No one sees the difference, and the store keeps it: an email with a line end never arrives and can never be \
          changed, and a mark that changes the direction of writing shows another name than the one that is compared.",
    source: "Keywright's own rule; Unicode Technical Report 36, Unicode Security Considerations",
    also: Some((
        Severity::Warning,
        "for spaces and invisible characters in fields that are no email and no name, because an object that exists may have \
         them; a plan does not write them",
    )),
    ..Rule::error("KW-132").shown_by(cases!("kw-132"))
};

/// The text fields that may have several lines.
const PROSE: [&str; 3] = ["description", "notes", "howDidYouHear"];

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let found: Vec<Diagnostic> = world.manifests.par_iter().flat_map_iter(problems).collect();
    for problem in found {
        findings.add(problem);
    }
}

fn problems(manifest: &Manifest) -> Vec<Diagnostic> {
    let Some(address) = address_of(manifest) else { return Vec::new() };
    let mut found = Vec::new();
    for (field, name) in references(manifest) {
        let is_refused = |flaw: Flaw<'_>| {
            KW_132.finding(format!("`{field}` of {address} {}", flaw.clause())).at(name.place).help(flaw.help())
        };
        found.extend(flaw(&name.value).map(is_refused));
    }
    for desired in managed(manifest) {
        found.extend(flawed(manifest.kind, &desired, &address.to_string()).map(|(problem, _)| problem));
    }
    found
}

/// The error or warning about a field, and the error if a plan would write it.
pub fn flawed(kind: Kind, desired: &DesiredField, address: &str) -> Option<(Diagnostic, Diagnostic)> {
    let field = fields::find(kind, &desired.field).filter(|field| !PROSE.contains(&field.name))?;
    let (text, what) = match (&desired.value, field.form) {
        (Value::Text(text), Form::Text | Form::Email) => (text, format!("`{}` of {address}", field.name)),
        // Rules of their own check the entries of the other lists, and blank entries.
        (Value::Set(items), _) if matches!(field.name, "notifyAdminEmails" | "allowedOrgs") => {
            let item = items.iter().find(|item| !item.trim().is_empty() && flaw(item).is_some())?;
            (item, format!("an entry of `{}` of {address}", field.name))
        }
        _ => return None,
    };
    let is_email = field.form == Form::Email || field.name == "notifyAdminEmails";
    let flaw = if field.form == Form::Email { flaw_of_email(text)? } else { flaw(text)? };
    let message = format!("{what} {}", flaw.clause());
    let at = |problem: Diagnostic| problem.at(desired.place).help(flaw.help());
    let error = at(KW_132.finding(message.clone()));
    let found = if is_email || flaw.is_line_end() { error.clone() } else { at(KW_132.also(message)) };
    Some((found, error))
}

/// The fields that a store keeps.
pub(super) fn managed(manifest: &Manifest) -> Vec<DesiredField> {
    let mut fields = Vec::new();
    match &manifest.spec {
        Spec::Package(spec) => spec.desired_fields(&mut fields),
        Spec::Plan(spec) => spec.desired_fields(&mut fields),
        Spec::User(spec) => spec.desired_fields(&mut fields),
        Spec::Application(spec) => spec.desired_fields(&mut fields),
        Spec::PackageKey(spec) => spec.desired_fields(&mut fields),
        Spec::ApiKey(spec) => spec.desired_fields(&mut fields),
    }
    fields
}

/// The names of other objects, with their fields.
pub(super) fn references(manifest: &Manifest) -> Vec<(&'static str, &Spanned<Box<str>>)> {
    let all: Vec<(&'static str, Option<&Spanned<Box<str>>>)> = match &manifest.spec {
        Spec::Application(spec) => {
            let uses = spec.packages.iter().flat_map(|uses| &uses.value);
            let of_uses =
                uses.flat_map(|entry| [("package", entry.value.package.as_ref()), ("plan", entry.value.plan.as_ref())]);
            std::iter::once(("user", spec.user.as_ref())).chain(of_uses).collect()
        }
        Spec::Plan(spec) => vec![("package", spec.package.as_ref())],
        Spec::PackageKey(spec) => vec![
            ("user", spec.user.as_ref()),
            ("application", spec.application.as_ref()),
            ("package", spec.package.as_ref()),
            ("plan", spec.plan.as_ref()),
        ],
        Spec::User(_) | Spec::Package(_) | Spec::ApiKey(_) => Vec::new(),
    };
    all.into_iter().filter_map(|(field, name)| Some((field, name?))).collect()
}
