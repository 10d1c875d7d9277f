//! The rules for plans.

use super::read::Stored;
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
    let package = package(work)?;
    check_new_name(work, package.row, &package.object.name, name)?;
    let attributes = work.new_attributes()?;
    let sql = "INSERT INTO plans (id, package, name, attributes, created, updated) VALUES (?1, ?2, ?3, ?4, ?5, ?5)";
    work.run(sql, &[&work.new_id()?, &package.row, &name, &stored::write(&attributes, &[]), &work.now()])
}

pub(super) fn update(work: &Work<'_>) -> Result<(), Stop> {
    let stored = work.current()?;
    let parent = stored.object.parent.as_ref();
    if let Some(wanted) = work.change().target.parent.as_ref().filter(|wanted| Some(*wanted) != parent) {
        return refuse(&rules::CAM_022, format!("a plan cannot move to another package, here {wanted}"));
    }
    let mut attributes = stored.object.attributes.clone();
    work.apply_fields(&mut attributes)?;
    let name = work.name_after(&stored);
    if name == stored.object.name {
        return work.save(&stored, &name, &attributes);
    }
    let package = work.connection.number("SELECT package FROM plans WHERE row = ?1", &[&stored.row])?;
    check_new_name(work, package.unwrap_or_default(), &stored.object.address.first_name(), &name)?;
    work.recording_effects(Kind::PackageKey, "o.plan = ?1", stored.row, || work.save(&stored, &name, &attributes))
}

pub(super) fn delete(work: &Work<'_>) -> Result<(), Stop> {
    let Some(stored) = work.current_or_gone()? else { return Ok(()) };
    work.refuse_children(&rules::CAM_045, Kind::PackageKey, "o.plan = ?1", stored.row)?;
    work.delete_row(&stored)
}

fn package(work: &Work<'_>) -> Result<Stored, Stop> {
    let Some(parent) = &work.change().target.parent else {
        return refuse(&rules::CAM_022, "the package is missing");
    };
    match work.one(Kind::Package, "WHERE o.name = ?1", &[&parent.name()])? {
        Some(package) => Ok(package),
        None => refuse(&rules::CAM_022, format!("{parent} is not in the store")),
    }
}

fn check_new_name(work: &Work<'_>, package: i64, package_name: &str, name: &str) -> Result<(), Stop> {
    check_name(&rules::CAM_018, name, 255)?;
    match work.one(Kind::Plan, "WHERE o.package = ?1 AND o.name = ?2", &[&package, &name])? {
        Some(_) => refuse(&rules::CAM_018, format!("{} is already in the store", Address::plan(package_name, name))),
        None => Ok(()),
    }
}
