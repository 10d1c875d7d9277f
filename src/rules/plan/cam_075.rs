//! CAM-075. Decided here.

use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use crate::text::quoted;

pub static CAM_075: Rule = Rule {
    says: "An address in `notifyAdminEmails` is not empty, and contains no spaces and no comma.",
    why: "The store keeps the addresses in one text, separated by commas. Of an address with a space or a comma it would \
          keep another list than the manifest says.",
    source: "Mashery API 3.0, packages; encoding of the list, inferred",
    ..Rule::fixed("CAM-075").shown_by(cases!("cam-075"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (_, spec) in world.packages.values() {
        for email in spec.notify_admin_emails.iter().flat_map(|emails| &emails.value) {
            // What stands at its ends is a finding of KW-132.
            let address = email.value.trim();
            if address.is_empty() || address.contains(|c: char| c == ',' || c.is_whitespace()) {
                let problem = CAM_075.finding(format!("`{}` cannot be an email address", quoted(&email.value)));
                findings
                    .add(problem.at(email.place).help("write one address for each entry, without spaces; [] for none"));
            }
        }
    }
}
