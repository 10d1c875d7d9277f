//! A plan, or why there is none, as a comment on a pull request: a summary, the findings, a table of the changes, and
//! their details. The same plan gives the same comment, so that a bot leaves it as it is. `escape` handles hostile text.

mod escape;
mod host;
mod workspaces;

pub use host::Host;
pub use workspaces::workspaces;

use std::fmt::Write as _;
use std::io;

use self::escape::prose;
use super::Difference;
use super::DriftReport;
use super::Problem;
use super::difference;
use super::drift;
use super::rows;
use super::rows::Row;
use super::style;
use crate::diagnostic::Finding;
use crate::diagnostic::Severity;
use crate::manifest_diff::Edit;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::Held;
use crate::plan::Origin;
use crate::plan::Plan;
use crate::settings_diff::SettingChange;
use crate::text;
use crate::workspace::Consent;

/// Longer values, messages and reasons are cut, in characters.
const LONGEST_VALUE: usize = 1_000;
/// Longer names in the heading are cut.
const LONGEST_NAME: usize = 100;

/// What a comment is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Topic {
    #[default]
    Plan,
    Difference,
    Drift,
}

impl Topic {
    /// The word in the hidden marker.
    const fn word(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Difference => "diff",
            Self::Drift => "drift",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Plan => "Plan",
            Self::Difference => "Manifests",
            Self::Drift => "Drift",
        }
    }
}

/// What a comment says.
#[derive(Clone, Copy)]
pub struct Comment<'a> {
    pub host: Host,
    pub topic: Topic,
    /// The name of the workspace, if it is known.
    pub workspace: Option<&'a str>,
    /// The plan and its origin. `None` if there is no plan.
    pub plan: Option<(&'a Plan, &'a Origin)>,
    /// Whether a finding stops the whole plan. Other errors leave only their objects out.
    pub is_stopped: bool,
    pub findings: &'a [Finding],
    /// Why the command failed.
    pub failure: Option<Problem<'a>>,
}

/// Writes a comment. Counts what does not fit.
pub fn comment(out: &mut dyn io::Write, comment: &Comment<'_>) -> io::Result<()> {
    let mut page = Page { host: comment.host, word: Action::name, text: String::new() };
    page.head(comment);
    let has_errors = comment.findings.iter().any(|finding| finding.severity == Severity::Error);
    if has_errors {
        page.findings(comment.findings);
    }
    if let Some((plan, _)) = comment.plan.filter(|(plan, _)| !plan.is_empty()) {
        let changes: Vec<_> =
            plan.changes.iter().enumerate().map(|(index, change)| (change, plan.held.get(&index))).collect();
        page.table(&changes);
        if !has_errors {
            page.findings(comment.findings);
        }
        page.consents(plan);
        page.details(&changes);
    } else if !has_errors {
        page.findings(comment.findings);
    }
    out.write_all(page.text.as_bytes())
}

/// Writes how two versions of a workspace differ. Counts what does not fit.
pub fn difference(
    out: &mut dyn io::Write,
    host: Host,
    difference: &Difference<'_>,
    findings: &[Finding],
) -> io::Result<()> {
    let mut page = Page { host, word: edit, text: String::new() };
    let name = text::cut(difference.workspace, LONGEST_NAME).into_owned();
    let [before, after] = [difference.before, difference.after].map(|name| prose(&text::cut(name, LONGEST_NAME)));
    let marker = host.marker(Topic::Difference.word(), Some(&name));
    let _ = writeln!(page.text, "{marker}\n\n### Manifests of workspace {} · {before} → {after}\n", prose(&name));
    let _ = writeln!(page.text, "**{}**", prose(&difference::summary(difference)));
    page.findings(findings);
    let changes: Vec<Change> = difference.declarations.unwrap_or_default().iter().map(difference::change).collect();
    let changes: Vec<_> = changes.iter().map(|change| (change, None)).collect();
    if !changes.is_empty() {
        page.table(&changes);
    }
    page.settings(difference.settings);
    page.details(&changes);
    out.write_all(page.text.as_bytes())
}

/// Writes what moved since the last apply as a comment or as the text of an issue: a summary, and the findings.
pub fn drift(out: &mut dyn io::Write, host: Host, report: &DriftReport<'_>, findings: &[Finding]) -> io::Result<()> {
    let mut page = Page { host, word: Action::name, text: String::new() };
    let name = text::cut(report.workspace, LONGEST_NAME).into_owned();
    let store = prose(&text::cut(report.store, 10 * LONGEST_NAME));
    let marker = host.marker(Topic::Drift.word(), Some(&name));
    let _ = writeln!(page.text, "{marker}\n\n### Drift of workspace {} · {store}\n", prose(&name));
    let _ = writeln!(page.text, "**{}**", prose(&drift::summary(report.drift)));
    page.findings(findings);
    out.write_all(page.text.as_bytes())
}

