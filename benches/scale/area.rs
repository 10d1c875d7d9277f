//! An area of Cloud API Management of any size, which makes its rows as they are asked for: users : applications : keys :
//! the rest ≈ 2 : 3 : 4 : 1, as in a generated workspace. It remembers new display names of users, and nothing else.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::thread;

use serde_json::Map;
use serde_json::Value as Json;

const TOKEN: &str = r#"{"token_type":"bearer","access_token":"a-token-that-is-not-real","expires_in":3600}"#;

/// The variable with which [`workspace`] signs in.
pub(crate) const VARIABLE: &str = "KEYWRIGHT_LARGE_AREA";

/// How many objects of each kind the area has.
#[derive(Clone, Copy)]
struct Sizes {
    users: usize,
    applications: usize,
    keys: usize,
    packages: usize,
}

/// Plans of each package.
const PLANS: usize = 9;

/// What changes in an area.
#[derive(Default)]
struct State {
    /// The display names that were set, by the number of the user.
    names: Mutex<HashMap<usize, String>>,
    calls: AtomicUsize,
}

/// A running area.
pub(crate) struct Served {
    pub(crate) url: String,
    state: Arc<State>,
}

impl Served {
    /// Calls so far, without sign-ins.
    pub(crate) fn calls(&self) -> usize {
        self.state.calls.load(Ordering::Relaxed)
    }
}

/// Serves an area of `size` objects until the program ends. Returns its address.
pub(crate) fn serve(size: usize) -> String {
    start(size).url
}

/// The same, and counts the calls.
pub(crate) fn start(size: usize) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let sizes =
        Sizes { users: size / 5, applications: size * 3 / 10, keys: size * 4 / 10, packages: size / 10 / (PLANS + 1) };
    let state = Arc::new(State::default());
    let shared = Arc::clone(&state);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let state = Arc::clone(&shared);
            // A client that hangs up has what it needs.
            thread::spawn(move || drop(converse(stream, sizes, &state)));
        }
    });
    Served { url, state }
}

/// Writes a workspace of ten objects for the area at `url`. It owns all packages, so that `--prune` reads whole lists.
pub(crate) fn workspace(folder: &Path, url: &str) {
    settings(folder, url, 1000);
    let mut manifest = String::new();
    for one in 0..5 {
        write!(
            manifest,
            "---\napiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: user-{one}}}\nspec: {{email: user-{one}@example.com, displayName: User number {one}}}\n---\napiVersion: keywright.dev/v1\nkind: Application\nmetadata: {{name: application-{one}}}\nspec: {{user: user-{one}, description: Web checkout of shop {one}}}\n"
        )
        .expect("memory");
    }
    std::fs::write(folder.join("all.yaml"), manifest).expect("a writable folder");
}

/// Writes a workspace with new display names for the first `users` users of the area at `url`.
pub(crate) fn renaming(folder: &Path, url: &str, users: usize, page_size: usize) {
    settings(folder, url, page_size);
    let user = |one: usize| {
        format!(
            "---\napiVersion: keywright.dev/v1\nkind: User\nmetadata: {{name: user-{one}}}\nspec: {{email: user-{one}@example.com, displayName: Renamed {one}}}\n"
        )
    };
    let manifest: String = (0..users).map(user).collect();
    std::fs::write(folder.join("all.yaml"), manifest).expect("a writable folder");
}

/// The workspace file for the area at `url`.
pub(crate) fn settings(folder: &Path, url: &str, page_size: usize) {
    let secret = format!("{{env: {VARIABLE}}}");
    let settings = format!(
        "apiVersion: keywright.dev/v1\nkind: Workspace\nspec:\n  ownership: {{packages: all}}\n  guards: {{deletes: {{percent: 100, count: 100000000}}}}\n  stores:\n    cloudApiManagement:\n      url: {url}\n      area: 11111111-1111-4111-8111-111111111111\n      credentials: {{apiKey: {secret}, apiSecret: {secret}, username: {secret}, password: {secret}}}\n      limits: {{callsPerSecond: 1000, callsPerDay: 100000000, pageSize: {page_size}}}\n"
    );
    std::fs::write(folder.join("keywright.yaml"), settings).expect("a writable folder");
}

fn converse(stream: TcpStream, sizes: Sizes, state: &State) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let (mut first, mut length) = (String::new(), 0);
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? <= 2 {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut sent = Vec::new();
        std::io::Read::read_to_end(&mut std::io::Read::take(&mut reader, length), &mut sent)?;
        let target = first.split(' ').nth(1).unwrap_or_default();
        let (total, body) =
            if first.starts_with("PUT ") { (1, update(target, &sent, state)) } else { answer(target, sizes, state) };
        state.calls.fetch_add(usize::from(!target.starts_with("/v3/token")), Ordering::Relaxed);
        write!(
            reader.get_mut(),
            "HTTP/1.1 200 OK\r\nX-Total-Count: {total}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
    }
}

/// Sets the display name of a user. Returns the user.
fn update(target: &str, sent: &[u8], state: &State) -> String {
    let id = target.split('?').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let sent: Json = serde_json::from_slice(sent).unwrap_or_default();
    if let Some(name) = sent["displayName"].as_str() {
        state.names.lock().unwrap_or_else(PoisonError::into_inner).insert(index(id), name.to_owned());
    }
    user_row(index(id), state)
}

