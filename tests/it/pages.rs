//! Every command of the README, the pages and the examples is run, or listed with the reason why not. What a page shows is what
//! its commands print.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Stdio;

use clap::Command;
use serde::Deserialize;
use serde_json::Value;

use crate::program::KEYWRIGHT;
use crate::program::outside_pipeline;
use crate::schemas::validator;

/// A page whose commands are run in their order, in one shell, in an empty folder with an empty home.
struct Walk {
    page: &'static str,
    /// What is there before: commands that no reader types.
    before: &'static [&'static str],
    /// What happens before a block, which is known by its first line.
    between: &'static [(&'static str, &'static str)],
    /// The first lines of blocks that do not end with exit code 0.
    exits: &'static [(&'static str, u8)],
    /// What must be true afterwards.
    after: &'static str,
}

impl Walk {
    const fn of(page: &'static str, before: &'static [&'static str]) -> Self {
        Self { page, before, between: &[], exits: &[], after: "" }
    }
}

const WALKS: &[Walk] = &[
    Walk { between: &[("keywright plan --trust", "cd clone")], ..Walk::of("README.md", &[AREA, REVIEWED, "cd .."]) },
    Walk { after: "keywright plan area --detailed-exitcode", ..Walk::of("docs/start.md", &[]) },
    Walk::of("docs/adopt.md", &[AREA]),
    Walk::of("docs/ci.md", &[AREA, "git init --quiet keys", "cd keys"]),
    Walk {
        exits: &[("keywright apply\nkeywright plan --timeline", 2)],
        after: "test $(keywright keys | grep -c active) -ge 2",
        ..Walk::of("docs/rotate.md", &["keywright init shop", "cd shop"])
    },
    Walk::of("docs/troubleshooting.md", &[TROUBLE]),
    Walk::of("docs/editor.md", &[]),
    Walk::of("docs/sandbox.md", &[EXAMPLES]),
    Walk::of("docs/saved-plans.md", &[EXAMPLES, "cd examples/quickstart"]),
    Walk::of("docs/trust.md", &[REVIEWED]),
    Walk::of("docs/drift.md", &[REVIEWED, "keywright apply"]),
    Walk::of("docs/keys.md", &[EXAMPLES, "cd examples/quickstart", "keywright apply", LEAK]),
    Walk::of("examples/payments-platform/README.md", &[EXAMPLES]),
    Walk::of(
        "examples/file-transfer-keys/README.md",
        &[EXAMPLES, "sed -i s/808[3]/8083/ examples/file-transfer-keys/keywright.yaml"],
    ),
];

const EXAMPLES: &str = "cp -r $root/examples .; rm -rf examples/*/.keywright examples/*/secrets";

/// A sandbox in the place of the reader's area.
const AREA: &str = "keywright emulator --listen 127.0.0.1:8083 --database area.db --seed $root/examples/quickstart
export KEYWRIGHT_CAM_API_KEY=example KEYWRIGHT_CAM_API_SECRET=example
export KEYWRIGHT_CAM_USERNAME=you KEYWRIGHT_CAM_PASSWORD=example";

/// A clone of a repository whose protected branch has a workspace.
const REVIEWED: &str = "git init --quiet --bare --initial-branch main origin.git
git clone --quiet origin.git clone 2> clone.log
cp $root/examples/quickstart/quickstart.yaml clone
cd clone
printf '.keywright/\\nsecrets/\\nplan.json\\n' > .gitignore
git checkout --quiet -B main
git add .
git -c user.name=a -c user.email=a@example.com commit --quiet --message keys
git push --quiet origin main";

/// A value of a key, as it was found in a log.
const LEAK: &str = "cut -d = -f 2 secrets/checkout.env > leaked.txt; git init --quiet";

/// The mistakes and surprises of the page about them.
const TROUBLE: &str = "keywright plan || test $? = 1
keywright init area --area 00000000-0000-0000-0000-000000000000 > init.log
(cd area && keywright plan || test $? = 3)
(cd area && keywright export || test $? = 1)
export KEYWRIGHT_CAM_API_KEY=example KEYWRIGHT_CAM_API_SECRET=example
export KEYWRIGHT_CAM_USERNAME=you KEYWRIGHT_CAM_PASSWORD=example
(cd area && keywright export || test $? = 1)
keywright init shop > init.log
cd shop
cp first.yaml ../first.yaml
sed -i s/displayName/displayname/ first.yaml
keywright validate || test $? = 3
cp ../first.yaml .
keywright apply
sed -i '/^---$/h; /kind: PackageKey/,$d' first.yaml
sed -i '$d' first.yaml
keywright plan
sed 's/calls: 5000/calls: 100/' ../first.yaml > first.yaml
keywright plan || test $? = 4
cp ../first.yaml .
printf 'apiVersion: keywright.dev/v1\\nkind: User\\nmetadata: {name: Alice}\\nspec: {email: a@example.com, displayName: A}\\n' > alice.yaml
keywright plan || test $? = 4
rm alice.yaml secrets/checkout.env
keywright plan
sed 's/perSecond: 20/perSecond: 30/' ../first.yaml > first.yaml
keywright plan --out plan.json
keywright apply
keywright apply plan.json || test $? = 5";

/// Blocks that no walk runs.
const NOT_HERE: &[(&str, &str, Why)] = &[
    ("README.md", "cargo run --release -- apply examples/quickstart --auto-approve", RunBy("tests/it/readme.rs")),
    ("README.md", "Plan for workspace quickstart · embedded store", RunBy("tests/it/readme.rs")),
    ("docs/installing.md", "", Cannot("takes minutes, or downloads what is not published yet")),
    ("docs/off-boarding.md", "", RunBy("tests/it/removal.rs")),
    ("docs/sinks.md", "", RunBy("tests/it/sinks/recipes.rs")),
    ("docs/keys.md", "keywright keys revoke --stdin      #", Cannot("asks for a value on a terminal")),
    ("docs/keys.md", "chk_[0-9a-z]{28}", Cannot("a pattern for the settings of a forge")),
    ("docs/keys.md", "key/checkout-production  active, 34 days old", Cannot("the days and ids change")),
    ("docs/watch.md", "POST /members request=7 status=200 milliseconds=41", Cannot("durations change")),
    ("examples/adopt/README.md", "", RunBy("tests/it/adopt.rs")),
    ("examples/rotation/README.md", "", RunBy("tests/it/year.rs")),
];

enum Why {
    /// The test that runs it; it names the page.
    RunBy(&'static str),
    Cannot(&'static str),
}
use Why::Cannot;
use Why::RunBy;

/// A fenced block of a page.
struct Block {
    language: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn is_page(path: &Path) -> bool {
    path.is_file() && path.extension().is_some_and(|end| end == "md")
}

/// The pages that users read, without the generated ones.
fn pages() -> Vec<String> {
    let names = |folder: &str, end: &str| -> Vec<String> {
        let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().file_name());
        let names = entries.map(|name| format!("{folder}/{}{end}", name.to_str().unwrap()));
        names.filter(|name| is_page(&root().join(name))).collect()
    };
    let mut pages = [names("docs", ""), names("examples", "/README.md"), vec!["README.md".to_owned()]].concat();
    pages.sort();
    pages
}

fn read(page: &str) -> String {
    fs::read_to_string(root().join(page)).unwrap()
}

fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let text = read(page);
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some((indent, language)) = line.split_once("```") else { continue };
        assert!(indent.trim().is_empty(), "{page}: a fence within a line: {line}");
        let inside = lines.by_ref().take_while(|line| line.trim() != "```");
        let text = inside.map(|line| format!("{}\n", line.strip_prefix(indent).unwrap_or(line))).collect();
        found.push(Block { language: language.to_owned(), text });
    }
    found
}

fn why_not(page: &str, block: &Block) -> Option<&'static (&'static str, &'static str, Why)> {
    NOT_HERE.iter().find(|(other, first, _)| *other == page && block.text.starts_with(first))
}

