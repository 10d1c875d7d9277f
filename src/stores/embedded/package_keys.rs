//! The rules for package keys.

use super::minting::mint;
use super::read::Stored;
use super::stored;
use super::work::Stop;
use super::work::Work;
use super::work::refuse;
use crate::model::Address;
use crate::model::Attributes;
use crate::model::Kind;
use crate::model::LiveKey;
use crate::model::Secret;
use crate::model::Value;
use crate::plan::KeyTarget;
use crate::plan::ValueFrom;
use crate::rotation;
use crate::rules;
use crate::store::Performed;
use crate::store::Refusal;

/// The parents of a key.
struct KeyParents {
    application: Stored,
    package: Stored,
    plan: Stored,
}

pub(super) fn create(work: &Work<'_>) -> Result<Performed, Stop> {
    let attributes = work.new_attributes()?;
    insert(work, work.change().target.parent.as_ref(), &attributes, None)
}

/// Deletes the key and creates its successor, which inherits its settings.
pub(super) fn replace(work: &Work<'_>) -> Result<Performed, Stop> {
    let old = work.current()?;
    let mut attributes = old.object.attributes.clone();
    work.apply_fields(&mut attributes)?;
    work.delete_row(&old)?;
    let application = work.change().target.parent.as_ref().or(old.object.parent.as_ref());
    insert(work, application, &attributes, old.object.key.as_deref())
}

pub(super) fn update(work: &Work<'_>) -> Result<(), Stop> {
    let stored = work.current()?;
    refuse_fixed(work, &stored)?;
    let before = &stored.object.attributes;
    let mut after = before.clone();
    work.apply_fields(&mut after)?;
    let is_changed = |field| before.get(field) != after.get(field);
    if is_changed("settings.status") {
        check_status(work, &stored, after.text("settings.status"))?;
    }
    if ["plan", "settings.throttle", "settings.quota"].into_iter().any(is_changed) {
        let package = stored.object.key.as_ref().map(|key| key.package.clone());
        let plan = plan(work, package.as_ref(), &after)?;
        check_overrides(&plan, &after)?;
        work.run("UPDATE package_keys SET plan = ?2 WHERE row = ?1", &[&stored.row, &plan.row])?;
    }
    work.save_fields(Kind::PackageKey, stored.row, &after)
}

pub(super) fn delete(work: &Work<'_>) -> Result<(), Stop> {
    match work.current_or_gone()? {
        Some(stored) => work.delete_row(&stored),
        None => Ok(()),
    }
}

fn insert(
    work: &Work<'_>,
    application: Option<&Address>,
    attributes: &Attributes,
    old: Option<&LiveKey>,
) -> Result<Performed, Stop> {
    let target = key_target(work)?;
    let parents = parents(work, application, target, attributes)?;
    check_user(work, &parents.application.object.address.first_name())?;
    check_overrides(&parents.plan, attributes)?;
    let value = value(work, target, &parents.package, old)?;
    check_value(&value)?;
    check_unused(work, &parents.package, &value)?;
    let secret = secret(work, target, &parents.package, old)?;
    let secret_text = secret.as_ref().map(Secret::expose);
    let json = stored::write(attributes, &["plan"]);
    let sql = "INSERT INTO package_keys
                 (id, application, package, plan, value, secret, attributes, created, updated)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)";
    let (application, package, plan) = (parents.application.row, parents.package.row, parents.plan.row);
    work.run(
        sql,
        &[&work.new_id()?, &application, &package, &plan, &value.expose(), &secret_text, &json, &work.now()],
    )?;
    Ok(Performed { value: Some(value), secret, unusable: rotation::why_off(attributes), ..Performed::default() })
}

fn key_target<'a>(work: &Work<'a>) -> Result<&'a KeyTarget, Stop> {
    let missing = || Refusal::unavailable("the plan does not contain the package of the key");
    work.change().target.key.as_ref().ok_or_else(|| missing().into())
}

fn parents(
    work: &Work<'_>,
    application: Option<&Address>,
    target: &KeyTarget,
    attributes: &Attributes,
) -> Result<KeyParents, Stop> {
    let Some(address) = application else { return refuse(&rules::CAM_023, "the application is missing") };
    let names = (address.first_name(), address.name());
    let Some(application) =
        work.one(Kind::Application, "WHERE u.username = ?1 AND o.name = ?2", &[&names.0, &names.1])?
    else {
        return refuse(&rules::CAM_023, format!("{address} is not in the store"));
    };
    let Some(package) = work.one(Kind::Package, "WHERE o.name = ?1", &[&target.package.name()])? else {
        return refuse(&rules::CAM_023, format!("{} is not in the store", target.package));
    };
    let plan = plan(work, Some(&target.package), attributes)?;
    Ok(KeyParents { application, package, plan })
}

/// The plan that the attributes name, which must be in the package.
fn plan(work: &Work<'_>, package: Option<&Address>, attributes: &Attributes) -> Result<Stored, Stop> {
    let package = package.map(Address::name).unwrap_or_default();
    let name = attributes.text("plan").unwrap_or_default();
    if let Some(plan) = work.one(Kind::Plan, "WHERE p.name = ?1 AND o.name = ?2", &[&package, &name])? {
        return Ok(plan);
    }
    let (package, plan) = (Address::package(&package), Address::plan(&package, name));
    refuse(&rules::CAM_023, format!("{package} has no {plan}; a key's plan must belong to its package"))
}

