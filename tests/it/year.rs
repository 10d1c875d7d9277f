//! The year of `examples/rotation`, run as its README has it. What the README shows is what the program prints, and at the end
//! of the year the file has the value of the newest key.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use rusqlite::Connection;

use crate::program::KEYWRIGHT;
use crate::program::outside_pipeline;
use crate::readme::blocks;

#[test]
fn a_year_of_a_rotated_key_is_as_its_readme_shows_it() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("rotation");
    fs::create_dir(&folder).unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/rotation");
    fs::copy(example.join("checkout.yaml"), folder.join("checkout.yaml")).unwrap();
    let readme = fs::read_to_string(example.join("README.md")).unwrap();
    let said = without_ids(&run(&blocks(&readme, "sh").concat(), &folder));
    let shown: Vec<String> = blocks(&readme, "text").iter().map(|block| without_ids(block.trim())).collect();
    let mut rest = said.as_str();
    for shown in &shown {
        let at = rest.find(shown.as_str());
        let at = at.unwrap_or_else(|| panic!("the README shows\n{shown}\nbut the commands go on with\n{rest}"));
        rest = &rest[at + shown.len()..];
    }
    assert!(shown.len() > 8);

    let database = Connection::open(folder.join(".keywright/keywright.db")).unwrap();
    let sql = "SELECT value FROM package_keys ORDER BY created DESC";
    let newest: String = database.query_row(sql, [], |row| row.get(0)).unwrap();
    let delivered = fs::read_to_string(folder.join("secrets/checkout.env")).unwrap();
    assert_eq!(delivered, format!("CHECKOUT_KEY={newest}\n"));
    // January, April, June, August, November and December.
    let created = said.matches("done     + key/checkout").count();
    assert_eq!(created, 4, "two more were created in the loop that prints nothing");
}

fn run(script: &str, folder: &Path) -> String {
    let programs = Path::new(KEYWRIGHT).parent().unwrap().display();
    let path = std::env::var("PATH").unwrap();
    let mut shell = outside_pipeline("bash");
    let script = format!("set -euo pipefail\n{script}");
    shell
        .args(["-c", &script])
        .current_dir(folder)
        .env("PATH", format!("{programs}:{path}"))
        .env("HOME", folder.join("home"));
    let output = shell.stdin(Stdio::null()).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    out.into_owned()
}

/// The ids of the store are random.
fn without_ids(text: &str) -> String {
    let line = |line: &str| match line.split_once("payments@") {
        Some((start, _)) => format!("{start}payments@\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect::<String>().trim_end().to_owned()
}
