//! Reads the secrets that manifests and settings refer to. The rules have already checked that reading them is allowed.

mod arguments;
mod interrupt;
pub mod program;

pub use interrupt::release as release_signals;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use crate::diagnostic::Diagnostic;
use crate::files::Bounds;
use crate::model::Address;
use crate::model::Desired;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::Secret;
use crate::model::SecretSource;
use crate::model::desired::SecretOrigin;
use crate::rules;
use crate::rules::values::Values;
use crate::text::quoted;
use crate::workspace::Environment;

/// Maximum size of a secret, in bytes.
const MAX_SECRET: u64 = 64 << 10;

/// Why a file in another encoding, like UTF-16, cannot be read.
const NOT_UTF_8: &str = "it is not UTF-8 text";

/// Secrets from manifests, and the problems of reading them.
#[derive(Default)]
pub struct SecretsRead {
    /// Values of custom keys.
    pub values: Values,
    /// Shared secrets of keys.
    pub shared: BTreeMap<Address, Secret>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Where the settings come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trust {
    /// The working tree: the author of the manifests may have written the settings too.
    WorkingTree,
    /// A reviewed revision. No file of the repository is run, or passed to a program (KW-032).
    Revision,
}

/// What secrets may be read with.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    /// The folder of the workspace.
    pub root: &'a Path,
    /// The variables of the process.
    pub variables: &'a BTreeMap<String, String>,
    /// What the settings allow. The rules have checked the manifests against it.
    pub settings: &'a Environment,
    pub trust: Trust,
}

/// Whether the programs that manifests name are run. Those of credentials always are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Programs {
    Run,
    /// The secrets that they provide are left out (KW-033).
    Skip,
}

/// Reads the secrets of the manifests.
pub fn read(desired: &Desired, access: &Access<'_>, programs: Programs) -> SecretsRead {
    let SecretsRead { mut values, mut shared, mut diagnostics } = SecretsRead::default();
    let mut read = |source: &SecretSource| match &source.origin {
        SecretOrigin::Command(_) if programs == Programs::Skip => None,
        _ => credential(source, access).map_err(|problem| diagnostics.push(*problem)).ok(),
    };
    for object in desired.of(Kind::PackageKey).chain(desired.removals()) {
        let Some(key) = &object.key else { continue };
        if let KeySource::Custom(source) = &key.source {
            values.extend(read(source).map(|secret| (object.address.clone(), secret)));
        }
        let secret = key.secret.as_ref().and_then(&mut read);
        shared.extend(secret.map(|secret| (object.address.clone(), secret)));
    }
    SecretsRead { values, shared, diagnostics }
}

/// Reads one secret.
pub fn credential(source: &SecretSource, access: &Access<'_>) -> Result<Secret, Box<Diagnostic>> {
    let text = match &source.origin {
        SecretOrigin::Literal(secret) => return Ok(secret.clone()),
        SecretOrigin::Env(name) => variable(name, access),
        SecretOrigin::File(path) => file(path, access),
        SecretOrigin::Command(words) => command(words, access),
    };
    let text = text.map_err(|problem| Box::new(problem.at(source.place)))?;
    // Editors on Windows write a byte order mark, and most editors end the last line.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let line = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    let (what, help) = if line.is_empty() {
        ("is empty", "fill it: a secret is one line of text")
    } else if line.contains(['\n', '\r', '\0']) {
        ("has more than one line", "a secret is one line of text")
    } else if line.trim().is_empty() {
        ("contains only blanks", "fill it: a secret is one line of text")
    } else {
        return Ok(Secret::new(line));
    };
    let problem = rules::KW_013.finding(format!("{} {what}", name_of(source))).at(source.place);
    Err(Box::new(problem.help(help)))
}

/// Why a variable or a file has no secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Lack {
    UnsetVariable,
    EmptyVariable,
    MissingFile,
    EmptyFile,
}

