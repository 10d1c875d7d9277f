//! Declares what a manifest may hold, once: the struct, its reader, its JSON Schema and its wishes come from one text.

/// Declares the fields of a mapping. Each line is
///
/// ```text
/// /// What the field means, for editors and `explain`.
/// managed email: Box<str> = "email" required rules::CAM_003,
/// ```
///
/// `managed` fields become wishes of the object; `field`s are used by the rules. A `required` field that is missing
/// is reported under the id given. The struct's documentation describes the mapping.
macro_rules! mapping {
    (
        $what:literal
        $(#[doc = $doc:literal])*
        struct $name:ident {
            $( $(#[doc = $field_doc:literal])* $how:ident $field:ident : $type:ty = $key:literal $(required $rule:path)? , )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Default)]
        pub struct $name {
            $( $(#[doc = $field_doc])* pub $field: Option<$crate::manifest::read::Spanned<$type>>, )*
        }

        impl $name {
            const KEYS: &'static [&'static str] = &[$($key),*];

            /// The managed fields that are set, in the order of declaration.
            #[allow(unused_mut, unused_variables, clippy::allow_attributes, reason = "some mappings have no managed field")]
            pub fn wishes(&self) -> Vec<$crate::model::Wish> {
                let mut wishes = Vec::new();
                $( mapping!(@wish $how self $field $key wishes); )*
                wishes
            }
        }

        impl $crate::manifest::read::FromNode for $name {
            fn from_node(node: &$crate::manifest::tree::Node<'_>, reading: &mut $crate::manifest::read::Reading) -> Option<Self> {
                let pairs = $crate::manifest::read::fields(node, Self::KEYS, $what, reading)?;
                let mut read = Self::default();
                $(
                    if let Some(value) = $crate::manifest::read::field(pairs, $key) {
                        read.$field = $crate::manifest::read::spanned(value, reading);
                    } $(else {
                        reading.report(
                            $rule.finding(concat!($what, " has no `", $key, "`"))
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
                    properties.insert($key.to_owned(), $crate::manifest::schema::described(schema, concat!($($field_doc, "\n"),*)));
                )*
                #[allow(unused_mut, clippy::allow_attributes, reason = "some mappings require nothing")]
                let mut required: Vec<&str> = Vec::new();
                $( $( let _ = &$rule; required.push($key); )? )*
                $crate::manifest::schema::object(properties, &required, concat!($($doc, "\n"),*))
            }
        }
    };
    (@wish managed $self:ident $field:ident $key:literal $wishes:ident) => {
        if let Some(spanned) = &$self.$field {
            $crate::manifest::schema::Managed::wish(&spanned.value, $key, spanned.place, &mut $wishes);
        }
    };
    (@wish field $self:ident $field:ident $key:literal $wishes:ident) => {};
}

/// Declares the words that a field takes; another word is reported under the rule given.
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
            fn from_node(node: &$crate::manifest::tree::Node<'_>, reading: &mut $crate::manifest::read::Reading) -> Option<Self> {
                match $crate::manifest::scalar::word(node, Self::WORDS, &$rule, reading)? {
                    $( $word => Some(Self::$variant), )*
                    _ => None,
                }
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": Self::WORDS })
            }
        }

        impl $crate::manifest::schema::Managed for $name {
            fn wish(&self, field: &'static str, place: $crate::diagnostic::Place, wishes: &mut Vec<$crate::model::Wish>) {
                let value = $crate::model::Value::text(self.word());
                wishes.push($crate::model::Wish { field: field.into(), value, place });
            }
        }
    };
}
