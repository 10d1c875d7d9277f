//! What nobody declares costs little memory, also when whole lists are read. `cargo bench --bench scale -- --area 1000000`
//! shows the figure for a large area: less than 1 KiB an object. In a small one, what the allocator keeps is a part of it.

use std::fs;
use std::process::Stdio;

#[path = "../../benches/scale/area.rs"]
pub(crate) mod area;

use crate::program::keywright;

/// The peak memory of a plan that reads whole lists, in bytes.
fn peak(size: usize) -> usize {
    let folder = tempfile::tempdir().unwrap();
    area::workspace(folder.path(), &area::serve(size));
    let mut child = keywright()
        .args(["plan", "--prune"])
        .current_dir(folder.path())
        .env(area::VARIABLE, "not-a-real-credential")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(peak).max(peak);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    peak << 10
}

#[test]
fn an_object_that_nobody_declares_takes_little_memory() {
    let (few, many) = (10_000, 40_000);
    let each = peak(many).saturating_sub(peak(few)) / (many - few);
    println!("{each} bytes for each object");
    assert!((200..=2048).contains(&each), "{each} bytes for each object");
}
