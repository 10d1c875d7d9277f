//! A key as the manifests declare it, and how the tables show it.

use super::oracle::Key;

/// The value of the custom key, which the manifests read from the environment.
pub(super) const CUSTOM: &str = "mov_not-a-real-key-0001";

/// The only application whose keys have values of the store.
const STOCK: &str = "stock";

#[derive(Clone, Debug)]
pub(super) struct Declared {
    pub(super) name: &'static str,
    pub(super) application: &'static str,
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    Minted(&'static str),
    Custom,
    Store,
}

impl Declared {
    pub(super) fn minted(prefix: &'static str) -> Self {
        Self { name: prefix.trim_end_matches('_'), application: "checkout", source: Source::Minted(prefix) }
    }

    /// The custom key, which is in another application every round.
    pub(super) fn custom(round: usize) -> Self {
        let application = if round.is_multiple_of(2) { "till" } else { "checkout" };
        Self { name: "mov", application, source: Source::Custom }
    }

    pub(super) fn of_store() -> Self {
        Self { name: STOCK, application: STOCK, source: Source::Store }
    }

    pub(super) fn manifest(&self) -> String {
        let Self { name, application, source } = self;
        let value = match source {
            Source::Minted(prefix) => format!("{{generate: {{prefix: {prefix}}}}}"),
            Source::Custom => "{custom: {env: TEST_MOVED}}".to_owned(),
            Source::Store => "{generate: {by: store}}".to_owned(),
        };
        format!(
            "---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: {name}}}\nspec:\n  user: alice\n  \
             application: {application}\n  package: payments\n  plan: gold\n  key: {value}\n  \
             deliver: [{{file: secrets/{name}.env, as: KEY}}]\n"
        )
    }

    /// Whether the key of the store is this one, in whatever application it is.
    pub(super) fn is(&self, key: &Key) -> bool {
        match self.source {
            Source::Minted(prefix) => key.value.starts_with(prefix),
            Source::Custom => key.value == CUSTOM,
            Source::Store => key.application == STOCK,
        }
    }
}
