//! Names that change again: what `previously` names is found by the database, and what no machine can know has a help that works.

use super::KEY;
use super::Story;
use crate::team::TEAM;

const ENTRY: &str = "spec: {user: alice, packages: [{package: payments, plan: gold}]}";

impl Story {
    /// One more change that makes nothing.
    fn renames(self, from: &str, to: &str) -> Self {
        let (story, before) = (self.edited(from, to), 1);
        let ran = story.apply("");
        assert!(ran.exit == 0 && story.count().1 == before, "{}{}", ran.out, ran.err);
        let ran = story.apply("");
        assert!(ran.exit == 0 && ran.out.contains("Nothing to do"), "{}{}", ran.out, ran.err);
        story
    }
}

fn document() -> String {
    [TEAM, &KEY.replace("{prefix: chk_}", "{}")].concat()
}

fn entry() -> String {
    TEAM.replace("spec: {user: alice}", ENTRY)
}

#[test]
fn a_document_without_a_prefix_can_be_renamed_again() {
    let story = Story::of(&document()).renames("{name: k}", "{name: l, previously: [k]}");
    let story = story.renames("{name: l, previously: [k]}", "{name: m, previously: [l]}");
    let story = story.renames("{name: m, previously: [l]}", "{name: n, previously: [m]}");
    // Without memory, the id works.
    story.forget();
    let story = story.edited("{name: n, previously: [m]}", "{name: o, previously: [n]}");
    let ran = story.apply("");
    let id = story.id_of_only_key();
    assert!(ran.exit == 4 && ran.err.contains(&format!("`key: {{existing: {id}}}`")), "{}{}", ran.out, ran.err);
    let story = story.renames("{generate: {}}", &format!("{{existing: {id}}}"));
    drop(story);
}

#[test]
fn an_application_and_a_package_with_an_entry_can_be_renamed_again() {
    let story = Story::of(&entry()).renames("{name: checkout}", "{name: b, previously: [checkout]}");
    let story = story.renames("{name: b, previously: [checkout]}", "{name: c, previously: [b]}");
    let story = story.renames("{name: c, previously: [b]}", "{name: d, previously: [c]}");
    drop(story);
    let story = Story::of(&entry()).edited("package: payments", "package: p2");
    let story =
        story.renames("{name: payments}", "{name: p2, previously: [payments]}").edited("package: p2", "package: p3");
    let story = story.renames("{name: p2, previously: [payments]}", "{name: p3, previously: [p2]}");
    // KW-136 does not say that the name can go.
    let ran = story.apply("");
    assert!(!ran.err.contains("KW-136"), "{}", ran.err);
    // Without memory, the key is declared by its id.
    story.forget();
    let story = story
        .edited("package: p3", "package: p4")
        .edited("{name: p3, previously: [p2]}", "{name: p4, previously: [p3]}");
    let ran = story.apply("");
    let help = format!(
        "declare it in a PackageKey manifest with `key: {{existing: {}}}` instead of the entry",
        story.id_of_only_key()
    );
    assert!(ran.exit == 4 && ran.err.contains(&help), "{}{}", ran.out, ran.err);
    let by_id = KEY.replace("package: payments", "package: p4");
    let by_id = by_id.replace("{generate: {prefix: chk_}}", &format!("{{existing: {}}}", story.id_of_only_key()));
    let manifests = story.manifests.replace(", packages: [{package: p4, plan: gold}]", "") + &by_id;
    let story = story.declares(manifests);
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count().1 == 1, "{}{}", ran.out, ran.err);
}

/// Two applications with entries exchange their names, as the help of KW-016 says.
#[test]
fn applications_with_entries_exchange_their_names_in_two_steps() {
    let application = |name: &str, package: &str| {
        format!(
            "---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {{{name}}}\nspec: {{user: alice, packages: \
             [{{package: {package}, plan: gold}}]}}\n"
        )
    };
    let money = TEAM.split("---\n").skip(2).collect::<Vec<_>>().join("---\n").replace("payments", "money");
    for package in ["payments", "money"] {
        let base = [TEAM, "---\n", &money].concat();
        let with =
            |one: &str, other: &str| [&*base, &application(one, "payments"), &application(other, package)].concat();
        let story = Story::of(&with("name: a", "name: b"));
        let keys = story.count();
        let story = story.declares(with("name: tmp, previously: [a]", "name: b"));
        let ran = story.apply("");
        assert!(ran.exit == 0 && story.count() == keys, "{}{}", ran.out, ran.err);
        let story = story.declares(with("name: b, previously: [tmp]", "name: a, previously: [b]"));
        for _ in 0..2 {
            let ran = story.apply("");
            assert!(ran.exit == 0 && story.count() == keys, "{}{}", ran.out, ran.err);
        }
    }
}
