//! The rules for applications.

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
    let user = user(work)?;
    check_new_name(work, &user, name)?;
    let attributes = work.new_attributes()?;
    let sql = r#"INSERT INTO applications (id, "user", name, attributes, created, updated)
               VALUES (?1, ?2, ?3, ?4, ?5, ?5)"#;
    work.run(sql, &[&work.new_id()?, &user.row, &name, &stored::write(&attributes, &[]), &work.now()])
}

pub(super) fn update(work: &Work<'_>) -> Result<(), Stop> {
    let stored = work.current()?;
    let user = stored.object.address.first_name();
    let parent = stored.object.parent.as_ref();
    if let Some(wanted) = work.change().target.parent.as_ref().filter(|wanted| Some(*wanted) != parent) {
        return refuse(&rules::CAM_013, format!("the application belongs to user/{user} and cannot move to {wanted}"));
    }
    let mut attributes = stored.object.attributes.clone();
    work.apply_fields(&mut attributes)?;
    let name = work.name_after(&stored);
    if name == stored.object.name {
        return work.save(&stored, &name, &attributes);
    }
    if let Some(owner) = work.one(Kind::User, "WHERE o.username = ?1", &[&user])? {
        check_new_name(work, &owner, &name)?;
    }
    work.recording_effects(Kind::PackageKey, "o.application = ?1", stored.row, || {
        work.save(&stored, &name, &attributes)
    })
}

pub(super) fn delete(work: &Work<'_>) -> Result<(), Stop> {
    let Some(stored) = work.current_or_gone()? else { return Ok(()) };
    work.refuse_children(&rules::CAM_044, Kind::PackageKey, "o.application = ?1", stored.row)?;
    work.delete_row(&stored)
}

fn user(work: &Work<'_>) -> Result<Stored, Stop> {
    let Some(parent) = &work.change().target.parent else {
        return refuse(&rules::CAM_009, "the owner is missing");
    };
    match work.one(Kind::User, "WHERE o.username = ?1", &[&parent.name()])? {
        Some(user) => Ok(user),
        None => refuse(&rules::CAM_009, format!("{parent} is not in the store")),
    }
}

fn check_new_name(work: &Work<'_>, user: &Stored, name: &str) -> Result<(), Stop> {
    check_name(&rules::CAM_010, name, 127)?;
    match work.one(Kind::Application, "WHERE o.user = ?1 AND o.name = ?2", &[&user.row, &name])? {
        Some(_) => {
            let address = Address::application(&user.object.name, name);
            refuse(&rules::CAM_011, format!("{address} is already in the store"))
        }
        None => Ok(()),
    }
}
