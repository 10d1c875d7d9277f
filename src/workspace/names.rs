//! The names of files and folders that have a meaning to Keywright, to Git, or to a forge.

/// The name of the workspace file.
pub const WORKSPACE_FILE: &str = "keywright.yaml";

/// The folder of the database, of its lock and of its keys, unless the workspace chooses another.
pub const OWN_FOLDER: &str = ".keywright";

/// Whether a part of a path is `.git`, `.github`, `.gitlab-ci.yml`, `.gitignore` or another name of that family, in any
/// spelling. File systems of macOS ignore some invisible characters in names, and Windows knows `.git` as `git~1`.
pub fn is_git_name(part: &str) -> bool {
    let name = plain(part);
    name.starts_with(".git") || name.starts_with("git~")
}

/// Whether a part of a path is the folder in which Git keeps the repository.
pub fn is_git_folder_name(part: &str) -> bool {
    let name = plain(part);
    name == ".git" || name.starts_with("git~")
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !is_ignored(*c)).collect::<String>().to_ascii_lowercase()
}

const fn is_ignored(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

/// Whether a file is named like a manifest. `extension` is that of its name.
pub fn is_manifest_extension(extension: &str) -> bool {
    ["yaml", "yml"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_git_are_known_in_every_spelling() {
        for name in [".git", ".GIT", ".Git", ".github", ".gitlab-ci.yml", ".gitattributes", ".g\u{200c}it", "GIT~1"] {
            assert!(is_git_name(name), "{name}");
        }
        for name in ["git", "secrets", ".env", "digit.env", ".gi"] {
            assert!(!is_git_name(name), "{name}");
        }
        assert!(is_git_folder_name(".Git") && !is_git_folder_name(".github"));
    }
}
