//! Turns `sinks:` of the workspace file into places of delivery.

use std::collections::BTreeMap;

use url::Url;

use super::environment::check_program;
use super::listed::MAX_LIST;
use super::listed::texts;
use super::stores::check_url;
use super::stores::credential;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::manifest::read::Spanned;
use crate::manifest::workspace::AgeSinkSpec;
use crate::manifest::workspace::CommandSinkSpec;
use crate::manifest::workspace::FileSinkSpec;
use crate::manifest::workspace::KubernetesSinkSpec;
use crate::manifest::workspace::ReceiptFrom;
use crate::manifest::workspace::SinkFormat;
use crate::manifest::workspace::SinkSpec;
use crate::manifest::workspace::SinksSpec;
use crate::manifest::workspace::SopsSinkSpec;
use crate::manifest::workspace::VaultSinkSpec;
use crate::model::is_age_recipient;
use crate::rules;
use crate::text::quoted;
use crate::workspace::CommandSink;
use crate::workspace::FileFormat;
use crate::workspace::KubernetesSink;
use crate::workspace::PLACEHOLDERS;
use crate::workspace::Sink;
use crate::workspace::SinkKind;
use crate::workspace::SopsSink;
use crate::workspace::VaultSink;
use crate::workspace::Workspace;
use crate::workspace::is_name;
use crate::workspace::is_normal;
use crate::workspace::is_pattern;

/// A list of texts, as it is written.
type Texts = Spanned<Vec<Spanned<Box<str>>>>;

/// What a program is told only with a value.
const NOT_IN_PROBES: [&str; 4] = ["{address}", "{token}", "{generation}", "{run}"];

/// Most sinks of a workspace.
const MOST: usize = 100;

pub(super) fn sinks(spec: &SinksSpec, findings: &mut Vec<Diagnostic>) -> BTreeMap<Box<str>, Sink> {
    let mut sinks: BTreeMap<Box<str>, Sink> = BTreeMap::new();
    let mut places: BTreeMap<Box<str>, &str> = BTreeMap::new();
    if let Some((name, _)) = spec.0.get(MOST) {
        let problem = rules::KW_003.finding(format!("there are more than {MOST} sinks")).at(name.place);
        findings.push(problem.help("declare fewer sinks: one takes many paths"));
    }
    for (name, spec) in spec.0.iter().take(MOST) {
        if !is_name(&name.value) || name.value.len() > 60 {
            let message = format!("`{}` is not a name for a sink", quoted(&name.value));
            let problem = rules::KW_163.finding(message).at(name.place);
            findings.push(problem.help("use at most 60 letters, digits, `_` and `-`"));
            continue;
        }
        let Some(sink) = sink(name, spec, findings) else { continue };
        if let Some(other) = places.insert(sink.identity(), &name.value) {
            let message = format!("{} and {other} are the same place", name.value);
            let problem = rules::KW_163.finding(message).at(name.place);
            findings.push(problem.help("keep one of them, so that no two keys are delivered to one place"));
        }
        sinks.insert(name.value.clone(), sink);
    }
    sinks
}

/// `None` if it has errors; they were reported.
fn sink(name: &Spanned<Box<str>>, spec: &Spanned<SinkSpec>, findings: &mut Vec<Diagnostic>) -> Option<Sink> {
    let SinkSpec { file, age, sops, command, kubernetes, vault, check } = &spec.value;
    let programs = [sops.is_some(), command.is_some(), kubernetes.is_some()];
    let set = [[file.is_some(), age.is_some(), vault.is_some()], programs].concat();
    if set.iter().filter(|set| **set).count() != 1 {
        let message = format!("the sink {} has no kind, or more than one", name.value);
        let problem = rules::KW_163.finding(message).at(name.place);
        findings.push(problem.help("write exactly one of file, age, sops, command, kubernetesSecret, vault"));
        return None;
    }
    let paths = [
        file.as_ref().and_then(|spec| spec.value.paths.as_ref()),
        age.as_ref().and_then(|spec| spec.value.paths.as_ref()),
        sops.as_ref().and_then(|spec| spec.value.paths.as_ref()),
        command.as_ref().and_then(|spec| spec.value.paths.as_ref()),
        kubernetes.as_ref().and_then(|spec| spec.value.paths.as_ref()),
        vault.as_ref().and_then(|spec| spec.value.paths.as_ref()),
    ];
    let paths = paths.into_iter().flatten().next();
    let kind = match (file, age, sops, command, kubernetes, vault) {
        (Some(spec), ..) => file_sink(&spec.value, findings)?,
        (_, Some(spec), ..) => age_sink(&spec.value, findings)?,
        (_, _, Some(spec), ..) => SinkKind::Sops(sops_sink(spec, findings)?),
        (_, _, _, Some(spec), ..) => SinkKind::Command(command_sink(&spec.value, findings)?),
        (.., Some(spec), _) => SinkKind::Kubernetes(kubernetes_sink(&spec.value, findings)?),
        (.., spec) => SinkKind::Vault(vault_sink(&spec.as_ref()?.value, findings)?),
    };
    let check = match check {
        Some(check) => Some(program(check.value.program.as_ref()?, findings)?),
        None => None,
    };
    Some(Sink { name: name.value.clone(), kind, paths: patterns(paths, findings), check })
}

