//! The planted values, the forms in which they could get out, and a workspace that uses all of them.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::Digest as _;

/// Most contain a character that must be escaped somewhere. All are obviously fake.
pub(super) const CREDENTIALS: [(&str, &str); 6] = [
    ("KEYWRIGHT_CAM_API_KEY", "canary-api-key-0001"),
    ("KEYWRIGHT_CAM_API_SECRET", "canary/api+secret=0002"),
    ("KEYWRIGHT_CAM_USERNAME", "canary.username@0003.example"),
    ("KEYWRIGHT_CAM_PASSWORD", "canary pass&word%0004"),
    ("KEYWRIGHT_MFT_API_KEY", "canary-transfer-0005"),
    ("PGPASSWORD", "canary/database+0006"),
];

/// A custom key and a shared secret, which manifests refer to.
pub(super) const CUSTOM: (&str, &str) = ("APP_KEY", "canary-custom.key_0007");
pub(super) const SHARED: (&str, &str) = ("APP_SECRET", "canary-shared.secret_0008");

/// The key for fingerprints of workspaces that name one.
pub(super) const FINGERPRINT: (&str, &str) = ("KEYWRIGHT_FINGERPRINT_KEY", "canary-fingerprint-key-0009-0009-0009");

pub(super) const MANIFESTS: &str = r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, status: active}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout}
spec: {user: alice}
---
apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {description: Card payments, sharedSecretLength: 10}
---
apiVersion: keywright.dev/v1
kind: Plan
metadata: {name: gold}
spec: {package: payments, maxNumKeysAllowed: 20}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: partner}
spec: {user: alice, application: checkout, package: payments, plan: gold, key: {custom: {env: APP_KEY}}, secret: {env: APP_SECRET}}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
  deliver: [{file: secrets/checkout.env, as: CHECKOUT_KEY}, {file: secrets/checkout.env, as: CHECKOUT_SECRET, secret: true}]
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: mobile}
spec: {user: alice, application: checkout, package: payments, plan: gold, key: {generate: {prefix: mob_}}}
---
apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec: {enabled: true, allowedApis: [audit], allowedOrgs: ['id:41']}
---
apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-invoices}
spec: {enabled: true, allowedApis: [audit], allowedOrgs: ['id:41']}
---
apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-stock}
spec: {enabled: true, allowedApis: [audit], allowedOrgs: ['id:41']}
";

/// A workspace in its own folder, with a folder for temporary files.
pub(super) struct World {
    folder: tempfile::TempDir,
}

impl World {
    pub(super) fn new(manifests: &str) -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        for folder in [world.workspace(), world.path().join("tmp"), world.path().join("area")] {
            std::fs::create_dir(folder).unwrap();
        }
        world.write(manifests);
        world
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn workspace(&self) -> PathBuf {
        self.path().join("workspace")
    }

    pub(super) fn write(&self, manifests: &str) {
        std::fs::write(self.workspace().join("all.yaml"), manifests).unwrap();
    }

    /// Points both stores at `url`; `more` are further lines of `spec`.
    pub(super) fn point_at(&self, url: &str, more: &str) {
        let env = |name: &str| format!("{{env: KEYWRIGHT_{name}}}");
        let text = format!(
            "apiVersion: keywright.dev/v1\nkind: Workspace\nmetadata: {{name: canary}}\nspec:\n{more}\
             \u{20} environment: {{allow: [APP_]}}\n  stores:\n    cloudApiManagement:\n      url: {url}\n      area: an-area\n\
             \u{20}     credentials: {{apiKey: {}, apiSecret: {}, username: {}, password: {}}}\n      limits: {{callsPerSecond: 1000, visibilityLag: 1s}}\n\
             \u{20}   managedFileTransfer:\n      url: {url}\n      credentials: {{apiKey: {}}}\n      limits: {{callsPerSecond: 1000, visibilityLag: 1s}}\n\
             \u{20}     operations: {{list: GET /api/ApiKey/getApiKeys, get: GET /api/ApiKey, create: POST /api/ApiKey, \
             update: PUT /api/ApiKey}}\n",
            env("CAM_API_KEY"),
            env("CAM_API_SECRET"),
            env("CAM_USERNAME"),
            env("CAM_PASSWORD"),
            env("MFT_API_KEY"),
        );
        std::fs::write(self.workspace().join("keywright.yaml"), text).unwrap();
    }

    /// A command, run in the workspace.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keywright"));
        command
            .args(arguments)
            .current_dir(self.workspace())
            .envs(CREDENTIALS)
            .envs([CUSTOM, SHARED, FINGERPRINT])
            .env("TMPDIR", self.path().join("tmp"))
            .env("KEYWRIGHT_NOW", "2026-11-21T12:00:00Z")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command and searches its output.
    pub(super) fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().unwrap();
        let what = arguments.join(" ");
        assert_clean(&format!("the output of {what}"), &output.stdout, &self.secrets());
        assert_clean(&format!("the errors of {what}"), &output.stderr, &self.secrets());
        output
    }

    /// All planted values, and those that the store generated.
    pub(super) fn secrets(&self) -> Vec<String> {
        let planted = CREDENTIALS.into_iter().chain([CUSTOM, SHARED, FINGERPRINT]);
        let mut secrets: Vec<String> = planted.map(|(_, value)| value.to_owned()).collect();
        let Ok(connection) = rusqlite::Connection::open(self.path().join("area/area.db")) else { return secrets };
        for sql in ["SELECT value FROM package_keys", "SELECT secret FROM package_keys", "SELECT id FROM api_keys"] {
            let Ok(mut statement) = connection.prepare(sql) else { continue };
            let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0)).unwrap();
            secrets.extend(rows.flatten().flatten().filter(|secret| !secret.is_empty()));
        }
        secrets
    }
}

