//! How two versions of a workspace differ, as text.

use std::io;

use super::Difference;
use super::plan;
use super::style;
use crate::change::Action;
use crate::change::Change;
use crate::change::Target;
use crate::manifest_diff::Declaration;
use crate::manifest_diff::Edit;
use crate::settings_diff::Effect;
use crate::text;

/// Writes the declarations and the settings that differ, and a summary.
pub fn difference(out: &mut dyn io::Write, difference: &Difference<'_>) -> io::Result<()> {
    let (bold, dim) = (style::BOLD, style::DIM);
    let Difference { workspace, before, after, declarations, settings } = *difference;
    let range = format!("{} → {}", text::line(before), text::line(after));
    writeln!(out, "{bold}Manifests of workspace {}{bold:#} {dim}·{dim:#} {range}\n", text::line(workspace))?;
    let changes: Vec<Change> = declarations.unwrap_or_default().iter().map(change).collect();
    if !changes.is_empty() {
        plan::changes(out, &changes)?;
        writeln!(out)?;
    }
    for setting in settings {
        let color = if setting.effect == Effect::Weaker { style::RED } else { style::YELLOW };
        let (field, old, new) = (text::line(&setting.field), text::line(&setting.before), text::line(&setting.after));
        writeln!(out, "  {color}~{color:#} keywright.yaml {field}: {old} → {new}{}", effect(setting.effect))?;
    }
    if !settings.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "{bold}{}{bold:#}", summary(difference))
}

/// `2 added, 1 removed · 1 setting changed`
pub(super) fn summary(difference: &Difference<'_>) -> String {
    let Some(declarations) = difference.declarations else {
        return "The objects cannot be compared: one version has errors.".to_owned();
    };
    let counts = Edit::ALL.map(|edit| (declarations.iter().filter(|one| one.edit == edit).count(), edit));
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let mut parts: Vec<String> = counts.map(|(count, edit)| format!("{count} {}", edit.name())).collect();
    if parts.is_empty() {
        parts.push("No object changed".to_owned());
    }
    let settings = difference.settings.len();
    let settings =
        if settings > 0 { format!(" · {} changed", text::count(settings, "setting")) } else { String::new() };
    format!("{}{settings}", parts.join(", "))
}

pub(super) const fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Weaker => " (weaker)",
        Effect::Other => "",
        Effect::Stronger => " (stronger)",
    }
}

/// A declaration in the form that plans are shown in.
pub(super) fn change(declaration: &Declaration) -> Change {
    Change {
        address: declaration.address.clone(),
        action: match declaration.edit {
            Edit::Added => Action::Create,
            Edit::Changed => Action::Update,
            Edit::Removed => Action::Delete,
        },
        fields: declaration.fields.clone(),
        reason: match declaration.edit {
            Edit::Removed if declaration.is_taken_out() => "removed: true takes it out of the store".to_owned(),
            Edit::Removed => "no longer declared".to_owned(),
            Edit::Added | Edit::Changed => String::new(),
        },
        place: declaration.place.clone(),
        needs: Vec::new(),
        target: Target { name: "".into(), parent: None, live: None, key: None },
    }
}
