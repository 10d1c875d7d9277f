//! Reports the progress of an apply: a progress bar on a terminal, one line per change elsewhere, or JSON events.

use std::io;
use std::io::Write;
use std::time::Duration;

use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressStyle;

use super::form::Form;
use crate::cli::Console;
use crate::cli::Failure;
use crate::cli::heartbeat;
use crate::cli::heartbeat::Silence;
use crate::model::Delivery;
use crate::outcome::ChangeResult;
use crate::plan::Change;
use crate::plan::Planned;
use crate::render;

/// How often the bar updates while no change ends.
const TICK: Duration = Duration::from_millis(250);

pub(super) struct ProgressReporter<'a> {
    form: Form,
    out: &'a mut dyn Write,
    /// The line number of each change, from 0. Changes that cannot be made come first.
    lines: Vec<usize>,
    bar: ProgressBar,
    /// The lines of changes that are not done, for after the bar.
    later: Vec<u8>,
    silence: Silence,
    /// The first error while printing; nothing is printed after it.
    failed: Option<io::Error>,
}

impl<'a> ProgressReporter<'a> {
    /// Starts by reporting the changes that cannot be made.
    pub(super) fn begin(form: Form, planned: &Planned, console: &'a mut Console<'_>) -> Result<Self, Failure> {
        let (changes, excluded) = (&planned.plan.changes, &planned.excluded);
        let (out, total) = (&mut *console.out, changes.len());
        match form {
            Form::Text if total > 0 => writeln!(out)?,
            Form::Text | Form::Json => {}
            Form::JsonStream => render::json::apply_began(out, total)?,
        }
        let mut lines = vec![0; total];
        let left = (0..total).filter(|index| !excluded.contains_key(index));
        excluded.keys().copied().chain(left).enumerate().for_each(|(line, index)| lines[index] = line);
        for (&index, fate) in excluded {
            match form {
                Form::Text => render::text::progress(out, (lines[index], total), &changes[index], fate, &[])?,
                Form::Json => {}
                Form::JsonStream => render::json::apply_change(out, index, &changes[index], fate, (&[], None))?,
            }
        }
        // Show the start even if the first change takes long.
        out.flush()?;
        let left = total - excluded.len();
        let draws = form == Form::Text && console.draws && left > 0;
        let bar = if draws { bar(left) } else { ProgressBar::hidden() };
        Ok(Self { form, out: console.out, lines, bar, later: Vec::new(), silence: Silence::begin(), failed: None })
    }

    /// Advances the bar. The line of the change is printed later, in order.
    pub(super) fn ended(&self) {
        self.bar.inc(1);
    }

    /// Reports a change. `extra` is where its value was delivered, and how long it took.
    pub(super) fn change(
        &mut self,
        index: usize,
        change: &Change,
        fate: &ChangeResult,
        extra: (&[Delivery], Option<u64>),
    ) {
        if self.failed.is_none()
            && let Err(error) = self.write(index, change, fate, extra)
        {
            self.failed = Some(error);
        }
    }

    fn write(
        &mut self,
        index: usize,
        change: &Change,
        fate: &ChangeResult,
        (delivered, milliseconds): (&[Delivery], Option<u64>),
    ) -> io::Result<()> {
        self.silence.end();
        let (out, total) = (&mut *self.out, self.lines.len());
        let line = self.lines.get(index).copied().unwrap_or(index);
        match self.form {
            Form::Text if self.bar.is_hidden() => {
                render::text::progress(out, (line, total), change, fate, delivered)?;
                out.flush()
            }
            // The bar counts what is done; where a value went is said after it.
            Form::Text if *fate == ChangeResult::Done && delivered.is_empty() => Ok(()),
            Form::Text => render::text::progress(&mut self.later, (line, total), change, fate, delivered),
            Form::Json => Ok(()),
            Form::JsonStream => {
                render::json::apply_change(out, index, change, fate, (delivered, milliseconds))?;
                out.flush()
            }
        }
    }

    /// Shows that the run is alive, if nothing else did.
    pub(super) fn beat(&mut self) {
        if self.silence.is_long() && self.failed.is_none() {
            let beaten = match self.form {
                Form::JsonStream => {
                    let (request, waited) = heartbeat::waits_for().unzip();
                    render::json::apply_waits(self.out, request.as_deref(), waited).and_then(|()| self.out.flush())
                }
                Form::Text if !self.bar.is_hidden() => Ok(()),
                Form::Text | Form::Json => {
                    tracing::warn!("still applying: {}", heartbeat::line());
                    Ok(())
                }
            };
            self.failed = beaten.err();
        }
    }

    /// Removes the bar. Returns the first error while printing, if any.
    pub(super) fn end(&mut self) -> Option<io::Error> {
        self.bar.finish_and_clear();
        let failed = self.failed.take();
        failed.or_else(|| self.out.write_all(&std::mem::take(&mut self.later)).err())
    }
}

fn bar(changes: usize) -> ProgressBar {
    let target = ProgressDrawTarget::stderr();
    let bar = ProgressBar::with_draw_target(Some(changes as u64), target);
    // With an invalid template the library falls back to its own style.
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos} of {len} · {per_sec} · {eta} left") {
        bar.set_style(style.progress_chars("━━─"));
    }
    bar.enable_steady_tick(TICK);
    bar
}
