//! How an apply is told while it goes on: a line a change, under it a bar where there is a terminal; or events.

use std::collections::BTreeMap;
use std::io;
use std::io::Write;
use std::time::Duration;

use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressStyle;

use super::form::Form;
use crate::cli::Console;
use crate::cli::Failure;
use crate::outcome::Fate;
use crate::plan::Change;
use crate::plan::Plan;
use crate::render;

/// How often the bar counts down while nothing ends.
const TICK: Duration = Duration::from_millis(250);

pub(super) struct Told<'a> {
    form: Form,
    out: &'a mut dyn Write,
    /// The places in the whole plan of the changes that are made.
    places: Vec<usize>,
    total: usize,
    bar: ProgressBar,
    /// Why nothing more can be told.
    untold: Option<io::Error>,
}

impl<'a> Told<'a> {
    /// Tells what is settled before anything is begun: the changes in `void` can not be made.
    pub(super) fn begin(
        form: Form,
        whole: &Plan,
        void: &BTreeMap<usize, Fate>,
        console: &'a mut Console<'_>,
    ) -> Result<Self, Failure> {
        let total = whole.changes.len();
        let out = &mut *console.out;
        match form {
            Form::Text if total > 0 => writeln!(out)?,
            Form::Text | Form::Json => {}
            Form::JsonStream => render::json::apply_began(out, total)?,
        }
        for (line, (&index, fate)) in void.iter().enumerate() {
            match form {
                Form::Text => render::text::progress(out, line, total, &whole.changes[index], fate)?,
                Form::Json => {}
                Form::JsonStream => render::json::apply_change(out, index, &whole.changes[index], fate, None)?,
            }
        }
        // Whoever waits must see that it begins, however long the first change takes.
        out.flush()?;
        let places: Vec<usize> = (0..total).filter(|index| !void.contains_key(index)).collect();
        let draws = form == Form::Text && console.draws && !places.is_empty();
        let bar = if draws { bar(places.len()) } else { ProgressBar::hidden() };
        Ok(Self { form, out: console.out, places, total, bar, untold: None })
    }

    /// A change has ended, which is told when it is its turn.
    pub(super) fn ended(&self) {
        self.bar.inc(1);
    }

    pub(super) fn change(&mut self, index: usize, change: &Change, fate: &Fate, milliseconds: Option<u64>) {
        if self.untold.is_none()
            && let Err(error) = self.write(index, change, fate, milliseconds)
        {
            self.untold = Some(error);
        }
    }

    fn write(&mut self, index: usize, change: &Change, fate: &Fate, milliseconds: Option<u64>) -> io::Result<()> {
        let (out, total) = (&mut *self.out, self.total);
        let line = total - self.places.len() + index;
        match self.form {
            Form::Text if self.bar.is_hidden() => render::text::progress(out, line, total, change, fate),
            // The bar stands aside while the line is written above it.
            Form::Text => self.bar.suspend(|| {
                render::text::progress(out, line, total, change, fate)?;
                out.flush()
            }),
            Form::Json => Ok(()),
            Form::JsonStream => {
                let place = self.places.get(index).copied().unwrap_or(index);
                render::json::apply_change(out, place, change, fate, milliseconds)?;
                out.flush()
            }
        }
    }

    pub(super) fn end(self) -> Option<io::Error> {
        self.bar.finish_and_clear();
        self.untold
    }
}

fn bar(changes: usize) -> ProgressBar {
    let target = ProgressDrawTarget::stderr();
    let bar = ProgressBar::with_draw_target(Some(changes as u64), target);
    // A template that is wrong would leave the library's own form, which is as true.
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos} of {len} · {per_sec} · {eta} left") {
        bar.set_style(style.progress_chars("━━─"));
    }
    bar.enable_steady_tick(TICK);
    bar
}
