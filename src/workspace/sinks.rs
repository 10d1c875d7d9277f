//! Where key values may be delivered besides files of the workspace. Only the settings declare sinks; manifests name them.

use crate::model::Digest;
use crate::model::SecretSource;

/// A place with a name that receives key values.
#[derive(Clone)]
pub struct Sink {
    pub name: Box<str>,
    pub kind: SinkKind,
    /// The paths that manifests may name, like `teams/*`. Empty for every path.
    pub paths: Vec<Box<str>>,
    /// A program that proves that a new key works. It gets the value on standard input.
    pub check: Option<Vec<Box<str>>>,
}

#[derive(Clone)]
pub enum SinkKind {
    /// Files of the workspace that hold values as they are.
    File { folder: Box<str>, format: FileFormat },
    /// Files of the workspace, encrypted for recipients.
    Age { folder: Box<str>, recipients: Vec<Box<str>> },
    /// Files of the workspace, encrypted with the program sops.
    Sops(SopsSink),
    /// A program that gets the value on standard input.
    Command(CommandSink),
    /// Fields of Kubernetes secrets, written with kubectl.
    Kubernetes(KubernetesSink),
    /// The KV engine, version 2, of HashiCorp Vault or OpenBao.
    Vault(VaultSink),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FileFormat {
    /// Lines of `NAME=value`.
    Dotenv,
    /// One file for each name, with the value and nothing else.
    Raw,
    /// An object with a field for each name.
    Json,
}

impl FileFormat {
    pub const ALL: [Self; 3] = [Self::Dotenv, Self::Raw, Self::Json];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Dotenv => "dotenv",
            Self::Raw => "raw",
            Self::Json => "json",
        }
    }

    /// The file of a place, below the workspace.
    pub fn file(self, folder: &str, path: &str, name: &str) -> String {
        match self {
            Self::Dotenv | Self::Json => format!("{folder}/{path}"),
            Self::Raw => format!("{folder}/{path}/{name}"),
        }
    }
}

#[derive(Clone)]
pub struct CommandSink {
    /// The program and its arguments, with placeholders.
    pub program: Vec<Box<str>>,
    /// A program that fails if no value can be written now.
    pub probe: Option<Vec<Box<str>>>,
    /// The variables that the programs of this sink receive besides those of all programs.
    pub variables: Vec<Box<str>>,
    /// Whether the program prints a line that names the version that it wrote.
    pub has_receipt: bool,
}

#[derive(Clone)]
pub struct SopsSink {
    pub folder: Box<str>,
    /// Who can decrypt the files: the option of sops for a kind of key, and the keys. No list is empty.
    pub keys: Vec<(&'static str, Vec<Box<str>>)>,
    pub program: Box<str>,
    pub variables: Vec<Box<str>>,
}

#[derive(Clone)]
pub struct KubernetesSink {
    /// The context of the kubeconfig; otherwise its current one.
    pub context: Option<Box<str>>,
    pub program: Box<str>,
    pub variables: Vec<Box<str>>,
}

#[derive(Clone)]
pub struct VaultSink {
    /// The address above `/v1`, in the only form in which it is written.
    pub address: Box<str>,
    pub mount: Box<str>,
    pub namespace: Option<Box<str>>,
    pub token: SecretSource,
}

/// The words in braces that the arguments of a program may hold.
pub const PLACEHOLDERS: [&str; 6] = ["name", "path", "address", "generation", "run", "token"];

/// The variables from which the clients of Vault and OpenBao read the token.
pub const VAULT_TOKENS: [&str; 2] = ["VAULT_TOKEN", "BAO_TOKEN"];

impl Sink {
    /// What decides where values end up, as a digest: a sink with another identity is another place. Who signs in, and which
    /// paths are allowed, is no part of it.
    pub fn identity(&self) -> Box<str> {
        let text = match &self.kind {
            SinkKind::File { folder, format } => format!("file {folder:?} {}", format.name()),
            SinkKind::Age { folder, recipients } => {
                let mut recipients = recipients.clone();
                recipients.sort_unstable();
                format!("age {folder:?} {recipients:?}")
            }
            SinkKind::Sops(sops) => format!("sops {:?} {:?}", sops.folder, sops.sorted_keys()),
            SinkKind::Command(command) => {
                let mut words = command.program.clone();
                if let Some(program) = words.first_mut() {
                    *program = plain_path(program);
                }
                format!("command {words:?}")
            }
            SinkKind::Kubernetes(kubernetes) => format!("kubernetesSecret {:?}", kubernetes.context),
            SinkKind::Vault(vault) => format!("vault {:?} {:?} {:?}", vault.address, vault.namespace, vault.mount),
        };
        Digest::of(text.as_bytes()).hex()[..16].into()
    }

