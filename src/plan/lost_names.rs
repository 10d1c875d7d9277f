//! Objects that lost what identifies them in the store. The workspace database knows their ids, so their manifests are
//! held back and nothing is created in their place; without the database, a plan says what it cannot know.

use super::Action;
use super::Change;
use super::Context;
use super::displaced;
use super::known::Known;
use super::known::trace_of;
use super::remembered;
use super::renamed_keys;
use crate::diagnostic::Diagnostic;
use crate::matching::Matching;
use crate::matching::NOTHING_IN_ITS_PLACE;
use crate::matching::matching;
use crate::matching::odd_rule;
use crate::matching::show_values;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Kind;
use crate::model::OddRow;
use crate::rules;
use crate::text::and_more;

/// Names in a message.
const NAMED: usize = 3;

/// The matches, without the declared objects that a row or a key of the store is by its id.
pub(super) fn matched<'a>(context: &Context<'a>) -> Matching<'a> {
    let mut matching = matching(context.desired, context.live, context.values, context.options.is_part);
    if !context.remembered.objects.is_empty() {
        displaced::hold(context, &mut matching);
        renamed_keys::find(context, &mut matching);
        matching.found.sort();
        hold_rows(context, &mut matching);
        hold_keys(context, &mut matching);
    }
    matching
}

fn known_row<'a>(row: &OddRow, context: &Context<'a>) -> Option<&'a Known> {
    let trace = trace_of(row.kind, row.id.as_ref()?, context.remembered.key.as_ref())?;
    context.remembered.objects.get(row.kind, &trace)
}

/// Whether a manifest declares the object that an earlier run knew under an address.
fn is_it(declared: &Declared, known: &Known) -> bool {
    let former = declared.previously.iter().map(|former| &former.address);
    std::iter::once(&declared.address).chain(former).any(|address| address.is_written(&known.address))
}

fn hold_rows(context: &Context<'_>, matching: &mut Matching<'_>) {
    for row in context.live.odd() {
        let Some(known) = known_row(row, context) else { continue };
        for declared in context.desired.of(row.kind).filter(|declared| is_it(declared, known)) {
            if matching.found.contains_key(&declared.address) {
                // Of a key, the row is another generation.
                matching.unsure.insert(declared.address.clone());
            } else if !matching.stopped.contains(&declared.address) {
                let (address, row_of, property) = (&declared.address, row.described(), &row.property);
                let message = format!("{address} is {row_of}, whose `{property}` is missing or not understood");
                let problem = odd_rule(row.kind).finding(message).at(declared.place);
                matching.hold(declared, problem.help(NOTHING_IN_ITS_PLACE));
            }
        }
    }
}

/// The value of a key cannot change, so one with another value is shown masked, or altered on the way.
fn hold_keys(context: &Context<'_>, matching: &mut Matching<'_>) {
    let key = context.remembered.key.as_ref();
    for live in context.live.of(Kind::PackageKey) {
        let Some(known) = context.remembered.objects.of(live, key) else { continue };
        let is_ours = known.value.as_ref().is_some_and(|value| key.is_some_and(|key| key.made(value)));
        if !is_ours || known.fits(live, key) {
            continue;
        }
        for declared in context.desired.of(Kind::PackageKey).filter(|declared| is_it(declared, known)) {
            let is_matched =
                matching.found.contains_key(&declared.address) || matching.stopped.contains(&declared.address);
            // CAM-069 is about a value that the store altered when the key was created.
            if is_matched || remembered::altered_key(context.remembered, context.live, declared).is_some() {
                continue;
            }
            let message = format!(
                "{} is {}, whose `apikey` in the store is not the value that it had when it was last applied",
                declared.address, live.address
            );
            let problem = rules::CAM_066.finding(message).at(declared.place);
            matching.hold(declared, problem.help(show_values(declared)));
        }
    }
}

/// The creates of kinds of which the store has a row without a name, if the database knows no object of the kind: the row
/// may be one of them.
pub(super) fn beside(changes: &[Change], context: &Context<'_>, matching: &Matching<'_>) -> Vec<Diagnostic> {
    let nameless = context.live.odd().iter().filter(|row| row.kind != Kind::PackageKey && row.name.is_none());
    let rows: Vec<&OddRow> = nameless.filter(|row| !context.remembered.objects.has(row.kind)).collect();
    Kind::ALL.into_iter().filter_map(|kind| may_be(kind, &rows, changes, matching)).collect()
}

fn may_be(kind: Kind, rows: &[&OddRow], changes: &[Change], matching: &Matching<'_>) -> Option<Diagnostic> {
    let of_kind: Vec<&&OddRow> = rows.iter().filter(|row| row.kind == kind).collect();
    let has_parent = |row: &OddRow, parent: Option<&Address>| {
        row.parents.first().is_none_or(|of_row| parent == Some(&matching.translated(of_row)))
    };
    let is_one = |change: &&Change| {
        let parent = change.target.parent.as_ref();
        change.action == Action::Create
            && change.address.kind() == kind
            && of_kind.iter().any(|row| has_parent(row, parent))
    };
    let created: Vec<String> = changes.iter().filter(is_one).map(|change| change.address.to_string()).collect();
    if created.is_empty() {
        return None;
    }
    let verb = if created.len() == 1 { "is" } else { "are" };
    let message = format!(
        "{} {verb} created, but one of the {} in the store has no name that is understood",
        and_more(&created, NAMED, ", "),
        kind.plural()
    );
    let help = "if it is the same object, name it again in the store first; without the database of earlier runs, its id \
                says nothing";
    Some(odd_rule(kind).also(message).help(help))
}
