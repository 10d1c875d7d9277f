//! The rules for packages.

use super::stored;
use super::work::Stop;
use super::work::Work;
use super::work::check_name;
use super::work::refuse;
use crate::model::Address;
use crate::model::Kind;
use crate::rules;

pub(super) fn create(work: &Work<'_>) -> Result<(), Stop> {
    let name = &*work.change().target.name;
    check_new_name(work, name)?;
    let attributes = work.new_attributes()?;
    let sql = "INSERT INTO packages (id, name, attributes, created, updated) VALUES (?1, ?2, ?3, ?4, ?4)";
    work.run(sql, &[&work.new_id()?, &name, &stored::write(&attributes, &[]), &work.now()])
}

pub(super) fn update(work: &Work<'_>) -> Result<(), Stop> {
    let stored = work.current()?;
    let mut attributes = stored.object.attributes.clone();
    work.apply_fields(&mut attributes)?;
    let name = work.name_after(&stored);
    if name == stored.object.name {
        return work.save(&stored, &name, &attributes);
    }
    check_new_name(work, &name)?;
    work.recording_effects(Kind::Plan, "o.package = ?1", stored.row, || work.save(&stored, &name, &attributes))
}

pub(super) fn delete(work: &Work<'_>) -> Result<(), Stop> {
    let Some(stored) = work.current_or_gone()? else { return Ok(()) };
    work.refuse_children(&rules::CAM_045, Kind::PackageKey, "o.package = ?1", stored.row)?;
    work.refuse_children(&rules::CAM_044, Kind::Plan, "o.package = ?1", stored.row)?;
    work.delete_row(&stored)
}

fn check_new_name(work: &Work<'_>, name: &str) -> Result<(), Stop> {
    check_name(&rules::CAM_014, name, 255)?;
    match work.one(Kind::Package, "WHERE o.name = ?1", &[&name])? {
        Some(_) => refuse(&rules::CAM_014, format!("{} is already in the store", Address::package(name))),
        None => Ok(()),
    }
}
