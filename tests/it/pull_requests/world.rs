//! A protected branch whose objects live, a pull request, the runner that checks it out, and what is none of its business.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;

use tempfile::TempDir;

use super::attack::Attack;
use super::attack::suite;
use super::harm;
use super::harm::CANARIES;
use super::harm::Harm;

/// How long a command may take, in seconds. Many run at once in a debug build.
const LIMIT: &str = "60";

pub(super) struct World<'a> {
    attack: &'a Attack,
    folder: TempDir,
    binary: PathBuf,
    is_trusting: bool,
    attacker: Host,
    store: Host,
}

/// What the commands said, and what harm they did.
pub(super) struct Run {
    pub(super) said: String,
    pub(super) harms: BTreeSet<Harm>,
}

impl<'a> World<'a> {
    /// With the branch, its objects, the pull request and the runner's checkout.
    pub(super) fn new(attack: &'a Attack, binary: &Path, is_trusting: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = Self {
            attack,
            folder,
            binary: binary.to_path_buf(),
            is_trusting,
            attacker: Host::start("404 Not Found", ""),
            store: Host::start("200 OK", "[]"),
        };
        for name in ["outside", "home", "plans"] {
            fs::create_dir(world.path(name)).unwrap();
        }
        fs::write(world.path("outside/canary"), format!("{}\n", CANARIES[2])).unwrap();
        fs::write(world.path("outside/notes.yaml"), format!("- {}\n", CANARIES[2])).unwrap();
        world.shell(&world.path(""), "git init --quiet --bare --initial-branch main origin.git");
        world.shell(&world.path(""), "git clone --quiet \"$ORIGIN\" main 2> /dev/null");
        world.shell(&world.path("main"), "cp -R \"$SUITE\"/base/. .");
        world.script(&world.path("main"), "main.sh");
        world.commit(&world.path("main"), "main");
        let applied = world.keywright(&world.path("main"), "refs/remotes/origin/main", &["apply", "--auto-approve"]);
        // A site of MFT only listens, so that nothing of it can be applied.
        let is_live = applied.1.contains("done     + key/production");
        assert!(is_live || world.store_is_remote(), "{}: {}", attack.name, applied.1);
        world.shell(&world.path(""), "git clone --quiet \"$ORIGIN\" attacker");
        world.shell(&world.path("attacker"), "git checkout --quiet -b pull-request");
        world.script(&world.path("attacker"), "commit.sh");
        world.commit(&world.path("attacker"), "pull-request");
        if attack.folder.join("clone.sh").is_file() {
            world.script(&world.path(""), "clone.sh");
        } else {
            world.shell(&world.path(""), "git clone --quiet --branch pull-request \"$ORIGIN\" runner");
        }
        if attack.has_cache && fs::symlink_metadata(world.path("runner/.keywright")).is_err() {
            world.shell(&world.path(""), "cp -R main/.keywright runner/ 2> /dev/null || true");
        }
        world
    }

    /// Runs what the pipelines run.
    pub(super) fn run(&self) -> Run {
        let runner = self.path("runner");
        let outside = harm::files(&self.path("outside"), &["ran"]);
        let before = (harm::of_git(&runner), self.status(&runner));
        self.attacker.forget();
        self.store.forget();
        let mut said = String::new();
        let mut harms = BTreeSet::new();
        let paths: Vec<&str> = self.attack.paths.split_whitespace().collect();
        let arguments: Vec<&str> = self.attack.arguments.iter().map(String::as_str).collect();
        let out = match &self.attack.out {
            Some(out) => out.clone(),
            None => self.path("plans/plan.json").display().to_string(),
        };
        let planning: Vec<&str> = [&paths[..], &arguments[..]].concat();
        let mut run = |folder: &Path, words: &[&str]| {
            let (code, text) = self.keywright(folder, &self.attack.trust, words);
            if code == Some(124) {
                harms.insert(Harm::Hang);
            }
            said.push_str(&text);
        };
        run(&runner, &[&["validate"], &paths[..]].concat());
        run(&runner, &[&["plan"], &planning[..]].concat());
        run(&runner, &[&["plan", "--diff", "unified", "--out", &out], &planning[..]].concat());
        if self.attack.is_merged {
            self.shell(&runner, "git push --quiet origin HEAD:main && git fetch --quiet origin");
        }
        run(&runner, &[&["apply", "--auto-approve"], &planning[..]].concat());
        if let Some(artefact) = &self.attack.artefact {
            let plan = runner.join(artefact).display().to_string();
            let approved: &[&str] =
                if self.is_trusting { &["apply", "--approved", &plan] } else { &["apply", "--auto-approve", &plan] };
            run(&self.path("main"), approved);
        }
        if harm::is_shown(&said) {
            harms.insert(Harm::Shown);
        }
        harms.extend(self.harms(&said, &outside, &before));
        harms.extend(self.harm_to_objects(&mut said));
        Run { said, harms }
    }

    fn harms(
        &self,
        said: &str,
        outside: &BTreeMap<PathBuf, Vec<u8>>,
        before: &(BTreeMap<PathBuf, Vec<u8>>, String),
    ) -> BTreeSet<Harm> {
        assert!(!said.contains("panicked"), "{said}");
        let runner = self.path("runner");
        [
            (Harm::Ran, self.path("outside/ran").exists()),
            (Harm::Taken, harm::is_taken(&runner)),
            (Harm::Sent, self.attacker.was_called()),
            (Harm::Called, self.store.heard().contains("attacker")),
            (Harm::Outside, harm::files(&self.path("outside"), &["ran"]) != *outside),
            (Harm::Git, harm::of_git(&runner) != before.0 || self.status(&runner) != before.1),
            (Harm::Applied, said.contains("done     + key/stolen")),
            (Harm::Command, harm::has_command(said)),
        ]
        .into_iter()
        .filter_map(|(harm, is_done)| is_done.then_some(harm))
        .filter(|harm| *harm != Harm::Applied || !self.attack.is_merged)
        .collect()
    }

    /// The protected branch, as it was before the pull request, has nothing to do on the store that the runner leaves.
    fn harm_to_objects(&self, said: &mut String) -> Option<Harm> {
        let (main, left) = (self.path("main"), self.path("runner/.keywright"));
        if self.store_is_remote() {
            return None;
        }
        if self.attack.artefact.is_none() && self.attack.has_cache && left.join("keywright.db").is_file() {
            self.shell(&self.path(""), "rm -rf main/.keywright && cp -R runner/.keywright main/");
        }
        let (code, text) = self.keywright(&main, "refs/heads/main", &["plan", "--detailed-exitcode"]);
        said.push_str(&text);
        (code != Some(0)).then_some(Harm::Object)
    }

    fn store_is_remote(&self) -> bool {
        fs::read_to_string(self.path("main/keywright.yaml")).unwrap().contains("managedFileTransfer")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    /// What Git would commit.
    fn status(&self, checkout: &Path) -> String {
        let mut command = Command::new("git");
        command.args(["status", "--porcelain", "--untracked-files=all"]).current_dir(checkout);
        let run = self.environment(&mut command).output().unwrap();
        String::from_utf8(run.stdout).unwrap().lines().filter(|line| !line.contains(".keywright/")).collect()
    }

    fn commit(&self, folder: &Path, branch: &str) {
        self.shell(folder, "git add --all && git commit --quiet --allow-empty --message all");
        self.shell(folder, &format!("git push --quiet origin HEAD:refs/heads/{branch}"));
    }

    /// A script of the attack, if it has it.
    fn script(&self, folder: &Path, name: &str) {
        if self.attack.folder.join(name).is_file() {
            self.shell(folder, &format!(". \"$SUITE/attacker.sh\"; . \"$ATTACK/{name}\""));
        }
    }

    fn shell(&self, folder: &Path, script: &str) {
        let mut command = Command::new("/bin/sh");
        command.args(["-e", "-c", script]).current_dir(folder);
        let run = self.environment(&mut command).output().unwrap();
        let said = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "{}: {script}: {said}", self.attack.name);
    }

    /// The exit code and all output of the program in a folder, as a pipeline runs it.
    fn keywright(&self, folder: &Path, trust: &str, words: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new("timeout");
        command.arg(LIMIT).arg(&self.binary).args(words).current_dir(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.environment(&mut command);
        if self.is_trusting {
            command.env("KEYWRIGHT_TRUST", trust);
        }
        if let Some(path) = &self.attack.path {
            command.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", self.path("runner").join(path).display()));
        }
        let mut child = command.spawn().unwrap();
        // Some platforms leave standard input open: whatever reads it waits for ever.
        let input = child.stdin.take();
        let run = child.wait_with_output().unwrap();
        drop(input);
        let text = [run.stdout, run.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        (run.status.code(), format!("$ keywright {}\n{text}exit {:?}\n", words.join(" "), run.status.code()))
    }

    /// What scripts and pipelines have in their environment.
    fn environment<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.path("home"))
            .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.com")])
            .envs([("GIT_COMMITTER_NAME", "A"), ("GIT_COMMITTER_EMAIL", "a@example.com")])
            .envs([("CI", "true"), ("KEYWRIGHT_NOW", "2026-10-01T00:00:00Z"), ("APP_BATCH_KEY", "fake-batch-key-0001")])
            .envs([("KEYWRIGHT_PASSWORD", CANARIES[0]), ("AWS_SECRET", CANARIES[1]), ("CANARY", CANARIES[3])])
            .env("OLDER", if self.binary.starts_with(env!("CARGO_MANIFEST_DIR")) { "" } else { "1" })
            .env("KEYWRIGHT", &self.binary)
            .env("PORT", self.attacker.port.to_string())
            .env("STORE", self.store.port.to_string())
            .env("SUITE", suite())
            .env("ATTACK", &self.attack.folder)
            .envs(
                [("ORIGIN", "origin.git"), ("MAIN", "main"), ("RUNNER", "runner"), ("OUTSIDE", "outside")]
                    .map(|(name, folder)| (name, self.path(folder))),
            )
    }
}

/// A host that answers every request alike and remembers what it heard.
struct Host {
    port: u16,
    heard: Arc<Mutex<String>>,
}

impl Host {
    fn start(status: &str, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(String::new()));
        let (all, length) = (Arc::clone(&heard), body.len());
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        // It ends with the process: nothing waits for it.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                all.lock().unwrap().push_str("connection\n");
                let mut request = [0; 4096];
                let length = stream.read(&mut request).unwrap_or(0);
                all.lock().unwrap().push_str(&String::from_utf8_lossy(&request[..length]));
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { port, heard }
    }

    fn heard(&self) -> String {
        self.heard.lock().unwrap().clone()
    }

    fn was_called(&self) -> bool {
        !self.heard().is_empty()
    }

    fn forget(&self) {
        self.heard.lock().unwrap().clear();
    }
}