/// What happened to a declaration that is shown as a change.
fn edit(action: Action) -> &'static str {
    match action {
        Action::Create => Edit::Added.name(),
        Action::Delete => Edit::Removed.name(),
        _ => Edit::Changed.name(),
    }
}

struct Page {
    host: Host,
    /// The word for an action.
    word: fn(Action) -> &'static str,
    text: String,
}

impl Page {
    fn head(&mut self, comment: &Comment<'_>) {
        let name = comment.workspace.map(|name| text::cut(name, LONGEST_NAME).into_owned());
        let marker = self.host.marker(comment.topic.word(), name.as_deref());
        let _ = writeln!(self.text, "{marker}\n");
        let workspace = name.map_or_else(String::new, |name| format!(" for workspace {}", prose(&name)));
        let stores = comment.plan.map(|(_, origin)| prose(&text::cut(&origin.stores(), 10 * LONGEST_NAME)));
        let stores = stores.map_or_else(String::new, |stores| format!(" · {stores}"));
        let _ = writeln!(self.text, "### {}{workspace}{stores}\n", comment.topic.title());
        if let Some(failure) = comment.failure {
            let _ = writeln!(self.text, "**Failed**: {}\n", prose(&text::cut(failure.message, LONGEST_VALUE)));
            if let Some(help) = failure.help {
                let _ = writeln!(self.text, "Help: {}\n", prose(&text::cut(help, LONGEST_VALUE)));
            }
        }
        let errors = comment.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
        if errors > 0 {
            let errors = text::count(errors, "error");
            let (how, what) = if comment.is_stopped { ("Stopped", "nothing") } else { ("Held back", "only the rest") };
            let _ = writeln!(self.text, "**{how} by {errors}**: {what} will be applied\n");
        }
        // After an error, an empty plan does not mean that there is nothing to do.
        if let Some((plan, origin)) = comment.plan.filter(|(plan, _)| errors == 0 || !plan.is_empty()) {
            self.counts(plan, origin);
        }
    }

    fn counts(&mut self, plan: &Plan, origin: &Origin) {
        let counts = Action::ALL.map(|action| (plan.count(action), action));
        let counted: Vec<String> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, action)| format!("{count} to {action}"))
            .collect();
        let what = match (counted.is_empty(), plan.held.is_empty()) {
            (false, _) => counted.join(", "),
            (true, true) => "Nothing to do".to_owned(),
            (true, false) => "Nothing to apply".to_owned(),
        };
        let _ = write!(self.text, "**{what}**");
        if !plan.held.is_empty() {
            let _ = write!(self.text, " · **{} held back**", plan.held.len());
        }
        let unchanged = plan.unchanged.values().sum();
        let left_alone = plan.left_alone.values().sum();
        let rest = [(unchanged, "unchanged"), (plan.kept.len(), "kept"), (left_alone, "left alone (not owned)")];
        for (count, words) in rest.into_iter().filter(|(count, _)| *count > 0) {
            let _ = write!(self.text, " · {count} {words}");
        }
        let commit = origin.manifests.as_ref().and_then(|manifests| manifests.commit.as_ref());
        let commit = commit.map(|commit| format!(" from {}", prose(&commit.to_string()))).unwrap_or_default();
        let _ = writeln!(self.text, " · Keywright {}{commit}", prose(&origin.version));
    }

    fn table(&mut self, changes: &[(&Change, Option<&Held>)]) {
        self.text.push_str("\n| | Change | Object | Manifest |\n|---|---|---|---|\n");
        let (host, word) = (self.host, self.word);
        let omitted =
            self.fill(changes, 40, |(change, held)| table_row(host, word(change.action), change, held.is_some()));
        if omitted > 0 {
            let _ = writeln!(self.text, "\n…and {omitted} more; `keywright` prints them on a terminal.");
        }
    }

    fn findings(&mut self, findings: &[Finding]) {
        if findings.is_empty() {
            return;
        }
        self.text.push('\n');
        // The worst first; the order decides among equals.
        let mut sorted: Vec<&Finding> = findings.iter().collect();
        sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let host = self.host;
        let omitted = self.fill(&sorted, 25, |finding| finding_line(host, finding));
        if omitted > 0 {
            let _ = writeln!(self.text, "\n…and {}.", text::count(omitted, "more finding*"));
        }
    }

    fn consents(&mut self, plan: &Plan) {
        for (index, Consent { allow, why, until }) in plan.consents.iter().enumerate() {
            let first = if index == 0 { "\n" } else { "" };
            let (until, allow) = (prose(until), self.host.code(allow));
            let why = prose(&text::cut(why, LONGEST_VALUE));
            let line = format!("{first}- allowed by the settings until {until}: {allow} ({why})\n");
            if self.text.len() + line.len() > self.host.longest() {
                let omitted = text::count(plan.consents.len() - index, "more consent*");
                let _ = writeln!(self.text, "\n…and {omitted} of the settings.");
                return;
            }
            self.text.push_str(&line);
        }
    }

    fn settings(&mut self, settings: &[SettingChange]) {
        if settings.is_empty() {
            return;
        }
        self.text.push_str("\n| Setting | Before | After | |\n|---|---|---|---|\n");
        let host = self.host;
        let omitted = self.fill(settings, 15, |setting| {
            let [field, before, after] = [&setting.field, &setting.before, &setting.after]
                .map(|text| host.code(&text::cut(text, LONGEST_VALUE)));
            format!("| {field} | {before} | {after} |{} |\n", difference::effect(setting.effect))
        });
        if omitted > 0 {
            let _ = writeln!(self.text, "\n…and {}.", text::count(omitted, "more setting*"));
        }
    }

    fn details(&mut self, changes: &[(&Change, Option<&Held>)]) {
        let (host, word) = (self.host, self.word);
        let omitted = self.fill(changes, 100, |(change, held)| detail(host, word(change.action), change, *held));
        if omitted > 0 {
            let omitted = text::count(omitted, "more change*");
            let _ =
                writeln!(self.text, "\nThe details of {omitted} do not fit; `keywright` prints them on a terminal.");
        }
    }

    /// Appends a part for each item while it fits into this many percent of the longest comment, and returns how many do
    /// not. A comment that exceeds the limit is refused whole.
    fn fill<T>(&mut self, items: &[T], percent: usize, part: impl Fn(&T) -> String) -> usize {
        let longest = (self.text.len() + self.host.longest() * percent / 100).min(self.host.longest());
        let mut shown = 0;
        for item in items {
            let part = part(item);
            if self.text.len() + part.len() > longest {
                break;
            }
            self.text.push_str(&part);
            shown += 1;
        }
        items.len() - shown
    }
}

