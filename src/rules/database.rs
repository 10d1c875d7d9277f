//! `database:` as it was written → where the workspace database is.

use super::stores::credential;
use crate::diagnostic::Diagnostic;
use crate::manifest::read::Spanned;
use crate::manifest::workspace::WorkspaceSpec;
use crate::rules;
use crate::workspace::DEFAULT_SCHEMA;
use crate::workspace::DatabaseAt;

const HELP: &str = "write sqlite: and a path, like sqlite:.keywright/keywright.db, or postgres://user@host/database";

/// Nothing when the workspace names no database, or none that can be used, which has been reported.
pub(super) fn database(spec: &WorkspaceSpec, findings: &mut Vec<Diagnostic>) -> Option<DatabaseAt> {
    let written = spec.database.as_ref()?;
    let password = spec.database_password.as_ref();
    if let Some(path) = written.value.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
        if let Some(password) = password {
            let problem = rules::KW_007.finding("a SQLite file has no password").at(password.place);
            findings.push(problem.help("leave `databasePassword` out"));
        }
        return Some(DatabaseAt::File(path.into()));
    }
    let Some((scheme @ ("postgres" | "postgresql"), rest)) = written.value.split_once("://") else {
        let problem = rules::KW_007.finding("the database is not one that Keywright knows").at(written.place);
        findings.push(problem.help(HELP));
        return None;
    };
    let (address, settings) = rest.split_once('?').unwrap_or((rest, ""));
    if has_password(address, settings) {
        let problem = rules::CAM_043.also("a credential is written in keywright.yaml").at(written.place);
        findings.push(problem.help("take it out of the address; use PGPASSWORD, or `databasePassword: {env: …}`"));
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

/// The schema that the address names: it goes into statements, so it is held to letters that need no quoting.
fn schema(settings: &str, written: &Spanned<Box<str>>, findings: &mut Vec<Diagnostic>) -> Option<Box<str>> {
    let named = settings.split('&').find_map(|setting| setting.strip_prefix("schema=")).unwrap_or(DEFAULT_SCHEMA);
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let is_first = |c: char| c.is_ascii_lowercase() || c == '_';
    if named.starts_with(is_first) && named.len() <= 63 && named.chars().all(is_letter) && !named.starts_with("pg_") {
        return Some(named.into());
    }
    let problem = rules::KW_007.finding("this is not the name of a schema").at(written.place);
    findings.push(problem.help("use small letters, digits and _, at most 63, not beginning with a digit or pg_"));
    None
}
