//! The golden cases: every folder in `tests/cases` is one test. Add a folder, run with `BLESS=1`, and read what came.
//!
//! ```text
//! manifests/    the workspace; may hold keywright.yaml
//! live/         manifests that are applied first, so that the store holds something
//! live-now      when they are applied; the same time as `now` when left out
//! live.sql      changes of the database after that, for what manifests cannot create
//! area/         manifests of what an area of Cloud API Management has; {area} in keywright.yaml is its address
//! site.json     a site of Managed File Transfer for the API keys; {site} in keywright.yaml is its address
//! command       one command a line, `plan` when left out; {} is the path of the workspace
//! columns       the width of the terminal; no terminal when left out
//! now           the time; 2026-11-21T12:00:00Z when left out
//! env           NAME=value lines
//! input         what is typed, as if there were a terminal
//! expected.txt  what every command says, and the files that they made
//! ```

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::LazyLock;

use keywright::cli::Screen;
use rayon::prelude::*;
use similar::TextDiff;

use super::console::Console;
use super::console::Ran;
use super::emulator::caller::Emulator;
use super::transfer::Scripted;

/// What a case folder may hold.
const KNOWN: [&str; 12] = [
    "area",
    "columns",
    "command",
    "env",
    "expected.txt",
    "input",
    "live",
    "live-now",
    "live.sql",
    "manifests",
    "now",
    "site.json",
];

/// The name of the workspace's folder, which is also the workspace's name.
const WORKSPACE: &str = "example";

/// The result of a case.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    /// The complete output, as in expected.txt; or why there is none.
    pub(crate) said: Result<String, String>,
}

/// All cases, or those that KEYWRIGHT_CASES names with spaces between; run once, sorted by name.
pub(crate) static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let chosen = std::env::var("KEYWRIGHT_CASES").ok();
    let is_chosen =
        |path: &PathBuf| chosen.as_ref().is_none_or(|names| names.split(' ').any(|name| name == name_of(path)));
    let mut folders: Vec<PathBuf> =
        entries(&root()).into_iter().filter(|path| path.is_dir()).filter(is_chosen).collect();
    folders.sort();
    let run_one = |folder: PathBuf| Case { name: name_of(&folder), said: run(&folder), folder };
    folders.into_par_iter().map(run_one).collect()
});

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

#[test]
fn every_case_prints_the_expected_output() {
    let bless = std::env::var_os("BLESS").is_some_and(|value| value == "1");
    let failures: Vec<String> = CASES.iter().filter_map(|case| judge(case, bless).err()).collect();
    assert!(failures.is_empty(), "{} cases failed\n\n{}", failures.len(), failures.join("\n\n"));
}

fn judge(case: &Case, bless: bool) -> Result<(), String> {
    let failed = |why: &str| format!("tests/cases/{}: {why}", case.name);
    let unknown: Vec<String> =
        entries(&case.folder).iter().map(|path| name_of(path)).filter(|name| !KNOWN.contains(&name.as_str())).collect();
    if !unknown.is_empty() {
        return Err(failed(&format!("no test reads {}", unknown.join(", "))));
    }
    let said = case.said.as_ref().map_err(|why| failed(why))?;
    let path = case.folder.join("expected.txt");
    if bless {
        fs::write(&path, said).unwrap();
    }
    match fs::read_to_string(&path) {
        Err(error) => Err(failed(&format!("expected.txt: {error}; write it with BLESS=1"))),
        Ok(expected) if expected == *said => Ok(()),
        Ok(expected) => {
            let diff = TextDiff::from_lines(&expected, said);
            let diff = diff.unified_diff().header("expected.txt", "what was said").to_string();
            Err(failed(&format!("if this is right, write it with BLESS=1\n{diff}")))
        }
    }
}

/// A copy of the workspace of a case, with its store.
pub(crate) struct Prepared {
    pub(crate) console: Console,
    pub(crate) workspace: PathBuf,
    site: Option<Scripted>,
    area: Option<Emulator>,
    _folder: tempfile::TempDir,
}

