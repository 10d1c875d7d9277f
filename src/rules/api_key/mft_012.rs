//! MFT-012. Decided here.

use super::api_types;
use super::mft_011::is_unsendable;
use crate::diagnostic::Severity;
use crate::diagnostic::did_you_mean;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use crate::text::quoted;

pub static MFT_012: Rule = Rule {
    says: "An API type is in the workspace's catalogue; without a catalogue this is a warning.",
    why: "The vendor publishes no list of API types. A mistyped one gives the key less than was meant, or nothing at \
          all.",
    source: "No public catalogue",
    also: Some((Severity::Warning, "where the workspace lists no API types")),
    wrong: "The workspace says `allowedApis: [audit, billing]` for the store; the key `erp-orders` says `allowedApis: \
            [audits]`.",
    right: "The key says `allowedApis: [audit]`.",
    ..Rule::error("MFT-012")
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let is_used = world.workspace.remote.managed_file_transfer.is_some();
    for api in api_types(world).filter(|api| !is_unsendable(&api.value)) {
        let text = &api.value;
        let Some(catalogue) = &world.api_types else {
            if is_used {
                let problem = MFT_012.also(format!("nothing says whether `{}` is an API type", quoted(text)));
                let help = "list the API types under spec.stores.managedFileTransfer.allowedApis";
                findings.add(problem.at(api.place).help(help));
            }
            continue;
        };
        if !catalogue.contains(&**text) {
            let problem = MFT_012.finding(format!("`{}` is not an API type of this workspace", quoted(text)));
            // Nobody reads a list of hundreds, and comparing with a hostile one would take for ever.
            let known = catalogue.iter().take(100).copied();
            let help = did_you_mean(text, known.clone()).map_or_else(
                || format!("the workspace lists {}", known.map(quoted).collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            findings.add(problem.at(api.place).help(help));
        }
    }
}
