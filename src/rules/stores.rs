//! Reads `stores:` of the workspace file: addresses, credentials and limits.

mod transfer;

use super::desired;
use super::listed::texts;
use crate::diagnostic::Diagnostic;
use crate::manifest::package_key::SecretFrom;
use crate::manifest::read::Spanned;
use crate::manifest::scalar::Duration;
use crate::manifest::workspace::CloudApiManagementSpec;
use crate::manifest::workspace::LimitsSpec;
use crate::manifest::workspace::StoresSpec;
use crate::model::SecretSource;
use crate::rule::Rule;
use crate::rules;
use crate::text::quoted;
use crate::workspace::CloudStore;
use crate::workspace::Limits;
use crate::workspace::RemoteStores;

/// The default address of the API (`cloud-api-management.md` 4).
const CLOUD_URL: &str = "https://api.mashery.com";

pub(super) fn remote(spec: &StoresSpec, findings: &mut Vec<Diagnostic>) -> RemoteStores {
    let transfer = spec.managed_file_transfer.as_ref();
    let cloud = spec.cloud_api_management.as_ref();
    RemoteStores {
        cloud_api_management: cloud.and_then(|spec| cloud_store(spec, findings)),
        managed_file_transfer: transfer.and_then(|spec| transfer::store(spec, findings)),
        api_types: transfer.and_then(|t| t.value.allowed_apis.as_ref()).map(|listed| texts(listed, findings)),
    }
}

/// `None` if something is missing; it was reported.
fn cloud_store(spec: &Spanned<CloudApiManagementSpec>, findings: &mut Vec<Diagnostic>) -> Option<CloudStore> {
    let spec = &spec.value;
    let url = spec.url.as_ref().map_or(CLOUD_URL, |url| &url.value);
    if let Some(written) = &spec.url {
        check_url(&rules::KW_022, "store", written, findings);
    }
    let limits = spec.limits.as_ref().map_or_else(Limits::default, |limits| limits_of(&limits.value, findings));
    let area = spec.area.as_ref()?;
    if area.value.trim().is_empty() {
        let problem = rules::KW_006.finding("the area is empty").at(area.place);
        findings.push(problem.help("write the id (UUID) of the area"));
    } else if !is_uuid(&area.value) && !is_emulator(url) {
        let message = format!("the area `{}` is not a UUID", quoted(&area.value));
        let problem = rules::KW_007.finding(message).at(area.place);
        findings
            .push(problem.help("write the id of the area, like 00000000-0000-0000-0000-000000000000, without braces"));
    }
    let platform_users = spec.platform_users.as_ref().map(|users| texts(users, findings)).unwrap_or_default();
    let credentials = &spec.credentials.as_ref()?.value;
    let mut secret = |from: &Option<Spanned<SecretFrom>>| from.as_ref().and_then(|from| credential(from, findings));
    let (api_key, api_secret) = (secret(&credentials.api_key), secret(&credentials.api_secret));
    let (username, password) = (secret(&credentials.username), secret(&credentials.password));
    Some(CloudStore {
        url: above_api(url).into(),
        area: area.value.clone(),
        api_key: api_key?,
        api_secret: api_secret?,
        username: username?,
        password: password?,
        limits,
        platform_users,
    })
}

/// 32 hexadecimal digits in five groups.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let is_hex = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    is_hex && groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
}

/// An emulator on this machine takes any area.
fn is_emulator(url: &str) -> bool {
    url.starts_with("http://")
}

/// The address above `/v3`. Users also write that of the API or of the sign-in.
fn above_api(url: &str) -> &str {
    let url = url.trim_end_matches('/');
    let ends = ["/v3/rest", "/v3/token", "/v3"];
    ends.iter().find_map(|end| url.strip_suffix(end)).unwrap_or(url).trim_end_matches('/')
}

/// KW-022, MFT-020: only an encrypted connection may carry credentials and keys.
pub(super) fn check_url(rule: &Rule, what: &str, url: &Spanned<Box<str>>, findings: &mut Vec<Diagnostic>) {
    let (scheme, rest) = url.value.split_once("://").unwrap_or_default();
    let host = rest.split('/').next().unwrap_or_default();
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    let is_loopback = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    let is_address =
        is_port && !name.is_empty() && !rest.contains(['?', '#', '@', '\\']) && !rest.contains(char::is_whitespace);
    if is_address && (scheme == "https" || (scheme == "http" && is_loopback)) {
        return;
    }
    let problem = rule.finding(format!("this address is not allowed for a {what}")).at(url.place);
    findings.push(
        problem.help("write https:// and the host; http is allowed only for this machine, like http://127.0.0.1:8080"),
    );
}

/// The source of a credential, which is never written in the file itself.
pub(super) fn credential(from: &Spanned<SecretFrom>, findings: &mut Vec<Diagnostic>) -> Option<SecretSource> {
    let secret = &from.value;
    if let Some(value) = &secret.value {
        let problem = rules::CAM_043.also("a credential is written in keywright.yaml").at(value.place);
        findings.push(problem.help("everyone who can read the repository can read it; use env, file or command"));
        return None;
    }
    let set = [secret.env.is_some(), secret.file.is_some(), secret.command.is_some()];
    if set.iter().filter(|set| **set).count() != 1 {
        let problem = rules::KW_006.finding("the credential has no source, or more than one").at(from.place);
        findings.push(problem.help("write one of env, file, command"));
        return None;
    }
    desired::secret_source(from)
}

/// Longest lag, in seconds: a run waits as long for an object that is gone.
const LONGEST_LAG: i64 = 3_600;

fn visibility_lag(lag: &Spanned<Duration>, findings: &mut Vec<Diagnostic>) -> std::time::Duration {
    if lag.value.0 > LONGEST_LAG {
        let problem = rules::KW_007.finding("the lag is longer than 1h").at(lag.place);
        findings.push(problem.help("write at most 1h: a run waits as long for an object that is gone"));
    }
    std::time::Duration::from_secs(lag.value.0.clamp(0, LONGEST_LAG).unsigned_abs())
}

fn limits_of(spec: &LimitsSpec, findings: &mut Vec<Diagnostic>) -> Limits {
    let mut limits = Limits::default();
    let mut within = |number: &Option<Spanned<i64>>, most: i64| {
        let number = number.as_ref()?;
        if (1..=most).contains(&number.value) {
            return u32::try_from(number.value).ok();
        }
        let problem = rules::KW_007.finding(format!("{} is outside the range 1 to {most}", number.value));
        findings.push(problem.at(number.place).help("write a number in that range"));
        None
    };
    if let Some(rate) = within(&spec.calls_per_second, 1_000) {
        limits.calls_per_second = f64::from(rate);
    }
    limits.calls_per_day = within(&spec.calls_per_day, 1_000_000_000).map(u64::from);
    limits.concurrency = within(&spec.concurrency, 256).map(|concurrency| concurrency as usize);
    if let Some(size) = within(&spec.page_size, 10_000) {
        limits.page_size = size as usize;
    }
    if let Some(lag) = &spec.visibility_lag {
        limits.visibility_lag = visibility_lag(lag, findings);
    }
    limits
}
