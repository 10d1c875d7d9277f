//! What code hosts accept in a comment.

use super::escape;
use super::escape::prose;

/// Where a comment is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Host {
    #[default]
    Github,
    Gitlab,
    /// It shows HTML as text.
    Bitbucket,
}

/// Characters that are kept free for the counts of what was cut.
const RESERVE: usize = 1_000;

impl Host {
    /// Maximum length of the parts of a comment. It counts bytes, and hosts count characters, which are never more.
    pub(super) const fn longest(self) -> usize {
        let longest = match self {
            Self::Github => 65_536,
            Self::Gitlab => 1_000_000,
            Self::Bitbucket => 32_768,
        };
        longest - RESERVE
    }

    /// A line that is not shown, by which a bot finds its own comment on a workspace.
    pub(super) fn marker(self, what: &str, workspace: Option<&str>) -> String {
        let name = workspace.map_or_else(String::new, |name| format!(" {}", escape::word(name)));
        match self {
            Self::Github | Self::Gitlab => format!("<!-- keywright {what}{name} -->"),
            Self::Bitbucket => format!("[//]: # (keywright {what}{name})"),
        }
    }

    /// A text as code, without mentions and issue links.
    pub(super) fn code(self, text: &str) -> String {
        match self {
            Self::Github | Self::Gitlab => escape::code(text),
            Self::Bitbucket => prose(text),
        }
    }

    /// A part that opens on a click. Markdown needs the empty lines to see a table between the tags.
    pub(super) fn folded(self, title: &str, body: &str) -> String {
        match self {
            Self::Github | Self::Gitlab => {
                format!("\n<details><summary>{title}</summary>\n\n{body}\n</details>\n")
            }
            Self::Bitbucket => format!("\n**{title}**\n\n{body}"),
        }
    }
}
