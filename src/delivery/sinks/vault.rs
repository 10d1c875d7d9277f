//! The KV engine, version 2, of HashiCorp Vault and OpenBao. Each write names the version that it replaces (check-and-set),
//! so that two writers never undo each other, and a repeated write makes no second version.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use reqwest::Url;
use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::Inner;
use super::Reach;
use super::Seen;
use crate::delivery::Cause;
use crate::delivery::Lasts;
use crate::model::Delivery;
use crate::model::Secret;
use crate::secrets;
use crate::stores::masking::Masking;
use crate::stores::transport;
use crate::stores::transport::BodyError;
use crate::stores::transport::Route;
use crate::text::quoted;
use crate::workspace::VaultSink;

/// Maximum size of an answer, in bytes.
const MAX_ANSWER: usize = 4 << 20;

/// How often a write is tried: after a lost answer, a busy server, or another writer.
const TRIES: u32 = 5;

/// The first pause between tries.
const PAUSE: Duration = Duration::from_millis(250);

const HELP: &str = "check the address, the token and its policy; what was not delivered is delivered by the next apply";

/// The servers that this run has called, by the address of their engine.
#[derive(Default)]
pub(super) struct Servers(Mutex<BTreeMap<String, Arc<Server>>>);

struct Server {
    route: Route,
    base: Url,
    token: Secret,
    masking: Arc<Masking>,
}

/// One version of a secret.
struct Version {
    /// 0 if there never was one.
    number: u64,
    fields: Map<String, Json>,
}

/// An answer: the status and the body, which is `Null` if there is none.
struct Answer {
    status: u16,
    body: Json,
}

/// Whether the token may write, and what the secret holds now.
pub(super) async fn look(inner: &Inner, sink: &VaultSink, to: &Delivery, reach: Reach) -> Result<Seen, Cause> {
    let server = server(inner, sink).await?;
    if reach == Reach::Writes {
        server.check_engine(sink).await?;
        server.check_policy(sink, to).await?;
    }
    let version = server.read(sink, to).await?;
    let value = version.fields.get(&*to.variable).and_then(Json::as_str);
    Ok(value.map_or(Seen::Nothing, |value| Seen::Value(Secret::new(value))))
}

/// Writes the value as a field of the secret, and reads it back. Returns the version that has it.
pub(super) async fn write(inner: &Inner, sink: &VaultSink, to: &Delivery, value: &Secret) -> Result<Box<str>, Cause> {
    let server = server(inner, sink).await?;
    server.masking.hide(value);
    let mut last = Cause::new("the server was not asked", HELP);
    let mut confirmed = None;
    let mut hung = None;
    for made in 0..TRIES {
        if made > 0 {
            tokio::time::sleep(PAUSE * 2_u32.pow(made - 1)).await;
        }
        let mut version = match server.read(sink, to).await {
            Ok(version) => version,
            Err(cause) if cause.lasts == Lasts::ForNow && !cause.is_hang => {
                last = cause;
                continue;
            }
            Err(cause) => return Err(cause),
        };
        let shown = version.fields.get(&*to.variable).and_then(Json::as_str);
        if shown.is_some_and(|shown| Secret::new(shown) == *value) {
            return Ok(format!("version {}", version.number).into());
        }
        // The server fell silent before it took the value.
        if let Some(cause) = hung {
            return Err(cause);
        }
        if let Some(number) = confirmed {
            let message =
                format!("the server confirmed version {number}, but shows another value in version {}", version.number);
            return Err(
                Cause::new(message, "find out what else writes to this path, or answers for the server").for_now()
            );
        }
        version.fields.insert(to.variable.to_string(), value.expose().into());
        match server.put(sink, to, version).await {
            Ok(number) => confirmed = Some(number),
            Err(cause) if cause.is_hang => hung = Some(cause),
            Err(cause) if cause.lasts == Lasts::ForNow => last = cause,
            Err(cause) => return Err(cause),
        }
    }
    Err(last)
}

async fn server(inner: &Inner, sink: &VaultSink) -> Result<Arc<Server>, Cause> {
    let mut servers = inner.servers.0.lock().await;
    let name = format!("{} {:?} {}", sink.address, sink.namespace, secrets::name_of(&sink.token));
    if let Some(server) = servers.get(&name) {
        return Ok(Arc::clone(server));
    }
    let base = Url::parse(&sink.address).map_err(|_| Cause::new("its address is not a URL", HELP))?;
    let of_refusal = |refusal: crate::store::Refusal| {
        Cause::new(refusal.reason, refusal.help.unwrap_or_else(|| HELP.to_owned())).for_now()
    };
    let mut route = Route::to(&base).map_err(of_refusal)?;
    route.limits = inner.limits;
    let token = secrets::credential(&sink.token, &inner.access()).map_err(|problem| {
        let help = problem.help.unwrap_or_else(|| HELP.to_owned());
        Cause::new(format!("there is no token: {}", problem.message), help).for_now()
    })?;
    let masking = Arc::clone(&inner.masking);
    masking.hide(&token);
    let server = Arc::new(Server { route, base, token, masking });
    servers.insert(name, Arc::clone(&server));
    Ok(server)
}

impl Server {
    /// KV version 1 would take the request for a secret of its own.
    async fn check_engine(&self, sink: &VaultSink) -> Result<(), Cause> {
        let answer = self.call(Method::GET, &format!("sys/internal/ui/mounts/{}", sink.mount), sink, None).await?;
        let version = answer.body.pointer("/data/options/version").and_then(Json::as_str);
        if answer.status == 200 && version != Some("2") {
            let message = format!("{} is not a KV engine of version 2", sink.mount);
            return Err(Cause::new(
                message,
                "name the mount of a KV engine, version 2 (`vault secrets list -detailed`)",
            ));
        }
        Ok(())
    }

