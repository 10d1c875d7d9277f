//! Why the area refuses a write: the rule, its whole reason, and a next step that leads to the cause.

use super::MANIFESTS;
use super::area::Area;
use super::area::Said;
use super::area::World;

const FAST: &str = "{callsPerSecond: 1000, visibilityLag: 0s}";

fn world(manifests: &str, quirks: &[&str]) -> (World, Area) {
    let world = World::new(manifests);
    let flags: Vec<&str> = quirks.iter().flat_map(|quirk| ["--quirk", *quirk]).collect();
    let area = world.area(&flags);
    world.point_at(&area, FAST, "");
    (world, area)
}

fn assert_refused(said: &Said, words: &[&str]) {
    // 6 if something else was done, 1 otherwise.
    assert!([1, 6].contains(&said.exit), "{}", said.text);
    for words in words {
        assert!(said.text.contains(words), "{words}\n{}", said.text);
    }
    assert!(!said.text.contains("platformUsers"), "{}", said.text);
}

#[test]
fn a_required_attribute_is_named_under_its_rule() {
    let (world, _area) = world(MANIFESTS, &["mandatory-attribute"]);
    let said = world.apply();
    let help = "the area requires `costCentre`: set it under extendedAttributes in the manifest";
    assert_refused(&said, &["`costCentre`: This value is not allowed to be blank.", help, "[CAM-053]"]);
}

#[test]
fn a_username_that_is_taken_is_named_under_its_rule() {
    const BOB: &str = "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: bob}\nspec: {email: bob@example.com, displayName: Bob}\n";
    let (world, area) = world(BOB, &[]);
    assert_eq!(world.apply().exit, 0);
    world.write(&BOB.replace(
        "{name: bob}\nspec: {email: bob@example.com, displayName: Bob}",
        "{name: bob, removed: true}\nspec: {}",
    ));
    let said = world.keywright(&["apply", "--auto-approve", "--allow", "user/bob"]);
    assert_eq!(said.exit, 0, "{}", said.text);
    // A fresh machine does not remember that the user was deleted.
    std::fs::remove_dir_all(world.workspace().join(".keywright")).unwrap();
    world.write(BOB);
    let said = world.apply();
    assert_refused(&said, &["`username`: duplicate value", "declare a username that was never used", "[CAM-048]"]);
    drop(area);
}

#[test]
fn a_trigger_that_refuses_a_new_user_is_not_taken_for_the_platform() {
    let (world, _area) = world(&MANIFESTS.replace("company: Example", "company: veto"), &["trigger-vetoes"]);
    let said = world.apply();
    assert_refused(&said, &["The event trigger has refused the request", "one of its event triggers"]);
}

#[test]
fn a_bare_refusal_names_the_usual_causes() {
    let (world, _area) = world(MANIFESTS, &["mandatory-attribute", "bare-errors"]);
    let said = world.apply();
    assert_refused(&said, &["Bad Request", "the service gave no reason", "CAM-048", "CAM-053"]);
}

/// How a date is cleared is not documented: with null, or with an empty text.
#[test]
fn a_date_that_null_does_not_clear_is_cleared_with_an_empty_text() {
    for (quirks, exit) in [
        (&[][..], 0),
        (&["expires-keeps-on-null"][..], 0),
        (&["expires-keeps-on-empty"][..], 0),
        (&["expires-keeps-on-null", "expires-keeps-on-empty"][..], 9),
    ] {
        let (world, area) = world(MANIFESTS, quirks);
        assert_eq!(world.apply().exit, 0, "{quirks:?}");
        world.write(&MANIFESTS.replace("expires: 2027-06-30", "expires: never"));
        let before = area.requests().len();
        let said = world.apply();
        assert_eq!(said.exit, exit, "{quirks:?}: {}", said.text);
        let puts = area.requests()[before..].iter().filter(|request| request.method() == "PUT").count();
        assert_eq!(puts, if quirks.contains(&"expires-keeps-on-null") { 2 } else { 1 }, "{quirks:?}: {}", said.text);
    }
}
