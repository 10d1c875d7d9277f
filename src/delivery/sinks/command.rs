//! A program that gets the value on standard input, never as an argument.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::Inner;
use super::Parcel;
use super::Seen;
use super::template::Values;
use crate::delivery::Cause;
use crate::model::Delivery;
use crate::model::Secret;
use crate::secrets::program;
use crate::secrets::program::Problem;
use crate::text::is_hidden;
use crate::text::quoted;
use crate::workspace::CommandSink;

/// Longest name of a version, in bytes. A whole name is needed to find the version, and longer lines are no names.
const LONGEST_RECEIPT: usize = 500;

/// Whether the program can be run, and its probe succeeds.
pub(super) async fn probe(inner: &Arc<Inner>, sink: &CommandSink, to: &Delivery) -> Result<Seen, Cause> {
    let name = sink.program.first().map_or("", |word| word);
    let is_there = program::find(name).is_ok_and(|path| path.is_file());
    if !is_there {
        let message = format!("the program {} is not on this machine", quoted(name));
        return Err(Cause::new(message, "install it, or fix the sink in keywright.yaml").on_this_machine());
    }
    if let Some(probe) = &sink.probe {
        let words = Words::filled(probe, &Values::without_value(to));
        run(inner, words, &sink.variables, None).await.map_err(|cause| Cause {
            message: format!("its probe says that no value can be written: {}", cause.message),
            ..cause
        })?;
    }
    Ok(Seen::Unknown)
}

/// Runs the program. Returns the version that it prints.
pub(super) async fn write(inner: &Arc<Inner>, sink: &CommandSink, parcel: &Parcel) -> Result<Box<str>, Cause> {
    let values = Values::of(inner, parcel)?;
    let output = run(inner, Words::filled(&sink.program, &values), &sink.variables, Some(&parcel.value)).await?;
    if !sink.has_receipt {
        return Ok(Box::default());
    }
    // Its last line may be the end of a value that began in another one.
    let output = inner.masking.shown(&output);
    let line = output.lines().map(str::trim).rfind(|line| !line.is_empty());
    let line = line.filter(|line| line.len() <= LONGEST_RECEIPT && !line.contains(is_hidden));
    line.map(Box::from).ok_or_else(|| {
        let help = "let it print the version that it wrote as its last line, or set `receipt: none` in keywright.yaml";
        Cause::new("the program ended well, but printed no receipt", help)
    })
}

/// A program with its arguments, as they are passed.
pub(super) struct Words(Vec<Box<str>>);

impl Words {
    pub(super) const fn plain(words: Vec<Box<str>>) -> Self {
        Self(words)
    }

    /// With the values of the placeholders.
    pub(super) fn filled(words: &[Box<str>], values: &Values) -> Self {
        Self(words.iter().map(|word| values.fill(word)).collect())
    }
}

/// What a program of a sink prints. It runs beside the rest of the apply.
pub(super) async fn run(
    inner: &Arc<Inner>,
    Words(words): Words,
    variables: &[Box<str>],
    input: Option<&Secret>,
) -> Result<Zeroizing<String>, Cause> {
    let name = quoted(words.first().map_or("", |word| word)).into_owned();
    let (of_thread, variables, input) = (Arc::clone(inner), variables.to_vec(), input.cloned());
    let work = move || {
        // A run that is being stopped still waits for what is in flight.
        let given = program::Given { input: input.as_ref(), variables: &variables, leaves_signals: input.is_some() };
        program::run(&words, &of_thread.access(), given)
    };
    let failed = |cause: String| {
        let help = "fix it and apply again: what was not delivered is delivered then; the sink's `variables` lists what the \
                    program receives, and commandTimeout how long it may take";
        Cause::new(format!("{name}: {cause}"), help).for_now()
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(output) => output.map_err(|problem| match problem {
            Problem::Late(cause) => failed(cause).hangs(),
            Problem::Ended(cause, said) => failed(cause + &program::last_line(&inner.masking.shown(&said))),
            problem => failed(problem.into_cause()),
        }),
        Err(_) => Err(failed("it could not be run".to_owned())),
    }
}