    async fn check_policy(&self, sink: &VaultSink, to: &Delivery) -> Result<(), Cause> {
        let path = format!("{}/data/{}", sink.mount, to.file);
        let answer = self.call(Method::POST, "sys/capabilities-self", sink, Some(json!({ "paths": [path] }))).await?;
        if answer.status != 200 {
            // Not every policy allows the question.
            return Ok(());
        }
        let list = answer.body.get(&path).or_else(|| answer.body.get("data")?.get(&path)).and_then(Json::as_array);
        let has = |what: &str| list.iter().any(|list| list.iter().any(|one| one.as_str() == Some(what)));
        if list.is_some() && !has("root") && !["create", "update", "read"].into_iter().all(has) {
            let message = format!("the token may not read and write {path}");
            let help =
                format!("give its policy: path \"{path}\" {{ capabilities = [\"create\", \"update\", \"read\"] }}");
            return Err(Cause::new(message, help).for_now());
        }
        Ok(())
    }

    async fn read(&self, sink: &VaultSink, to: &Delivery) -> Result<Version, Cause> {
        let path = format!("{}/data/{}", sink.mount, to.file);
        let answer = self.call(Method::GET, &path, sink, None).await?;
        let number = answer.body.pointer("/data/metadata/version").and_then(Json::as_u64);
        let is_empty = answer.body.get("errors").is_none_or(|errors| errors.as_array().is_some_and(Vec::is_empty));
        match (answer.status, number) {
            (200, Some(number)) => {
                let fields = answer.body.pointer("/data/data").and_then(Json::as_object).cloned().unwrap_or_default();
                Ok(Version { number, fields })
            }
            // The newest version was deleted, or there never was one.
            (404, Some(number)) => Ok(Version { number, fields: Map::new() }),
            (404, None) if is_empty => Ok(Version { number: 0, fields: Map::new() }),
            (200, None) => Err(Cause::new(format!("GET {path} answered without a version"), HELP).for_now()),
            _ => Err(self.refused("GET", &path, &answer)),
        }
    }

    /// Writes the next version. Returns its number.
    async fn put(&self, sink: &VaultSink, to: &Delivery, version: Version) -> Result<u64, Cause> {
        let path = format!("{}/data/{}", sink.mount, to.file);
        let body = json!({ "options": { "cas": version.number }, "data": version.fields });
        let answer = self.call(Method::POST, &path, sink, Some(body)).await?;
        match answer.body.pointer("/data/version").and_then(Json::as_u64) {
            Some(number) if answer.status == 200 => Ok(number),
            _ if (200..300).contains(&answer.status) => {
                Err(Cause::new(format!("POST {path} answered without a version"), HELP).for_now())
            }
            _ => Err(self.refused("POST", &path, &answer)),
        }
    }

    /// Why a request was refused. Another writer, a busy server and a standby are worth another try.
    fn refused(&self, method: &str, path: &str, Answer { status, body }: &Answer) -> Cause {
        let said = body.get("errors").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
        let said = Zeroizing::new(said.collect::<Vec<_>>().join("; "));
        // What it means counts also if it is not shown.
        let is_other_writer = *status == 400 && said.contains("check-and-set");
        let said = self.masking.shown(&said);
        let said = if said.is_empty() { String::new() } else { format!(": {}", quoted(said.trim())) };
        let cause = Cause::new(format!("{method} {path} answered {status}{said}"), HELP);
        if is_other_writer || matches!(status, 412 | 429 | 472 | 473 | 500..) {
            cause.for_now()
        } else {
            cause.on_this_machine()
        }
    }

    /// Sends one request below `/v1`. An error may mean that the server has acted on it.
    async fn call(&self, method: Method, path: &str, sink: &VaultSink, body: Option<Json>) -> Result<Answer, Cause> {
        let name = format!("{method} {path}");
        let address = transport::below(&self.base, &format!("/v1/{path}"));
        let mut request = self.route.request(method, address.clone()).header("X-Vault-Token", self.token.expose());
        if let Some(namespace) = &sink.namespace {
            request = request.header("X-Vault-Namespace", &**namespace);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let failed =
            |cause: String| Cause::new(self.masking.text(&format!("{name}: {cause}")), self.route.help()).for_now();
        let sent = transport::send(request, &name, [].iter(), &self.masking).await;
        let mut response = sent.map_err(|error| {
            let cause = failed(self.route.cause(&error));
            if error.is_timeout() { cause.hangs() } else { cause }
        })?;
        let status = response.status().as_u16();
        if let Some(refusal) = self.route.detour(&name, status, response.headers(), &address) {
            return Err(Cause::new(refusal.reason, refusal.help.unwrap_or_else(|| HELP.to_owned())));
        }
        let read = transport::body(&mut response, MAX_ANSWER, self.route.limits).await;
        let text = read.map_err(|error| {
            let is_late = matches!(error, BodyError::Late(_));
            let cause = failed(error.cause());
            if is_late { cause.hangs() } else { cause }
        })?;
        let body = if text.is_empty() { Ok(Json::Null) } else { transport::json(&text) };
        // A proxy in between answers errors in its own form.
        let body = body.or_else(|cause| if status < 300 { Err(failed(cause)) } else { Ok(Json::Null) })?;
        Ok(Answer { status, body })
    }
}
