//! What the settings allow manifests to read and run, and which variables only credentials may use.

use super::Workspace;

/// What manifests and credentials may read from the local machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Environment {
    /// Prefixes of the variables that manifests may read.
    pub prefixes: Vec<Box<str>>,
    pub folders: Vec<Box<str>>,
    /// Programs that manifests may run, with their arguments.
    pub commands: Vec<CommandPattern>,
    /// Variables that programs receive, by name.
    pub command_variables: Vec<Box<str>>,
    /// How long a program may run, in seconds; 1 to [`MAX_COMMAND_SECONDS`].
    pub command_seconds: u64,
    /// Variables that credentials may use besides `KEYWRIGHT_*`, by name.
    pub credentials: Vec<Box<str>>,
}

/// The default time limit of a program, in seconds.
const COMMAND_SECONDS: u64 = 30;

/// The maximum time limit of a program, in seconds.
pub const MAX_COMMAND_SECONDS: u64 = 600;

/// The prefix of Keywright's own variables; its credentials are usually among them.
pub const OWN_PREFIX: &str = "KEYWRIGHT_";

/// The variable from which all PostgreSQL clients read the password.
pub const DATABASE_PASSWORD: &str = "PGPASSWORD";

impl Default for Environment {
    fn default() -> Self {
        Self {
            prefixes: Vec::new(),
            folders: Vec::new(),
            commands: Vec::new(),
            command_variables: Vec::new(),
            command_seconds: COMMAND_SECONDS,
            credentials: Vec::new(),
        }
    }
}

/// A program with its arguments, as the settings list it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommandPattern {
    pub program: Box<str>,
    pub arguments: Vec<Box<str>>,
}

/// Matches one whole argument.
pub const ANY_ARGUMENT: &str = "*";

impl CommandPattern {
    /// Whether the settings allow this program with exactly these arguments.
    pub fn matches(&self, program: &str, arguments: &[&str]) -> bool {
        *self.program == *program
            && self.arguments.len() == arguments.len()
            && self.arguments.iter().zip(arguments).all(|(pattern, argument)| matches_one(pattern, argument))
    }
}

/// `*` does not match options: an argument like `--address=https://elsewhere` would change what the program does.
fn matches_one(pattern: &str, argument: &str) -> bool {
    if pattern == ANY_ARGUMENT { !argument.is_empty() && !argument.starts_with('-') } else { pattern == argument }
}

impl Workspace {
    /// Whether a variable is for credentials only: manifests and programs never receive it.
    pub fn is_for_credentials(&self, variable: &str) -> bool {
        variable.starts_with(OWN_PREFIX)
            || variable == DATABASE_PASSWORD
            || self.environment.credentials.iter().any(|name| **name == *variable)
            || self.credentials().any(|(source, _)| source.variable() == Some(variable))
            || self.sinks.values().any(|sink| sink.variables().iter().any(|name| **name == *variable))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(words: &str) -> CommandPattern {
        let mut words = words.split(' ').map(Box::from);
        CommandPattern { program: words.next().unwrap(), arguments: words.collect() }
    }

    #[test]
    fn a_pattern_matches_a_whole_list_of_arguments() {
        let vault = pattern("vault kv get *");
        assert!(vault.matches("vault", &["kv", "get", "secret/checkout"]));
        assert!(vault.matches("vault", &["kv", "get", "two words"]));
        for other in [
            &["kv", "get"][..],
            &["kv", "get", "a", "b"],
            &["kv", "get", ""],
            &["kv", "get", "-address=https://elsewhere.example"],
            &["kv", "put", "a"],
            &["kv get", "a"],
            &[],
        ] {
            assert!(!vault.matches("vault", other), "{other:?}");
        }
        assert!(!vault.matches("/tmp/vault", &["kv", "get", "a"]));
        assert!(!pattern("sh").matches("sh", &["-c", "id"]));
        assert!(pattern("sh").matches("sh", &[]));
        assert!(pattern("get -n *").matches("get", &["-n", "a"]));
    }
}
