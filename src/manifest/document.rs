//! The envelope of a manifest: `apiVersion`, `kind`, `metadata`, `spec`.

use super::node::Content;
use super::node::Node;
use super::read::FromNode;
use super::read::Reading;
use super::read::Spanned;
use super::read::field;
use super::read::fields;
use super::read::head;
use super::read::is_misspelled;
use crate::diagnostic::Place;
use crate::diagnostic::did_you_mean;
use crate::manifest::rules;
use crate::model::Kind;
use crate::rule::Rule;
use crate::text::quoted;

mapping! {
    "metadata"
    /// The name of the object.
    struct Metadata {
        /// The name of the object: the username of a User, the keyName of an ApiKey, the name of an Application, Package or Plan, or the label of a PackageKey.
        field name: Box<str> = "name",
        /// Earlier names of the object. With them, Keywright renames the object instead of deleting it and creating a new one.
        field previously: Vec<Spanned<Box<str>>> = "previously",
        /// true to forbid Keywright to delete, replace or disable the object. Default: false.
        field protect: bool = "protect",
        /// true to remove the object from the store, together with everything that hangs on it. Of `spec`, only the names that find the object are needed.
        field removed: bool = "removed",
    }
}

/// One manifest as written, with a name and a spec of the right kind.
pub struct Manifest {
    pub kind: Kind,
    pub metadata: Metadata,
    pub spec: Spec,
    pub place: Place,
}

/// The contents of `spec`, by kind.
pub enum Spec {
    Package(Box<super::package::PackageSpec>),
    Plan(Box<super::plan::PlanSpec>),
    User(Box<super::user::UserSpec>),
    Application(Box<super::application::ApplicationSpec>),
    PackageKey(Box<super::package_key::PackageKeySpec>),
    ApiKey(Box<super::api_key::ApiKeySpec>),
}

impl Spec {
    /// Calls `see` with the size of each managed value that has one: the number of characters, or the number itself.
    pub fn sizes(&self, see: &mut dyn FnMut(&'static str, i64, Place)) {
        match self {
            Self::Package(spec) => spec.sizes(see),
            Self::Plan(spec) => spec.sizes(see),
            Self::User(spec) => spec.sizes(see),
            Self::Application(spec) => spec.sizes(see),
            Self::PackageKey(spec) => spec.sizes(see),
            Self::ApiKey(spec) => spec.sizes(see),
        }
    }
}

impl Manifest {
    /// The name, or an empty text if it is missing. The reader reported it.
    pub fn name(&self) -> &str {
        self.metadata.name.as_ref().map_or("", |name| &name.value)
    }

    /// Whether the manifest removes its object (`metadata.removed`).
    pub fn is_removed(&self) -> bool {
        self.metadata.removed.as_ref().is_some_and(|removed| removed.value)
    }

    /// How many objects and former names the manifest declares.
    pub fn objects(&self) -> usize {
        let keys = match &self.spec {
            Spec::Application(spec) => spec.packages.as_ref().map_or(0, |packages| packages.value.len()),
            _ => 0,
        };
        1 + keys + self.metadata.previously.as_ref().map_or(0, |names| names.value.len())
    }

    /// The names that all addresses of the manifest contain.
    fn names(&self) -> impl Iterator<Item = &Spanned<Box<str>>> {
        let parent = match &self.spec {
            Spec::Application(spec) => spec.user.as_ref(),
            Spec::Plan(spec) => spec.package.as_ref(),
            _ => None,
        };
        self.metadata.name.iter().chain(parent)
    }