fn patterns(paths: Option<&Texts>, findings: &mut Vec<Diagnostic>) -> Vec<Box<str>> {
    let Some(paths) = paths else { return Vec::new() };
    if paths.value.is_empty() {
        let problem = rules::KW_163.finding("the list of paths is empty").at(paths.place);
        findings.push(problem.help("list the paths that manifests may name, like teams/*; or leave it out for all"));
    }
    for pattern in paths.value.iter().take(MAX_LIST).filter(|pattern| !is_pattern(&pattern.value)) {
        let message = format!("`{}` is not a pattern of paths", quoted(&pattern.value));
        let problem = rules::KW_163.finding(message).at(pattern.place);
        findings.push(problem.help("write parts like teams/*; `**` can only be the last part"));
    }
    texts(paths, findings)
}

fn file_sink(spec: &FileSinkSpec, findings: &mut Vec<Diagnostic>) -> Option<SinkKind> {
    let format = match spec.format.as_ref().map(|format| format.value) {
        Some(SinkFormat::Raw) => FileFormat::Raw,
        Some(SinkFormat::Json) => FileFormat::Json,
        Some(SinkFormat::Dotenv) | None => FileFormat::Dotenv,
    };
    Some(SinkKind::File { folder: folder(spec.folder.as_ref()?, findings)?, format })
}

fn age_sink(spec: &AgeSinkSpec, findings: &mut Vec<Diagnostic>) -> Option<SinkKind> {
    let recipients = spec.recipients.as_ref()?;
    let mut is_good = !recipients.value.is_empty();
    if !is_good {
        let problem = rules::KW_163.finding("there is no recipient, so no one could decrypt a value");
        findings
            .push(problem.at(recipients.place).help("list public keys like age1…; `age-keygen -y FILE` prints one"));
    }
    is_good &= check_recipients(recipients, findings);
    let folder = folder(spec.folder.as_ref()?, findings)?;
    is_good.then(|| SinkKind::Age { folder, recipients: texts(recipients, findings) })
}

/// Whether all are public keys of age.
fn check_recipients(recipients: &Texts, findings: &mut Vec<Diagnostic>) -> bool {
    let others = recipients.value.iter().take(MAX_LIST).filter(|one| !is_age_recipient(&one.value));
    // It could be the private key.
    let problem = |other: &Spanned<Box<str>>| {
        let problem = rules::KW_163.finding("this is not a public key of age").at(other.place);
        problem.help("write a public key like age1…; `age-keygen -y FILE` prints that of a private key")
    };
    let before = findings.len();
    findings.extend(others.map(problem));
    findings.len() == before
}

