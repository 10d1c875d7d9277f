//! Rotated keys as text: what old generations wait for, and the timeline.

use std::io;

use super::rows;
use super::style;
use crate::model::Address;
use crate::model::Instant;
use crate::model::moment::in_utc;
use crate::plan::Generation;
use crate::plan::KeyTimeline;
use crate::plan::Step;
use crate::plan::in_words;
use crate::text;

/// Maximum number of keys with a line of their own.
const MOST: usize = 10;

/// The rotated keys of a plan.
#[derive(Clone, Copy, Default, Debug)]
pub struct Rotations<'a> {
    pub keys: &'a [KeyTimeline],
    /// The time of the plan.
    pub now: Instant,
}

impl Rotations<'_> {
    /// Whether [`waits`] says what becomes of an old generation.
    pub(super) fn cover(&self, old: &Address) -> bool {
        self.keys.iter().any(|key| key.waiting(self.now).any(|generation| generation.address == *old))
    }
}

/// One line for each key with old generations that stay for now.
pub(super) fn waits(out: &mut dyn io::Write, rotations: &Rotations<'_>) -> io::Result<()> {
    let waiting = rotations.keys.iter().filter_map(|key| Some((key, key.waits(rotations.now)?)));
    let waiting: Vec<(String, String)> = waiting.map(|(key, wait)| (rows::shown(&key.address), wait)).collect();
    if waiting.is_empty() {
        return Ok(());
    }
    let (bold, dim) = (style::BOLD, style::DIM);
    writeln!(out, "{bold}Rotation in progress:{bold:#}\n")?;
    for (address, wait) in waiting.iter().take(MOST) {
        writeln!(out, "  {address}: {dim}{}{dim:#}", text::line(wait))?;
    }
    if let Some(more) = waiting.len().checked_sub(MOST).filter(|more| *more > 0) {
        writeln!(out, "  {dim}and {}; see `keywright plan --timeline`{dim:#}", text::count(more, "more key*"))?;
    }
    writeln!(out)
}

/// Every generation of every rotated key, and what happens to it next.
pub fn timeline(out: &mut dyn io::Write, rotations: &Rotations<'_>) -> io::Result<()> {
    let (bold, dim) = (style::BOLD, style::DIM);
    writeln!(out, "\n{bold}Rotation:{bold:#}\n")?;
    if rotations.keys.is_empty() {
        return writeln!(out, "  no key in the store is rotated");
    }
    for key in rotations.keys {
        let rotation = key.rotation;
        let [every, overlap, grace] = [rotation.every, rotation.overlap, rotation.grace].map(in_words);
        let address = rows::shown(&key.address);
        writeln!(out, "  {bold}{address}{bold:#}  {dim}every {every}, overlap {overlap}, grace {grace}{dim:#}")?;
        key.generations.iter().try_for_each(|generation| write_generation(out, generation, rotations.now))?;
    }
    Ok(())
}

fn write_generation(out: &mut dyn io::Write, generation: &Generation, now: Instant) -> io::Result<()> {
    let Generation { created, status, next, .. } = generation;
    let created = created.map_or_else(|| "at an unknown time".to_owned(), in_utc);
    let step = match next.step {
        _ if next.held.is_some() => "stays",
        Step::Succeed => "gets a successor",
        Step::Disable => "is disabled",
        Step::Delete => "is deleted",
        Step::Stay => "stays",
    };
    let when = match next.at {
        _ if next.held.is_some() => String::new(),
        Some(at) if at <= now => " in this plan".to_owned(),
        Some(at) => format!(" from {} on", in_utc(at)),
        None => String::new(),
    };
    let because = next.held.as_ref().unwrap_or(&next.because);
    let (dim, status, because) = (style::DIM, text::line(status), text::line(because));
    writeln!(out, "    created {created:<20}  {status:<8}  {step}{when}: {dim}{because}{dim:#}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rotation;
    use crate::plan::Next;
    use crate::render::tests::plain;

    fn at(day: i64) -> Instant {
        Instant::from_timestamp(day * 86_400, 0).unwrap()
    }

    fn generation(id: &str, step: Step, day: Option<i64>, because: &str) -> Generation {
        let address = Address::key_in_store("alice", "checkout", "payments", id);
        let next = Next { step, at: day.map(at), because: because.to_owned(), held: None };
        Generation { address, created: Some(at(0)), status: "active".into(), works: true, next }
    }

    fn key(label: &str, older: Vec<Generation>) -> KeyTimeline {
        let current = generation("new", Step::Succeed, Some(190), "90 days after it was created");
        KeyTimeline {
            address: Address::key(label),
            rotation: Rotation { every: 90 * 86_400, overlap: 86_400, grace: 0, since: None },
            generations: std::iter::once(current).chain(older).collect(),
            is_delivered: true,
        }
    }

    fn lines(keys: &[KeyTimeline]) -> String {
        plain(|out| waits(out, &Rotations { keys, now: at(100) }))
    }

    #[test]
    fn one_line_says_what_waits_for_what_until_when() {
        let disabled = || generation("old", Step::Disable, Some(101), "1 day after its successor was delivered");
        let deleted = generation("older", Step::Delete, Some(102), "0 seconds after it was disabled");
        let stays = generation("old", Step::Stay, None, "its successor key/a is waiting for approval");
        let due = generation("old", Step::Disable, Some(100), "1 day after its successor was delivered");
        let keys = [key("a", vec![disabled()]), key("b", vec![stays]), key("c", vec![due]), key("d", Vec::new())];
        assert_eq!(
            lines(&keys),
            "Rotation in progress:\n\n  \
             key/a: the new generation is delivered; the old one works beside it, and the rotation disables it from \
             1970-04-12 00:00 UTC on\n  \
             key/b: the old one is not retired, because its successor key/a is waiting for approval\n\n"
        );
        let two = lines(&[key("a", vec![disabled(), deleted])]);
        assert!(two.contains("; the old one of 1970-01-01 is disabled, and the rotation deletes it from"), "{two}");
        assert_eq!(lines(&keys[2..]), "");
    }

    #[test]
    fn many_keys_are_counted() {
        let old = || vec![generation("old", Step::Disable, Some(101), "")];
        let keys: Vec<KeyTimeline> = (0..12).map(|number| key(&format!("k{number}"), old())).collect();
        let all = lines(&keys);
        assert!(all.contains("key/k9: ") && !all.contains("key/k10"), "{all}");
        assert!(all.contains("  and 2 more keys; see `keywright plan --timeline`\n"), "{all}");
    }
}
