//! A tree of files: one for each user with applications and keys, for each package with its plans, and for each API key.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Export;
use super::yaml;
use crate::model::Address;
use crate::model::Digest;
use crate::model::Kind;
use crate::workspace::WORKSPACE_FILE;

/// The file that names what belongs to no other file and is not exported.
pub const NOT_EXPORTED: &str = "not-exported.txt";

/// How every line of that file begins.
pub const NOT_EXPORTED_LINE: &str = "# not exported: ";

/// Longest name of a file without its ending, in bytes.
const LONGEST: usize = 80;

/// The file of an object: a folder, and the name of the object that gives the file its name.
type Home = (&'static str, String);

/// A file of the tree.
#[derive(Default)]
pub struct File {
    /// The path, with `/`.
    pub path: String,
    pub text: String,
    /// The objects that it declares.
    pub objects: Vec<Address>,
}

pub(super) fn files(export: &Export) -> Vec<File> {
    let mut texts: BTreeMap<Home, File> = BTreeMap::new();
    for object in &export.objects {
        let draft = &object.draft;
        // A key belongs to the file of its user.
        let owner = draft.needs.iter().find(|need| need.kind() == Kind::User).unwrap_or(&draft.declares);
        let file = texts.entry(home(owner)).or_default();
        file.text.push_str(&object.text);
        file.objects.push(draft.declares.clone());
    }
    let mut homeless = String::new();
    let (of_objects, others) = (export.left_out.iter(), export.left_out_lines());
    for (left_out, line) in of_objects.map(Some).chain(std::iter::repeat(None)).zip(others) {
        match left_out.and_then(|left_out| texts.get_mut(&home(left_out.live.as_ref()?))) {
            Some(file) => file.text.push_str(&yaml::comment(&line)),
            None => homeless.push_str(&yaml::comment(&line)),
        }
    }
    let mut files = named(texts);
    if !homeless.is_empty() {
        files.push(File { path: NOT_EXPORTED.to_owned(), text: homeless, objects: Vec::new() });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn home(address: &Address) -> Home {
    let folder = match address.kind() {
        Kind::User | Kind::Application | Kind::PackageKey => "users",
        Kind::Package | Kind::Plan => "packages",
        Kind::ApiKey => "api-keys",
    };
    (folder, address.first_name())
}

/// Gives every file a path. Names that some file system takes for equal get a part of a digest, all of them, so that the
/// names do not depend on an order.
fn named(texts: BTreeMap<Home, File>) -> Vec<File> {
    let folded = |(folder, name): &Home| format!("{folder}/{}", safe(name).to_lowercase());
    let mut seen = BTreeSet::new();
    let shared: BTreeSet<String> = texts.keys().map(folded).filter(|name| !seen.insert(name.clone())).collect();
    let path = |(home, file): (Home, File)| {
        let (folder, name) = &home;
        let is_unclear = shared.contains(&folded(&home)) || safe(name) != *name;
        let digest = if is_unclear { format!("~{}", digest(name)) } else { String::new() };
        File { path: format!("{folder}/{}{digest}.yaml", safe(name)), ..file }
    };
    texts.into_iter().map(path).collect()
}

/// The first digits of a digest.
fn digest(name: &str) -> String {
    let digest = Digest::of(name.as_bytes()).hex();
    digest[..8].to_owned()
}

/// A name that every file system takes: ASCII, not hidden, not reserved, not too long, and not that of the settings.
fn safe(name: &str) -> String {
    const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];
    let is_good = |c: char| c.is_ascii_alphanumeric() || "-_.@+".contains(c);
    let plain: String = name.chars().map(|c| if is_good(c) { c } else { '-' }).take(LONGEST).collect();
    let plain = plain.replace("..", "--");
    let plain = plain.trim_end_matches('.');
    let stem = plain.split('.').next().unwrap_or_default().to_lowercase();
    let is_reserved = RESERVED.contains(&stem.trim_end_matches(|c: char| c.is_ascii_digit()));
    let is_settings = WORKSPACE_FILE.split('.').next() == Some(&*stem);
    if is_reserved || is_settings || plain.starts_with(['.', '-']) || plain.is_empty() {
        format!("_{plain}")
    } else {
        plain.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_file_is_safe() {
        assert_eq!(safe("alice@example.com"), "alice@example.com");
        for (odd, expected) in [
            ("../../etc/passwd", "_------etc-passwd"),
            ("..", "_--"),
            (".git", "_.git"),
            ("-rf", "_-rf"),
            ("CON.x", "_CON.x"),
            ("com1", "_com1"),
            ("a b\u{202e}é", "a-b--"),
            ("x.", "x"),
            ("keywright", "_keywright"),
            ("Keywright.yaml", "_Keywright.yaml"),
            ("keywright2", "keywright2"),
        ] {
            assert_eq!(safe(odd), expected);
        }
        assert_eq!(safe(&"x".repeat(300)).len(), LONGEST);
    }

    #[test]
    fn no_path_is_another_one_in_other_case() {
        let names = ["Ann", "ann", "a/b", "a b", "bob", "users", &"x".repeat(100), &"x".repeat(101)];
        let texts = names.iter().map(|name| (("users", (*name).to_owned()), File::default())).collect();
        let paths: Vec<String> = named(texts).into_iter().map(|file| file.path.to_lowercase()).collect();
        assert_eq!(paths.iter().collect::<BTreeSet<_>>().len(), names.len());
        assert!(paths.contains(&"users/bob.yaml".to_owned()) && paths.contains(&"users/users.yaml".to_owned()));
    }
}
