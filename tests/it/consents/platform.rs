//! Users of the Boomi platform: the area neither enables nor disables nor deletes them, and no answer of the API shows who
//! they are. The settings name them; without that, the refusal of the area is explained.

use serde_json::json;

use super::Story;
use crate::cloud::area::Said;

const NAME: &str = "platform.ann";

fn story() -> (Story, String) {
    let story = Story::of(&["--quirk", "platform-user"]);
    let member = json!({"username": NAME, "email": "ann@example.com", "displayName": "Ann", "areaStatus": "active"});
    let member = story.emulator.post("/members", member).ok();
    let id = member["id"].as_str().unwrap().to_owned();
    (story, id)
}

fn settings(story: &Story, users: &str, more: &str) {
    let url = format!("http://{}", story.emulator.address());
    story.world.point_at_url(&url, &format!("{{callsPerSecond: 1000}}{users}"), more, "TEST_");
}

/// The manifests of an unrelated package and of the user.
fn declare(story: &Story, description: &str, user: &str) {
    story.world.write(&format!(
        "apiVersion: keywright.dev/v1\nkind: Package\nmetadata: {{name: pay}}\nspec: {{description: {description}}}\n---\n\
         apiVersion: keywright.dev/v1\nkind: User\n{user}\n"
    ));
}

fn status(story: &Story, id: &str) -> String {
    let member = story.emulator.get(&format!("/members/{id}?fields=areaStatus")).ok();
    member["areaStatus"].as_str().unwrap().to_owned()
}

fn user(status: &str) -> String {
    format!("metadata: {{name: {NAME}}}\nspec: {{email: ann@example.com, displayName: Ann, status: {status}}}")
}

const LISTED: &str = "\n      platformUsers: [platform.ann]";

fn assert_says(said: &Said, words: &[&str]) {
    for words in words {
        assert!(said.text.contains(words), "{words}\n{}", said.text);
    }
}

#[test]
fn the_refusal_of_the_area_is_explained() {
    let (story, id) = story();
    declare(&story, "unrelated", &user("disabled"));
    let said = story.apply(&["--allow", &format!("user/{NAME}")]);
    assert_eq!((said.exit, status(&story, &id).as_str()), (6, "active"), "{}", said.text);
    assert_says(
        &said,
        &["is managed in the Boomi platform", "change the account there, and list the name under", "platformUsers"],
    );
    assert_eq!(story.description(), "unrelated");
}

#[test]
fn a_listed_user_is_neither_disabled_nor_enabled_nor_deleted() {
    let (story, id) = story();
    settings(&story, LISTED, "  ownership: {users: all}\n");
    for (number, wish) in ["disabled", "waiting"].into_iter().enumerate() {
        let description = format!("try {number}");
        declare(&story, &description, &user(wish));
        // No consent lifts it, and everything else is applied.
        let said = story.apply(&["--allow", &format!("user/{NAME}")]);
        assert_eq!((said.exit, status(&story, &id).as_str()), (6, "active"), "{}", said.text);
        assert_says(
            &said,
            &["CAM-072", "user/platform.ann is a user of the Boomi platform, whose status cannot change"],
        );
        assert_eq!(story.description(), description, "{}", said.text);
    }
    declare(&story, "removed", &format!("metadata: {{name: {NAME}, removed: true}}\nspec: {{}}"));
    let said = story.apply(&["--allow", &format!("user/{NAME}")]);
    assert_says(&said, &["CAM-072", "user/platform.ann is a user of the Boomi platform, so it stays"]);
    assert_eq!(status(&story, &id), "active");
    declare(&story, "pruned", "metadata: {name: alice}\nspec: {email: alice@example.com, displayName: Alice}");
    let said = story.apply(&["--prune", "--allow", &format!("user/{NAME}")]);
    assert_says(&said, &["a user of the Boomi platform; never deleted (CAM-072)"]);
    assert_eq!(status(&story, &id), "active");
    // What the manifest says already holds, and everything else of the user is managed.
    declare(&story, "kept", &user("active").replace("displayName: Ann,", "displayName: Ann, company: Acme,"));
    let said = story.apply(&[]);
    assert_eq!(said.exit, 0, "{}", said.text);
    assert_says(&said, &["company"]);
}

/// The area refuses to enable such a user, so that is not the step that the warning names.
#[test]
fn a_disabled_user_of_the_platform_is_enabled_there() {
    let story = Story::begin();
    settings(&story, "\n      platformUsers: [alice]", "");
    story.declare(super::Word::Silent, "unrelated");
    story.person(super::Deed::DisabledUser);
    let said = story.apply(&[]);
    assert_eq!(said.exit, 0, "{}", said.text);
    assert_says(
        &said,
        &["warning[CAM-077]: user/alice is disabled in the store", "enable user/alice in the Boomi platform"],
    );
}

#[test]
fn a_wrong_name_among_the_platform_users_is_reported() {
    let (story, _) = story();
    let user = |name: &str| format!("metadata: {{name: {name}}}\nspec: {{email: {name}@example.com, displayName: A}}");
    // Users whom no manifest declares, so that one user is found in fewer calls than all of them.
    for name in ["carl", "bob", "alice"] {
        declare(&story, "unrelated", &user(name));
        assert_eq!(story.apply(&[]).exit, 0);
    }
    let warning = "warning[CAM-076]: `platformUsers` in keywright.yaml names";
    for (listed, words) in [
        (
            "[Platform.ann]",
            &["names `Platform.ann`, who is neither declared nor in the area", "did you mean `platform.ann`?"][..],
        ),
        ("[someone@example.com]", &["write the username as the area has it, or remove the name"]),
    ] {
        settings(&story, &format!("\n      platformUsers: {listed}"), "");
        let said = story.apply(&[]);
        assert_eq!(said.exit, 0, "{}", said.text);
        assert_says(&said, &[&[warning], words].concat());
    }
    // Declared users count, and a part of the users proves nothing.
    for (listed, more) in [("[platform.ann, alice]", ""), ("[someone@example.com]", ", pageSize: 1")] {
        let url = format!("http://{}", story.emulator.address());
        let limits = format!("{{callsPerSecond: 1000{more}}}\n      platformUsers: {listed}");
        story.world.point_at_url(&url, &limits, "", "TEST_");
        let said = story.apply(&[]);
        assert!(said.exit == 0 && !said.text.contains("CAM-076"), "{listed}: {}", said.text);
    }
}
