//! A live store → manifests that match it. Comments describe what a manifest cannot contain.

mod keys;
mod yaml;

use std::io;
use std::io::Write;

use serde_yaml::Mapping;

use crate::manifest::API_VERSION;
use crate::model::Attributes;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveObject;
use crate::model::Value;
use crate::model::built_in::is_forbidden;
use crate::text;
use crate::text::ci_commands::Harmless;

/// One exported document, or a comment in its place.
pub(super) enum Exported {
    Manifest { name: String, spec: Mapping, comments: Vec<String> },
    Comment(String),
}

/// Writes every object of the store as a manifest, in the order of kinds and addresses.
pub fn manifests(out: &mut dyn Write, live: &Live, now: Instant) -> io::Result<()> {
    for kind in Kind::ALL {
        let exported = match kind {
            Kind::PackageKey => keys::export(live),
            _ => live.of(kind).iter().map(|object| named(kind, object, now)).collect(),
        };
        let order = yaml::field_order(kind);
        for document in exported {
            write(out, kind, document, &order)?;
        }
    }
    Ok(())
}

fn write(out: &mut dyn Write, kind: Kind, document: Exported, order: &[String]) -> io::Result<()> {
    let (name, spec, comments) = match document {
        Exported::Comment(comment) => return write_comment(out, &comment),
        Exported::Manifest { name, spec, comments } => (name, spec, comments),
    };
    writeln!(out, "---")?;
    for comment in comments {
        write_comment(out, &comment)?;
    }
    let mut manifest = Mapping::new();
    manifest.insert("apiVersion".into(), API_VERSION.into());
    manifest.insert("kind".into(), kind.name().into());
    manifest.insert("metadata".into(), yaml::one("name", name).into());
    manifest.insert("spec".into(), yaml::in_order(spec, order).into());
    out.write_all(yaml::text(&manifest)?.as_bytes())
}

fn write_comment(out: &mut dyn Write, comment: &str) -> io::Result<()> {
    writeln!(Harmless::new(out), "# {}", text::line(comment))
}

fn named(kind: Kind, object: &LiveObject, now: Instant) -> Exported {
    let name = &object.name;
    if name.trim() != &**name || name.is_empty() || name.contains(crate::rules::is_hidden_in_name) {
        return Exported::Comment(format!("{} is not exported: a manifest cannot contain its name", object.address));
    }
    let mut spec = yaml::spec(kind, &object.attributes);
    let left_out = object.attributes.iter().filter(|(field, _)| is_forbidden(kind, field));
    let mut comments: Vec<String> =
        left_out.map(|(field, _)| format!("{field} is not exported: a manifest cannot set it")).collect();
    match (kind, &object.parent) {
        (Kind::Application, Some(user)) => {
            spec.insert("user".into(), user.name().into());
        }
        (Kind::Plan, Some(package)) => {
            spec.insert("package".into(), package.name().into());
        }
        (Kind::ApiKey, _) => comments.extend(api_key(&object.attributes, &mut spec, now)),
        _ => {}
    }
    Exported::Manifest { name: name.to_string(), spec, comments }
}

/// Replaces empty lists by `allApis` and `allOrgs`. An enabled key cannot be declared as expired, so a comment reports it.
fn api_key(attributes: &Attributes, spec: &mut Mapping, now: Instant) -> Option<String> {
    for (list, all) in [("allowedApis", "allApis"), ("allowedOrgs", "allOrgs")] {
        if attributes.get(list).is_none_or(Value::is_empty) {
            spec.remove(list);
            spec.insert(all.into(), true.into());
        }
    }
    let end = attributes.text("expires")?;
    let is_over = end.parse::<Instant>().is_ok_and(|end| end <= now) && attributes.flag("enabled");
    is_over.then(|| {
        spec.remove("expires");
        format!("expired {end}")
    })
}
