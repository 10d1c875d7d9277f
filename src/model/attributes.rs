//! The managed fields of an object, as names and values.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// A field as a manifest writes it below `spec`: `email`, `throttle.perSecond`, `settings.status`, `eav.team`.
pub type FieldName = Cow<'static, str>;

/// One value, normalized by the manifest reader and by the stores, so that they compare it with `==`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Value {
    /// Text, a word of an enum (`active`, `unlimited`, `plan`), a date `2027-06-30`, an instant, or `never`.
    Text(Box<str>),
    Number(i64),
    Bool(bool),
    /// Texts in any order. Boxed, because most values are not sets and a large area has millions of values.
    Set(Box<BTreeSet<Box<str>>>),
}

impl Value {
    pub fn text(text: impl Into<Box<str>>) -> Self {
        Self::Text(text.into())
    }

    pub fn set<T: Into<Box<str>>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::Set(Box::new(items.into_iter().map(Into::into).collect()))
    }

    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub const fn as_number(&self) -> Option<i64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    pub const fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(flag) = self { Some(*flag) } else { None }
    }

    /// Whether a field that the store does not send has this value.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Set(items) => items.is_empty(),
            Self::Number(_) | Self::Bool(_) => false,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl fmt::Display for Value {
    /// YAML on one line. Hidden characters are escaped, so a value cannot forge output.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) if is_plain(text) => f.write_str(text),
            Self::Text(text) => f.write_str(&crate::text::yaml(text)),
            Self::Number(number) => write!(f, "{number}"),
            Self::Bool(flag) => write!(f, "{flag}"),
            Self::Set(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{}", Self::Text(item.clone()))?;
                }
                f.write_str("]")
            }
        }
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:@/".contains(&byte))
        && !text.ends_with(':')
}

/// Fields and their values, sorted by name; each name once. Objects of one kind mostly have the same names, and a large
/// area has hundreds of thousands of them, so the names can be shared ([`FieldNames`]).
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Attributes {
    names: Arc<[FieldName]>,
    /// As many as `names`, in their order.
    values: Vec<Value>,
}

/// Lists of names that objects share.
#[derive(Default)]
pub struct FieldNames(BTreeSet<Arc<[FieldName]>>);

impl FieldNames {
    /// The same attributes, with names in the memory that equal ones already have.
    pub fn share(&mut self, mut attributes: Attributes) -> Attributes {
        match self.0.get(&attributes.names) {
            Some(known) => attributes.names = Arc::clone(known),
            None => drop(self.0.insert(Arc::clone(&attributes.names))),
        }
        attributes
    }
}

impl Attributes {
    fn at(&self, name: &str) -> Result<usize, usize> {
        self.names.binary_search_by(|other| other.as_ref().cmp(name))
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(self.at(name).ok()?)
    }

    /// The text of a field. `None` if the field is missing or has another type.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_text)
    }

    /// Whether the field exists and is true.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// Sets the field and returns its previous value.
    pub fn insert(&mut self, name: impl Into<FieldName>, value: Value) -> Option<Value> {
        let name = name.into();
        match self.at(&name) {
            Ok(at) => Some(std::mem::replace(&mut self.values[at], value)),
            Err(at) => {
                let mut names = self.names.to_vec();
                names.insert(at, name);
                self.names = names.into();
                self.values.insert(at, value);
                None
            }
        }
    }

    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.at(name).ok()?;
        let mut names = self.names.to_vec();
        names.remove(at);
        self.names = names.into();
        Some(self.values.remove(at))
    }

    pub fn iter(&self) -> impl Iterator<Item = (&FieldName, &Value)> {
        self.names.iter().zip(&self.values)
    }

    pub const fn len(&self) -> usize {
        self.values.len()
    }

    pub const fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl<N: Into<FieldName>> FromIterator<(N, Value)> for Attributes {
    /// Of several values of one name, the last counts.
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(pairs: I) -> Self {
        let mut pairs: Vec<(FieldName, Value)> = pairs.into_iter().map(|(name, value)| (name.into(), value)).collect();
        pairs.reverse();
        pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
        pairs.dedup_by(|(one, _), (other, _)| one == other);
        let (names, mut values): (Vec<FieldName>, Vec<Value>) = pairs.into_iter().unzip();
        values.shrink_to_fit();
        Self { names: names.into(), values }
    }
}

#[cfg(test)]
mod tests {
    use super::Attributes;
    use super::FieldNames;
    use super::Value;

    #[test]
    fn values_print_on_one_line_and_cannot_forge_output() {
        assert_eq!(Value::text("alice@example.com").to_string(), "alice@example.com");
        assert_eq!(Value::text("Card and wallet").to_string(), "\"Card and wallet\"");
        assert_eq!(Value::text("").to_string(), "\"\"");
        assert_eq!(Value::text("a:").to_string(), "\"a:\"");
        assert_eq!(Value::text("a\n\u{1b}[31m\t\"\\").to_string(), "\"a\\n\\x1b[31m\\t\\\"\\\\\"");
        assert_eq!(Value::text("x\u{202e}y").to_string(), "\"x\\u202ey\"");
        assert_eq!(Value::set(["b c", "a"]).to_string(), "[a, \"b c\"]");
        assert_eq!(Value::Number(-3).to_string(), "-3");
        assert_eq!(Value::Bool(true).to_string(), "true");
    }

    #[test]
    fn values_convert_only_to_their_own_type() {
        assert_eq!(Value::text("a").as_text(), Some("a"));
        assert_eq!(Value::Number(1).as_text(), None);
        assert_eq!(Value::Number(1).as_number(), Some(1));
        assert_eq!(Value::Bool(true).as_number(), None);
        assert_eq!(Value::Bool(true).as_bool(), Some(true));
        assert_eq!(Value::text("true").as_bool(), None);
        assert!(Value::text("").is_empty() && Value::set::<&str>([]).is_empty());
        assert!(!Value::Number(0).is_empty() && !Value::Bool(false).is_empty() && !Value::text("x").is_empty());
    }

    #[test]
    fn attributes_are_sorted_and_names_are_unique() {
        let mut attributes: Attributes =
            [("b", Value::Number(2)), ("a", Value::text("x")), ("b", Value::Number(3))].into_iter().collect();
        let names: Vec<_> = attributes.iter().map(|(name, _)| name.as_ref()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(attributes.get("b"), Some(&Value::Number(3)));
        assert_eq!(attributes.insert("b", Value::Bool(true)), Some(Value::Number(3)));
        assert!(attributes.flag("b") && !attributes.flag("a") && !attributes.flag("c"));
        assert_eq!((attributes.text("a"), attributes.text("b")), (Some("x"), None));
        assert_eq!(attributes.remove("a"), Some(Value::text("x")));
        assert_eq!(attributes.remove("a"), None);
        assert_eq!(attributes.len(), 1);
        assert!(!attributes.is_empty());
    }

    #[test]
    fn shared_names_stay_those_of_the_others_when_one_object_changes() {
        let mut names = FieldNames::default();
        let pairs = || [("a", Value::Number(1)), ("b", Value::Number(2))];
        let one = names.share(pairs().into_iter().collect());
        let mut other = names.share(pairs().into_iter().collect());
        assert!(std::sync::Arc::ptr_eq(&one.names, &other.names));
        other.insert("c", Value::Number(3));
        other.remove("a");
        assert_eq!(one, pairs().into_iter().collect());
        assert_eq!(other, [("b", Value::Number(2)), ("c", Value::Number(3))].into_iter().collect());
    }
}