/// Only keys of active users can be created or enabled.
fn check_user(work: &Work<'_>, username: &str) -> Result<(), Stop> {
    let user = work.one(Kind::User, "WHERE o.username = ?1", &[&username])?;
    let status = user.as_ref().and_then(|user| user.object.attributes.text("status")).unwrap_or("waiting");
    if status == "active" {
        return Ok(());
    }
    let address = Address::user(username);
    refuse(&rules::CAM_034, format!("{address} is {status}, and only active users can have active keys"))
}

fn check_status(work: &Work<'_>, stored: &Stored, after: Option<&str>) -> Result<(), Stop> {
    if after == Some("waiting") {
        return refuse(&rules::CAM_031, "a key cannot return to the status `waiting`");
    }
    if after != Some("active") {
        return Ok(());
    }
    check_user(work, &stored.object.address.first_name())
}

/// A key's own limit needs the plan's permission. Checked only when a key is written: if the plan withdraws the
/// permission, existing keys keep their limits.
fn check_overrides(plan: &Stored, attributes: &Attributes) -> Result<(), Stop> {
    let limits = [("settings.throttle", "throttle.keyOverride"), ("settings.quota", "quota.keyOverride")];
    for (setting, permission) in limits {
        let is_own = attributes.get(setting).is_some_and(|value| value.as_text() != Some("plan"));
        if is_own && !plan.object.attributes.flag(permission) {
            let address = &plan.object.address;
            return refuse(
                &rules::CAM_027,
                format!("{address} does not let keys set `{setting}` (`{permission}` is false)"),
            );
        }
    }
    Ok(())
}

/// Refuses changes of a key's immutable properties.
fn refuse_fixed(work: &Work<'_>, stored: &Stored) -> Result<(), Stop> {
    let (change, object) = (work.change(), &stored.object);
    if let Some(wanted) = change.target.parent.as_ref().filter(|wanted| Some(*wanted) != object.parent.as_ref()) {
        return refuse(&rules::CAM_037, format!("a key cannot move to another application, here {wanted}"));
    }
    let Some(key) = &object.key else { return Ok(()) };
    if let Some(target) = change.target.key.as_ref().filter(|target| target.package != key.package) {
        return refuse(&rules::CAM_036, format!("a key cannot move to another package, here {}", target.package));
    }
    if work.write.value.is_some_and(|value| *value != key.value) {
        return refuse(&rules::CAM_038, "the value of a key cannot change");
    }
    if work.write.secret.is_some_and(|secret| Some(secret) != key.secret.as_ref()) {
        return refuse(&rules::CAM_039, "the shared secret of a key cannot change");
    }
    Ok(())
}

fn value(work: &Work<'_>, target: &KeyTarget, package: &Stored, old: Option<&LiveKey>) -> Result<Secret, Stop> {
    let given = || Refusal::unavailable("the value of the key is missing");
    match (&target.value, old) {
        (ValueFrom::Store, _) => Ok(mint(length(package, "keyLength")?)?),
        (ValueFrom::Kept, Some(old)) => Ok(old.value.clone()),
        _ => work.write.value.cloned().ok_or_else(|| given().into()),
    }
}

/// The given secret; else the replaced key's, if it keeps its value; else a generated one, if the package requires it.
fn secret(
    work: &Work<'_>,
    target: &KeyTarget,
    package: &Stored,
    old: Option<&LiveKey>,
) -> Result<Option<Secret>, Stop> {
    if let Some(secret) = work.write.secret {
        return Ok(Some(secret.clone()));
    }
    if let Some(old) = old.filter(|old| target.value == ValueFrom::Kept && old.secret.is_some()) {
        return Ok(old.secret.clone());
    }
    if number(package, "sharedSecretLength") == 0 {
        return Ok(None);
    }
    Ok(Some(mint(length(package, "sharedSecretLength")?)?))
}

fn number(package: &Stored, field: &str) -> i64 {
    package.object.attributes.get(field).and_then(Value::as_number).unwrap_or(0)
}

/// The length of the texts that the store generates for the package.
fn length(package: &Stored, field: &str) -> Result<usize, Stop> {
    let number = number(package, field);
    if let Ok(length @ 1..=255) = usize::try_from(number) {
        return Ok(length);
    }
    let address = &package.object.address;
    refuse(&rules::CAM_016, format!("{address} has `{field}` {number}; the store can generate 1 to 255 characters"))
}

fn check_value(value: &Secret) -> Result<(), Stop> {
    let text = value.expose();
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
    if !text.bytes().all(is_allowed) {
        return refuse(&rules::CAM_024, "its value may contain only letters, digits, `_`, `-`, `.` and `:`");
    }
    match text.len() {
        1..=255 => Ok(()),
        length => refuse(&rules::CAM_024, format!("its value has {length} characters; the store accepts 1 to 255")),
    }
}

fn check_unused(work: &Work<'_>, package: &Stored, value: &Secret) -> Result<(), Stop> {
    let clause = "WHERE o.package = ?1 AND o.value = ?2";
    match work.one(Kind::PackageKey, clause, &[&package.row, &value.expose()])? {
        Some(other) => {
            let (package, other) = (&package.object.address, &other.object.address);
            refuse(&rules::CAM_025, format!("{package} already has a key with the same value: {other}"))
        }
        None => Ok(()),
    }
}