    pub fn name_place(&self) -> Place {
        self.metadata.name.as_ref().map_or(self.place, |name| name.place)
    }
}

/// Longest name in bytes. Limits memory, because many addresses repeat it; the rules are stricter.
const MAX_NAME: usize = 1024;

/// Maximum number of former names of an object.
const MAX_FORMER: usize = 100;

pub(super) const ENVELOPE: [&str; 4] = ["apiVersion", "kind", "metadata", "spec"];

/// Reads one document. `None` if it is empty, or not a manifest, which is reported.
pub fn read(root: &Node<'_>, reading: &mut Reading) -> Option<Manifest> {
    if is_empty(root) {
        return None;
    }
    if is_saved_plan(root) {
        let problem = rules::KW_009.finding("the file is a saved plan, not a manifest").at(head(root));
        let help = "move it out of the manifest folders, or give it the extension .json; then `keywright apply FILE`";
        reading.report(problem.help(help));
        return None;
    }
    if is_foreign(root) {
        let problem = rules::KW_009.finding("the document is not a manifest of Keywright").at(head(root));
        reading.report(problem.help(format!(
            "list the folders of the manifests under `manifests:` in keywright.yaml; a manifest has `apiVersion: {}` and a kind",
            super::API_VERSION
        )));
        return None;
    }
    let pairs = fields(root, &ENVELOPE, "a manifest", reading)?;
    let kind = read_kind(root, pairs, reading)?;
    let metadata = match field(pairs, "metadata") {
        Some(node) => read_metadata(kind, node, reading),
        None => missing(root, "metadata", kind, reading),
    };
    let is_removed = metadata.as_ref().and_then(|metadata| metadata.removed.as_ref()).is_some_and(|it| it.value);
    let spec = match field(pairs, "spec") {
        Some(node) if is_removed => reading.only_names(|reading| read_spec(kind, node, reading)),
        Some(node) => read_spec(kind, node, reading),
        None if is_removed => {
            let none = Node { place: head(root), content: Content::Mapping(Vec::new()) };
            reading.only_names(|reading| read_spec(kind, &none, reading))
        }
        None => missing(root, "spec", kind, reading),
    };
    let manifest = Manifest { kind, metadata: metadata?, spec: spec?, place: root.place };
    let overlong = manifest.names().find(|name| name.value.len() > MAX_NAME).map(|name| (name.place, name.value.len()));
    if let Some((place, length)) = overlong {
        let message = format!("the name has {length} bytes; the maximum is {MAX_NAME}");
        reading.report(rules::KW_003.finding(message).at(place).help("choose a shorter name"));
        return None;
    }
    if let Some(names) = &manifest.metadata.previously
        && names.value.len() > MAX_FORMER
    {
        let message = format!("the object has {} old names; the maximum is {MAX_FORMER}", names.value.len());
        let problem = rules::KW_003.finding(message).at(names.place);
        reading.report(problem.help("keep only the names that a store may still use"));
        return None;
    }
    Some(manifest)
}

/// Whether the document says that it is a plan of `plan --out`. None of its fields is one of a manifest.
fn is_saved_plan(root: &Node<'_>) -> bool {
    let Content::Mapping(pairs) = &root.content else { return false };
    let kind = field(pairs, "kind").map(|node| &node.content);
    matches!(kind, Some(Content::Scalar { text, .. }) if *text == "saved-plan")
}

/// Whether the document is of another program: neither its version nor its kind is one of Keywright, or similar to one. A
/// document with `metadata` or `spec` and without a kind is a manifest that lost it.
fn is_foreign(root: &Node<'_>) -> bool {
    let Content::Mapping(pairs) = &root.content else { return false };
    let text = |name| match field(pairs, name).map(|node| &node.content) {
        Some(Content::Scalar { text, .. }) => Some(text.as_ref()),
        _ => None,
    };
    // Nearly every document ends here: a search for similar words in each would take as long as reading it.
    if text("apiVersion").is_some_and(|version| version.contains("keywright")) {
        return false;
    }
    let is_ours = |kind: &str| kind == "Workspace" || did_you_mean(kind, Kind::ALL.map(Kind::name)).is_some();
    let is_kind = text("kind").map_or_else(
        || {
            ["metadata", "spec"]
                .iter()
                .any(|name| field(pairs, name).is_some() || is_misspelled(pairs, &ENVELOPE, name))
        },
        is_ours,
    );
    !is_kind
}

/// Whether the document is empty or contains only comments.
pub fn is_empty(root: &Node<'_>) -> bool {
    // The parser returns `~` for an empty document; only the place distinguishes it from a written null.
    let is_blank = |text: &str| text.is_empty() || root.place.start == root.place.end;
    matches!(&root.content, Content::Scalar { text, plain: true } if is_blank(text))
}

fn read_kind(root: &Node<'_>, pairs: &[(Node<'_>, Node<'_>)], reading: &mut Reading) -> Option<Kind> {
    check_version(root, pairs, reading);
    let Some(node) = field(pairs, "kind") else {
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        let problem = rules::KW_009.finding("the document has no `kind`, so it is not a manifest").at(head(root));
        let help =
            format!("add `kind: …`, one of {}; or name the manifest folders in keywright.yaml", names.join(", "));
        reading.report(problem.help(help));
        return None;
    };
    let written = Box::<str>::from_node(node, reading)?;
    if let Some(kind) = Kind::from_name(&written) {
        return Some(kind);
    }
    let problem = rules::KW_009.finding(format!("there is no kind `{}`", quoted(&written))).at(node.place);
    let help = if &*written == "Workspace" {
        "declare the Workspace only in keywright.yaml, in the top folder of the workspace".to_owned()
    } else {
        let names = Kind::ALL.map(Kind::name);
        did_you_mean(&written, names)
            .map_or_else(|| format!("the kinds are {}", names.join(", ")), |near| format!("did you mean `{near}`?"))
    };
    reading.report(problem.help(help));
    None
}

/// Reports an `apiVersion` that is missing or unknown.
pub fn check_version(root: &Node<'_>, pairs: &[(Node<'_>, Node<'_>)], reading: &mut Reading) {
    let help = format!("write `apiVersion: {}`", super::API_VERSION);
    let Some(node) = field(pairs, "apiVersion") else {
        reading.report(rules::KW_009.finding("the document has no `apiVersion`").at(head(root)).help(help));
        return;
    };
    if let Some(version) = Box::<str>::from_node(node, reading)
        && &*version != super::API_VERSION
    {
        let message = format!("`{}` is not an apiVersion of Keywright", quoted(&version));
        reading.report(rules::KW_009.finding(message).at(node.place).help(help));
    }
}

fn missing<T>(root: &Node<'_>, name: &str, kind: Kind, reading: &mut Reading) -> Option<T> {
    if let Content::Mapping(pairs) = &root.content
        && is_misspelled(pairs, &ENVELOPE, name)
    {
        return None;
    }
    let message = format!("the {kind} has no `{name}`");
    reading.report(rules::KW_006.finding(message).at(head(root)).help(format!("add `{name}:` with its fields")));
    None
}

/// The rule for a missing or too long name of a kind.
pub const fn name_rule(kind: Kind) -> &'static Rule {
    match kind {
        Kind::User => &rules::CAM_001,
        Kind::Application => &rules::CAM_010,
        Kind::Package => &rules::CAM_014,
        Kind::Plan => &rules::CAM_018,
        Kind::PackageKey => &rules::CAM_042,
        Kind::ApiKey => &rules::MFT_001,
    }
}

