//! `keywright rotate`

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use super::Console;
use super::Exit;
use super::Failure;
use super::address::AddressText;
use super::apply;
use super::apply::Form;
use super::apply::Manner;
use super::arguments::Limits;
use super::arguments::Manifests;
use super::arguments::Planning;
use super::failure::Stop;
use super::plan;
use super::plan::View;
use super::session::Session;
use crate::diagnostic::did_you_mean;
use crate::model::Address;
use crate::model::Desired;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::Rotation;
use crate::plan::RotateNow;
use crate::plan::narrowed;
use crate::render::text::Style;

/// Create the successors of rotated keys now, whatever their age
///
/// Shows the plan, asks for confirmation, creates and delivers a new generation of each key, and reports the results, as
/// apply does. Nothing else of the workspace changes, except what a new key depends on. The old keys keep working: `apply`
/// disables and deletes them when their rotation allows it. If a value leaked, `keywright keys revoke --replace` disables the key
/// before it creates the successor.
///
/// A key whose last rotation is in progress is not rotated again, so a repeated run creates no second successor (exit 4).
#[derive(Args)]
#[command(after_help = super::examples::ROTATE)]
pub(super) struct Arguments {
    /// Address of a key with `rotation`, for example key/checkout-production
    #[arg(value_name = "ADDRESS", required = true, value_parser = AddressText)]
    keys: Vec<String>,

    /// Workspace folder, or file or folder with manifests; repeatable
    #[arg(short = 'f', long = "filename", value_name = "PATH")]
    files: Vec<PathBuf>,

    /// Create one more generation although the last rotation of a key is in progress
    #[arg(long)]
    again: bool,

    #[command(flatten)]
    limits: Limits,

    /// Skip the confirmation (required without a terminal)
    #[arg(long)]
    auto_approve: bool,

    /// Output format; json prints the outcome without the plan, json-stream prints each change when it is done
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: Form,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<Exit, Stop> {
    rotate(arguments, Because::Asked, console)
}

/// Why a key gets its successor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Because {
    Asked,
    /// It was revoked in this run, so it also gets one without `rotation`.
    Revoked,
}

/// The rotation of a revoked key whose manifest has none: one successor now, and the old key stays as it is.
const ONCE: Rotation = Rotation { every: A_CENTURY, overlap: A_CENTURY, grace: A_CENTURY, since: None };

/// In seconds.
const A_CENTURY: i64 = 100 * 365 * 24 * 60 * 60;

fn rotate(arguments: &Arguments, because: Because, console: &mut Console<'_>) -> Result<Exit, Stop> {
    let form = arguments.format;
    apply::check_form(form, arguments.auto_approve)?;
    let mut checked = Session::open(&Manifests::of_files(&arguments.files), console)?.check();
    let mut keys = BTreeSet::new();
    if let Some(mut desired) = checked.desired.take() {
        if because == Because::Revoked {
            arguments.keys.iter().for_each(|key| rotate_once(key, &mut desired));
        }
        keys = arguments.keys.iter().map(|key| rotated(key, &desired)).collect::<Result<_, _>>()?;
        checked.desired = Some(narrowed(desired, &keys));
        // The rest of the workspace may declare what the keys of the plan do not.
        checked.loaded.is_whole = false;
    }
    let planning = Planning::of_rotation(&arguments.limits, RotateNow { keys, again: arguments.again });
    let snapshot = checked.read(&planning, None, console)?;
    let prepared = snapshot.plan(&planning, console)?;
    let can_be_applied = plan::can_be_applied(&prepared);
    if form == Form::Text || !can_be_applied {
        let view = View { output: form.of_findings().into(), style: Style::Fields, is_out_taken: false };
        plan::show(&prepared, view, None, console)?;
    }
    if !can_be_applied {
        return Ok(plan::verdict(&prepared));
    }
    let manner = Manner { planning: &planning, form, is_approved: arguments.auto_approve };
    apply::finish(&prepared, &manner, None, console)
}

/// Creates the successor of a key that was revoked in this run. That is the consent for it.
pub(super) fn of_revoked(key: &Address, console: &mut Console<'_>) -> Result<Exit, Stop> {
    let keys = vec![key.to_string()];
    let limits = Limits::allowing(&keys);
    let (files, format) = (Vec::new(), Form::Text);
    let arguments = Arguments { keys, files, again: false, limits, auto_approve: true, format };
    rotate(&arguments, Because::Revoked, console)
}

/// Gives a generated key without `rotation` one for this run.
fn rotate_once(name: &str, desired: &mut Desired) {
    let declared = Address::parse(name).and_then(|address| desired.objects.get_mut(&address));
    let Some(key) = declared.and_then(|declared| declared.key.as_mut()) else { return };
    // Without a prefix, the generations could not be distinguished.
    if matches!(&key.source, KeySource::Generate(generated) if !generated.by_store) {
        key.rotation.get_or_insert(ONCE);
    }
}

/// The address of a key that has a rotation.
fn rotated(name: &str, desired: &Desired) -> Result<Address, Failure> {
    let refuse = |why: &str, help: String| {
        let failure = Failure::new(format!("could not rotate {name}: {why}"));
        Err(Failure { exit: Exit::Usage, ..failure }.help(help))
    };
    let Some(declared) = Address::parse(name).and_then(|address| desired.get(&address)) else {
        let names: Vec<String> = desired.of(Kind::PackageKey).map(|key| key.address.to_string()).collect();
        let near = did_you_mean(name, names.iter().map(String::as_str));
        return refuse(
            "no manifest declares it",
            match near {
                Some(near) => format!("did you mean {near}?"),
                None => {
                    "pass the address of a key as `keywright plan` shows it, like key/checkout-production".to_owned()
                }
            },
        );
    };
    let Some(key) = &declared.key else {
        let help = match declared.address.kind() {
            Kind::ApiKey => {
                "an API key of MFT has no `rotation`: declare its next generation, like `erp-orders.g2`, and disable this one"
            }
            _ => "pass the address of a key, like key/checkout-production",
        };
        return refuse("only package keys can be rotated", help.to_owned());
    };
    if key.rotation.is_some() {
        return Ok(declared.address.clone());
    }
    let help = match &key.source {
        KeySource::Custom(_) => {
            "Keywright cannot choose a custom value: put a new one where the manifest reads it, and apply with --allow and the \
             address of the key, which stays beside the new one"
        }
        KeySource::Existing(_) => {
            "write `generate: {prefix: abc_}` beside `existing`, `rotation: {every: 90d, overlap: 14d}` and `deliver`, and \
             run again"
        }
        KeySource::Generate(generated) if generated.by_store => {
            "remove `by: store`, so that a prefix distinguishes the generations of the key, and write `rotation`"
        }
        KeySource::Generate(_) if declared.address.names().len() > 1 => {
            "an entry of `packages` has no `rotation`: declare the key with a manifest of kind PackageKey"
        }
        KeySource::Generate(_) => {
            "write `rotation: {every: 90d, overlap: 14d}` and `deliver: [{file: secrets/key.env, as: NAME}]` in its manifest, \
             and run again"
        }
    };
    refuse("its manifest has no `rotation`", help.to_owned())
}
