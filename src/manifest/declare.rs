//! Declares what a manifest may hold, once: the struct, its reader, its JSON Schema, its desired fields and its part of the table
//! of fields come from one text.

/// Declares the fields of a mapping. A line says everything about its field, and all else is made from it:
///
/// ```text
/// /// What the field means, for editors and `explain`; {least}, {most} and {default} are those of the line.
/// managed email: Box<str> = "email" required CAM_003 as Email to 255 refuse CAM_003,
/// managed key_length: i64 = "keyLength" from 1 to 255 warn CAM_016 default 24,
/// ```
///
/// - `managed`: a store keeps the field, and a value is a desired field of the object. `limit`: likewise, and a field `unlimited`
///   beside it says that there is none. `group`: a mapping of such fields, which begin with what it is declared `below`.
///   `stored`: a store keeps the field, and the rules make the desired field. `field`: only the rules use it.
/// - `required`: the rule under which a field that is missing is reported. `needs`: the rule under which only a store
///   asks for it.
/// - `as`: the form of the value, where the type does not say it.
/// - `from`, `to`: the fewest and the most characters of a text, or the least and greatest number.
/// - `warn`, `refuse`: the rule that a wrong value breaks, and what is done about one that is outside of the limits.
/// - `default`: what a store gives a new object in which nobody sets the field.
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

            /// What is known of the fields that a store keeps, in the order of declaration.
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

            /// Shows the size of each value that is set and has one: the characters of a text, or the number itself.
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
                    } $(else {
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
                    $( let doc = doc.replace("{default}", stringify!($default)); )?
                    properties.insert($key.to_owned(), $crate::manifest::schema::described(schema, &doc));
                )*
                #[allow(unused_mut, clippy::allow_attributes, reason = "some mappings require nothing")]
                let mut required: Vec<&str> = Vec::new();
                $( $( let _ = &$crate::manifest::rules::$required; required.push($key); )? )*
                $crate::manifest::schema::object(properties, &required, concat!($($doc, "\n"),*))
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
    // `unlimited: false` alone says nothing.
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
            fn from_node(node: &$crate::manifest::node::Node<'_>, reading: &mut $crate::manifest::read::Reading) -> Option<Self> {
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
            const FORM: $crate::manifest::field::Form = $crate::manifest::field::Form::Word(Self::WORDS);
            const RULE: &'static $crate::rule::Rule = &$rule;

            fn push_fields(&self, field: &'static str, place: $crate::diagnostic::Place, fields: &mut Vec<$crate::model::DesiredField>) {
                let value = $crate::model::Value::text(self.word());
                fields.push($crate::model::DesiredField { field: field.into(), value, place });
            }
        }
    };
}
