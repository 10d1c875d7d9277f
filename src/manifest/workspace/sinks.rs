//! `sinks:` in `keywright.yaml`.

use std::borrow::Cow;

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;

use crate::manifest::node::Content;
use crate::manifest::node::Node;
use crate::manifest::package_key::SecretFrom;
use crate::manifest::read::FromNode;
use crate::manifest::read::Reading;
use crate::manifest::read::Spanned;
use crate::manifest::read::spanned;
use crate::manifest::rules;

words! {
    /// How a file holds values.
    enum SinkFormat rules::KW_007 {
        /// Lines of NAME=value.
        Dotenv = "dotenv",
        /// A folder with one file for each name, which holds the value and nothing else.
        Raw = "raw",
        /// An object with a field for each name.
        Json = "json",
    }
}

words! {
    /// Whether a program prints what it wrote.
    enum ReceiptFrom rules::KW_007 {
        /// The last line of standard output names the version that was written.
        Line = "line",
        /// The program prints nothing that matters.
        None = "none",
    }
}

mapping! {
    "spec.sinks.*.file"
    /// Files of the workspace that hold values as they are. Git must ignore them.
    struct FileSinkSpec {
        /// The folder below the workspace. The path of a delivery is a file in it.
        field folder: Box<str> = "folder" required KW_006,
        /// dotenv (lines of NAME=value), raw (a file NAME in a folder, with the value only) or json (an object). Default: dotenv.
        field format: SinkFormat = "format",
        /// The paths that manifests may name, like [teams/*]. Default: all.
        field paths: Vec<Spanned<Box<str>>> = "paths",
    }
}

mapping! {
    "spec.sinks.*.age"
    /// Files of the workspace, encrypted with age (<https://age-encryption.org>) and safe to commit: PATH/NAME.age.
    struct AgeSinkSpec {
        /// Who can decrypt the files: public keys like age1….
        field recipients: Vec<Spanned<Box<str>>> = "recipients" required KW_006,
        /// The folder below the workspace.
        field folder: Box<str> = "folder" required KW_006,
        /// The paths that manifests may name, like [teams/*]. Default: all.
        field paths: Vec<Spanned<Box<str>>> = "paths",
    }
}

mapping! {
    "spec.sinks.*.command"
    /// A program that gets the value on standard input and stores it.
    struct CommandSinkSpec {
        /// The program and its arguments. {name}, {path}, {address}, {generation}, {run} and {token} are replaced; {token} is the same for each try of one delivery.
        field program: Vec<Spanned<Box<str>>> = "program" required KW_006,
        /// Whether the last line that the program prints names the version that it wrote: line or none. Default: line.
        field receipt: ReceiptFrom = "receipt",
        /// A program with the placeholders {name} and {path}. It fails if no value can be written now. It runs before any key is created.
        field probe: Vec<Spanned<Box<str>>> = "probe",
        /// Environment variables that the programs of this sink receive, like GH_TOKEN. Manifests cannot read them.
        field variables: Vec<Spanned<Box<str>>> = "variables",
        /// The paths that manifests may name, like [teams/*]. Default: all.
        field paths: Vec<Spanned<Box<str>>> = "paths",
    }
}

mapping! {
    "spec.sinks.*.sops"
    /// Files of the workspace, encrypted with sops (<https://getsops.io>) and safe to commit: PATH/NAME.json. Set at least one list of keys.
    struct SopsSinkSpec {
        /// The folder below the workspace.
        field folder: Box<str> = "folder" required KW_006,
        /// Public keys of age, like age1….
        field age: Vec<Spanned<Box<str>>> = "age",
        /// Fingerprints of PGP keys.
        field pgp: Vec<Spanned<Box<str>>> = "pgp",
        /// ARNs of AWS KMS keys.
        field kms: Vec<Spanned<Box<str>>> = "kms",
        /// Resource IDs of Google Cloud KMS keys.
        field gcp_kms: Vec<Spanned<Box<str>>> = "gcpKms",
        /// URLs of Azure Key Vault keys.
        field azure_key_vault: Vec<Spanned<Box<str>>> = "azureKeyVault",
        /// URIs of keys in the transit engine of HashiCorp Vault.
        field vault_transit: Vec<Spanned<Box<str>>> = "vaultTransit",
        /// The program, version 3.10 or newer. Default: sops, found in a fixed PATH.
        field program: Box<str> = "program",
        /// Environment variables that sops receives, like AWS_REGION. Manifests cannot read them.
        field variables: Vec<Spanned<Box<str>>> = "variables",
        /// The paths that manifests may name, like [teams/*]. Default: all.
        field paths: Vec<Spanned<Box<str>>> = "paths",
    }
}

