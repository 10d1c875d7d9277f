//! MFT-011. Decided here.

use super::api_types;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use crate::text::quoted;

pub static MFT_011: Rule = Rule {
    says: "An API type contains no comma, semicolon, bar, quote or bracket, and does not begin or end with a space.",
    why: "The store keeps the whole list in one text and splits it at such characters. One entry would become two, and \
          allow an API that no one named.",
    source: "Encoding of the list, inferred",
    ..Rule::fixed("MFT-011").shown_by(cases!("mft-011"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for api in api_types(world).filter(|api| is_unsendable(&api.value)) {
        let problem = MFT_011.finding(format!("`{}` cannot be an API type", quoted(&api.value)));
        findings.add(
            problem.at(api.place).help("remove , ; | quotes, brackets, and spaces at the ends; it cannot be blank"),
        );
    }
}

pub(super) fn is_unsendable(text: &str) -> bool {
    text.trim().is_empty() || text.trim() != text || text.contains([',', ';', '|', '"', '\'', '[', ']', '{', '}'])
}
