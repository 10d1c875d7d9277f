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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Place;

    /// The address without the schema, and the schema; or what is said about it.
    fn read(written: &str) -> Result<(String, String), String> {
        let database = Some(Spanned { value: written.into(), place: Place::default() });
        let mut findings = Vec::new();
        match super::database(&WorkspaceSpec { database, ..WorkspaceSpec::default() }, &mut findings) {
            Some(DatabaseAt::Server { url, schema, password: None }) if findings.is_empty() => {
                Ok((url.into(), schema.into()))
            }
            _ => Err(findings.pop().map_or_else(String::new, |finding| finding.message.clone())),
        }
    }

    #[test]
    fn the_schema_is_taken_out_of_an_address() {
        let longest = "a".repeat(63);
        for (written, url, schema) in [
            ("postgres://kw@db/keys", "postgres://kw@db/keys", DEFAULT_SCHEMA),
            ("postgres://db/keys?a=1&schema=team_1&b=2", "postgres://db/keys?a=1&b=2", "team_1"),
            ("postgresql://db?&schema=_x", "postgresql://db", "_x"),
            (&format!("postgres://db?schema={longest}"), "postgres://db", &longest),
        ] {
            assert_eq!(read(written), Ok((url.to_owned(), schema.to_owned())), "{written}");
        }
    }

    #[test]
    fn an_address_has_no_password_and_no_sign_that_it_could_not_have() {
        let long = format!("postgres://db?schema={}", "a".repeat(64));
        let (password, schema) = ("a credential is written in keywright.yaml", "this is not a valid schema name");
        let address = "this is not the address of a PostgreSQL database";
        let refused: [(&str, &[&str]); 6] = [
            (password, &["postgres://kw:fake@db/keys", "postgres://db?PassWord=fake", "postgres://db?a=1&password=f"]),
            (
                address,
                &["postgres://", "postgres:///", "postgres://db?a=b@c", "postgres://db/a b", "postgres://db/a#b"],
            ),
            (address, &["postgres://db/a\u{7}b"]),
            (schema, &["postgres://db?schema=1a", "postgres://db?schema=pg_a", "postgres://db?schema=a-b", &long]),
            (schema, &["postgres://db?schema=", "postgres://db?schema=aB"]),
            ("Keywright does not support this database", &["mysql://db/keys", "db"]),
        ];
        for (said, all) in refused {
            for written in all {
                assert_eq!(read(written), Err(said.to_owned()), "{written}");
            }
        }
    }
}
