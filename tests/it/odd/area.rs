//! An area that a team manages and that others also use: a proxy makes rows of the others odd.

use std::io::Read;
use std::io::Write;
use std::net::TcpStream;

use serde_json::Value as Json;
use serde_json::json;

use super::proxy::Proxy;
use crate::cloud::area::Area;
use crate::cloud::area::Said;
use crate::cloud::area::World;

/// What the team declares.
pub(super) const TEAM: &str = "apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, status: active}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout}
spec: {user: alice, description: Web checkout}
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
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout}
spec: {user: alice, application: checkout, package: payments, plan: gold, key: {generate: {prefix: chk_}}}
";

/// The value of the others' key.
pub(super) const VALUE: &str = "shp_value_that_is_not_real";

/// The ids of the others' objects.
pub(super) struct Others {
    pub(super) package: String,
    pub(super) plan: String,
    pub(super) user: String,
    pub(super) application: String,
    pub(super) key: String,
}

/// The area, the proxy before it, and the workspace of the team.
pub(super) struct Shared {
    pub(super) world: World,
    pub(super) area: Area,
    pub(super) proxy: Proxy,
    pub(super) others: Others,
    token: String,
}

impl Shared {
    /// An area in which the team has applied its manifests, and the others have made theirs by hand.
    pub(super) fn new() -> Self {
        Self::with(TEAM)
    }

    pub(super) fn with(manifests: &str) -> Self {
        Self::with_quirks(manifests, &[])
    }

    pub(super) fn with_quirks(manifests: &str, quirks: &[&str]) -> Self {
        let world = World::new(manifests);
        let area = world.area(quirks);
        let proxy = Proxy::before(&area.url);
        world.point_at_url(&proxy.url, "{callsPerSecond: 1000}", "", "TEST_");
        let said = world.apply();
        assert_eq!(said.exit, 0, "{}", said.text);
        let token = token(&area.url);
        let make = |path: &str, body: Json| -> String {
            let made = call(&area.url, &token, "POST", path, Some(&body)).1;
            made["id"].as_str().unwrap_or_else(|| panic!("{path}: {made}")).to_owned()
        };
        let package = make("/packages", json!({"name": "ledger"}));
        let plan = make(&format!("/packages/{package}/plans"), json!({"name": "basic"}));
        let bob = json!({"username": "bob", "email": "bob@example.com", "displayName": "Bob", "areaStatus": "active"});
        let user = make("/members", bob);
        let application = make(&format!("/members/{user}/applications"), json!({"name": "shop"}));
        let key = json!({"package": {"id": package}, "plan": {"id": plan}, "apikey": VALUE, "status": "active"});
        let key = make(&format!("/applications/{application}/packageKeys"), key);
        let others = Others { package, plan, user, application, key };
        Self { world, area, proxy, others, token }
    }

    /// A request to the area itself, without the proxy: the status and the body.
    pub(super) fn call(&self, method: &str, path: &str, body: Option<&Json>) -> (u16, Json) {
        call(&self.area.url, &self.token, method, path, body)
    }

    /// How many objects the list at a path has.
    pub(super) fn count(&self, path: &str) -> usize {
        self.call("GET", &format!("{path}?limit=1000"), None).1.as_array().unwrap().len()
    }

    /// Whether the others' objects are all in the area.
    pub(super) fn assert_others_live(&self, what: &str) {
        let Others { package, plan, user, application, key } = &self.others;
        for path in [
            format!("/packages/{package}"),
            format!("/packages/{package}/plans/{plan}"),
            format!("/members/{user}"),
            format!("/applications/{application}"),
            format!("/packageKeys/{key}"),
        ] {
            assert_eq!(self.call("GET", &path, None).0, 200, "{what}: {path} is gone");
        }
    }

    /// Changes the display name of the team's user to a new one, and adds manifests.
    pub(super) fn declare(&self, display_name: &str, more: &str) {
        let changed = TEAM.replace("displayName: Alice,", &format!("displayName: {display_name},"));
        self.world.write(&format!("{changed}{more}"));
    }

    pub(super) fn display_name(&self) -> String {
        let members = self.call("GET", "/members?fields=username,displayName&limit=100", None).1;
        let alice = members.as_array().unwrap().iter().find(|row| row["username"] == "alice").unwrap();
        alice["displayName"].as_str().unwrap().to_owned()
    }

    pub(super) fn apply(&self) -> Said {
        self.world.apply()
    }

    /// Prunes everything that the guards let go.
    pub(super) fn prune(&self) -> Said {
        let all = "  ownership: {users: all, applications: all, packages: all, plans: all, packageKeys: all}\n";
        self.world.point_at_url(&self.proxy.url, "{callsPerSecond: 1000}", all, "TEST_");
        let said = self.world.keywright(&[
            "apply",
            "--auto-approve",
            "--prune",
            "--max-delete",
            "100%",
            "--allow",
            "user/bob",
            "--allow",
            "application/bob/shop",
            "--allow",
            "package/ledger",
        ]);
        self.world.point_at_url(&self.proxy.url, "{callsPerSecond: 1000}", "", "TEST_");
        said
    }
}

fn token(url: &str) -> String {
    let form = "grant_type=password&username=others&password=fake&scope=an-area";
    let headers = "Authorization: Basic ZmFrZTpmYWtl\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let answer = send(url, "POST", "/v3/token", headers, form).1;
    answer["access_token"].as_str().unwrap().to_owned()
}

fn call(url: &str, token: &str, method: &str, path: &str, body: Option<&Json>) -> (u16, Json) {
    let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
    let body = body.map(Json::to_string).unwrap_or_default();
    send(url, method, &format!("/v3/rest{path}"), &headers, &body)
}

fn send(url: &str, method: &str, target: &str, headers: &str, body: &str) -> (u16, Json) {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_default())
}