impl Prepared {
    /// The addresses of the servers, and what stands for them in the output.
    fn servers(&self) -> Vec<(String, &'static str)> {
        let site = self.site.iter().map(|site| (site.url.clone(), "site.example"));
        let area = self.area.iter().map(|area| (format!("http://{}", area.address()), "area.example"));
        site.chain(area).collect()
    }
}

pub(crate) fn prepare(folder: &Path) -> Result<Prepared, String> {
    let temporary = tempfile::tempdir().map_err(|error| error.to_string())?;
    let workspace = temporary.path().canonicalize().unwrap().join(WORKSPACE);
    fs::create_dir_all(&workspace).unwrap();
    let mut console = Console::new(workspace.clone());
    console.environment = environment(&text(folder, "env").unwrap_or_default());
    make_live(folder, &mut console)?;
    copy(&folder.join("manifests"), &workspace);
    let site = text(folder, "site.json").map(|state| Scripted::start(serde_json::from_str(&state).unwrap()));
    let seed = Some(folder.join("area")).filter(|seed| seed.is_dir());
    let area = seed.map(|seed| Emulator::start(&["--seed", seed.to_str().unwrap()]));
    let prepared = Prepared { console, workspace, site, area, _folder: temporary };
    Ok(prepared.pointed(folder))
}

impl Prepared {
    /// The same, with the addresses of the servers, the time and the input.
    fn pointed(mut self, folder: &Path) -> Self {
        for (url, name) in self.servers() {
            let path = self.workspace.join("keywright.yaml");
            let variable = format!("{{{}}}", name.trim_end_matches(".example"));
            let text = fs::read_to_string(&path).unwrap().replace(&variable, &url);
            fs::write(path, text).unwrap();
            self.console.environment.insert("KEYWRIGHT_CREDENTIAL".to_owned(), "fake-credential".to_owned());
        }
        let columns = text(folder, "columns").map(|columns| columns.trim().parse().unwrap());
        self.console.screen =
            columns.map(|columns| Screen { columns, rows: 1_000, has_color: false, shows_errors: true });
        if let Some(now) = text(folder, "now") {
            now.trim().clone_into(&mut self.console.now);
        }
        self.console.input = text(folder, "input").unwrap_or_default().into_bytes();
        self
    }
}

/// The commands of a case; {} is the path of the workspace.
pub(crate) fn commands(folder: &Path) -> String {
    text(folder, "command").unwrap_or_else(|| "plan\n".to_owned())
}

/// Runs the commands of a case in a copy of its workspace.
fn run(folder: &Path) -> Result<String, String> {
    let prepared = prepare(folder)?;
    let servers = prepared.servers();
    let Prepared { console, workspace, site, area: _area, _folder } = prepared;
    let given = files(&workspace);
    let mut said = String::new();
    let mut secrets = BTreeSet::new();
    for line in commands(folder).lines() {
        let ran = console.run(&line.replace("{}", workspace.to_str().unwrap()));
        secrets.extend(secrets_of(&workspace)?);
        secrets.extend(site.iter().flat_map(Scripted::secrets));
        print(&mut said, line, &ran);
        if let Some(secret) = secrets.iter().find(|secret| ran.out.contains(*secret) || ran.err.contains(*secret)) {
            return Err(format!("`keywright {line}` shows the secret {secret}"));
        }
    }
    for file in files(&workspace).difference(&given) {
        let content = fs::read_to_string(workspace.join(file)).unwrap();
        let content = secrets.iter().fold(content, |content, secret| content.replace(secret, &masked(secret)));
        write!(said, "\n# {}\n{content}", file.display()).unwrap();
    }
    let said = said.replace(workspace.to_str().unwrap(), "{}");
    let named = servers
        .iter()
        .fold(said, |said, (url, name)| without_times(&said.replace(url.strip_prefix("http://").unwrap(), name)));
    Ok(scrubbed(&named))
}

fn print(said: &mut String, line: &str, ran: &Ran) {
    if !said.is_empty() {
        said.push('\n');
    }
    writeln!(said, "$ keywright {line}").unwrap();
    for (marker, stream) in [("", &ran.out), ("[stderr]\n", &ran.err)] {
        if !stream.is_empty() {
            // A prompt ends where the answer starts.
            let end = if stream.ends_with('\n') { "" } else { "⏎\n" };
            write!(said, "{marker}{stream}{end}").unwrap();
        }
    }
    writeln!(said, "exit {}", ran.exit).unwrap();
}