fn table_row(host: Host, word: &str, change: &Change, is_held: bool) -> String {
    let (sign, _) = style::of_action(change.action);
    let place = change.place.as_ref().map(|place| host.code(&place.to_string())).unwrap_or_default();
    let held = if is_held { " (held back)" } else { "" };
    format!("| {} | {word}{held} | {} | {place} |\n", host.code(sign), host.code(&rows::shown(&change.address)))
}

fn finding_line(host: Host, finding: &Finding) -> String {
    let place = finding.place.as_ref().map(|place| format!(" ({})", host.code(&place.to_string()))).unwrap_or_default();
    let message = prose(&text::cut(&finding.message, LONGEST_VALUE));
    let mut line = format!("- **{}** {}: {message}{place}\n", finding.severity, prose(&finding.rule));
    if let Some(help) = finding.help.as_ref().filter(|_| finding.severity == Severity::Error) {
        let _ = writeln!(line, "  Help: {}", prose(&text::cut(help, LONGEST_VALUE)));
    }
    line
}

/// The folded details of one change.
fn detail(host: Host, word: &str, change: &Change, held: Option<&Held>) -> String {
    let mut body = String::new();
    if !change.reason.is_empty() {
        let _ = writeln!(body, "Why: {}", prose(&text::cut(&change.reason, LONGEST_VALUE)));
    }
    if let Some(held) = held {
        let _ = writeln!(body, "\nHeld back: {}", prose(&text::cut(&held.to_string(), LONGEST_VALUE)));
    }
    let rows = rows::rows(change);
    // The fields of deleted objects are in the JSON; here they would be noise.
    if !rows.is_empty() && change.action != Action::Delete {
        body.push_str("\n| Field | Before | After |\n|---|---|---|\n");
        body.extend(rows.iter().map(|row| detail_row(host, row)));
    }
    host.folded(&format!("{word} {}", host.code(&rows::shown(&change.address))), &body)
}

fn detail_row(host: Host, row: &Row<'_>) -> String {
    let cell = |side: Option<String>| match side {
        // A longer one has more than a value, like a path.
        Some(side) => host.code(&text::cut(&side, 2 * LONGEST_VALUE)),
        None => "not set".to_owned(),
    };
    let [before, after] = row.sides().map(cell);
    format!("| {} | {before} | {after} |\n", host.code(&row.name))
}