/// The name of the variable or the file of a secret, if it has none.
pub fn lacking(source: &SecretSource, access: &Access<'_>) -> Option<(String, Lack)> {
    let is_empty = |text: &str| text.trim_start_matches('\u{feff}').trim().is_empty();
    let (name, lack) = match &source.origin {
        SecretOrigin::Env(name) => match access.variables.get(&**name) {
            None => (name, Lack::UnsetVariable),
            Some(value) => (name, Some(Lack::EmptyVariable).filter(|_| is_empty(value))?),
        },
        SecretOrigin::File(path) => {
            match read_file(&access.root.join(&**path), access.root, &access.settings.folders) {
                Ok(text) => (path, Some(Lack::EmptyFile).filter(|_| is_empty(&text))?),
                // Another problem, like one of permission, has a message of its own.
                Err(_) => (path, Some(Lack::MissingFile).filter(|_| !access.root.join(&**path).exists())?),
            }
        }
        SecretOrigin::Literal(_) | SecretOrigin::Command(_) => return None,
    };
    Some((quoted(name).into_owned(), lack))
}

/// The name of a secret's source in messages.
pub fn name_of(source: &SecretSource) -> String {
    match &source.origin {
        SecretOrigin::Literal(_) => "the secret".to_owned(),
        SecretOrigin::Env(name) => format!("the variable {}", quoted(name)),
        SecretOrigin::File(path) => format!("the file {}", quoted(path)),
        SecretOrigin::Command(words) => format!("the output of {}", quoted(words.first().map_or("", |word| word))),
    }
}

fn variable(name: &str, access: &Access<'_>) -> Result<Zeroizing<String>, Box<Diagnostic>> {
    access.variables.get(name).map(|value| Zeroizing::new(value.clone())).ok_or_else(|| {
        let problem = rules::KW_013.finding(format!("the variable {} is not set", quoted(name)));
        Box::new(problem.help("set it where this command runs"))
    })
}

fn file(path: &str, access: &Access<'_>) -> Result<Zeroizing<String>, Box<Diagnostic>> {
    read_file(&access.root.join(path), access.root, &access.settings.folders).map_err(|cause| {
        let help = if cause == NOT_UTF_8 { "save the file as UTF-8" } else { "create the file, or fix the path" };
        let problem = rules::KW_013.finding(format!("could not read the secret in {}: {cause}", quoted(path)));
        Box::new(problem.help(help))
    })
}

fn command(words: &[Box<str>], access: &Access<'_>) -> Result<Zeroizing<String>, Box<Diagnostic>> {
    program::run(words, access, program::Given::default()).map_err(|problem| {
        let name = quoted(words.first().map_or("", |word| word));
        let message = |cause: String| format!("could not get a secret from {name}: {cause}");
        Box::new(match problem {
            program::Problem::OfRepository(cause) => rules::KW_032.finding(message(cause)).help(
                "keep programs, and the files that they read, outside the repository, where only an administrator \
                 of the runner can change them",
            ),
            problem => rules::KW_013.finding(message(problem.into_cause())).help(
                "it runs in an empty folder, without your variables: see commandVariables and commandTimeout under \
                 spec.environment in keywright.yaml",
            ),
        })
    })
}

/// Reads a file. The rules have checked its path, but a link could still lead elsewhere.
fn read_file(path: &Path, root: &Path, folders: &[Box<str>]) -> Result<Zeroizing<String>, String> {
    bounded(Bounds::new(root, folders).open_secret(path).map_err(|refused| refused.to_string())?)
}

fn bounded(stream: impl Read) -> Result<Zeroizing<String>, String> {
    let mut text = Zeroizing::new(String::new());
    let read = stream.take(MAX_SECRET + 1).read_to_string(&mut text);
    read.map_err(
        |error| if error.kind() == ErrorKind::InvalidData { NOT_UTF_8.to_owned() } else { error.to_string() },
    )?;
    if text.len() as u64 > MAX_SECRET {
        return Err(format!("it is longer than {} KiB", MAX_SECRET >> 10));
    }
    Ok(text)
}