/// The total of the list, and one page of it.
fn answer(target: &str, sizes: Sizes, state: &State) -> (usize, String) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let number = |name: &str, otherwise| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(other, _)| *other == name).and_then(|(_, value)| value.parse().ok()).unwrap_or(otherwise)
    };
    let parts: Vec<&str> = path.trim_start_matches("/v3/rest/").split('/').collect();
    let named = query.split("filter=username%3Auser-").nth(1).and_then(|rest| rest.split('&').next());
    let named = named.and_then(|name| name.parse().ok());
    // How many rows there are, and each of them.
    let below = |id: &str, all: usize, parents: usize| (all.saturating_sub(index(id)).div_ceil(parents), index(id));
    let (total, row): (usize, Box<dyn Fn(usize) -> String + '_>) = match parts[..] {
        ["members"] => match named {
            Some(user) => (1, Box::new(move |_| user_row(user, state))),
            None => (sizes.users, Box::new(|one| user_row(one, state))),
        },
        ["applications"] => (sizes.applications, Box::new(move |one| application_row(one, sizes))),
        ["packageKeys"] => (sizes.keys, Box::new(move |one| key_row(one, sizes))),
        ["packages"] => (sizes.packages, Box::new(move |one| package_row(one, &plan_fields(query)))),
        ["packages", id, "plans"] => {
            let package = index(id);
            (PLANS, Box::new(move |one| plan_row(package, one)))
        }
        ["members", id, "applications"] => {
            let (total, first) = below(id, sizes.applications, sizes.users);
            (total, Box::new(move |one| application_row(first + one * sizes.users, sizes)))
        }
        ["applications", id, "packageKeys"] => {
            let (total, first) = below(id, sizes.keys, sizes.applications);
            (total, Box::new(move |one| key_row(first + one * sizes.applications, sizes)))
        }
        _ => return (0, if path.ends_with("/token") { TOKEN.to_owned() } else { "[]".to_owned() }),
    };
    let rows = (0..total).skip(number("offset", 0)).take(number("limit", 100));
    (total, format!("[{}]", rows.map(row).collect::<Vec<_>>().join(",")))
}

/// An id like the API's, with the kind and the number of the object.
fn id(kind: usize, one: usize) -> String {
    format!("{kind:08x}-0000-4000-8000-{one:012x}")
}

fn index(id: &str) -> usize {
    id.rsplit('-').next().and_then(|number| usize::from_str_radix(number, 16).ok()).unwrap_or(0)
}

fn object(id: &str, more: std::fmt::Arguments<'_>) -> String {
    let mut row = String::with_capacity(600);
    let dates = r#""created":"2024-03-01T09:00:00Z","updated":"2025-04-02T10:30:00Z""#;
    write!(row, r#"{{"id":"{id}",{dates},{more}}}"#).expect("memory");
    row
}

fn user_row(one: usize, state: &State) -> String {
    let names = state.names.lock().unwrap_or_else(PoisonError::into_inner);
    let name = names.get(&one).cloned().unwrap_or_else(|| format!("User number {one}"));
    object(
        &id(1, one),
        format_args!(
            r#""username":"user-{one}","email":"user-{one}@example.com","displayName":"{name}","areaStatus":"active","company":"Example Company {}","countryCode":"DE","phone":"+49 30 555{one}","firstName":"Given","lastName":"Name","uri":"","blog":"","im":"","imsvc":"","roles":[]"#,
            one % 97
        ),
    )
}

fn application_row(one: usize, sizes: Sizes) -> String {
    object(
        &id(2, one),
        format_args!(
            r#""name":"application-{one}","username":"user-{}","description":"Web checkout of shop {one}","commercial":true,"ads":false,"tags":"shop web","externalId":"app-{one}","notes":"","howDidYouHear":"","uri":"https://shop-{one}.example.com""#,
            one % sizes.users
        ),
    )
}

fn key_row(one: usize, sizes: Sizes) -> String {
    let (application, package) = (one % sizes.applications, one % sizes.packages);
    object(
        &id(3, one),
        format_args!(
            r#""apikey":"fake-key-value-{one:012}","secret":"","status":"active","rateLimitCeiling":null,"rateLimitExempt":false,"qpsLimitCeiling":10,"qpsLimitExempt":false,"expires":null,"application":{{"id":"{}"}},"package":{{"id":"{}"}},"plan":{{"id":"{}"}}"#,
            id(2, application),
            id(4, package),
            id(5, package * PLANS),
        ),
    )
}

/// The properties of plans that a list of packages asks for.
fn plan_fields(query: &str) -> Vec<String> {
    let fields = query.split('&').find_map(|pair| pair.strip_prefix("fields=")).unwrap_or_default();
    fields.split("%2C").filter_map(|path| path.strip_prefix("plans.")).map(str::to_owned).collect()
}

fn package_row(one: usize, plan_fields: &[String]) -> String {
    let with_all = |plan: usize| {
        let mut row: Map<String, Json> = serde_json::from_str(&plan_row(one, plan)).expect("a plan");
        for name in plan_fields {
            row.entry(name.as_str()).or_insert(Json::Null);
        }
        Json::Object(row).to_string()
    };
    let plans = if plan_fields.is_empty() { Vec::new() } else { (0..PLANS).map(with_all).collect() };
    let plans = if plans.is_empty() { String::new() } else { format!(r#","plans":[{}]"#, plans.join(",")) };
    object(
        &id(4, one),
        format_args!(
            r#""name":"package-{one}","description":"Services of area {one}","notifyAdminPeriod":"day","nearQuotaThreshold":80,"keyLength":24,"sharedSecretLength":0{plans}"#
        ),
    )
}

fn plan_row(package: usize, one: usize) -> String {
    object(
        &id(5, package * PLANS + one),
        format_args!(
            r#""name":"plan-{one}","description":"","status":"active","maxNumKeysAllowed":1000,"qpsLimitCeiling":20,"qpsLimitExempt":false,"qpsLimitKeyOverrideAllowed":true,"rateLimitCeiling":50000,"rateLimitExempt":false,"rateLimitKeyOverrideAllowed":true,"rateLimitPeriod":"day""#
        ),
    )
}
