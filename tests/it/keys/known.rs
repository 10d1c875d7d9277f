//! A list says what is known of a place, and not more.

use std::fs;

use super::Story;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

/// The user who signs in may not read values.
const MASK: &str = "UPDATE package_keys SET value = substr(value, 1, 4) || '****************' WHERE id <> 'by-hand'";

#[test]
fn of_a_masked_value_nothing_is_known() {
    let story = Story::new();
    story.by_hand(MASK);
    let says = || story.runs("keys --only key/production", 0).out;
    let unknown = "secrets/key.env (CHECKOUT_KEY): unknown, because the store shows the value only masked";
    assert!(says().contains(unknown), "{}", says());
    let place = || story.keys("--only key/production", 0)[0]["places"][0].clone();
    assert!(place().get("shows").is_none() && place().get("delivered").is_none(), "{}", place());
    for text in ["", "OTHER=1\n"] {
        fs::write(story.folder.path().join("secrets/key.env"), text).unwrap();
        assert!(says().contains(unknown) && place().get("shows").is_none(), "{}", says());
    }
    fs::remove_dir_all(story.folder.path().join("secrets")).unwrap();
    assert!(says().contains(unknown), "{}", says());
}

#[test]
fn a_file_without_the_name_shows_no_other_value() {
    let story = Story::new();
    story.by_hand("DELETE FROM receipts");
    fs::write(story.folder.path().join("secrets/key.env"), "OTHER=1\n").unwrap();
    let text = story.runs("keys --only key/production", 0).out;
    assert!(text.contains("secrets/key.env (CHECKOUT_KEY): the file has no value of this name"), "{text}");
}

/// The manifest names another file now, and the old one keeps the value.
#[test]
fn a_place_that_no_manifest_names_holds_a_copy_still() {
    let story = Story::new();
    story.write("m.yaml", &format!("{TEAM}{}", ROTATED_KEY.replace("secrets/key.env", "secrets/new.env")));
    story.runs("apply --auto-approve", 0);
    let text = story.runs("keys --only key/production", 0).out;
    let copy = "secrets/key.env (CHECKOUT_KEY): holds a copy still: no manifest names this place, and the value was delivered there";
    assert!(text.contains(copy), "{text}");
    assert!(text.contains("secrets/new.env (CHECKOUT_KEY): delivered 2026"), "{text}");
    let places = story.keys("--only key/production", 0)[0]["places"].clone();
    assert_eq!((&places[0]["declared"], &places[1]["declared"]), (&false.into(), &true.into()), "{places}");
    // A copy is no delivery.
    fs::write(story.folder.path().join("secrets/new.env"), "").unwrap();
    story.by_hand("DELETE FROM receipts WHERE file = 'secrets/new.env'");
    let text = story.runs("keys --only key/production", 0).out;
    assert!(text.contains("delivered-nowhere"), "{text}");
    // Without manifests, what they name is unknown.
    story.write("m.yaml", "kind: [");
    let text = story.runs("keys", 3).out;
    assert!(
        !text.contains("holds a copy still") && text.contains("secrets/key.env (CHECKOUT_KEY): delivered"),
        "{text}"
    );
}
