//! Where a field is written in the workspace file.

use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::diagnostic::SourceId;
use crate::manifest::document::is_empty;
use crate::manifest::node::Content;
use crate::manifest::node::Node;
use crate::manifest::read::Reading;
use crate::manifest::read::field;
use crate::manifest::read::head;
use crate::manifest::tree::documents;

/// The place of a field like `spec.guards.deletes.count`, or of the nearest field above it. `None` if the text is not
/// YAML.
pub fn place_of(id: SourceId, source: &Source, path: &str) -> Option<Place> {
    let mut reading = Reading::new(id);
    let mut found = None;
    documents(&source.text, &mut reading, |root, _| {
        if found.is_none() && !is_empty(root) {
            found = Some(nearest(root, path));
        }
    });
    found
}

fn nearest(root: &Node<'_>, path: &str) -> Place {
    let mut node = root;
    for name in path.split('.') {
        let Content::Mapping(pairs) = &node.content else { break };
        let Some(below) = field(pairs, name) else { break };
        node = below;
    }
    if matches!(node.content, Content::Scalar { .. }) { node.place } else { head(node) }
}
