//! Lists that are shorter than their count prove nothing about what they leave out.

use super::area::Area;
use super::area::World;
use super::lag::LIMITS;
use super::lag::count;
use super::lag::package;
use crate::proxy::between;

/// A place between the area and its client, which says that there are `total` packages, and shows `rows` if they are given.
fn short(area: &Area, rows: Option<&'static str>, total: &'static str) -> String {
    between(&area.url, move |request, pass_on| {
        let answer = pass_on(&request);
        let path = request.target.split('?').next().unwrap_or_default();
        if request.method != "GET" || !path.ends_with("/packages") {
            return answer;
        }
        let answer = answer.with_header("X-Total-Count", total);
        if let Some(rows) = rows { answer.with_body(rows.to_owned()) } else { answer }
    })
}

fn refuses(world: &World, arguments: &[&str], message: &str) {
    let said = world.keywright(arguments);
    let is_said = said.text.contains("CAM-050") && said.text.contains(message);
    assert!(said.exit == 3 && is_said, "{arguments:?}: {}: {}", said.exit, said.text);
}

#[test]
fn a_short_list_does_not_say_that_a_removed_object_is_gone() {
    let world = World::new(&package("A"));
    let area = world.area(&[]);
    world.point_at(&area, LIMITS, "");
    assert_eq!(world.apply().exit, 0);
    std::fs::remove_dir_all(world.workspace().join(".keywright")).unwrap();
    world.write(&package("A").replace("metadata: {name: a}", "metadata: {name: a, removed: true}"));
    world.point_at_url(&short(&area, Some("[]"), "1"), LIMITS, "", "TEST_");
    for command in [&["plan"][..], &["apply", "--auto-approve"]] {
        refuses(&world, command, "package/a may not be gone");
    }
    assert_eq!(count(&world, "packages"), 1);
}

/// Nor does it say that what it shows is all that there is, so nothing is pruned.
#[test]
fn a_short_list_is_no_reason_to_delete() {
    let second = package("B").replace("name: a", "name: b");
    let world = World::new(&format!("{}---\n{second}", package("A")));
    let area = world.area(&[]);
    world.point_at(&area, LIMITS, "");
    assert_eq!(world.apply().exit, 0);
    world.write(&package("A"));
    world.point_at_url(&short(&area, None, "3"), LIMITS, "  ownership: {packages: all}\n", "TEST_");
    for command in [&["plan", "--prune"][..], &["apply", "--prune", "--auto-approve", "--allow", "package/b"]] {
        refuses(&world, command, "list of packages is not complete");
    }
    assert_eq!(count(&world, "packages"), 2);
}
