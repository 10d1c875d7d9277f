//! Calls wait for their turn at a low rate. What can become outdated in the meantime is read afterwards.

use super::area::World;

fn users(count: usize) -> String {
    let one = |number| {
        format!(
            "apiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: user-{number}}}\n\
             spec: {{email: u@example.com, displayName: U, status: active}}\n"
        )
    };
    (0..count).map(one).collect::<Vec<_>>().join("---\n")
}

/// Sixty reads of the verification wait for their turn at once, three seconds for the last one.
#[test]
fn a_call_takes_its_token_when_its_turn_has_come() {
    let world = World::new(&users(60));
    let area = world.area(&["--token-lifetime", "1s"]);
    world.point_at(&area, "{callsPerSecond: 20, pageSize: 1}", "");
    let said = world.apply();
    assert_eq!(said.exit, 0, "{}", said.text);
    let requests = area.requests();
    let refused = requests.iter().filter(|request| request.status() == 403).count();
    // A token can expire on its way.
    assert!(refused <= 6, "{refused} of {} calls were refused", requests.len());
}