    /// What the sink looks at of a path and a name: the program of a command may leave out one of them.
    pub fn looks_at<'a>(&self, path: &'a str, name: &'a str) -> (&'a str, &'a str) {
        let SinkKind::Command(command) = &self.kind else { return (path, name) };
        let has = |placeholder| command.program.iter().any(|argument| argument.contains(placeholder));
        if has("{address}") {
            return (path, name);
        }
        (if has("{path}") { path } else { "" }, if has("{name}") { name } else { "" })
    }

    /// The file of a place, below the workspace, and its format: `Raw` if no other name is in it, also if it is encrypted.
    /// `None` if the sink does not write to files.
    pub fn file(&self, path: &str, name: &str) -> Option<(String, FileFormat)> {
        match &self.kind {
            SinkKind::File { folder, format } => Some((format.file(folder, path, name), *format)),
            SinkKind::Age { folder, .. } => Some((age_file(folder, path, name), FileFormat::Raw)),
            SinkKind::Sops(sops) => Some((sops.file(path, name), FileFormat::Raw)),
            SinkKind::Command(_) | SinkKind::Kubernetes(_) | SinkKind::Vault(_) => None,
        }
    }

    /// Whether manifests may name a path that is normal ([`is_normal`]).
    pub fn allows(&self, path: &str) -> bool {
        self.paths.is_empty() || self.paths.iter().any(|pattern| matches(pattern, path))
    }

    /// The variables that only the programs of this sink receive.
    pub fn variables(&self) -> &[Box<str>] {
        match &self.kind {
            SinkKind::Sops(sops) => &sops.variables,
            SinkKind::Command(command) => &command.variables,
            SinkKind::Kubernetes(kubernetes) => &kubernetes.variables,
            SinkKind::File { .. } | SinkKind::Age { .. } | SinkKind::Vault(_) => &[],
        }
    }

    /// Whether the sink shows what it holds. What another one received is known only from receipts.
    pub const fn can_be_asked(&self) -> bool {
        !matches!(self.kind, SinkKind::Command(_) | SinkKind::Kubernetes(_))
    }
}

/// A path without the parts that lead nowhere: `/bin/../bin//store` is `/bin/store`. The name of a program stays.
fn plain_path(path: &str) -> Box<str> {
    if !path.starts_with('/') {
        return path.into();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/")).into()
}

impl VaultSink {
    /// The URL of a secret. The server takes a namespace also as the beginning of a path.
    pub fn url(&self, path: &str) -> String {
        let namespace = self.namespace.as_ref().map(|name| format!("{name}/")).unwrap_or_default();
        format!("{}/v1/{namespace}{}/data/{path}", self.address, self.mount)
    }
}

/// The file of a place in a sink of age, below the workspace.
pub fn age_file(folder: &str, path: &str, name: &str) -> String {
    format!("{folder}/{path}/{name}.age")
}

impl SopsSink {
    /// The file of a place, below the workspace.
    pub fn file(&self, path: &str, name: &str) -> String {
        format!("{}/{path}/{name}.json", self.folder)
    }

    /// The keys in an order that says nothing.
    pub fn sorted_keys(&self) -> Vec<String> {
        let all = self.keys.iter().flat_map(|(option, keys)| keys.iter().map(move |key| format!("{option} {key}")));
        let mut all: Vec<String> = all.collect();
        all.sort_unstable();
        all
    }
}

impl SinkKind {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::File { .. } => "file",
            Self::Age { .. } => "age",
            Self::Sops(_) => "sops",
            Self::Command(_) => "command",
            Self::Kubernetes(_) => "kubernetesSecret",
            Self::Vault(_) => "vault",
        }
    }
}

