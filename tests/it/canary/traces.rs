//! Every command with healthy and with broken stores, and then a search of everything that is left on the disk.

use std::path::Path;

use super::planted::MANIFESTS;
use super::planted::World;
use super::planted::assert_no_guess;
use crate::cloud::area::Area;

/// Files that exist to hold values: deliveries and the emulator's store.
fn holds_values(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    path.ends_with("workspace/secrets") || name.starts_with("area.db")
}

/// The key for fingerprints, which only its own file may contain.
fn fingerprint_key(world: &World) -> Option<String> {
    let file = world.workspace().join(".keywright/fingerprint.key");
    std::fs::read_to_string(file).ok().map(|key| key.trim().to_owned())
}

/// Searches every file in the world's folder: the workspace with its plans and its database, the log of the database,
/// temporary files, and the emulator's log.
pub(super) fn search(world: &World, what: &str) {
    let secrets: Vec<String> = world.secrets().into_iter().chain(fingerprint_key(world)).collect();
    let mut folders = vec![world.path().to_owned()];
    let mut names = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if holds_values(&path) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("fingerprint.key") {
                assert_no_guess(&format!("{what}: {}", path.display()), &std::fs::read(&path).unwrap(), &secrets);
                names.push(entry.file_name());
            }
        }
    }
    for name in ["keywright.db", "keywright.yaml", "requests.log"] {
        assert!(names.iter().any(|found| found == name), "{what}: {name} was not searched, only {names:?}");
    }
}

/// Uses every kind of command, whatever comes of it, until `strikes` faults have happened.
fn live(flags: &[String], strikes: usize) {
    let what = flags.join(" ");
    let world = World::new(MANIFESTS);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let area = Area::start(&world.path().join("area"), &flags);
    world.point_at(&area.url, "");
    world.run(&["plan", "--out", "plan.json", "--verbose"]);
    world.run(&["apply", "plan.json", "--verbose"]);
    let struck = || area.requests().iter().filter(|request| request.is_struck()).count();
    for _ in 0..20 {
        world.run(&["apply", "--auto-approve", "--format=json-stream", "--log-format=json"]);
        if struck() >= strikes {
            break;
        }
    }
    assert!(struck() >= strikes, "{what}: only {} of {strikes} faults happened", struck());
    for command in [&["apply", "--auto-approve"][..], &["export"], &["runs", "show", "1"], &["runs", "show", "2"]] {
        world.run(command);
    }
    search(&world, &what);
}

