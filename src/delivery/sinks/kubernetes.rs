//! Fields of Kubernetes secrets. Each field is applied on the server side by an owner of its own, so that other fields stay,
//! and the same value makes no second version.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use zeroize::Zeroizing;

use super::Inner;
use super::Seen;
use super::command;
use super::command::Words;
use crate::delivery::Cause;
use crate::model::Delivery;
use crate::model::Secret;
use crate::workspace::KubernetesSink;

/// Applied without a change before any key is created. It is no secret.
const PROBE: &str = "keywright-probe";

/// Whether the server would take a value: it checks the whole request, and stores nothing.
pub(super) async fn probe(inner: &Arc<Inner>, sink: &KubernetesSink, to: &Delivery) -> Result<Seen, Cause> {
    let tried = apply(inner, sink, to, &Secret::new(PROBE), true).await;
    tried.map_err(|cause| Cause { message: format!("the cluster takes no value: {}", cause.message), ..cause })?;
    Ok(Seen::Unknown)
}

/// Returns the version of the secret that has the value.
pub(super) async fn write(
    inner: &Arc<Inner>,
    sink: &KubernetesSink,
    to: &Delivery,
    value: &Secret,
) -> Result<Box<str>, Cause> {
    apply(inner, sink, to, value, false).await
}

async fn apply(
    inner: &Arc<Inner>,
    sink: &KubernetesSink,
    to: &Delivery,
    value: &Secret,
    is_dry: bool,
) -> Result<Box<str>, Cause> {
    let (namespace, secret) = to.file.split_once('/').unwrap_or_default();
    let encoded = Zeroizing::new(STANDARD.encode(value.expose()));
    let manifest = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "namespace": namespace, "name": secret },
        "data": { &*to.variable: &*encoded },
    });
    let words = words(sink, namespace, &to.variable, is_dry);
    let manifest = Secret::new(manifest.to_string());
    let output = command::run(inner, Words::plain(words), &sink.variables, Some(&manifest)).await?;
    match output.trim().split_once(' ') {
        Some((version, shown)) if Secret::new(shown) == Secret::new(&**encoded) => {
            Ok(format!("resourceVersion {version}").into())
        }
        _ => {
            let help = "find out what answers for the cluster, or changes the secret on the way";
            Err(Cause::new("kubectl ended well, but the secret does not show the value", help).for_now())
        }
    }
}

/// The value is not among them: the manifest is on standard input.
fn words(sink: &KubernetesSink, namespace: &str, field: &str, is_dry: bool) -> Vec<Box<str>> {
    let context = sink.context.as_ref().map(|name| format!("--context={name}"));
    let dry = is_dry.then(|| "--dry-run=server".to_owned());
    let fixed = ["apply", "--server-side", "--force-conflicts", "--validate=false", "--filename=-"].map(str::to_owned);
    let of_place = [
        format!("--field-manager=keywright-{field}"),
        format!("--namespace={namespace}"),
        format!("--output=go-template={{{{.metadata.resourceVersion}}}} {{{{index .data \"{field}\"}}}}"),
    ];
    let arguments = context.into_iter().chain(fixed).chain(of_place).chain(dry);
    std::iter::once(sink.program.clone()).chain(arguments.map(Box::from)).collect()
}
