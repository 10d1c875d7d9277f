//! Reads `stores.managedFileTransfer` of the workspace file: site, credentials and operations.

use super::check_url;
use super::credential;
use super::limits_of;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::manifest::read::Spanned;
use crate::manifest::workspace::ManagedFileTransferSpec;
use crate::manifest::workspace::OperationsSpec;
use crate::manifest::workspace::TransferCredentials;
use crate::rules;
use crate::text::quoted;
use crate::workspace::Limits;
use crate::workspace::Operation;
use crate::workspace::TransferCredential;
use crate::workspace::TransferOperations;
use crate::workspace::TransferStore;

/// `None` if something is missing; it was reported.
pub(super) fn store(spec: &Spanned<ManagedFileTransferSpec>, findings: &mut Vec<Diagnostic>) -> Option<TransferStore> {
    let place = spec.place;
    let spec = &spec.value;
    let url = site_url(spec, place, findings);
    let limits = spec.limits.as_ref().map_or_else(Limits::default, |limits| limits_of(&limits.value, findings));
    let operations =
        spec.operations.as_ref().map(|operations| operations_of(&operations.value, findings)).unwrap_or_default();
    let credential = match &spec.credentials {
        Some(credentials) => credential_of(credentials, findings),
        None => {
            let problem = rules::KW_006.finding("no credentials are configured").at(place);
            findings.push(problem.help("add `credentials: {apiKey: {env: …}}`"));
            None
        }
    };
    Some(TransferStore {
        url: url?,
        credential: credential?,
        openapi: spec.openapi.as_ref().map(|path| path.value.clone()),
        operations,
        limits,
        tenant: spec.tenant.as_ref().map(|tenant| tenant.value),
        owner: spec.owner.as_ref().map(|owner| owner.value.clone()),
        own_key: spec.own_key.as_ref().map(|name| name.value.clone()),
    })
}

/// MFT-020. `/api` at the end is dropped, because the paths of the operations begin with it (`mft-api-keys.md` 1.3).
fn site_url(spec: &ManagedFileTransferSpec, place: Place, findings: &mut Vec<Diagnostic>) -> Option<Box<str>> {
    let Some(url) = &spec.url else {
        let problem = rules::MFT_020.finding("the address of the site is missing").at(place);
        findings.push(problem.help("add `url: https://…`; there is no default"));
        return None;
    };
    let trimmed = url.value.trim_end_matches('/');
    if trimmed.ends_with("/api/api") {
        let problem = rules::MFT_020.finding("the address ends in `/api` twice").at(url.place);
        findings.push(problem.help("write only https:// and the host of the site; Keywright adds /api"));
        return None;
    }
    check_url(&rules::MFT_020, "store", url, findings);
    Some(trimmed.strip_suffix("/api").unwrap_or(trimmed).into())
}

/// Exactly one of the two forms: only the owner of the site knows which one it takes.
fn credential_of(
    credentials: &Spanned<TransferCredentials>,
    findings: &mut Vec<Diagnostic>,
) -> Option<TransferCredential> {
    match (&credentials.value.api_key, &credentials.value.bearer) {
        (Some(from), None) => credential(from, findings).map(TransferCredential::ApiKey),
        (None, Some(from)) => credential(from, findings).map(TransferCredential::Bearer),
        (both, _) => {
            let what = if both.is_some() { "two credentials are configured" } else { "no credentials are configured" };
            let problem = rules::KW_006.finding(what).at(credentials.place);
            findings.push(problem.help("write one of apiKey, bearer"));
            None
        }
    }
}

fn operations_of(spec: &OperationsSpec, findings: &mut Vec<Diagnostic>) -> TransferOperations {
    let mut read = |written: &Option<Spanned<Box<str>>>, methods: &[&str]| {
        written.as_ref().and_then(|written| operation(written, methods, findings))
    };
    let operations = TransferOperations {
        list: read(&spec.list, &["GET"]),
        get: read(&spec.get, &["GET"]),
        create: read(&spec.create, &["POST", "PUT"]),
        update: read(&spec.update, &["PUT", "POST", "PATCH"]),
        organizations: read(&spec.organizations, &["GET"]),
        account: read(&spec.account, &["GET"]),
    };
    let pairs = [
        (&operations.list, &operations.get, &spec.list, &spec.get, "list and get"),
        (&operations.create, &operations.update, &spec.create, &spec.update, "create and update"),
    ];
    for (one, other, first, second, names) in pairs {
        if let (Some(one), Some(other), Some(first), Some(second)) = (one, other, first, second)
            && one == other
        {
            let problem = rules::MFT_021.finding(format!("{names} name the same operation")).at(second.place);
            findings.push(problem.label(first.place, "the other").help("copy both from the site's Swagger page"));
        }
    }
    operations
}

/// A method that the operation allows and a plain path, such as `GET /api/ApiKey/list`.
fn operation(written: &Spanned<Box<str>>, methods: &[&str], findings: &mut Vec<Diagnostic>) -> Option<Operation> {
    let (method, path) = written.value.trim().split_once(' ').unwrap_or_default();
    let method = method.to_ascii_uppercase();
    let path = path.trim();
    let operation = Operation::new(&method, path).filter(|_| methods.contains(&method.as_str()));
    if operation.is_some() {
        return operation;
    }
    let problem = rules::MFT_021.finding(format!("`{}` is not a valid operation", quoted(&written.value)));
    let help = format!("write {} and a path without a query, like {} /api/ApiKey", methods.join(" or "), methods[0]);
    findings.push(problem.at(written.place).help(help));
    None
}
