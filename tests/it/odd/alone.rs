//! An error of one object holds it back, with what needs it, and nothing else.

use serde_json::json;

use super::area::Shared;
use super::area::TEAM;

const EXTRA: &str = "---\napiVersion: keywright.dev/v1\nkind: Package\nmetadata: {name: extra}\nspec: {}\n";

/// Applies the manifests, and checks that only the unrelated package was created.
fn only_the_rest(shared: &Shared, manifests: &str, rule: &str) {
    let before = ["/packageKeys", "/members", "/applications", "/packages"].map(|list| shared.count(list));
    shared.world.write(&format!("{manifests}{EXTRA}"));
    let said = shared.apply();
    assert!(said.exit == 6 && said.text.contains(&format!("error[{rule}]")), "{rule}: {}\n{}", said.exit, said.text);
    let after = ["/packageKeys", "/members", "/applications", "/packages"].map(|list| shared.count(list));
    let [keys, users, applications, packages] = before;
    assert_eq!(after, [keys, users, applications, packages + 1], "{rule}: {}", said.text);
    let said = shared.apply();
    assert!(said.exit == 3 && said.text.contains(&format!("error[{rule}]")), "{rule}: {}\n{}", said.exit, said.text);
}

#[test]
fn a_user_who_is_not_active_in_the_store_stops_only_the_new_key() {
    let shared = Shared::new();
    let path = format!("/members/{}", shared.others.user);
    shared.call("PUT", &path, Some(&json!({"areaStatus": "waiting"})));
    let key = "---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {name: shop}\nspec: {user: bob, application: shop, \
               package: ledger, plan: basic, key: {generate: {prefix: new_}}}\n";
    only_the_rest(&shared, &format!("{TEAM}{key}"), "CAM-034");
}

#[test]
fn another_secret_in_the_store_stops_only_its_key() {
    let team = TEAM.replace(
        "key: {generate: {prefix: chk_}}",
        "key: {generate: {prefix: chk_}}, secret: {value: first-secret-not-real}",
    );
    let shared = Shared::with(&team);
    only_the_rest(&shared, &team.replace("first-secret", "other-secret"), "CAM-039");
}

#[test]
fn a_role_that_does_not_exist_stops_only_its_user() {
    let shared = Shared::new();
    // The user is in the store, so what hangs on it goes on.
    let changed = TEAM
        .replace("status: active}", "status: active, roles: [No such role]}")
        .replace("description: Web checkout", "description: Changed");
    shared.world.write(&changed);
    let said = shared.apply();
    assert!(
        said.exit == 6 && said.text.contains("error[CAM-047]") && said.text.contains("1 change done"),
        "{}",
        said.text
    );
    let carol = "---\napiVersion: keywright.dev/v1\nkind: User\nmetadata: {name: carol}\nspec: {email: c@example.com, displayName: C, \
                 status: active, roles: [No such role]}\n---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {name: \
                 till}\nspec: {user: carol}\n";
    only_the_rest(&shared, &format!("{}{carol}", TEAM.replace("Web checkout", "Changed")), "CAM-047");
}