/// Whether every reader takes a path for the same one: it has no empty part, no `.` and no `..`, and nothing that a
/// program, a URL or a file system reads in another way. So patterns need no normalization of their own.
pub fn is_normal(path: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.@+=:".contains(c);
    let is_part =
        |part: &str| part.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') && !part.contains("..");
    path.len() <= 200 && path.split('/').all(|part| is_part(part) && part.chars().all(is_plain))
}

/// Whether a text can be the name of a value in a sink.
pub fn is_name(name: &str) -> bool {
    is_normal(name) && !name.contains('/')
}

/// Whether a path is `NAMESPACE/SECRET`, with names that Kubernetes allows.
pub fn is_secret_of_kubernetes(path: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_label = |text: &str| {
        let is_closed = text.starts_with(is_plain) && text.ends_with(is_plain);
        is_closed && text.len() <= 63 && text.chars().all(|c| is_plain(c) || c == '-')
    };
    path.split_once('/').is_some_and(|(namespace, secret)| is_label(namespace) && secret.split('.').all(is_label))
}

/// Whether a text can be the name of a field in a Kubernetes secret. The length is that of the names of those who own fields.
pub fn is_field_of_kubernetes(name: &str) -> bool {
    is_name(name) && name.len() <= 100 && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// Whether a pattern matches a path: `*` stands for any text in one part, and `**` as the last part for all further parts.
fn matches(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), parts.next()) {
            (Some("**"), Some(_)) => return patterns.next().is_none(),
            (Some(pattern), Some(part)) if matches_part(pattern, part) => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}

fn matches_part(pattern: &str, part: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => part.len() >= start.len() + end.len() && part.starts_with(start) && part.ends_with(end),
        None => pattern == part,
    }
}

/// Whether a pattern of paths is understood.
pub fn is_pattern(pattern: &str) -> bool {
    let parts: Vec<&str> = pattern.split('/').collect();
    let is_part = |(at, part): (usize, &&str)| match *part {
        "**" => at + 1 == parts.len(),
        part => part.matches('*').count() <= 1 && is_normal(&part.replacen('*', "x", 1).replace('x', "xx")),
    };
    parts.iter().enumerate().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_by_everyone_in_the_same_way() {
        for path in ["teams/checkout", "a", "_a", "a.b/c-d", "user@host", "a=b:c"] {
            assert!(is_normal(path), "{path}");
        }
        let refused = [
            "", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a..b", "-a", "a/-b", "a b", "a\tb", "a\nb", "a%2fb",
            "a?b", "a#b", "a\\b", "é", "{name}", "@a", ".a", "a/.b",
        ];
        for path in refused {
            assert!(!is_normal(path), "{path}");
        }
        for (path, expected) in [
            ("payments/checkout", true),
            ("a/b.c-d", true),
            ("a.b/c", false),
            ("a", false),
            ("a/b/c", false),
            ("A/b", false),
            ("a/-b", false),
            ("a/b-", false),
            ("a/b..c", false),
        ] {
            assert_eq!(is_secret_of_kubernetes(path), expected, "{path}");
        }
        assert!(is_field_of_kubernetes("api-key.txt") && !is_field_of_kubernetes("a=b"));
        assert!(is_name("CHECKOUT_KEY") && is_name("checkout-key") && !is_name("a/b"));
    }

    #[test]
    fn a_pattern_matches_whole_parts() {
        for (pattern, path, expected) in [
            ("teams/*", "teams/a", true),
            ("teams/*", "teams/a/b", false),
            ("teams/*", "teams", false),
            ("teams/*", "other/a", false),
            ("teams/**", "teams/a/b", true),
            ("teams/**", "teams", false),
            ("**", "a/b", true),
            ("team-*/key", "team-a/key", true),
            ("team-*/key", "team-/key", true),
            ("a*a", "a", false),
            ("a", "a", true),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
            assert!(is_pattern(pattern), "{pattern}");
        }
        for pattern in ["", "/", "a//b", "**/a", "a**", "*a*", "../*", "-*", "a b"] {
            assert!(!is_pattern(pattern), "{pattern}");
        }
    }
}
