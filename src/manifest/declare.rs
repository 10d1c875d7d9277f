//! Macros that generate the struct, reader, JSON Schema, desired fields and table rows of a mapping from one declaration.

/// Declares a mapping. One line defines everything about a field:
///
/// ```text
/// /// What the field means, for editors and `explain`; {least}, {most} and {default} insert the values of the line.
/// managed email: Box<str> = "email" required CAM_003 as Email to 255 refuse CAM_003,
/// managed key_length: i64 = "keyLength" from 1 to 255 warn CAM_016 default 24,
/// ```
///
/// - `managed`: a store keeps the field, and a value becomes a [`DesiredField`](crate::model::DesiredField). `limit`: also
///   managed; `unlimited: true` in the same mapping removes the limit. `group`: a mapping of managed fields whose names
///   start with `below`. `stored`: a store keeps the field, and the rules create the desired field. `field`: only the rules
///   use it.
/// - `required`: the rule that reports a missing field. `needs`: the same, but only a store requires the field.
/// - `as`: the form of the value, if the type does not define it.
/// - `from`, `to`: the minimum and maximum number, or number of characters of a text.
/// - `warn`, `refuse`: the rule for a wrong value, and whether a value outside the limits is a warning or an error.
/// - `default`: the value that a store gives a new object without the field.
///
/// The struct's documentation describes the mapping.
macro_rules! mapping {
    ($what:literal below $below:literal $($rest:tt)*) => {
        mapping!(@all $what $below $($rest)*);
    };
    ($what:literal $($rest:tt)*) => {
        mapping!(@all $what "" $($rest)*);
    };
    (
        @all $what:literal $below:literal
        $(#[doc = $doc:literal])*
        struct $name:ident {
            $(
                $(#[doc = $field_doc:literal])*
                $how:ident $field:ident : $type:ty = $key:literal
                $(required $required:tt)? $(needs $needs:tt)? $(as $form:ident)? $(from $least:literal)? $(to $most:literal)?
                $(warn $warn:tt)? $(refuse $refuse:tt)? $(default $default:literal)? ,
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Default)]
        pub struct $name {
            $( $(#[doc = $field_doc])* pub $field: Option<$crate::manifest::read::Spanned<$type>>, )*
        }

        #[allow(unused_variables, clippy::ptr_arg, clippy::allow_attributes, reason = "some mappings have no managed field")]
        impl $name {
            const KEYS: &'static [&'static str] = &[$($key),*];

            /// Adds the fields that a store keeps, in the order of declaration.
            pub fn table(all: &mut Vec<$crate::manifest::field::Field>) {
                $(
                    mapping!(
                        @table $how all $type, concat!($below, $key), ($($required)? $($needs)?) ($($form)?) ($($least)?)
                        ($($most)?) ($($warn)?) ($($refuse)?) ($($default)?)
                    );
                )*
            }

            /// Adds a desired field for each field that is set, in the order of declaration.
            pub fn desired_fields(&self, fields: &mut Vec<$crate::model::DesiredField>) {
                $( mapping!(@desired $how self $field concat!($below, $key), fields); )*
            }

            /// Calls `see` for each value that has a size: the number of characters of a text, or the number itself.
            pub fn sizes(&self, see: &mut dyn FnMut(&'static str, i64, $crate::diagnostic::Place)) {
                $( mapping!(@size $how self $field concat!($below, $key), see); )*
            }
        }

        impl $crate::manifest::read::FromNode for $name {
            fn from_node(node: &$crate::manifest::node::Node<'_>, reading: &mut $crate::manifest::read::Reading) -> Option<Self> {
                let pairs = $crate::manifest::read::fields(node, Self::KEYS, $what, reading)?;
                let mut read = Self::default();
                $(
                    if let Some(value) = $crate::manifest::read::field(pairs, $key) {
                        read.$field = $crate::manifest::read::spanned(value, reading);
                    } $(else if reading.needs($what, $key) && !$crate::manifest::read::is_misspelled(pairs, Self::KEYS, $key) {
                        reading.report(
                            $crate::manifest::rules::$required.finding(concat!($what, " has no `", $key, "`"))
                                .at($crate::manifest::read::head(node))
                                .help(concat!("add `", $key, ": …`")),
                        );
                    })?
                )*
                Some(read)
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                $what.into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut properties = serde_json::Map::new();
                $(
                    let schema = generator.subschema_for::<$type>();
                    let doc = concat!($($field_doc, "\n"),*).to_owned();
                    $( let doc = doc.replace("{least}", stringify!($least)); )?
                    $( let doc = doc.replace("{most}", stringify!($most)); )?
                    $( let doc = doc.replace("{default}", stringify!($default).trim_matches('"')); )?
                    properties.insert($key.to_owned(), $crate::manifest::schema::described($what, $key, schema, &doc));
                )*
                #[allow(unused_mut, clippy::allow_attributes, reason = "some mappings require nothing")]
                let mut required: Vec<&str> = Vec::new();
                $( $( let _ = &$crate::manifest::rules::$required; required.push($key); )? )*
                $crate::manifest::schema::object($what, properties, &required, concat!($($doc, "\n"),*))
            }
        }
    };

    (@table field $($rest:tt)*) => {};
    (@table group $all:ident $type:ty, $($rest:tt)*) => {
        <$type>::table($all);
    };
    (@table limit $all:ident $type:ty, $name:expr, $required:tt () $($rest:tt)*) => {
        mapping!(@table managed $all $type, $name, $required (Limit) $($rest)*);
    };
    (
        @table $how:ident $all:ident $type:ty, $name:expr, ($($required:tt)?) ($($form:ident)?) ($($least:literal)?)
        ($($most:literal)?) ($($warn:tt)?) ($($refuse:tt)?) ($($default:literal)?)
    ) => {
        $all.push($crate::manifest::field::Field {
            name: $name,
            form: mapping!(@first $($crate::manifest::field::Form::$form,)? <$type as $crate::manifest::schema::Managed>::FORM),
            rule: mapping!(@first $(&$crate::manifest::rules::$refuse,)? $(&$crate::manifest::rules::$warn,)? <$type as $crate::manifest::schema::Managed>::RULE),
            least: mapping!(@option $($least)?),
            most: mapping!(@option $($most)?),
            is_strict: mapping!(@first $({ let _ = &$crate::manifest::rules::$refuse; true },)? false),
            required: mapping!(@option $(&$crate::manifest::rules::$required)?),
            default: mapping!(@option $($crate::model::Value::from($default))?),
        });
    };

    (@desired managed $self:ident $field:ident $name:expr, $fields:ident) => {
        if let Some(spanned) = &$self.$field {
            $crate::manifest::schema::Managed::push_fields(&spanned.value, $name, spanned.place, $fields);
        }
    };
    // `unlimited: false` alone sets nothing.
    (@desired limit $self:ident $field:ident $name:expr, $fields:ident) => {
        if let Some(unlimited) = $self.unlimited.as_ref().filter(|unlimited| unlimited.value) {
            let value = $crate::model::Value::text("unlimited");
            $fields.push($crate::model::DesiredField { field: $name.into(), value, place: unlimited.place });
        } else {
            mapping!(@desired managed $self $field $name, $fields);
        }
    };
    (@desired group $self:ident $field:ident $name:expr, $fields:ident) => {
        if let Some(spanned) = &$self.$field {
            spanned.value.desired_fields($fields);
        }
    };
    (@desired $how:ident $($rest:tt)*) => {};

    (@size group $self:ident $field:ident $name:expr, $see:ident) => {
        if let Some(spanned) = &$self.$field {
            spanned.value.sizes($see);
        }
    };
    (@size field $($rest:tt)*) => {};
    (@size $how:ident $self:ident $field:ident $name:expr, $see:ident) => {
        if let Some(spanned) = &$self.$field
            && let Some(size) = $crate::manifest::schema::Managed::size(&spanned.value)
        {
            $see($name, size, spanned.place);
        }
    };

    (@first $first:expr $(, $rest:expr)*) => {
        $first
    };
    (@option) => {
        None
    };
    (@option $some:expr) => {
        Some($some)
    };
}

/// Gives a type an inline JSON Schema.
macro_rules! schema {
    ($name:ident, $schema:tt) => {
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}

/// Declares the words that a field accepts, and the rule that reports any other word.
macro_rules! words {
    (
        $(#[doc = $doc:literal])*
        enum $name:ident $rule:path { $( $(#[doc = $word_doc:literal])* $variant:ident = $word:literal, )* }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $name { $( $(#[doc = $word_doc])* $variant, )* }

        impl $name {
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            pub const fn word(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }
        }

        impl $crate::manifest::read::FromNode for $name {
            fn from_node(node: &$crate::manifest::node::Node<'_>, reading: &mut $crate::manifest::read::Reading) -> Option<Self> {
                match $crate::manifest::scalar::word(node, Self::WORDS, &$rule, reading)? {
                    $( $word => Some(Self::$variant), )*
                    _ => None,
                }
            }
        }

        schema!($name, { "type": "string", "enum": Self::WORDS });

        impl $crate::manifest::schema::Managed for $name {
            const FORM: $crate::manifest::field::Form = $crate::manifest::field::Form::Word(Self::WORDS);
            const RULE: &'static $crate::rule::Rule = &$rule;

            fn push_fields(&self, field: &'static str, place: $crate::diagnostic::Place, fields: &mut Vec<$crate::model::DesiredField>) {
                let value = $crate::model::Value::text(self.word());
                fields.push($crate::model::DesiredField { field: field.into(), value, place });
            }
        }
    };
}

/// Declares the words that the vendor names for a field. A store may have others: reading warns of them, and a plan
/// refuses to write them (`plan/odd_values.rs`).
macro_rules! open_words {
    (
        $(#[doc = $doc:literal])*
        struct $name:ident $rule:path { $($word:literal),* $(,)? }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub struct $name(pub Box<str>);

        impl $name {
            pub const WORDS: &'static [&'static str] = &[$($word),*];
        }

        impl $crate::manifest::read::FromNode for $name {
            fn from_node(node: &$crate::manifest::node::Node<'_>, reading: &mut $crate::manifest::read::Reading) -> Option<Self> {
                $crate::manifest::scalar::open_word(node, Self::WORDS, &$rule, reading).map(Self)
            }
        }

        schema!($name, { "anyOf": [{ "enum": Self::WORDS }, { "type": "string", "minLength": 1 }] });

        impl $crate::manifest::schema::Managed for $name {
            const FORM: $crate::manifest::field::Form = $crate::manifest::field::Form::Word(Self::WORDS);
            const RULE: &'static $crate::rule::Rule = &$rule;

            fn push_fields(&self, field: &'static str, place: $crate::diagnostic::Place, fields: &mut Vec<$crate::model::DesiredField>) {
                let value = $crate::model::Value::Text(self.0.clone());
                fields.push($crate::model::DesiredField { field: field.into(), value, place });
            }
        }
    };
}