/// The duration of calls varies.
fn without_times(said: &str) -> String {
    let line = |line: &str| if line.contains("; the forecast was ") { String::new() } else { format!("{line}\n") };
    said.lines().map(line).collect()
}

/// Prepares the store for a case.
fn make_live(folder: &Path, console: &mut Console) -> Result<(), String> {
    let live = folder.join("live");
    if live.is_dir() {
        let now = std::mem::take(&mut console.now);
        console.now = text(folder, "live-now").map_or_else(|| now.clone(), |now| now.trim().to_owned());
        copy(&folder.join("manifests/keywright.yaml"), &console.folder);
        copy(&live, &console.folder);
        let given = files(&console.folder);
        let ran = console.run("apply --auto-approve");
        if ran.exit != 0 {
            return Err(format!("live/ could not be applied: exit {}\n{}{}", ran.exit, ran.out, ran.err));
        }
        console.now = now;
        given.iter().filter(|file| live.join(file).exists()).for_each(|file| {
            fs::remove_file(console.folder.join(file)).unwrap();
        });
        let _ = fs::remove_file(console.folder.join("keywright.yaml"));
    }
    match text(folder, "live.sql") {
        Some(sql) => database(&console.folder).and_then(|database| {
            database.execute_batch(&format!("PRAGMA foreign_keys = OFF;\n{sql}")).map_err(|error| error.to_string())
        }),
        None => Ok(()),
    }
}

fn database(workspace: &Path) -> Result<rusqlite::Connection, String> {
    rusqlite::Connection::open(workspace.join(".keywright/keywright.db")).map_err(|error| error.to_string())
}

/// The values and shared secrets of all keys in the store: none of them may be shown. Very short texts occur by chance.
fn secrets_of(workspace: &Path) -> Result<Vec<String>, String> {
    if !workspace.join(".keywright/keywright.db").exists() {
        return Ok(Vec::new());
    }
    let database = database(workspace)?;
    let sql = "SELECT value FROM package_keys UNION SELECT secret FROM package_keys WHERE secret IS NOT NULL";
    let mut statement = database.prepare(sql).map_err(|error| error.to_string())?;
    let secrets = statement.query_map([], |row| row.get::<_, String>(0)).map_err(|error| error.to_string())?;
    Ok(secrets.flatten().filter(|secret| secret.len() > 6).collect())
}

/// The prefix, if any, and the number of characters after it.
fn masked(secret: &str) -> String {
    let prefix = secret.find('_').map_or(0, |at| at + 1);
    format!("{}<{} characters>", &secret[..prefix], secret.len() - prefix)
}

/// Replaces UUIDs with numbers, in order of appearance.
fn scrubbed(said: &str) -> String {
    const LENGTH: usize = 36;
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut scrubbed = String::with_capacity(said.len());
    let mut rest = said;
    while let Some(first) = rest.chars().next() {
        if let Some(uuid) = rest.get(..LENGTH).filter(|text| is_uuid(text)) {
            let next = numbers.len() + 1;
            let number = numbers.entry(uuid).or_insert(next);
            let id = format!("<id {number}>");
            write!(scrubbed, "{id:<LENGTH$}").unwrap();
            rest = &rest[LENGTH..];
        } else {
            scrubbed.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    scrubbed.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

fn is_uuid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

fn environment(text: &str) -> BTreeMap<String, String> {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn text(folder: &Path, name: &str) -> Option<String> {
    fs::read_to_string(folder.join(name)).ok()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// All files below a folder by relative path, without those of the workspace database.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for path in entries(&next).into_iter().filter(|path| name_of(path) != ".keywright") {
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    found
}

/// Copies a file, or the content of a folder, into a folder. Missing sources are skipped.
fn copy(from: &Path, into: &Path) {
    if from.is_file() {
        fs::copy(from, into.join(name_of(from))).unwrap();
        return;
    }
    for file in if from.is_dir() { files(from) } else { BTreeSet::new() } {
        let to = into.join(&file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from.join(&file), to).unwrap();
    }
}
