//! MFT-019. Decided here.

use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;

pub static MFT_019: Rule = Rule {
    says: "No text of an API key looks like a key value: a UUID, or 20 or more random characters.",
    why: "The id of a live key may be the key itself. In a manifest, every reader of the repository could use it.",
    source: "Leak guard, inferred",
    ..Rule::fixed("MFT-019").shown_by(cases!("mft-019"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for (manifest, spec) in world.api_keys() {
        let items = spec.allowed_apis.iter().chain(&spec.allowed_orgs).flat_map(|listed| &listed.value);
        for text in manifest.metadata.name.iter().chain(items) {
            if looks_like_a_key(&text.value) {
                let problem = MFT_019.finding("this looks like the value of a key").at(text.place);
                findings
                    .add(problem.help("remove the value or id of the key; if this is a name, make it more readable"));
            }
        }
    }
}

/// Whether a text has a UUID, or 20 or more letters and digits that are mixed like a random text.
pub fn looks_like_a_key(text: &str) -> bool {
    let is_uuid = |part: &str| {
        let groups: Vec<&str> = part.split('-').collect();
        groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
            && part.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
    };
    let class = |byte: u8| (byte.is_ascii_digit(), byte.is_ascii_uppercase());
    let is_random = |run: &str| {
        let changes = run.as_bytes().windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count();
        run.len() >= 20 && changes >= 5
    };
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).any(is_uuid)
        || text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_texts_look_like_keys_and_names_do_not() {
        for key in
            ["123e4567-e89b-42d3-a456-426614174000", "id 123e4567-e89b-42d3-a456-426614174000!", "a1B2c3D4e5F6g7H8i9J0"]
        {
            assert!(looks_like_a_key(key), "{key}");
        }
        for name in [
            "erp-orders",
            "northbank-settlement-files-2027",
            "ORDERSFROMTHEWAREHOUSE",
            "short1A2b",
            "12345678901234567890",
        ] {
            assert!(!looks_like_a_key(name), "{name}");
        }
    }
}
