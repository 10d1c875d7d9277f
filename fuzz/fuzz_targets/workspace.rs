//! `keywright.yaml`, from bytes to settings and rendered findings.
#![no_main]
#![expect(clippy::disallowed_methods, reason = "the macro can write what it is given to a file")]

use keywright::diagnostic::Severity;
use keywright::diagnostic::SourceId;
use keywright::diagnostic::Sources;
use keywright::diagnostic::sort;
use keywright::manifest;
use keywright::rules;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let sources = Sources(vec![keywright_fuzz::source("keywright.yaml", bytes)]);
    let (file, mut findings) = manifest::workspace::parse(SourceId(0), &sources.0[0]);
    keywright_fuzz::check_place(file.place, &sources);
    let (workspace, more) = rules::workspace::check(&file, "fuzz");
    findings.extend(more);
    sort(&mut findings);
    keywright_fuzz::check_findings(&findings, &sources);
    keywright_fuzz::check_order(&findings);
    keywright_fuzz::check_drawing(&findings, &sources);
    for (id, severity) in &workspace.severities {
        let rule = rules::catalogue::find(id.0).expect("only rules that there are");
        assert!(!rule.fixed || *severity == Some(Severity::Error), "{id} is fixed and was lowered");
    }
    assert!((0..=100).contains(&workspace.guards.percent) || !findings.is_empty());
});
