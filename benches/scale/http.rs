//! `cargo bench --bench scale -- --http SIZE [PROGRAM ...]`: a plan without changes over loopback HTTP, in turns with other
//! builds of the program, against answers from memory ([`Replay`]).

use super::Figure;
use super::RUNS;
use super::area;
use super::calls::Emulator;
use super::calls::KEYWRIGHT;
use super::calls::PAGE;
use super::generate;
use super::median;
use super::once;
use super::replay::Replay;

pub(crate) fn table(size: usize, others: &[&str]) {
    let (folder, of_emulator) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let emulator = Emulator::start(of_emulator.path());
    generate::workspace(folder.path(), size);
    let replay = Replay::before(&emulator.url);
    area::settings(folder.path(), &replay.url, PAGE);
    let path = folder.path().to_str().expect("a plain path");
    // The second run finds what the first created: from then on, the lists are believed.
    for _ in 0..2 {
        assert_eq!(once(&["--measure", KEYWRIGHT, "apply", path, "--auto-approve"]).code, 0, "apply failed");
    }
    replay.keep();
    let programs: Vec<&str> = others.iter().copied().chain([KEYWRIGHT]).collect();
    let mut figures: Vec<Vec<Figure>> = programs.iter().map(|_| Vec::new()).collect();
    let plan = |program: &str| once(&["--measure", program, "plan", path, "--detailed-exitcode"]);
    plan(KEYWRIGHT);
    for _ in 0..RUNS {
        for (program, figures) in programs.iter().zip(&mut figures) {
            figures.push(plan(program));
        }
    }
    println!("| objects | program | seconds (median of {RUNS}) | processor seconds | peak MiB |");
    println!("|---:|---|---:|---:|---:|");
    for (program, figures) in programs.iter().zip(&figures) {
        let figure = median(figures);
        assert_eq!(figure.code, 0, "plan failed");
        let Figure { seconds, processors, mebibytes, .. } = figure;
        println!("| {size} | {program} | {seconds:.3} | {processors:.3} | {mebibytes:.0} |");
    }
}
