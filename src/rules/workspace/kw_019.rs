//! KW-019. Decided here.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;
use crate::diagnostic::did_you_mean;
use crate::manifest::read::Spanned;
use crate::rule::Rule;
use crate::rules::catalogue;
use crate::text::quoted;

pub static KW_019: Rule = Rule {
    says: "The `rules` of the workspace name existing rules, and do not lower one that protects the store's integrity.",
    why: "A mistyped id would leave a rule unchanged although everyone believes that it changed. Rules about identity, \
          references and deletes must always hold.",
    source: "Keywright's own rule",
    wrong: "`keywright.yaml` has `rules: {CAM-24: warning}`, or `rules: {CAM-024: warning}`.",
    right: "`keywright.yaml` has `rules: {CAM-043: error}`.",
    ..Rule::fixed("KW-019")
};

/// The severity that `rules:` gives to a rule; `None` is off.
pub(super) fn severity_of(
    rule: &Spanned<Box<str>>,
    severity: &Spanned<Box<str>>,
) -> Result<(RuleId, Option<Severity>), Box<Diagnostic>> {
    let Some(known) = catalogue::find(&rule.value).filter(|known| known.id.0 == &*rule.value) else {
        let problem = KW_019.finding(format!("rule `{}` does not exist", quoted(&rule.value))).at(rule.place);
        let near = did_you_mean(&rule.value, catalogue::all().map(|known| known.id.0));
        let help = near
            .map_or_else(|| "`keywright explain` lists the rules".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Box::new(problem.help(help)));
    };
    let wanted = match &*severity.value {
        "error" => Some(Severity::Error),
        "warning" => Some(Severity::Warning),
        "info" => Some(Severity::Info),
        "off" => None,
        other => {
            let problem = KW_019.finding(format!("`{}` is not a severity", quoted(other))).at(severity.place);
            return Err(Box::new(problem.help("write error, warning, info or off")));
        }
    };
    if known.fixed && wanted.is_none_or(|wanted| wanted < known.severity) {
        let message = format!("{} protects the store, so its severity cannot be lowered", known.id);
        let problem = KW_019.finding(message).at(severity.place);
        return Err(Box::new(problem.help(format!("remove the line; `keywright explain {}` explains why", known.id))));
    }
    Ok((known.id, wanted))
}