fn is_checked(block: &Block) -> bool {
    ["sh", "text"].contains(&&*block.language)
}

#[test]
fn no_command_of_a_page_is_forgotten() {
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for page in pages() {
        let is_walked = WALKS.iter().any(|walk| walk.page == page);
        for block in blocks(&page) {
            let first = block.text.lines().next().unwrap_or_default();
            if !["sh", "text", "yaml", "json"].contains(&&*block.language) {
                wrong.push(format!("{page}: a block of `{}`: write sh, text, yaml or json: {first}", block.language));
            } else if is_checked(&block) {
                match why_not(&page, &block) {
                    Some((_, first, _)) => _ = used.insert((page.clone(), *first)),
                    None if is_walked => {}
                    None => wrong.push(format!("{page}: neither in WALKS nor in NOT_HERE: {first}")),
                }
            }
        }
    }
    for (page, first, why) in NOT_HERE {
        if !used.contains(&((*page).to_owned(), *first)) {
            wrong.push(format!("{page} has no block any more that begins with `{first}`"));
        }
        match why {
            RunBy(test) if !read(test).contains(page.split('/').rfind(|part| *part != "README.md").unwrap_or(page)) => {
                wrong.push(format!("{test} does not name {page}"));
            }
            Cannot("") => wrong.push(format!("{page}: no reason for `{first}`")),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn commands_of_pages_do_what_the_pages_show() {
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let walks: Vec<_> = WALKS.iter().map(|walk| scope.spawn(|| walked(walk).err())).collect();
        walks.into_iter().filter_map(|walk| walk.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Runs a page. The error says what differs.
fn walked(walk: &Walk) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let programs = Path::new(KEYWRIGHT).parent().unwrap().display();
    let mut shell = outside_pipeline("bash");
    shell.args(["-c", &script(walk).replace("8083", &port.to_string())]).current_dir(&folder);
    shell.env("HOME", folder.path()).env("root", root()).env("GIT_CONFIG_NOSYSTEM", "1");
    shell.env("PATH", format!("{programs}:{}", std::env::var("PATH").unwrap()));
    let output = shell.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        return Err(format!("{}: {}\n{said}", walk.page, String::from_utf8_lossy(&output.stderr)));
    }
    let mut secret = Vec::new();
    values(folder.path(), &mut secret);
    if secret.iter().any(|value| said.contains(value)) {
        return Err(format!("{}: a command prints the value of a key\n{said}", walk.page));
    }
    for block in
        blocks(walk.page).iter().filter(|block| block.language == "text" && why_not(walk.page, block).is_none())
    {
        for line in block.text.lines() {
            if !said.contains(line.trim_end()) {
                return Err(format!("{} shows\n{line}\nbut its commands print\n{said}", walk.page));
            }
        }
    }
    Ok(())
}

fn script(walk: &Walk) -> String {
    let mut script = "set -euo pipefail\nexec 2>&1\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n".to_owned();
    for line in walk.before.iter().flat_map(|before| before.lines()) {
        script.push_str(&typed(line));
    }
    for block in blocks(walk.page).iter().filter(|block| block.language == "sh" && why_not(walk.page, block).is_none())
    {
        let commands: String = block.text.lines().map(typed).collect();
        let between = walk.between.iter().find(|(first, _)| block.text.starts_with(first));
        script.extend(between.map(|(_, happens)| format!("{happens}\n")));
        let exit = walk.exits.iter().find(|(first, _)| block.text.starts_with(first));
        match exit {
            Some((_, exit)) => script.push_str(&format!("code=0\n{{\n{commands}}} || code=$?\ntest $code = {exit}\n")),
            None => script.push_str(&commands),
        }
    }
    script.push_str(walk.after);
    script
}

/// The values that were delivered to files.
fn values(folder: &Path, found: &mut Vec<String>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            values(&path, found);
        } else if path.parent().is_some_and(|folder| folder.ends_with("secrets")) {
            let text = fs::read_to_string(path).unwrap();
            found.extend(text.lines().filter_map(|line| Some(line.split_once('=')?.1.trim_matches('\'').to_owned())));
        }
    }
}

/// A line as a reader types it: they answer the question of an apply, start a sandbox in another window, and a sandbox is the area
/// whose id a page shows.
pub(crate) fn typed(line: &str) -> String {
    let server = line.strip_suffix('&').unwrap_or(line);
    if server.starts_with("keywright emulator") {
        // If it ends, another program took its port: that is an error, and no reason to wait.
        let is_there = "kill -0 $! || { cat emulator.log; false; }";
        return format!(
            "{server} > emulator.log &\nuntil grep -q listens emulator.log; do {is_there}; sleep 0.05; done\n"
        );
    }
    let mut line = line.to_owned();
    let asks = ["keywright apply", "keywright keys revoke", "keywright rotate"];
    if let Some(asks) = asks.iter().find(|asks| line.starts_with(**asks) && !line.contains("--auto-approve")) {
        line = line.replacen(asks, &format!("{asks} --auto-approve"), 1);
    }
    if line.contains("--area ") && !line.contains("--url ") {
        line = line.replace("--area ", "--url http://127.0.0.1:8083 --area ");
    }
    format!("{line}\n")
}

/// Manifests and settings on pages have no field that does not exist. Parts of a manifest, without `kind` and `spec`, are left out.
#[test]
fn manifests_of_pages_match_the_schemas() {
    let mut checked = 0;
    for page in pages() {
        for block in blocks(&page).iter().filter(|block| block.language == "yaml") {
            for document in serde_yaml::Deserializer::from_str(&block.text) {
                let mut document =
                    Value::deserialize(document).unwrap_or_else(|error| panic!("{page}: {error}\n{}", block.text));
                if document.get("spec").is_none() && document.get("kind").is_none() {
                    continue;
                }
                document["apiVersion"] = "keywright.dev/v1".into();
                let kind = document.get("kind").and_then(Value::as_str).unwrap_or("Workspace").to_owned();
                document["kind"] = kind.as_str().into();
                let errors: Vec<String> =
                    validator(&kind).iter_errors(&document).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{page}: {errors:?}\n{}", block.text);
                checked += 1;
            }
        }
    }
    assert!(checked > 10, "only {checked} manifests were found");
}

/// Options of other programs that pages name.
const OF_OTHERS: &[&str] = &["--raw"];

#[test]
fn every_command_and_option_in_the_text_exists() {
    let grammar = keywright::cli::grammar();
    let mut wrong = Vec::new();
    for page in pages() {
        let text = read(&page);
        let commands = blocks(&page).into_iter().filter(|block| block.language == "sh");
        let commands: Vec<String> =
            commands.flat_map(|block| block.text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
        let spans = text.split('`').skip(1).step_by(2).filter(|span| !span.is_empty()).map(str::to_owned);
        for code in spans.chain(commands) {
            let code = code.split(" # ").next().unwrap_or_default().split_whitespace().collect::<Vec<_>>();
            let problem = match code.as_slice() {
                ["keywright", words @ ..] => problem_of(&grammar, words),
                [option, ..] if option.starts_with("--") => unknown_anywhere(&grammar, option),
                _ => None,
            };
            wrong.extend(problem.map(|problem| format!("{page}: `{}`: {problem}", code.join(" "))));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Why the program does not know these words.
fn problem_of(grammar: &Command, words: &[&str]) -> Option<String> {
    let mut command = grammar;
    for word in words.iter().take_while(|word| !["|", "||", "&&", "<", ">"].contains(*word)) {
        if let Some(below) = command.find_subcommand(word) {
            command = below;
        } else if let Some(option) = word.strip_prefix("--") {
            let name = option.split('=').next().unwrap_or_default();
            let is_known = command.get_arguments().any(|argument| argument.get_long() == Some(name));
            if !is_known && !["help", "version"].contains(&name) {
                return Some(format!("{} has no option --{name}", command.get_name()));
            }
        } else if std::ptr::eq(command, grammar) && word.chars().all(char::is_alphabetic) {
            return Some(format!("there is no command {word}"));
        }
    }
    None
}

fn unknown_anywhere(grammar: &Command, option: &str) -> Option<String> {
    let name = option[2..].split(['=', ',', '.']).next().unwrap_or_default();
    let is_known = knows(grammar, name) || OF_OTHERS.contains(&option);
    (!is_known).then(|| "no command has this option".to_owned())
}

fn knows(command: &Command, name: &str) -> bool {
    command.get_arguments().any(|argument| argument.get_long() == Some(name))
        || command.get_subcommands().any(|below| knows(below, name))
}
