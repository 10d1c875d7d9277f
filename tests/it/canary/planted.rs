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

/// Each with a sign that has to be escaped somewhere, and all of them obviously fake.
pub(super) const CREDENTIALS: [(&str, &str); 6] = [
    ("KEYWRIGHT_CAM_API_KEY", "canary-api-key-0001"),
    ("KEYWRIGHT_CAM_API_SECRET", "canary/api+secret=0002"),
    ("KEYWRIGHT_CAM_USERNAME", "canary.username@0003.example"),
    ("KEYWRIGHT_CAM_PASSWORD", "canary pass&word%0004"),
    ("KEYWRIGHT_MFT_API_KEY", "canary-transfer-0005"),
    ("PGPASSWORD", "canary/database+0006"),
];

/// What manifests refer to: a custom key and a shared secret.
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
  deliver: [{file: secrets/checkout.env, as: CHECKOUT_KEY}]
---
apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec: {enabled: true, allowedApis: [audit], allowedOrgs: ['id:41']}
";

/// A workspace in a folder of its own, with room for temporary files.
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
             \u{20}     credentials: {{apiKey: {}, apiSecret: {}, username: {}, password: {}}}\n      limits: {{callsPerSecond: 1000}}\n\
             \u{20}   managedFileTransfer:\n      url: {url}\n      credentials: {{apiKey: {}}}\n      limits: {{callsPerSecond: 1000}}\n\
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

    /// Runs a command and searches what it said.
    pub(super) fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().unwrap();
        let what = arguments.join(" ");
        assert_clean(&format!("the output of {what}"), &output.stdout, &self.secrets());
        assert_clean(&format!("the errors of {what}"), &output.stderr, &self.secrets());
        output
    }

    /// All planted values, and those that the store has made.
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

/// Fails when a text holds one of the secrets, in any form.
pub(super) fn assert_clean(what: &str, bytes: &[u8], secrets: &[String]) {
    let text = lower(bytes);
    for secret in secrets {
        for (form, needle) in forms(secret) {
            let found = text.windows(needle.len()).position(|window| window == needle);
            assert!(found.is_none(), "{what} holds {secret} as {form}:\n{}", String::from_utf8_lossy(bytes));
        }
    }
}

/// Like [`assert_clean`], for files in which a value must not even be guessed: no plain digest either.
pub(super) fn assert_no_guess(what: &str, bytes: &[u8], secrets: &[String]) {
    assert_clean(what, bytes, secrets);
    let text = lower(bytes);
    for secret in secrets {
        let digest = sha2::Sha256::digest(secret.as_bytes());
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let held = |needle: &[u8]| text.windows(needle.len()).any(|window| window == needle);
        assert!(!held(hex.as_bytes()), "{what} holds the SHA-256 of {secret}");
        assert!(!held(&lower(&digest)), "{what} holds the SHA-256 of {secret} as bytes");
    }
}

fn lower(bytes: &[u8]) -> Vec<u8> {
    bytes.to_ascii_lowercase()
}

/// Written by hand, and not with the code that masks.
pub(super) fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let url: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let json = serde_json::to_string(secret).unwrap();
    let all = [
        ("text", secret.to_owned()),
        ("hex", hex),
        ("URL", url.clone()),
        ("URL with %20", url.replace('+', "%20")),
        ("JSON", json[1..json.len() - 1].to_owned()),
        ("Base64", STANDARD_NO_PAD.encode(secret)),
        ("Base64 for URLs", URL_SAFE_NO_PAD.encode(secret)),
    ];
    let mut forms: Vec<_> = all.into_iter().map(|(name, form)| (name, lower(form.as_bytes()))).collect();
    // Inside of `name:secret`, without the signs that depend on what is beside it.
    for before in ["x", "xy"] {
        let encoded = STANDARD_NO_PAD.encode(format!("{before}{secret}"));
        forms.push(("Base64 of more", lower(&encoded.as_bytes()[3..encoded.len() - 1])));
    }
    forms
}

#[test]
fn a_canary_is_found_in_every_form() {
    let secret = "canary/api+secret=0002".to_owned();
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("key:{secret}"));
    for text in [secret.to_uppercase(), format!("a {secret}"), basic, "canary%2fapi%2Bsecret%3D0002".to_owned()] {
        let found = std::panic::catch_unwind(|| assert_clean("a text", text.as_bytes(), &[secret.clone()]));
        assert!(found.is_err(), "{text}");
    }
    assert_clean("a text", b"nothing of it", &[secret]);
}