fn sops_sink(written: &Spanned<SopsSinkSpec>, findings: &mut Vec<Diagnostic>) -> Option<SopsSink> {
    let spec = &written.value;
    let lists = [
        ("--age", &spec.age),
        ("--pgp", &spec.pgp),
        ("--kms", &spec.kms),
        ("--gcp-kms", &spec.gcp_kms),
        ("--azure-kv", &spec.azure_key_vault),
        ("--hc-vault-transit", &spec.vault_transit),
    ];
    let lists = lists.into_iter().filter_map(|(option, list)| Some((option, list.as_ref()?)));
    let lists: Vec<_> = lists.filter(|(_, list)| !list.value.is_empty()).collect();
    if lists.is_empty() {
        let problem = rules::KW_163.finding("there is no key, so no one could decrypt a value").at(written.place);
        findings.push(problem.help("list keys under age, pgp, kms, gcpKms, azureKeyVault or vaultTransit"));
        return None;
    }
    let mut is_good = spec.age.as_ref().is_none_or(|recipients| check_recipients(recipients, findings));
    let is_key = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',');
    for key in lists.iter().flat_map(|(_, list)| list.value.iter().take(MAX_LIST)).filter(|key| !is_key(&key.value)) {
        let problem = rules::KW_163.finding("this is not a key for sops").at(key.place);
        findings.push(problem.help("write one key in each entry, without commas and spaces"));
        is_good = false;
    }
    let folder = folder(spec.folder.as_ref()?, findings)?;
    let program = program_name(spec.program.as_ref(), "sops", findings);
    let variables = spec.variables.as_ref().map_or_else(Vec::new, |names| texts(names, findings));
    let keys = lists.into_iter().map(|(option, list)| (option, texts(list, findings))).collect();
    is_good.then_some(SopsSink { folder, keys, program, variables })
}

fn kubernetes_sink(spec: &KubernetesSinkSpec, findings: &mut Vec<Diagnostic>) -> Option<KubernetesSink> {
    let context = match &spec.context {
        Some(name) if name.value.is_empty() || name.value.contains(|c: char| c.is_control() || c.is_whitespace()) => {
            let message = format!("`{}` is not the name of a context", quoted(&name.value));
            let problem = rules::KW_163.finding(message).at(name.place);
            findings.push(problem.help("write a name that `kubectl config get-contexts` prints"));
            return None;
        }
        context => context.as_ref().map(|name| name.value.clone()),
    };
    let program = program_name(spec.program.as_ref(), "kubectl", findings);
    let variables = spec.variables.as_ref().map_or_else(Vec::new, |names| texts(names, findings));
    Some(KubernetesSink { context, program, variables })
}

/// The program of a kind that needs one.
fn program_name(written: Option<&Spanned<Box<str>>>, usual: &str, findings: &mut Vec<Diagnostic>) -> Box<str> {
    let Some(written) = written else { return usual.into() };
    check_program(&written.value, written.place, findings);
    written.value.clone()
}

/// The folder of a sink, below the workspace.
fn folder(folder: &Spanned<Box<str>>, findings: &mut Vec<Diagnostic>) -> Option<Box<str>> {
    if is_normal(&folder.value) {
        return Some(folder.value.clone());
    }
    let message = format!("`{}` is not a folder below the workspace", quoted(&folder.value));
    let problem = rules::KW_163.finding(message).at(folder.place);
    findings.push(problem.help("write a path like secrets or deploy/sealed, without `..`"));
    None
}

fn command_sink(spec: &CommandSinkSpec, findings: &mut Vec<Diagnostic>) -> Option<CommandSink> {
    let program = self::program(spec.program.as_ref()?, findings)?;
    let probe = match &spec.probe {
        Some(probe) => Some(self::program(probe, findings)?),
        None => None,
    };
    if let Some(written) = &spec.probe
        && probe.iter().flatten().any(|word| NOT_IN_PROBES.iter().any(|at| word.contains(at)))
    {
        let problem = rules::KW_163.finding("a probe knows only the name and the path");
        findings.push(problem.at(written.place).help("use only {name} and {path}"));
    }
    let variables = spec.variables.as_ref().map_or_else(Vec::new, |names| texts(names, findings));
    let has_receipt = spec.receipt.as_ref().is_none_or(|receipt| receipt.value == ReceiptFrom::Line);
    Some(CommandSink { program, probe, variables, has_receipt })
}