#[test]
fn no_command_leaves_a_secret_behind() {
    let world = World::new(MANIFESTS);
    let area = Area::start(&world.path().join("area"), &[]);
    world.point_at(&area.url, "");
    for command in [
        &["validate"][..],
        &["validate", "--format=json"],
        &["plan", "--verbose"],
        &["plan", "--format=json"],
        &["plan", "--out", "plan.json"],
        &["show", "plan.json"],
        &["show", "plan.json", "--format=json"],
        &["show", "plan.json", "--format=markdown"],
        &["apply", "plan.json", "--verbose"],
        &["plan", "--detailed-exitcode"],
        &["export"],
        &["runs"],
        &["runs", "--format=json"],
        &["runs", "show", "1"],
        &["runs", "show", "1", "--format=json"],
        &["explain", "PackageKey"],
        &["schema"],
        &["completions", "bash"],
    ] {
        let output = world.run(command);
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(world.workspace().join("secrets/checkout.env").is_file(), "no key was created");
    search(&world, "every command");
    for command in [&["apply", "nowhere.json"][..], &["plan", "nowhere"], &["apply", "--strict"], &["plan", "--allow"]]
    {
        assert!(!world.run(command).status.success(), "{command:?}");
    }
    // A run that was killed, and one after it that reports it: the journal has intents, and the log is not merged.
    let connection = rusqlite::Connection::open(world.workspace().join(".keywright/keywright.db")).unwrap();
    connection.execute_batch("UPDATE runs SET ended = NULL; UPDATE writes SET fate = NULL, ended = NULL").unwrap();
    let output = world.run(&["plan"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("KW-023"));
    search(&world, "an interrupted run");
    drop(connection);
}

/// Secrets at the wrong place in manifests, and in settings.
#[test]
fn no_mistake_in_a_file_shows_a_secret() {
    let secret = "canary-custom.key_0007";
    let world = World::new(MANIFESTS);
    let given = "{custom: {env: APP_KEY}}, secret: {env: APP_SECRET}}";
    assert!(MANIFESTS.contains(given));
    let mistakes = [
        format!("{{custom: {{value: {secret}}}}}}}"),
        format!("{{custom: {secret}}}}}"),
        format!("{{custom: {{{secret}}}}}}}"),
        format!("{{custom: [{secret}]}}}}"),
        format!("{secret}}}"),
        format!("{{custom: {{value: {secret}, env: APP_KEY}}}}}}"),
        format!("{{custom: {{vaule: {secret}}}}}}}"),
        format!("{{custom: {{value: {secret}"),
        format!("{{custom: {{env: APP_KEY}}}}, secret: {secret}}}"),
        format!("{{custom: {{env: APP_KEY}}}}, secret: {{value: {secret}, value: {secret}}}}}"),
    ];
    for mistake in &mistakes {
        world.write(&MANIFESTS.replace(given, mistake));
        for command in [&["validate"][..], &["validate", "--format=json"], &["plan"]] {
            let output = world.run(command);
            assert!(!String::from_utf8_lossy(&output.stderr).is_empty() || !output.stdout.is_empty(), "{mistake}");
        }
    }
    world.write(MANIFESTS);
    for line in [
        format!("  database: postgres://keywright:{secret}@127.0.0.1/keywright\n"),
        format!("  database: postgres://127.0.0.1/keywright?password={secret}\n"),
        format!("  databasePassword: {secret}\n  database: postgres://127.0.0.1/keywright\n"),
        format!("  fingerprints: {{key: {{value: {secret}}}}}\n"),
        format!("  fingerprints: {{key: {secret}}}\n"),
    ] {
        world.point_at("http://127.0.0.1:9", &line);
        for command in [&["validate"][..], &["validate", "--format=json"], &["plan"], &["apply", "--auto-approve"]] {
            assert!(!world.run(command).status.success(), "{line} {command:?}");
        }
    }
}

/// Each kind of fault at a sign-in, a read and a create of both services.
#[test]
fn no_fault_reveals_a_secret() {
    let kinds = keywright::emulator::faults::KINDS.iter().flat_map(|(name, _)| match *name {
        "status-CODE" => vec!["status-400", "status-409", "status-422", "status-500"],
        "late-status-CODE" => vec!["late-status-502"],
        "delay-TIME" => vec!["delay-10ms"],
        "drip-TIME" => vec!["drip-10ms"],
        "drip" => vec![],
        name => vec![name],
    });
    let kinds: Vec<&str> = kinds.collect();
    // Several kinds in one world, each at another request.
    let lives = kinds.chunks(3).map(|chunk| {
        let faults = chunk.iter().enumerate().flat_map(|(index, kind)| {
            let (nth, read) = (index + 1, 2 * index + 1);
            [
                format!("{kind}@POST:/v3/token#{nth}"),
                format!("{kind}@GET:/packages#{read}"),
                format!("{kind}@GET:/api/ApiKey/getApiKeys#{read}"),
                format!("{kind}@POST:/applications/*/packageKeys#{nth}"),
                format!("{kind}@POST:/api/ApiKey#{nth}"),
            ]
        });
        faults.flat_map(|fault| ["--fault".to_owned(), fault]).collect()
    });
    run_all(lives.collect());
}

#[test]
fn no_quirk_reveals_a_secret() {
    // With these, nothing can be created; each has its own world.
    let stopping = ["mandatory-attribute", "mft-credential-form", "mft-user-token-required", "late-visibility"];
    let names = keywright::emulator::quirks::Quirk::ALL.iter().map(|quirk| quirk.name());
    let (alone, together): (Vec<&str>, Vec<&str>) = names.partition(|name| stopping.contains(name));
    let groups = together.chunks(10).chain(alone.chunks(1));
    let flags = |group: &[&str]| group.iter().flat_map(|name| ["--quirk".to_owned(), with_value(name)]).collect();
    run_all(groups.map(flags).collect());
}

/// The quirks that take a word get one that differs from the default.
fn with_value(name: &str) -> String {
    let word = match name {
        "mft-list-separator" => "json",
        "mft-empty-orgs-means" => "null",
        "mft-update-mode" => "merge",
        "mft-ignore-fields-on-update" => "enabled",
        "mft-expiry-clearable" | "mft-per-user-scope" => "no",
        "mft-duplicate-names" => "allow",
        "mft-name-mode" => "owner",
        "mft-date-format" => "no-offset",
        "mft-response-content-type" => "text/plain",
        "mft-error-shape" => "message",
        "mft-status-for-foreign-key" => "403",
        "mft-missing-key" => "empty",
        "mft-credential-form" => "bearer",
        "mft-create-then-timeout" => "1",
        _ => return name.to_owned(),
    };
    format!("{name}={word}")
}

/// Several at a time, because they mostly wait.
fn run_all(lives: Vec<Vec<String>>) {
    let next = std::sync::Mutex::new(lives.into_iter());
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let Some(flags) = next.lock().unwrap().next() else { break };
                    let strikes = flags.iter().filter(|flag| *flag == "--fault").count();
                    live(&flags, strikes);
                }
            });
        }
    });
}
