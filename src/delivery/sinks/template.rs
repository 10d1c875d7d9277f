//! The arguments of a sink's programs.

use super::Inner;
use super::Parcel;
use crate::delivery::Cause;
use crate::model::Delivery;

/// What stands for the placeholders.
pub(super) struct Values(Vec<(&'static str, String)>);

impl Values {
    /// Those of a value. `{generation}` is made from the value, so it is the same for each repetition. `{token}` is too, and
    /// from what the place received last: a service that ignores a known token must take a value that comes back.
    pub(super) fn of(inner: &Inner, Parcel { to, value, address, run, last }: &Parcel) -> Result<Self, Cause> {
        let key = inner.key()?;
        let sink = to.sink.as_deref().unwrap_or_default();
        let digits = |what: &str, text: &str, length: usize| {
            let fingerprint = key.fingerprint(what, text);
            let digits = fingerprint.as_str().split_once(':').map_or("", |(_, digits)| digits);
            digits.chars().take(length).collect::<String>()
        };
        let last = last.as_ref().map(|last| format!("\0{} {}", last.run, last.at.timestamp_millis()));
        let delivery = [sink, &*to.file, &*to.variable, value.expose()].join("\0") + &last.unwrap_or_default();
        let token = digits("delivery", &delivery, 32);
        let generation = digits("generation", value.expose(), 12);
        let mut all = Self::of_place(to, address)?;
        all.0.extend([("generation", generation), ("run", run.to_string()), ("token", token)]);
        Ok(all)
    }

    /// Those of a probe.
    pub(super) fn without_value(to: &Delivery) -> Self {
        Self(vec![("name", to.variable.to_string()), ("path", to.file.to_string())])
    }

    fn of_place(to: &Delivery, address: &str) -> Result<Self, Cause> {
        let values =
            vec![("name", to.variable.to_string()), ("path", to.file.to_string()), ("address", address.to_owned())];
        // The rules have checked path and name, and an address begins with its kind.
        let is_bad = |text: &str| text.starts_with('-') || text.contains("..") || text.contains(char::is_control);
        match values.iter().find(|(_, text)| is_bad(text)) {
            Some((what, _)) => {
                let message = format!("the {what} has `..` or an invisible character, or begins with `-`");
                Err(Cause::new(message, "rename the key, or change the place of delivery"))
            }
            None => Ok(Self(values)),
        }
    }

    /// The argument with the values. What a value contains is not replaced again.
    pub(super) fn fill(&self, argument: &str) -> Box<str> {
        let mut filled = String::with_capacity(argument.len());
        let mut rest = argument;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let value = after.split_once('}').and_then(|(word, left)| {
                let (_, value) = self.0.iter().find(|(known, _)| *known == word)?;
                Some((value, left))
            });
            if let Some((value, left)) = value {
                filled.push_str(value);
                rest = left;
            } else {
                filled.push('{');
                rest = after;
            }
        }
        filled.push_str(rest);
        filled.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_replaced_once() {
        let to = Delivery { sink: Some("s".into()), ..Delivery::file("teams/a", "K") };
        let Ok(values) = Values::of_place(&to, "key/a{name}") else { unreachable!("nothing is refused") };
        for (argument, expected) in [
            ("{name}", "K"),
            ("acme/{path}", "acme/teams/a"),
            ("{address}", "key/a{name}"),
            ("{{name}}", "{K}"),
            ("{\"a\": \"{name}\"}", "{\"a\": \"K\"}"),
            ("{other} {", "{other} {"),
            ("plain", "plain"),
        ] {
            assert_eq!(&*values.fill(argument), expected);
        }
    }

    #[test]
    fn an_address_that_could_mislead_a_program_is_refused() {
        let to = Delivery { sink: Some("s".into()), ..Delivery::file("a", "K") };
        for address in ["-key", "key/../a", "key/a\nb"] {
            assert!(Values::of_place(&to, address).is_err(), "{address}");
        }
    }
}
