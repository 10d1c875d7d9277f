//! One change in progress, and the checks that all kinds share.

use std::cell::RefCell;

use super::fields::check;
use super::read;
use super::read::Stored;
use super::side_effects::Effect;
use super::side_effects::SideEffects;
use super::stored;
use crate::database::Connection;
use crate::database::Parameter;
use crate::database::SqlError;
use crate::manifest::fields;
use crate::model::Attributes;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::LiveId;
use crate::plan::Action;
use crate::plan::Change;
use crate::randomness;
use crate::rule::Rule;
use crate::store::Refusal;
use crate::store::Write;

/// Why a change was not made.
pub(super) enum Stop {
    Refused(Refusal),
    Failed(SqlError),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<SqlError> for Stop {
    fn from(error: SqlError) -> Self {
        Self::Failed(error)
    }
}

/// The refusal of a documented rule.
pub(super) fn refuse<T>(rule: &Rule, reason: impl Into<String>) -> Result<T, Stop> {
    Err(Refusal::rejected(rule, reason).into())
}

/// One change inside its transaction.
pub(super) struct Work<'a> {
    pub(super) connection: &'a Connection,
    pub(super) write: &'a Write<'a>,
    now: Instant,
    effects: &'a SideEffects,
    seen: RefCell<Vec<(LiveId, Effect)>>,
    created: RefCell<Option<LiveId>>,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        connection: &'a Connection,
        write: &'a Write<'a>,
        now: Instant,
        effects: &'a SideEffects,
    ) -> Self {
        Self { connection, write, now, effects, seen: RefCell::default(), created: RefCell::default() }
    }

    pub(super) const fn change(&self) -> &'a Change {
        self.write.change
    }

    pub(super) fn kind(&self) -> Kind {
        self.change().address.kind()
    }

    /// Milliseconds since 1970.
    pub(super) const fn now(&self) -> i64 {
        self.now.timestamp_millis()
    }

    /// The id of the new object.
    pub(super) fn new_id(&self) -> Result<String, Stop> {
        let id = randomness::id().map_err(Refusal::from)?.to_string();
        *self.created.borrow_mut() = Some(LiveId::new(id.as_str()));
        Ok(id)
    }

    /// The id of the object that the change created.
    pub(super) fn created(&self) -> Option<LiveId> {
        self.created.borrow().clone()
    }

    pub(super) fn into_effects(self) -> Vec<(LiveId, Effect)> {
        self.seen.into_inner()
    }

    /// The object of the change; an error if it has changed since the plan was made.
    pub(super) fn current(&self) -> Result<Stored, Stop> {
        let gone = || Refusal::stale(format!("{} is no longer in the store", self.change().address));
        self.current_or_gone()?.ok_or_else(|| gone().into())
    }

    /// Like [`Self::current`]; `None` if the object is gone.
    pub(super) fn current_or_gone(&self) -> Result<Option<Stored>, Stop> {
        let Some((target, id)) = self.change().target.live.as_ref().and_then(|target| Some((target, target.id()?)))
        else {
            return Err(Refusal::unavailable("the plan does not contain the id of the object").into());
        };
        let Some(stored) = self.one(self.kind(), "WHERE o.id = ?1", &[&id.expose()])? else {
            return Ok(None);
        };
        let (seen, now) = (target.fingerprint, stored.object.fingerprint());
        if seen == now || self.effects.explains(id, seen, now) {
            Ok(Some(stored))
        } else {
            Err(Refusal::stale(format!("{} has changed since the plan was made", stored.object.address)).into())
        }
    }

    pub(super) fn one(
        &self,
        kind: Kind,
        clause: &str,
        parameters: &[&dyn Parameter],
    ) -> Result<Option<Stored>, SqlError> {
        read::one(self.connection, kind, clause, parameters)
    }

    /// The fields of a new object: those of the change, and the defaults of the others.
    pub(super) fn new_attributes(&self) -> Result<Attributes, Stop> {
        let mut attributes = Attributes::default();
        self.apply_fields(&mut attributes)?;
        for field in fields::of(self.kind()) {
            if attributes.get(field.name).is_some() {
                continue;
            }
            if let Some(rule) = field.required {
                return refuse(rule, format!("`{}` is missing", field.name));
            }
            if let Some(value) = &field.default {
                attributes.insert(field.name, value.clone());
            }
        }
        Ok(attributes)
    }

    /// Whether the store reads this field from the change's target; the field itself is only for display.
    fn is_part_of_target(&self, field: &str) -> bool {
        let moves = self.change().action == Action::Replace && matches!(field, "application" | "package");
        field == "name" || moves
    }

    /// Checks, sets and clears the fields of the change. A cleared field gets its default.
    pub(super) fn apply_fields(&self, attributes: &mut Attributes) -> Result<(), Stop> {
        for change in self.change().fields.iter().filter(|change| !self.is_part_of_target(&change.field)) {
            let name = change.field.as_ref();
            let field = fields::find(self.kind(), name);
            match change.after.as_ref().or_else(|| field?.default.as_ref()) {
                None => {
                    if let Some(rule) = field.and_then(|field| field.required) {
                        return refuse(rule, format!("`{name}` cannot be empty"));
                    }
                    attributes.remove(name);
                }
                Some(value) => {
                    check(self.kind(), name, value)?;
                    if value.is_empty() {
                        attributes.remove(name);
                    } else {
                        attributes.insert(change.field.clone(), value.clone());
                    }
                }
            }
        }
        Ok(())
    }

    /// The name of an existing object after the change.
    pub(super) fn name_after(&self, stored: &Stored) -> Box<str> {
        self.change().after("name").and_then(|name| name.as_text()).unwrap_or(&stored.object.name).into()
    }

    /// Writes the name and fields of an existing object whose table has a column `name`.
    pub(super) fn save(&self, stored: &Stored, name: &str, attributes: &Attributes) -> Result<(), Stop> {
        let sql = format!("UPDATE {} SET name = ?2, attributes = ?3, updated = ?4 WHERE row = ?1", table_of(self));
        let json = stored::write(attributes, &[]);
        self.run(&sql, &[&stored.row, &name, &json, &self.now()])
    }

    /// Writes only the fields of an existing object.
    pub(super) fn save_fields(&self, kind: Kind, row: i64, attributes: &Attributes) -> Result<(), Stop> {
        let sql = format!("UPDATE {} SET attributes = ?2, updated = ?3 WHERE row = ?1", read::table(kind));
        self.run(&sql, &[&row, &stored::write(attributes, &["plan"]), &self.now()])
    }

    pub(super) fn delete_row(&self, stored: &Stored) -> Result<(), Stop> {
        self.run(&format!("DELETE FROM {} WHERE row = ?1", table_of(self)), &[&stored.row])
    }

    pub(super) fn run(&self, sql: &str, parameters: &[&dyn Parameter]) -> Result<(), Stop> {
        Ok(self.connection.execute(sql, parameters)?)
    }

    /// Refuses to delete an object with children, and names the first of them.
    pub(super) fn refuse_children(&self, rule: &Rule, kind: Kind, clause: &str, row: i64) -> Result<(), Stop> {
        const SHOWN: usize = 3;
        let sql = format!("WHERE {clause} ORDER BY o.row LIMIT {}", SHOWN + 1);
        let children = read::some(self.connection, kind, &sql, &[&row])?;
        if children.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = children.iter().take(SHOWN).map(|child| child.object.address.to_string()).collect();
        let more = if children.len() > SHOWN { " and more" } else { "" };
        refuse(rule, format!("{}{more} must be deleted first", names.join(", ")))
    }

    /// Does `work`, and records its effects on the objects of `kind` that match `clause`.
    pub(super) fn recording_effects(
        &self,
        kind: Kind,
        clause: &str,
        row: i64,
        work: impl FnOnce() -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let sql = format!("WHERE {clause} ORDER BY o.row");
        let before = read::some(self.connection, kind, &sql, &[&row])?;
        work()?;
        let after = read::some(self.connection, kind, &sql, &[&row])?;
        let effects = before.into_iter().zip(after).map(|(from, to)| {
            let step = Effect { from: from.object.fingerprint(), to: to.object.fingerprint() };
            (from.object.id, step)
        });
        self.seen.borrow_mut().extend(effects);
        Ok(())
    }
}

fn table_of(work: &Work<'_>) -> &'static str {
    read::table(work.kind())
}

/// Refuses a name that is empty or has more than `max` characters.
pub(super) fn check_name(rule: &Rule, name: &str, max: usize) -> Result<(), Stop> {
    match name.chars().count() {
        0 => refuse(rule, "its name is empty"),
        count if count > max => {
            refuse(rule, format!("its name has {count} characters; the store accepts at most {max}"))
        }
        _ => Ok(()),
    }
}
