//! A YAML document as a tree with places.

use std::borrow::Cow;

use crate::diagnostic::Place;

/// A node of a document.
#[derive(Clone)]
pub struct Node<'a> {
    pub place: Place,
    pub content: Content<'a>,
}

#[derive(Clone)]
pub enum Content<'a> {
    /// `plain` is true for text without quotes, whose type depends on its spelling.
    Scalar {
        text: Cow<'a, str>,
        plain: bool,
    },
    List(Vec<Node<'a>>),
    Mapping(Vec<(Node<'a>, Node<'a>)>),
}

impl Content<'_> {
    /// What the node is, for messages.
    pub const fn describe(&self) -> &'static str {
        match self {
            Self::Scalar { .. } => "a single value",
            Self::List(_) => "a list",
            Self::Mapping(_) => "a mapping",
        }
    }
}
