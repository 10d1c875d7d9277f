//! The folder of one attack: what it is, in `attack.yaml`, and what is committed, in shell scripts.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use super::harm::Harm;

/// One folder of `tests/hostile`.
pub(super) struct Attack {
    pub(super) name: String,
    pub(super) folder: PathBuf,
    /// The harm that it does where its guard is missing.
    pub(super) harm: Harm,
    /// `trust`, or what else stops it.
    pub(super) guard: String,
    /// What the pipeline runs the commands on; the workspace itself if it is empty.
    pub(super) paths: String,
    /// Further arguments of `plan` and `apply`.
    pub(super) arguments: Vec<String>,
    /// The revision that the pipeline trusts.
    pub(super) trust: String,
    /// Whether the pull request is merged before `apply`: its manifests were reviewed, and not well.
    pub(super) is_merged: bool,
    /// Whether the runner has the database of earlier runs, as from a cache.
    pub(super) has_cache: bool,
    /// Where the pipeline saves its plan, in the checkout.
    pub(super) out: Option<String>,
    /// A plan of the pull request that the pipeline of the protected branch applies.
    pub(super) artefact: Option<String>,
    /// A folder of the checkout that the PATH of the pipeline begins with.
    pub(super) path: Option<String>,
    /// What a command must say.
    pub(super) says: Option<String>,
}

impl Attack {
    /// All of them, by name.
    pub(super) fn all() -> Vec<Self> {
        let folders = fs::read_dir(suite()).unwrap().map(|entry| entry.unwrap().path());
        let mut attacks: Vec<Self> =
            folders.filter(|folder| folder.join("attack.yaml").is_file()).map(Self::read).collect();
        attacks.sort_by(|one, other| one.name.cmp(&other.name));
        attacks
    }

    fn read(folder: PathBuf) -> Self {
        let text = fs::read_to_string(folder.join("attack.yaml")).unwrap();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let known = [
            "what",
            "harm",
            "guard",
            "paths",
            "arguments",
            "trust",
            "apply",
            "cache",
            "out",
            "artefact",
            "path",
            "says",
        ];
        for line in text.lines() {
            let field = line.split_once(": ").unwrap_or_else(|| panic!("{name}: {line}")).0;
            assert!(known.contains(&field), "{name}: {field}");
        }
        let field =
            |field: &str| text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(": ")).map(str::to_owned);
        let required = |name_of: &str| field(name_of).unwrap_or_else(|| panic!("{name} has no {name_of}"));
        assert!(required("what").ends_with('.'), "{name}: what it does is a sentence");
        Self {
            harm: Harm::parse(&required("harm")),
            guard: required("guard"),
            paths: field("paths").unwrap_or_default(),
            arguments: field("arguments").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
            trust: field("trust").unwrap_or_else(|| "refs/remotes/origin/main".to_owned()),
            is_merged: field("apply").is_some_and(|when| when == "merged"),
            has_cache: field("cache").is_none(),
            out: field("out"),
            artefact: field("artefact"),
            path: field("path"),
            says: field("says"),
            name,
            folder,
        }
    }
}

/// Where the attacks are.
pub(super) fn suite() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile")
}
