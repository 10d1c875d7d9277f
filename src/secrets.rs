//! Reads the secrets that manifests refer to. The rules have already checked that reading them is allowed.
#![expect(clippy::disallowed_methods, reason = "edge: files and programs")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use zeroize::Zeroizing;

use crate::diagnostic::Diagnostic;
use crate::model::Address;
use crate::model::Desired;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::Secret;
use crate::model::SecretSource;
use crate::model::desired::SecretOrigin;
use crate::rules;
use crate::rules::values::Values;

/// Maximum size of a secret, in bytes.
const MAX_SECRET: u64 = 64 << 10;

/// Secrets from manifests, and the problems of reading them.
#[derive(Default)]
pub struct SecretsRead {
    /// Values of custom keys.
    pub values: Values,
    /// Shared secrets of keys.
    pub shared: BTreeMap<Address, Secret>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads every secret of the manifests. `folders` are the folders outside the workspace that manifests may read.
pub fn read(
    desired: &Desired,
    root: &Path,
    environment: &BTreeMap<String, String>,
    folders: &[Box<str>],
) -> SecretsRead {
    let SecretsRead { mut values, mut shared, mut diagnostics } = SecretsRead::default();
    let mut read =
        |source| credential(source, root, environment, folders).map_err(|problem| diagnostics.push(*problem)).ok();
    for object in desired.of(Kind::PackageKey) {
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
pub fn credential(
    source: &SecretSource,
    root: &Path,
    environment: &BTreeMap<String, String>,
    folders: &[Box<str>],
) -> Result<Secret, Box<Diagnostic>> {
    let text = match &source.origin {
        SecretOrigin::Literal(secret) => return Ok(secret.clone()),
        SecretOrigin::Env(name) => match environment.get(&**name) {
            Some(value) => Ok(Zeroizing::new(value.clone())),
            None => Err((format!("the variable {name} is not set"), "set it where this command runs".to_owned())),
        },
        SecretOrigin::File(path) => read_file(&root.join(&**path), root, folders).map_err(|cause| {
            (format!("could not read the secret in {path}: {cause}"), "create the file, or fix the path".to_owned())
        }),
        SecretOrigin::Command(words) => run(words, root).map_err(|cause| {
            let program = words.first().map_or("", |word| word);
            (
                format!("could not get a secret from {program}: {cause}"),
                "run the command manually to see why".to_owned(),
            )
        }),
    };
    let refused = |message: String, help: String| Box::new(rules::KW_013.finding(message).at(source.place).help(help));
    let text = text.map_err(|(message, help)| refused(message, help))?;
    let line = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    if line.is_empty() || line.contains(['\n', '\r', '\0']) {
        let what = if line.is_empty() { "the secret is empty" } else { "the secret has more than one line" };
        return Err(refused(what.to_owned(), "a secret is one line of text".to_owned()));
    }
    Ok(Secret::new(line))
}

/// Reads a file. The rules have checked its path, but a link could still lead elsewhere.
fn read_file(path: &Path, root: &Path, folders: &[Box<str>]) -> Result<Zeroizing<String>, String> {
    let real = path.canonicalize().map_err(|error| error.to_string())?;
    let allowed = folders.iter().map(|folder| Path::new(&**folder)).chain([root]);
    if !allowed.filter_map(|folder| folder.canonicalize().ok()).any(|folder| real.starts_with(folder)) {
        return Err("a link leads to a folder that manifests may not read".to_owned());
    }
    if !fs::metadata(path).map_err(|error| error.to_string())?.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    bounded(file)
}

fn bounded(stream: impl Read) -> Result<Zeroizing<String>, String> {
    let mut text = Zeroizing::new(String::new());
    stream.take(MAX_SECRET + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > MAX_SECRET {
        return Err(format!("it is longer than {} KiB", MAX_SECRET >> 10));
    }
    Ok(text)
}

fn run(words: &[Box<str>], root: &Path) -> Result<Zeroizing<String>, String> {
    let (program, arguments) = words.split_first().ok_or("it is empty")?;
    let mut child = Command::new(&**program)
        .args(arguments.iter().map(|word| &**word))
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|error| error.to_string())?;
    let text = match child.stdout.take() {
        Some(output) => bounded(output),
        None => Err("it has no output".to_owned()),
    };
    let status = child.wait().map_err(|error| error.to_string())?;
    if !status.success() {
        return Err(format!("it failed with {status}"));
    }
    text
}