fn read_metadata(kind: Kind, node: &Node<'_>, reading: &mut Reading) -> Option<Metadata> {
    let metadata = Metadata::from_node(node, reading)?;
    if let Content::Mapping(pairs) = &node.content
        && field(pairs, "name").is_none()
        && !is_misspelled(pairs, Metadata::KEYS, "name")
    {
        let problem = name_rule(kind).finding(format!("the {kind} has no name")).at(head(node));
        reading.report(problem.help("add `name: …` under metadata"));
    }
    Some(metadata)
}

fn read_spec(kind: Kind, node: &Node<'_>, reading: &mut Reading) -> Option<Spec> {
    fn boxed<T: FromNode>(node: &Node<'_>, reading: &mut Reading) -> Option<Box<T>> {
        T::from_node(node, reading).map(Box::new)
    }
    Some(match kind {
        Kind::Package => Spec::Package(boxed(node, reading)?),
        Kind::Plan => Spec::Plan(boxed(node, reading)?),
        Kind::User => Spec::User(boxed(node, reading)?),
        Kind::Application => Spec::Application(boxed(node, reading)?),
        Kind::PackageKey => Spec::PackageKey(boxed(node, reading)?),
        Kind::ApiKey => Spec::ApiKey(boxed(node, reading)?),
    })
}
