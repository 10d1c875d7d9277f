//! A program that gets the value on standard input, never as an argument.

use std::sync::Arc;

use super::Inner;
use super::Parcel;
use super::Seen;
use super::template::Values;
use crate::delivery::Cause;
use crate::model::Delivery;
use crate::model::Secret;
use crate::secrets::program;
use crate::text::quoted;
use crate::workspace::CommandSink;

/// Whether the program can be run, and its probe succeeds.
pub(super) async fn probe(inner: &Arc<Inner>, sink: &CommandSink, to: &Delivery) -> Result<Seen, Cause> {
    let name = sink.program.first().map_or("", |word| word);
    let is_there = program::find(name).is_ok_and(|path| path.is_file());
    if !is_there {
        let message = format!("the program {} is not on this machine", quoted(name));
        return Err(Cause::new(message, "install it, or fix the sink in keywright.yaml").on_this_machine());
    }
    if let Some(probe) = &sink.probe {
        run(inner, probe, &Values::without_value(to), &sink.variables, None).await.map_err(|cause| Cause {
            message: format!("its probe says that no value can be written: {}", cause.message),
            ..cause
        })?;
    }
    Ok(Seen::Unknown)
}

/// Runs the program. Returns the version that it prints.
pub(super) async fn write(inner: &Arc<Inner>, sink: &CommandSink, parcel: &Parcel) -> Result<Box<str>, Cause> {
    let values = Values::of(inner, parcel)?;
    let output = run(inner, &sink.program, &values, &sink.variables, Some(&parcel.value)).await?;
    if !sink.has_receipt {
        return Ok(Box::default());
    }
    let line = output.lines().map(str::trim).rfind(|line| !line.is_empty());
    line.map(|line| quoted(line).into_owned().into()).ok_or_else(|| {
        let help = "let it print the version that it wrote as its last line, or set `receipt: none` in keywright.yaml";
        Cause::new("the program ended well, but printed no receipt", help)
    })
}

/// What a program of a sink prints. It runs beside the rest of the apply.
pub(super) async fn run(
    inner: &Arc<Inner>,
    words: &[Box<str>],
    values: &Values,
    variables: &[Box<str>],
    input: Option<&Secret>,
) -> Result<String, Cause> {
    let words: Vec<Box<str>> = words.iter().map(|word| values.fill(word)).collect();
    let name = quoted(words.first().map_or("", |word| word)).into_owned();
    let (inner, variables, input) = (Arc::clone(inner), variables.to_vec(), input.cloned());
    let work = move || {
        // A run that is being stopped still waits for what is in flight.
        let given = program::Given { input: input.as_ref(), variables: &variables, leaves_signals: input.is_some() };
        program::run(&words, &inner.access(), given).map(|output| output.to_string())
    };
    let failed = |cause: String| {
        let help = "fix it and apply again: what was not delivered is delivered then; the sink's `variables` lists what the \
                    program receives, and commandTimeout how long it may take";
        Cause::new(format!("{name}: {cause}"), help).for_now()
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(output) => output.map_err(|problem| failed(problem.into_cause())),
        Err(_) => Err(failed("it could not be run".to_owned())),
    }
}