mapping! {
    "spec.sinks.*.kubernetesSecret"
    /// Fields of Kubernetes secrets, applied with kubectl on the server side. The path of a delivery is NAMESPACE/SECRET. Other fields of a secret stay as they are.
    struct KubernetesSinkSpec {
        /// The context of the kubeconfig. Default: the current one.
        field context: Box<str> = "context",
        /// The program. Default: kubectl, found in a fixed PATH.
        field program: Box<str> = "program",
        /// Environment variables that kubectl receives, like KUBECONFIG. Manifests cannot read them.
        field variables: Vec<Spanned<Box<str>>> = "variables",
        /// The paths that manifests may name, like [payments/*]. Default: all.
        field paths: Vec<Spanned<Box<str>>> = "paths",
    }
}

mapping! {
    "spec.sinks.*.vault"
    /// The KV engine, version 2, of HashiCorp Vault or OpenBao. Other fields of a secret stay as they are.
    struct VaultSinkSpec {
        /// The URL of the server, without /v1. http is allowed only for loopback addresses.
        field address: Box<str> = "address" required KW_006,
        /// Where the KV engine is mounted. Default: secret.
        field mount: Box<str> = "mount",
        /// The namespace, if the server has some.
        field namespace: Box<str> = "namespace",
        /// The token. It needs read, create and update for MOUNT/data/PATH.
        field token: SecretFrom = "token" required KW_006,
        /// The paths that manifests may name, like [teams/*]. Default: all.
        field paths: Vec<Spanned<Box<str>>> = "paths",
    }
}

mapping! {
    "spec.sinks.*.check"
    /// A program that gets the new value on standard input and fails if calls with it fail. Until it succeeds, no older key is disabled.
    struct CheckSpec {
        /// The program and its arguments, with the placeholders of a command.
        field program: Vec<Spanned<Box<str>>> = "program" required KW_006,
    }
}

mapping! {
    "spec.sinks.*"
    /// A place that receives key values. Set exactly one of file, age, sops, command, kubernetesSecret and vault.
    struct SinkSpec {
        /// Files of the workspace that hold values as they are.
        field file: FileSinkSpec = "file",
        /// Files of the workspace, encrypted with age and safe to commit.
        field age: AgeSinkSpec = "age",
        /// Files of the workspace, encrypted with sops and safe to commit.
        field sops: SopsSinkSpec = "sops",
        /// A program that gets the value on standard input.
        field command: CommandSinkSpec = "command",
        /// Fields of Kubernetes secrets.
        field kubernetes: KubernetesSinkSpec = "kubernetesSecret",
        /// HashiCorp Vault or OpenBao.
        field vault: VaultSinkSpec = "vault",
        /// Proves that a delivered key works, before any older key is touched.
        field check: CheckSpec = "check",
    }
}

/// Sinks by name.
#[derive(Default)]
pub struct SinksSpec(pub Vec<(Spanned<Box<str>>, Spanned<SinkSpec>)>);

impl FromNode for SinksSpec {
    fn from_node(node: &Node<'_>, reading: &mut Reading) -> Option<Self> {
        let Content::Mapping(pairs) = &node.content else {
            reading.mistyped(node, "a mapping of names to sinks");
            return None;
        };
        let mut sinks = Vec::new();
        for (name, sink) in pairs {
            if reading.is_over() {
                break;
            }
            let (name, sink) = (spanned(name, reading), spanned(sink, reading));
            sinks.extend(name.zip(sink));
        }
        Some(Self(sinks))
    }
}

impl JsonSchema for SinksSpec {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Sinks".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let sink = SinkSpec::json_schema(generator);
        json_schema!({ "type": "object", "additionalProperties": sink })
    }
}
