//! MFT-011. Decided here.

use super::api_types;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use crate::text::quoted;

pub static MFT_011: Rule = Rule {
    says: "An API type holds no comma, semicolon, bar, quote or bracket, and no space at its ends.",
    why: "The server keeps the whole list in one text and splits it at such characters. One entry would become two, \
          and open an API that nobody named.",
    source: "Encoding of the list, inferred",
    ..Rule::fixed("MFT-011").shown_by(cases!("mft-011"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for api in api_types(world).filter(|api| is_unsendable(&api.value)) {
        let problem = MFT_011.finding(format!("`{}` can not be sent as an API type", quoted(&api.value)));
        findings
            .add(problem.at(api.place).help("it can not be blank, nor hold , ; | quotes, brackets or outer spaces"));
    }
}

pub(super) fn is_unsendable(text: &str) -> bool {
    text.trim().is_empty() || text.trim() != text || text.contains([',', ';', '|', '"', '\'', '[', ']', '{', '}'])
}
