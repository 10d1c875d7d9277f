//! What a person types or pastes at the wrong place, and what is said about other keys.

use std::fs;
use std::process::Command;

use super::Story;
use crate::team::ROTATED_KEY;
use crate::team::TEAM;

/// None has the form of an address.
const PASTED: [&str; 3] = ["chk_not-a-real-key-0123", "not/a-real+key-4567==", "key:not-a-real-key-8901"];

/// A log of a pipeline would keep it.
#[test]
fn a_value_that_is_pasted_as_an_address_is_not_printed() {
    let story = Story::new();
    for pasted in PASTED {
        for (line, argument) in [
            ("keys --only VALUE", "--only"),
            ("keys due --only VALUE", "--only"),
            ("keys VALUE", ""),
            ("keys due VALUE", ""),
            ("keys reveal VALUE --out value.txt --auto-approve", "ADDRESS"),
            ("keys revoke VALUE --auto-approve", "ADDRESS"),
            ("keys revoke key/production VALUE --auto-approve", "ADDRESS"),
            ("keys revoke VALUE --auto-approve --format json", "ADDRESS"),
            ("rotate VALUE --auto-approve", "ADDRESS"),
            ("rotate key/production --allow VALUE --auto-approve", "--allow"),
            ("plan --allow VALUE", "--allow"),
            ("plan --format json --deliver VALUE", "--deliver"),
            ("apply --auto-approve --deliver VALUE", "--deliver"),
            ("export --only VALUE", "--only"),
        ] {
            let ran = story.runs(&line.replace("VALUE", pasted), 64);
            let said = format!("{}{}", ran.out, ran.err);
            assert!(!said.contains(pasted) && !said.contains("not-a-real"), "{line}\n{said}");
            assert!(
                said.contains(argument) && said.contains(&format!("{} characters", pasted.len())),
                "{line}\n{said}"
            );
        }
    }
    assert_eq!(story.states(), (1, 0));
    let ran = story.runs("keys reveal production --out value.txt --auto-approve", 64);
    assert!(ran.err.contains("an address is a kind and a name, for example key/checkout-production"), "{}", ran.err);
    // A mistake in an address is shown.
    for line in ["keys --only key/prodction", "keys reveal key/prodction --out value.txt --auto-approve"] {
        let ran = story.runs(line, 1);
        assert!(ran.err.contains("key/prodction"), "{}", ran.err);
    }
    for (line, word) in [("keys revok", "'revoke'"), ("key", "'keys'")] {
        assert!(story.runs(line, 64).err.contains(word), "{line}");
    }
}

/// Of a declared key, its id says nothing to a person.
#[test]
fn a_key_that_works_beside_is_named_as_its_manifest_names_it() {
    let other = ROTATED_KEY.replace("production", "other").replace("chk_", "oth_").replace("key.env", "other.env");
    let mut story = Story::of(&format!("{TEAM}{ROTATED_KEY}{other}"));
    let ran = story.leaks(0);
    assert!(ran.out.contains("    works beside it: key/other\n"), "{}", ran.out);
}

fn git(story: &Story, arguments: &[&str]) {
    let done = Command::new("git").args(arguments).current_dir(story.folder.path()).output().unwrap();
    assert!(done.status.success(), "{arguments:?} {}", String::from_utf8_lossy(&done.stderr));
}

/// `git add` would take the value.
#[test]
fn a_value_is_not_written_where_git_does_not_ignore_it() {
    let mut story = Story::new();
    let value = std::mem::take(&mut story.value);
    git(&story, &["init", "--quiet"]);
    let ran = story.runs("keys reveal key/production --out value.txt --auto-approve", 1);
    assert!(
        ran.err.contains("could not write value.txt: Git does not ignore it, so `git add` would take the value"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("help: name a file that Git ignores, or one outside of the repository"), "{}", ran.err);
    assert!(!story.folder.path().join("value.txt").exists());
    // Both ways of the help work.
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("value.txt");
    story.runs(&format!("keys reveal key/production --out {} --auto-approve", file.display()), 0);
    assert_eq!(fs::read_to_string(file).unwrap(), format!("{value}\n"));
    story.write(".gitignore", "*.txt\n");
    story.runs("keys reveal key/production --out value.txt --auto-approve", 0);
    assert_eq!(story.read("value.txt"), format!("{value}\n"));
    // One that is tracked is refused, although it is ignored.
    story.write("tracked.txt", "");
    git(&story, &["add", "--force", "tracked.txt"]);
    let ran = story.runs("keys reveal key/production --out tracked.txt --auto-approve", 1);
    assert!(ran.err.contains("Git tracks it"), "{}", ran.err);
}
