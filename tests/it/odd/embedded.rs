//! Odd rows of the embedded store: what another program left in its tables.

use crate::console::Console;

const TEAM: &str = "apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, status: active}
---
apiVersion: keywright.dev/v1
kind: User
metadata: {name: bob}
spec: {email: bob@example.com, displayName: Bob, status: active}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: shop}
spec: {user: bob, packages: [{package: payments, plan: gold}]}
---
apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {description: Payments}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, maxNumKeysAllowed: 20}
";

const ODD: [(&str, &str); 6] = [
    ("attributes", "UPDATE users SET attributes = 'not JSON' WHERE username = 'bob'"),
    ("attributes", "UPDATE applications SET attributes = '{\"description\": null}'"),
    ("attributes", "UPDATE package_keys SET attributes = '{\"settings.quota\": 1.5}'"),
    ("created", "UPDATE plans SET created = 9223372036854775807"),
    ("application", "PRAGMA foreign_keys = OFF; UPDATE package_keys SET application = 999"),
    ("user", "PRAGMA foreign_keys = OFF; UPDATE applications SET user = 999"),
];

#[test]
fn an_odd_row_of_the_embedded_store_stops_only_its_manifest() {
    for (property, sql) in ODD {
        let folder = tempfile::tempdir().unwrap();
        let console = Console::new(folder.path().to_path_buf());
        std::fs::write(folder.path().join("m.yaml"), TEAM).unwrap();
        assert_eq!(console.run("apply --auto-approve").exit, 0);
        let connection = rusqlite::Connection::open(folder.path().join(".keywright/keywright.db")).unwrap();
        connection.execute_batch(sql).unwrap();
        let count = || -> i64 {
            let tables = ["users", "applications", "packages", "plans", "package_keys"];
            let count =
                |table| connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0));
            tables.into_iter().map(|table| count(table).unwrap()).sum()
        };
        let before = count();
        std::fs::write(folder.path().join("m.yaml"), TEAM.replace("displayName: Alice", "displayName: Changed"))
            .unwrap();
        let ran = console.run("apply --auto-approve");
        let said = format!("{}{}", ran.out, ran.err);
        assert!(
            ran.exit == 6 && said.contains("error[CAM-066]") && said.contains(property),
            "{sql}: {}\n{said}",
            ran.exit
        );
        assert!(said.contains("1 change done"), "{sql}: {said}");
        assert_eq!(count(), before, "{sql}");
        // Without its manifest it is only reported, and not pruned.
        std::fs::write(folder.path().join("m.yaml"), TEAM.split("---\n").next().unwrap()).unwrap();
        let workspace = "apiVersion: keywright.dev/v1\nkind: Workspace\nspec: {ownership: {users: all, applications: all, packages: all, plans: all, packageKeys: all}}\n";
        std::fs::write(folder.path().join("keywright.yaml"), workspace).unwrap();
        let allowed = "--allow user/bob --allow application/bob/shop --max-delete 100%";
        let ran = console.run(&format!("apply --auto-approve --prune {allowed}"));
        let said = format!("{}{}", ran.out, ran.err);
        assert!([0, 3, 6].contains(&ran.exit) && said.contains("CAM-066"), "{sql}: {}\n{said}", ran.exit);
        let is_left = |table: &str| {
            let count = connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0));
            count.unwrap() > 0
        };
        let table = sql.split("UPDATE ").nth(1).unwrap().split(' ').next().unwrap();
        assert!(is_left(table), "{sql}: {said}");
    }
}
