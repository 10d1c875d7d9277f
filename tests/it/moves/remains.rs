//! What is told apart from what lives on under another name or below another owner: no tombstone is done, no rename is
//! silent, and the help of every message works.

use std::fs;

use super::KEY;
use super::Story;
use crate::team::TEAM;

fn ids(story: &Story) -> Vec<String> {
    let database = story.database();
    let mut found = database.prepare("SELECT id FROM package_keys ORDER BY row").unwrap();
    found.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn keys_without_a_prefix_that_pass_on_their_names_are_declared_by_their_ids() {
    let named = |name: &str, key: &str| KEY.replace("{name: k}", name).replace("{generate: {prefix: chk_}}", key);
    for remembers in [true, false] {
        for (first, second) in [("two", "three"), ("two", "one")] {
            let one = named("{name: one}", "{generate: {}}");
            let story = Story::of(&[TEAM, &one].concat());
            let story = story.with(&[TEAM, &one, &named("{name: two}", "{generate: {}}")]);
            assert_eq!(story.apply("").exit, 0);
            if !remembers {
                story.forget();
            }
            let renamed =
                |new: &str, old: &str| named(&format!("{{name: {new}, previously: [{old}]}}"), "{generate: {}}");
            let story = story.with(&[TEAM, &renamed(first, "one"), &renamed(second, "two")]);
            let ran = story.apply("");
            assert!(ran.exit == 3 && ran.err.contains("KW-016"), "{}{}", ran.out, ran.err);
            assert!(ran.err.contains("`key: {existing: ID}`"), "{}{}", ran.out, ran.err);
            let ids = ids(&story);
            let by_id = |name: &str, id: &str| named(&format!("{{name: {name}}}"), &format!("{{existing: {id}}}"));
            let story = story.with(&[TEAM, &by_id(first, &ids[0]), &by_id(second, &ids[1])]);
            story.settles();
            assert_eq!(story.count(), (1, 2));
        }
    }
    // One that has a prefix needs no old name at all.
    let other = KEY.replace("{name: k}", "{name: n}").replace("chk_", "new_");
    let story = Story::of(&[TEAM, KEY, &other].concat());
    let swap = |text: &str, name: &str| text.replace("{name: k}", name).replace("{name: n}", name);
    let story =
        story.with(&[TEAM, &swap(KEY, "{name: n, previously: [k]}"), &swap(&other, "{name: k, previously: [n]}")]);
    let ran = story.apply("");
    assert!(ran.exit == 3 && !ran.err.contains("existing: ID"), "{}{}", ran.out, ran.err);
    let story = story.with(&[TEAM, &swap(KEY, "{name: n}"), &swap(&other, "{name: k}")]);
    story.settles();
}

#[test]
fn the_order_of_files_changes_no_finding_about_names_that_move_in_a_circle() {
    let plan = |name: &str, old: &str| {
        format!(
            "---\napiVersion: keywright.dev/v1\nkind: Plan\nmetadata: {{name: {name}, previously: [{old}]}}\n\
             spec: {{package: payments}}\n"
        )
    };
    let plans = [plan("a", "n"), plan("x", "n"), plan("n", "a")];
    let found = |order: [usize; 3]| {
        let folder = tempfile::tempdir().unwrap();
        let text: String = order.into_iter().map(|at| plans[at].as_str()).collect();
        fs::write(folder.path().join("m.yaml"), [TEAM, &text].concat()).unwrap();
        let ran = crate::console::Console::new(folder.path().to_path_buf()).run("validate");
        let said = [ran.out, ran.err].concat();
        let mut found: Vec<String> = said.lines().filter(|line| line.starts_with("error")).map(str::to_owned).collect();
        found.sort();
        found
    };
    let expected = found([0, 1, 2]);
    assert_eq!(expected.len(), 2, "{expected:?}");
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert_eq!(found(order), expected);
    }
}
