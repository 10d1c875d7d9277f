//! One or two manifest files, from bytes to rendered findings.
#![no_main]
#![expect(clippy::disallowed_methods, reason = "the macro can write what it is given to a file")]

use keywright::diagnostic::SourceId;
use keywright::diagnostic::Sources;
use keywright::diagnostic::has_errors;
use keywright::manifest;
use keywright::manifest::read::Reading;
use keywright::manifest::tree;
use keywright::rules;
use keywright::workspace::Workspace;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    keywright_fuzz::one_thread();
    // A byte that is never part of a text separates two files.
    let (first, second) = match bytes.iter().position(|byte| *byte == 0xff) {
        Some(at) => (&bytes[..at], Some(&bytes[at + 1..])),
        None => (bytes, None),
    };
    let mut sources = Sources(vec![keywright_fuzz::source("a.yaml", first)]);
    sources.0.extend(second.map(|second| keywright_fuzz::source("b.yaml", second)));
    check_nodes(&sources);

    let (manifests, found) = manifest::parse(&sources);
    keywright_fuzz::check_findings(&found, &sources);
    for manifest in &manifests {
        keywright_fuzz::check_place(manifest.place, &sources);
        keywright_fuzz::check_place(manifest.name_place(), &sources);
    }
    let checked = rules::check(manifests, found, &Workspace::named("fuzz"));
    assert_eq!(checked.value.is_some(), !has_errors(&checked.diagnostics), "a value exactly when nothing is an error");
    let mut findings = checked.diagnostics;
    keywright_fuzz::check_order(&findings);
    if let Some(desired) = &checked.value {
        findings.extend(rules::values::check(desired, &rules::values::literals(desired)));
        for object in desired.objects.values() {
            keywright_fuzz::check_place(object.place, &sources);
            assert!(!object.address.to_string().contains(char::is_control), "an address is one line");
        }
    }
    keywright_fuzz::check_findings(&findings, &sources);
    keywright_fuzz::check_drawing(&findings, &sources);
});

/// Only aliases make more nodes than there are bytes.
fn check_nodes(sources: &Sources) {
    for (source, id) in sources.0.iter().zip(0..) {
        if source.text.contains('*') {
            let mut nodes = 0;
            tree::documents(&source.text, &mut Reading::new(SourceId(id)), |root, _| {
                let of_document = keywright_fuzz::count(root);
                assert!(of_document <= tree::MAX_NODES);
                nodes += of_document;
            });
            assert!(nodes <= tree::MAX_NODES + source.text.len(), "{nodes} nodes");
        }
    }
}
