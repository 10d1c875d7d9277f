//! Reads `database:` of the workspace file.

use super::stores::credential;
use crate::diagnostic::Diagnostic;
use crate::manifest::read::Spanned;
use crate::manifest::workspace::WorkspaceSpec;
use crate::rules;
use crate::workspace::DEFAULT_SCHEMA;
use crate::workspace::DatabaseAt;

const HELP: &str = "write an address like sqlite:.keywright/keywright.db or postgres://user@host/database";

/// `None` if the workspace names no database, or if it was reported as unusable.
pub(super) fn database(spec: &WorkspaceSpec, findings: &mut Vec<Diagnostic>) -> Option<DatabaseAt> {
    let written = spec.database.as_ref()?;
    let password = spec.database_password.as_ref();
    if let Some(path) = written.value.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
        if let Some(password) = password {
            let problem = rules::KW_007.finding("a SQLite file has no password").at(password.place);
            findings.push(problem.help("remove `databasePassword`"));
        }
        return Some(DatabaseAt::File(path.into()));
    }
    let Some((scheme @ ("postgres" | "postgresql"), rest)) = written.value.split_once("://") else {
        let problem = rules::KW_007.finding("Keywright does not support this database").at(written.place);
        findings.push(problem.help(HELP));
        return None;
    };
    let (address, settings) = rest.split_once('?').unwrap_or((rest, ""));
    if has_password(address, settings) {
        let problem = rules::CAM_043.also("a credential is written in keywright.yaml").at(written.place);
        findings.push(problem.help("remove it from the address; use PGPASSWORD, or `databasePassword: {env: …}`"));
        return None;
    }
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '#';
    if address.trim_matches('/').is_empty() || settings.contains('@') || !rest.chars().all(is_plain) {
        let problem = rules::KW_007.finding("this is not the address of a PostgreSQL database").at(written.place);
        findings.push(problem.help(HELP));
        return None;
    }
    let schema = schema(settings, written, findings)?;
    let others: Vec<&str> =
        settings.split('&').filter(|setting| !setting.is_empty() && !setting.starts_with("schema=")).collect();
    let others = if others.is_empty() { String::new() } else { format!("?{}", others.join("&")) };
    let password = match password {
        Some(from) => Some(credential(from, findings)?),
        None => None,
    };
    Some(DatabaseAt::Server { url: format!("{scheme}://{address}{others}").into(), schema, password })
}

fn has_password(address: &str, settings: &str) -> bool {
    let sign_in = address.rsplit_once('@').map_or("", |(sign_in, _)| sign_in);
    sign_in.contains(':') || settings.split('&').any(|setting| setting.to_ascii_lowercase().starts_with("password"))
}

/// The schema that the address names. It becomes part of SQL statements, so only characters without quoting are allowed.
fn schema(settings: &str, written: &Spanned<Box<str>>, findings: &mut Vec<Diagnostic>) -> Option<Box<str>> {
    let named = settings.split('&').find_map(|setting| setting.strip_prefix("schema=")).unwrap_or(DEFAULT_SCHEMA);
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let is_first = |c: char| c.is_ascii_lowercase() || c == '_';
    if named.starts_with(is_first) && named.len() <= 63 && named.chars().all(is_letter) && !named.starts_with("pg_") {
        return Some(named.into());
    }
    let problem = rules::KW_007.finding("this is not a valid schema name").at(written.place);
    findings.push(problem.help("use at most 63 lowercase letters, digits and _; do not begin with a digit or pg_"));
    None
}