/// A program with its arguments.
fn program(words: &Texts, findings: &mut Vec<Diagnostic>) -> Option<Vec<Box<str>>> {
    let Some((program, arguments)) = words.value.split_first() else {
        let problem = rules::KW_163.finding("the command is empty").at(words.place);
        findings.push(problem.help("write the program and its arguments as a list"));
        return None;
    };
    check_program(&program.value, program.place, findings);
    if let Some(unknown) = placeholders(&program.value).next() {
        wrong_placeholder(
            unknown,
            program.place,
            findings,
            "the program is always the same: use them in its arguments",
        );
    }
    for argument in arguments.iter().take(MAX_LIST) {
        if let Some(unknown) = placeholders(&argument.value).find(|word| !PLACEHOLDERS.contains(word)) {
            let known: Vec<String> = PLACEHOLDERS.iter().map(|word| format!("{{{word}}}")).collect();
            let help = format!("the placeholders are {}", known.join(", "));
            wrong_placeholder(unknown, argument.place, findings, &help);
        }
    }
    Some(texts(words, findings))
}

fn wrong_placeholder(word: &str, place: Place, findings: &mut Vec<Diagnostic>, help: &str) {
    let problem = rules::KW_163.finding(format!("nothing can replace {{{}}} here", quoted(word))).at(place);
    findings.push(problem.help(help));
}

/// The words of small letters in braces.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    words.filter(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

fn vault_sink(spec: &VaultSinkSpec, findings: &mut Vec<Diagnostic>) -> Option<VaultSink> {
    let address = spec.address.as_ref()?;
    check_url(&rules::KW_163, "sink", address, findings);
    let mut path = |text: &Option<Spanned<Box<str>>>, what: &str| {
        let text = text.as_ref()?;
        let trimmed = text.value.trim_matches('/');
        if !is_normal(trimmed) {
            let problem = rules::KW_163.finding(format!("`{}` is not a {what}", quoted(&text.value))).at(text.place);
            findings.push(problem.help("write a path of letters, digits, `_` and `-`, like kv"));
        }
        Some(Box::<str>::from(trimmed))
    };
    let (mount, namespace) = (path(&spec.mount, "mount"), path(&spec.namespace, "namespace"));
    let token = credential(spec.token.as_ref()?, findings)?;
    Some(VaultSink {
        address: above_v1(&address.value),
        mount: mount.unwrap_or_else(|| "secret".into()),
        namespace,
        token,
    })
}

/// The address of the server in one form, whatever the case of its host, with or without its usual port.
fn above_v1(address: &str) -> Box<str> {
    let mut url = Url::parse(address).ok();
    if let Some(url) = &mut url
        && let Some(host) = url.host_str().and_then(|host| host.strip_suffix('.')).map(str::to_owned)
    {
        // Otherwise it stays as it is written.
        let _ = url.set_host(Some(&host));
    }
    let plain = url.as_ref().map_or(address, Url::as_str).trim_end_matches('/');
    plain.strip_suffix("/v1").unwrap_or(plain).trim_end_matches('/').into()
}

fn variables(sink: &SinkSpec) -> Option<&Texts> {
    let of_command = sink.command.as_ref().and_then(|spec| spec.value.variables.as_ref());
    let of_sops = sink.sops.as_ref().and_then(|spec| spec.value.variables.as_ref());
    of_command.or(of_sops).or_else(|| sink.kubernetes.as_ref()?.value.variables.as_ref())
}

/// KW-163: variables of sinks, once all settings are known.
pub(super) fn check_variables(spec: Option<&SinksSpec>, workspace: &Workspace, findings: &mut Vec<Diagnostic>) {
    let lists = spec.iter().flat_map(|spec| &spec.0).filter_map(|(_, sink)| variables(&sink.value));
    for name in lists.flat_map(|names| names.value.iter().take(MAX_LIST)) {
        let is_name = !name.value.is_empty() && !name.value.contains(['=', '\0']);
        let is_of_store = workspace.credentials().any(|(source, _)| source.variable() == Some(&name.value));
        let message = if !is_name {
            format!("`{}` is not the name of a variable", quoted(&name.value))
        } else if is_of_store || name.value.starts_with(crate::workspace::OWN_PREFIX) {
            format!("programs cannot receive the credential `{}`", quoted(&name.value))
        } else {
            continue;
        };
        let problem = rules::KW_163.finding(message).at(name.place);
        findings.push(problem.help("write names like GH_TOKEN, and use a variable of its own for each program"));
    }
}
