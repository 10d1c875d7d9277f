//! KW-135: objects that lost their manifests, and that the workspace does not own. Only the database knows that they had
//! manifests, and only until an apply has seen that: what stays without one on purpose is not reported again.

use super::Context;
use super::known::Maker;
use crate::diagnostic::Diagnostic;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::rules;
use crate::text::and_more;
use crate::text::count;
use crate::text::line;

/// Names in a message.
const NAMED: usize = 5;

/// `left` are the objects that the workspace neither declares nor owns.
pub(super) fn check(left: &[&LiveObject], context: &Context<'_>) -> Option<Diagnostic> {
    if context.options.is_part || !context.options.rotate.keys.is_empty() {
        return None;
    }
    let lost: Vec<String> = left.iter().filter_map(|live| lost(live, context)).collect();
    let (manifests, stays, them) = match lost.len() {
        0 => return None,
        1 => ("1 manifest is".to_owned(), "its object stays", "it"),
        many => (format!("{} are", count(many, "manifest")), "their objects stay", "them"),
    };
    let message = format!(
        "{manifests} gone since the last apply: {}; {stays} in the store, because the workspace does not own what lost its \
         manifest",
        and_more(&lost, NAMED, ", ")
    );
    let help =
        format!("to remove {them}, write `removed: true` in place of the topmost one; otherwise nothing is to do");
    Some(rules::KW_135.finding(message).help(help))
}

/// The address of the manifest that an object lost.
fn lost(live: &LiveObject, context: &Context<'_>) -> Option<String> {
    let (objects, key) = (&context.remembered.objects, context.remembered.key.as_ref());
    let known = objects.of(live, key).filter(|known| known.fits(live, key) && !known.is_undeclared)?;
    let is_theirs = known.maker == Maker::ControlPlane || objects.elsewhere(live, key).is_some();
    let is_off = live.address.kind() == Kind::ApiKey && !live.attributes.flag("enabled");
    let address = Address::parse(&known.address)?;
    if is_theirs || is_off || context.desired.manifest_of(&address).is_some() {
        return None;
    }
    let is_moved = live.key.is_none() && address != live.address;
    let now = if is_moved { format!(" (now {})", live.address) } else { String::new() };
    Some(format!("{}{now}", line(&known.address)))
}
