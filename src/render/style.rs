//! The colors. Red: removal or error; green: addition or success; yellow: change or warning.

use anstyle::AnsiColor;
use anstyle::Effects;
use anstyle::Style;

use crate::diagnostic::Severity;
use crate::plan::Action;

pub(super) const BOLD: Style = Style::new().effects(Effects::BOLD);
pub(super) const DIM: Style = Style::new().effects(Effects::DIMMED);
pub(super) const RED: Style = AnsiColor::Red.on_default();
pub(super) const GREEN: Style = AnsiColor::Green.on_default();
pub(super) const YELLOW: Style = AnsiColor::Yellow.on_default();
pub(super) const MAGENTA: Style = AnsiColor::Magenta.on_default();
pub(super) const CYAN: Style = AnsiColor::Cyan.on_default();

/// The sign of an action and its color.
pub(super) const fn of_action(action: Action) -> (&'static str, Style) {
    match action {
        Action::Create => ("+", GREEN),
        Action::Update => ("~", YELLOW),
        Action::Enable => ("^", GREEN),
        Action::Disable => ("!", RED),
        Action::Replace => ("-/+", MAGENTA),
        Action::Deliver => (">", CYAN),
        Action::Delete => ("-", RED),
    }
}

pub(super) const fn of_severity(severity: Severity) -> Style {
    match severity {
        Severity::Error => RED,
        Severity::Warning => YELLOW,
        Severity::Info => CYAN,
    }
}
