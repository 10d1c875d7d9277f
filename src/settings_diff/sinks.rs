//! The sinks of a workspace. Each is one entry of a list, because a sink that only one version has is a change, too.

use std::collections::BTreeMap;

use super::fields::Fields;
use super::fields::Weight;
use super::fields::source_text;
use super::fields::words;
use crate::workspace::CommandSink;
use crate::workspace::KubernetesSink;
use crate::workspace::Sink;
use crate::workspace::SinkKind;
use crate::workspace::SopsSink;
use crate::workspace::VaultSink;

const RISK: &str = "key values may be written to other places, and other programs may run on the runner";

pub(super) fn add_sinks(sinks: &BTreeMap<Box<str>, Sink>, fields: &mut Fields) {
    let entries = sinks.values().map(|sink| entry(sink).into()).collect();
    fields.list("spec.sinks", entries, Weight::Opens, RISK);
}

fn entry(sink: &Sink) -> String {
    let Sink { name, kind, paths, check } = sink;
    let list = |texts: &[Box<str>]| format!("[{}]", words(texts).join(", "));
    let of_kind = match kind {
        SinkKind::File { folder, format } => format!("folder: {}, format: {}", one(folder), format.name()),
        SinkKind::Age { folder, recipients } => format!("folder: {}, recipients: {}", one(folder), list(recipients)),
        SinkKind::Command(CommandSink { program, probe, variables, has_receipt }) => {
            let probe = probe.as_ref().map_or_else(String::new, |probe| format!(", probe: {}", list(probe)));
            let receipt = if *has_receipt { "line" } else { "none" };
            format!("program: {}, receipt: {receipt}{probe}, variables: {}", list(program), list(variables))
        }
        SinkKind::Sops(sink @ SopsSink { folder, keys: _, program, variables }) => {
            let keys: Vec<Box<str>> = sink.sorted_keys().into_iter().map(Box::from).collect();
            let (folder, program) = (one(folder), one(program));
            format!("folder: {folder}, keys: {}, program: {program}, variables: {}", list(&keys), list(variables))
        }
        SinkKind::Kubernetes(KubernetesSink { context, program, variables }) => {
            let context = context.as_ref().map_or_else(String::new, |name| format!("context: {}, ", one(name)));
            format!("{context}program: {}, variables: {}", one(program), list(variables))
        }
        SinkKind::Vault(VaultSink { address, mount, namespace, token }) => {
            let namespace = namespace.as_ref().map_or_else(String::new, |name| format!(", namespace: {}", one(name)));
            let token = source_text(token);
            format!("address: {}, mount: {}{namespace}, token: {token}", one(address), one(mount))
        }
    };
    let paths = if paths.is_empty() { String::new() } else { format!(", paths: {}", list(paths)) };
    let check = check.as_ref().map_or_else(String::new, |check| format!(", check: {}", list(check)));
    format!("{}: {} {{{of_kind}{paths}}}{check}", one(name), kind.name())
}

fn one(word: &str) -> String {
    words(&[word.into()]).join("")
}
