//! KW-133. Decided here.

use rayon::prelude::*;

use super::duplicates::address_of;
use super::kw_132::managed;
use super::kw_132::references;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::manifest::Manifest;
use crate::model::Value;
use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::world::World;
use crate::text::quoted;

pub static KW_133: Rule = Rule {
    says: "Names and fields contain no variable that a template should have replaced.",
    why: "The store would keep the variable itself: a user named `${USERNAME}` uses up that username forever.",
    source: "Keywright's own rule",
    also: Some((Severity::Warning, "outside of names, because a text may be about variables")),
    ..Rule::error("KW-133").shown_by(cases!("kw-133"))
};

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    let found: Vec<Diagnostic> = world.manifests.par_iter().flat_map_iter(problems).collect();
    for problem in found {
        findings.add(problem);
    }
}

fn problems(manifest: &Manifest) -> Vec<Diagnostic> {
    let name = manifest.metadata.name.iter().map(|name| ("name", name));
    let mut found = Vec::new();
    for (field, name) in name.chain(references(manifest)) {
        let Some(variable) = leftover(&name.value) else { continue };
        let message = format!("the {field} `{}` contains the variable `{}`", quoted(&name.value), quoted(variable));
        found.push(KW_133.finding(message).at(name.place).help(HELP));
    }
    let Some(address) = address_of(manifest) else { return found };
    for desired in managed(manifest) {
        let variable = match &desired.value {
            Value::Text(text) => leftover(text),
            Value::Set(items) => items.iter().find_map(|item| leftover(item)),
            Value::Bool(_) | Value::Number(_) => None,
        };
        let Some(variable) = variable else { continue };
        let message = format!("`{}` of {address} contains the variable `{}`", quoted(&desired.field), quoted(variable));
        found.push(KW_133.also(message).at(desired.place).help(HELP));
    }
    found
}

const HELP: &str = "run the template before Keywright, or write the value itself; manifests have no variables";

/// The first variable of a template: `${X}`, `$(X)`, `#{x}`, `{{ x }}`, `[[x]]`, `<%= x %>`, `<CHANGE_ME>` or `%X%`.
fn leftover(text: &str) -> Option<&str> {
    // A fast exit for nearly every text of a manifest.
    if !text.bytes().any(|byte| b"$#{[<%".contains(&byte)) {
        return None;
    }
    let forms: [(&str, &str, fn(&str) -> bool); 8] = [
        ("${", "}", |inner| !inner.trim().is_empty()),
        ("$(", ")", is_variable),
        ("#{", "}", |inner| !inner.trim().is_empty()),
        ("{{", "}}", |inner| !inner.trim().is_empty()),
        ("[[", "]]", |inner| is_variable(inner.trim())),
        ("<%", "%>", |inner| !inner.trim().is_empty()),
        ("<", ">", is_constant),
        // Shorter ones are bytes of a URL: `%C3%BC`.
        ("%", "%", is_constant),
    ];
    forms.into_iter().find_map(|(open, close, fits)| {
        text.match_indices(open).find_map(|(at, _)| {
            let start = at + open.len();
            let length = text[start..].find(close)?;
            fits(&text[start..start + length]).then(|| &text[at..start + length + close.len()])
        })
    })
}

fn is_variable(inner: &str) -> bool {
    !inner.is_empty() && inner.chars().all(|found| found.is_ascii_alphanumeric() || found == '_')
}

fn is_constant(inner: &str) -> bool {
    inner.len() >= 3
        && inner.starts_with(|found: char| found.is_ascii_uppercase())
        && inner.chars().all(|found| found.is_ascii_uppercase() || found.is_ascii_digit() || "_- ".contains(found))
}

#[cfg(test)]
mod tests {
    use super::leftover;

    #[test]
    fn variables_of_templates_are_found_and_other_texts_are_not() {
        for (text, variable) in [
            ("${USERNAME}@example.com", "${USERNAME}"),
            ("{{ .Values.display }}", "{{ .Values.display }}"),
            ("${{ env \"NAME\" }}", "${{ env \"NAME\" }"),
            ("a $(KEY_NAME)", "$(KEY_NAME)"),
            ("#{name}-shop", "#{name}"),
            ("[[x]] and [[ name ]]", "[[x]]"),
            ("a <%= x %>", "<%= x %>"),
            ("<CHANGE_ME>", "<CHANGE_ME>"),
            ("1 < 2 and <YOUR NAME>", "<YOUR NAME>"),
            ("https://%HOST%/", "%HOST%"),
        ] {
            assert_eq!(leftover(text), Some(variable));
        }
        let texts = [
            "",
            "$5",
            "100 % of 50 %",
            "M%C3%BCller%20Shop",
            "a {b} c",
            "<b>x</b>",
            "f(x)",
            "$(date -u)",
            "${}",
            "[[1, 2], [3]]",
            "#{}",
            "a[[]]",
        ];
        for text in texts {
            assert_eq!(leftover(text), None, "{text}");
        }
    }
}
