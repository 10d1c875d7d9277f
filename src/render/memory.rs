//! What a plan does not show on its own: each key that one line counts, and what the workspace database remembers.

use std::io;

use super::style;
use crate::plan::Plan;
use crate::text;

/// What the database remembers, for `--verbose`.
#[derive(Default)]
pub struct Memory {
    /// Objects that manifests declared.
    pub objects: usize,
    /// How many of them Keywright made.
    pub made: usize,
    /// How many of them were protected when they were last applied.
    pub protected: usize,
    /// One line for each change or object of the plan that the database knows.
    pub known: Vec<String>,
}

/// Writes the undeclared keys one by one, and what comes from memory.
pub fn details(out: &mut dyn io::Write, plan: &Plan, memory: &Memory) -> io::Result<()> {
    let (bold, dim) = (style::BOLD, style::DIM);
    let undeclared: Vec<_> = plan.kept.iter().filter(|kept| kept.address.slot_in_store().is_some()).collect();
    if !undeclared.is_empty() {
        writeln!(out, "\n{bold}Undeclared keys:{bold:#}\n")?;
        for kept in undeclared {
            writeln!(out, "  {}  {dim}{}{dim:#}", text::line(&kept.address.to_string()), text::line(&kept.why))?;
        }
    }
    writeln!(out, "\n{bold}From memory:{bold:#}\n")?;
    if memory.objects == 0 && memory.known.is_empty() {
        return writeln!(out, "  nothing: the workspace database remembers no object of this store");
    }
    let objects = text::count(memory.objects, "object");
    let (made, protected) = (memory.made, memory.protected);
    writeln!(out, "  {objects} known as declared, {made} made by Keywright, {protected} protected")?;
    memory.known.iter().try_for_each(|line| writeln!(out, "  {}", text::line(line)))
}