/// Fails if a text contains one of the secrets, in any form.
pub(super) fn assert_clean(what: &str, bytes: &[u8], secrets: &[String]) {
    assert_none(what, bytes, secrets.iter().flat_map(|secret| forms(secret)).collect());
}

/// Like [`assert_clean`], for files in which guesses of a value cannot be tested: no plain digest either.
pub(super) fn assert_no_guess(what: &str, bytes: &[u8], secrets: &[String]) {
    let all = secrets.iter().flat_map(|secret| forms(secret).into_iter().chain(digests(secret)));
    assert_none(what, bytes, all.collect());
}

/// A form in which a secret could get out, in lower case.
struct Form {
    name: String,
    bytes: Vec<u8>,
}

fn assert_none(what: &str, bytes: &[u8], forms: Vec<Form>) {
    if let Some(name) = Search::new(forms).find(&lower(bytes)) {
        panic!("{what} contains {name}:\n{}", String::from_utf8_lossy(&bytes[..bytes.len().min(20_000)]));
    }
}

/// Searches for all forms in one pass, because many megabytes are searched.
struct Search {
    forms: Vec<Form>,
    /// The positions of forms, by their first two bytes.
    starts: Vec<Vec<usize>>,
}

impl Search {
    fn new(forms: Vec<Form>) -> Self {
        let mut starts = vec![Vec::new(); 1 << 16];
        for (index, form) in forms.iter().enumerate() {
            starts[usize::from(form.bytes[0]) << 8 | usize::from(form.bytes[1])].push(index);
        }
        Self { forms, starts }
    }

    /// The name of the first form in the text.
    fn find(&self, text: &[u8]) -> Option<&str> {
        let mut pair = 0;
        for (at, byte) in text.iter().enumerate() {
            pair = (pair << 8 | usize::from(*byte)) & 0xffff;
            for form in self.starts[pair].iter().map(|index| &self.forms[*index]) {
                if at > 0 && text[at - 1..].starts_with(&form.bytes) {
                    return Some(&form.name);
                }
            }
        }
        None
    }
}

fn lower(bytes: &[u8]) -> Vec<u8> {
    bytes.to_ascii_lowercase()
}

/// Does not use the code that hides secrets.
fn forms(secret: &str) -> Vec<Form> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let url: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let json = serde_json::to_string(secret).unwrap();
    let mut all = vec![
        ("as text", secret.to_owned()),
        ("as hexadecimal text", hex),
        ("URL-encoded", url.clone()),
        ("URL-encoded with %20", url.replace('+', "%20")),
        ("in JSON", json[1..json.len() - 1].to_owned()),
        ("as Base64", STANDARD_NO_PAD.encode(secret)),
        ("as Base64 for URLs", URL_SAFE_NO_PAD.encode(secret)),
    ];
    // Within `name:secret`, without the characters that depend on the neighbors.
    for before in ["x", "xy"] {
        let encoded = STANDARD_NO_PAD.encode(format!("{before}{secret}"));
        all.push(("within Base64", encoded[3..encoded.len() - 1].to_owned()));
    }
    all.into_iter()
        .map(|(form, text)| Form { name: format!("{secret} {form}"), bytes: lower(text.as_bytes()) })
        .collect()
}

fn digests(secret: &str) -> [Form; 2] {
    let digest = sha2::Sha256::digest(secret.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let name = format!("the SHA-256 of {secret}");
    [Form { name: name.clone(), bytes: hex.into_bytes() }, Form { name, bytes: lower(&digest) }]
}

#[test]
fn a_canary_is_found_in_every_form() {
    let secret = "canary/api+secret=0002".to_owned();
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("key:{secret}"));
    let hex: String = secret.bytes().map(|byte| format!("{byte:02X}")).collect();
    let digest: Vec<u8> = sha2::Sha256::digest(secret.as_bytes()).to_vec();
    let texts = [secret.to_uppercase(), format!("a {secret}"), basic, "canary%2fapi%2Bsecret%3D0002".to_owned(), hex];
    for text in texts.map(String::into_bytes).into_iter().chain([digest]) {
        let text = [b"before ".to_vec(), text].concat();
        let found = std::panic::catch_unwind(|| assert_no_guess("a text", &text, std::slice::from_ref(&secret)));
        assert!(found.is_err(), "{}", String::from_utf8_lossy(&text));
    }
    assert_no_guess("a text", b"nothing of it", &[secret]);
}
