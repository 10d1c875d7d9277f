//! How many calls a run makes, against the fewest with which it can be done: a call for each page of each list, one for each
//! write, and again a call for each page of the lists of what was written. Seconds are not tested.

use std::process::Stdio;

use super::area::World;
use super::area::said;
use crate::large_area::area;
use crate::program::keywright;

#[path = "../../../benches/scale/generate.rs"]
mod generate;

const FAST: &str = "{callsPerSecond: 1000, visibilityLag: 1s}";

/// A workspace of `size` generated objects, in which the names of the first `renamed` users are other ones.
fn workspace(size: usize, renamed: usize) -> World {
    let world = World::new("");
    std::fs::remove_file(world.workspace().join("all.yaml")).unwrap();
    generate::workspace(&world.workspace(), size);
    for part in std::fs::read_dir(world.workspace()).unwrap().map(|entry| entry.unwrap().path()) {
        let text = std::fs::read_to_string(&part).unwrap();
        let renamed: Vec<String> = text.lines().map(|line| renamed_line(line, renamed)).collect();
        std::fs::write(part, renamed.join("\n")).unwrap();
    }
    world
}

fn renamed_line(line: &str, renamed: usize) -> String {
    let number = line.trim().strip_prefix("displayName: User number ").and_then(|number| number.parse::<usize>().ok());
    if number.is_some_and(|number| number < renamed) { line.replace("User number", "Renamed") } else { line.to_owned() }
}

/// The calls of an apply of `size` objects to an area with the same objects, of which `renamed` users have another name.
fn calls(size: usize, renamed: usize) -> usize {
    let world = workspace(size, renamed);
    let seed = tempfile::tempdir().unwrap();
    generate::workspace(seed.path(), size);
    let area = world.area(&["--seed", seed.path().to_str().unwrap()]);
    world.point_at(&area, FAST, "");
    let said = world.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    area.calls()
}

#[test]
fn a_run_without_changes_makes_a_call_for_each_page() {
    assert_eq!(calls(2_000, 0), 4);
    // 2,000 users, 3,000 applications, 4,000 keys, and 100 packages with their plans.
    assert_eq!(calls(10_000, 0), 2 + 3 + 4 + 1);
}

#[test]
fn changed_objects_are_checked_and_verified_in_the_list_of_their_kind() {
    assert_eq!(calls(2_000, 20), 4 + 1 + 20 + 1);
    assert_eq!(calls(10_000, 100), 10 + 2 + 100 + 2);
}

#[test]
fn a_fresh_area_takes_one_call_for_each_object_and_each_page() {
    let world = workspace(2_000, 0);
    let area = world.area(&[]);
    world.point_at(&area, FAST, "");
    let said = world.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    // The lists before, the creates, two looks for the keys of other runs, and the lists after.
    assert_eq!(area.calls(), 4 + 1_900 + 2 + 4, "{}", said.text.lines().last().unwrap_or_default());
    let world = workspace(10_000, 0);
    let area = world.area(&[]);
    world.point_at(&area, FAST, "");
    let said = world.keywright(&["plan"]);
    let forecast = format!("Forecast: {} calls to Cloud API Management", 9_500 + 2 * 4 + 10);
    assert!(said.text.contains(&forecast), "{}", said.text.lines().rev().take(5).collect::<Vec<_>>().join("\n"));
}

/// The arithmetic of 1,000 updates in an area of 95,000 objects, with a tenth of both.
#[test]
fn updates_in_a_large_area_take_one_call_each_and_three_for_each_page_of_their_list() {
    let (size, updates, page_size) = (9_500, 100, 100);
    let folder = tempfile::tempdir().unwrap();
    let area = area::start(size);
    area::renaming(folder.path(), &area.url, updates, page_size);
    let mut command = keywright();
    command.args(["apply", "--auto-approve"]).arg(folder.path()).env(area::VARIABLE, "not-a-real-credential");
    let said = said(command.stdin(Stdio::null()));
    assert_eq!(said.exit, 0, "{}", said.text);
    // The first page of users has all that are wanted; 29 pages of applications, the first of keys, and the packages. Then all
    // pages of users, twice.
    assert_eq!(area.calls(), 1 + 29 + 1 + 1 + 19 + updates + 19, "{}", said.text);
}
