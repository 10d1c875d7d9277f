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
    says: "An API type is in the workspace's catalog; without a catalog this is a warning.",
    why: "The vendor publishes no list of API types. With a mistyped type, the key gets less access than intended, or \
          none.",
    source: "No public catalog",
    also: Some((Severity::Warning, "if the workspace lists no API types")),
    wrong: "The workspace sets `allowedApis: [audit, billing]` for the store; the key `erp-orders` sets `allowedApis: \
            [audits]`.",
    right: "The key sets `allowedApis: [audit]`.",
    ..Rule::error("MFT-012")
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let is_used = world.workspace.remote.managed_file_transfer.is_some();
    for api in api_types(world).filter(|api| !is_unsendable(&api.value)) {
        let text = &api.value;
        let Some(catalog) = &world.api_types else {
            if is_used {
                let problem = MFT_012.also(format!("cannot check whether `{}` is an API type", quoted(text)));
                let help = "list the API types under spec.stores.managedFileTransfer.allowedApis";
                findings.add(problem.at(api.place).help(help));
            }
            continue;
        };
        if !catalog.contains(&**text) {
            let problem = MFT_012.finding(format!("`{}` is not an API type of this workspace", quoted(text)));
            // A longer list does not help, and a hostile one would take too long to compare.
            let known = catalog.iter().take(100).copied();
            let help = did_you_mean(text, known.clone()).map_or_else(
                || format!("the workspace lists {}", known.map(quoted).collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            findings.add(problem.at(api.place).help(help));
        }
    }
}
