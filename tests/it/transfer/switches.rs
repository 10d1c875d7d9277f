//! Every behavior that the reference leaves open, alone and in random combinations: the site matches the manifests, or
//! one clear sentence explains why not. Nothing is duplicated, no foreign key changes, and no output contains an id or
//! a value.

use keywright::emulator::quirks::Quirk;

use super::site::Team;

/// Behaviors that the client handles silently.
const SETTLES: &[&str] = &[
    "mft-id-is-secret",
    "mft-secret-on-create-only",
    "mft-list-includes-deleted",
    "mft-list-separator=comma",
    "mft-list-separator=comma-space",
    "mft-list-separator=json",
    "mft-empty-orgs-means=all",
    "mft-empty-orgs-means=null",
    "mft-update-mode=replace",
    "mft-update-mode=merge",
    "mft-omitted-bool-false",
    "mft-ignore-fields-on-update=keyName",
    "mft-expiry-clearable=yes",
    "mft-expiry-clearable=no",
    "mft-duplicate-names=allow",
    "mft-duplicate-names=refuse",
    "mft-name-mode=alias",
    "mft-name-mode=null",
    "mft-name-mode=owner",
    "mft-date-format=z",
    "mft-date-format=no-offset",
    "mft-date-format=seven-digits",
    "mft-response-content-type=application/json",
    "mft-response-content-type=text/plain",
    "mft-html-on-unknown-path",
    "mft-error-shape=empty",
    "mft-error-shape=problem",
    "mft-error-shape=string",
    "mft-error-shape=message",
    "mft-error-shape=status",
    "mft-create-then-500=1",
    "mft-status-for-foreign-key=403",
    "mft-status-for-foreign-key=404",
    "mft-per-user-scope=yes",
    "mft-per-user-scope=no",
    "mft-delete",
    "mft-missing-key=null",
    "mft-missing-key=empty",
    "mft-wrapped-list",
    "mft-credential-form=api-key",
    "mft-unset-dates",
    "mft-past-expiry-refused",
    "mft-unknown-property",
    "mft-pascal-case",
    "mft-audit-fields-taken",
    "mft-any-key-name",
    "mft-tenant-taken",
];

/// Behaviors that make the declared state impossible, with the expected message.
const SAYS: &[(&str, &str)] = &[
    ("mft-list-separator=semicolon", "MFT-027"),
    ("mft-list-separator=pipe", "MFT-027"),
    ("mft-max-keys=3", "could not create"),
    ("mft-credential-form=bearer", "the credential was rejected"),
    ("mft-user-token-required", "grant key management"),
    ("mft-organizations-forbidden", "MFT-025"),
    ("mft-ignore-fields-on-update=allowedOrgs", "MFT-033"),
    ("mft-ignore-fields-on-update=expirationDate", "MFT-033"),
    ("mft-ignore-fields-on-update=enabled", "MFT-033"),
    ("mft-ignore-fields-on-update=allowedApis", "MFT-033"),
];

/// Changes every field in both directions.
fn change(team: &Team) {
    team.edit("allowedOrgs: [ACME]\n  expires: 2027-06-30", "allowedOrgs: [ACME, SYS-GLOBEX]\n  expires: 2027-05-30");
    team.edit("allowedApis: [audit, billing]", "allowedApis: [audit]");
    let consent = "{allow: apikey/ft-nightly-report, why: no report is billed, until: 2099-12-31}";
    team.edit("  stores:\n", &format!("  consents: [{consent}]\n  stores:\n"));
    team.edit("  enabled: true\n  allowedApis: [audit, management]\n  allowedOrgs: [SYS-GLOBEX]\n  expires: 2027-09-30T00:00:00Z", "  enabled: false\n  allowedApis: [audit, management]\n  allowedOrgs: [SYS-GLOBEX]\n  expires: 2027-09-30T00:00:00Z");
}

#[test]
fn every_behavior_is_tried() {
    let mut tried: Vec<&str> = SETTLES.iter().copied().chain(SAYS.iter().map(|(switch, _)| *switch)).collect();
    tried.push("mft-create-then-timeout");
    for quirk in Quirk::ALL.iter().map(|quirk| quirk.name()).filter(|name| name.starts_with("mft-")) {
        assert!(tried.iter().any(|switch| switch.split('=').next() == Some(quirk)), "no test tries {quirk}");
    }
}

#[test]
fn the_site_matches_the_manifests_under_every_behavior() {
    for switch in SETTLES {
        let team = Team::with_others();
        let _area = team.site(&["--quirk", switch]);
        team.assert_applies(switch);
        change(&team);
        team.assert_applies(&format!("{switch}, changed"));
        team.assert_unharmed(switch);
    }
}

#[test]
fn impossible_declarations_are_reported_and_harm_nothing() {
    for (switch, expected) in SAYS {
        let team = Team::with_others();
        let area = team.site(&[]);
        let is_of_updates = switch.contains("on-update");
        if is_of_updates {
            team.assert_applies("made");
        }
        drop(area);
        let _area = team.site(&["--quirk", switch]);
        let mut said = vec![];
        for _ in 0..2 {
            if is_of_updates && said.is_empty() {
                change(&team);
            }
            said.push(team.apply());
        }
        let text: String = said.iter().map(|said| said.text.as_str()).collect();
        // A field that the site did not accept is reported once, and then remembered.
        let is_reported = said[0].exit != 0 && (said[1].exit != 0 || said[1].text.contains("the store kept its own"));
        assert!(is_reported && text.contains(expected), "{switch}: {text}");
        team.assert_unharmed(switch);
    }
}

/// A create without an answer is resolved by a check. The client gives up the connection after a timeout, which the
/// test has to wait for; the emulator closes it after a moment.
#[test]
fn a_create_that_is_never_answered_is_found() {
    let team = Team::with_others();
    let area = team.site(&["--quirk", "mft-create-then-timeout=1"]);
    let said = team.apply();
    assert!(matches!(said.exit, 0 | 6), "{}", said.text);
    drop(area);
    let _area = team.site(&[]);
    team.assert_applies("afterwards");
    team.assert_unharmed("afterwards");
}

#[test]
fn random_combinations_converge_or_say_why() {
    let mut state = 11_u64;
    let mut random = move |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % most
    };
    let all: Vec<&str> = SETTLES.iter().copied().chain(SAYS.iter().map(|(switch, _)| *switch)).collect();
    for _ in 0..12 {
        let mut chosen: Vec<&str> = Vec::new();
        for _ in 0..4 {
            let switch = all[random(all.len())];
            let name = switch.split('=').next().unwrap();
            if !chosen.iter().any(|other| other.split('=').next() == Some(name)) {
                chosen.push(switch);
            }
        }
        let flags: Vec<&str> = chosen.iter().flat_map(|switch| ["--quirk", switch]).collect();
        let team = Team::with_others();
        let _area = team.site(&flags);
        let first = team.apply();
        change(&team);
        let second = team.apply();
        team.assert_unharmed(&format!("{chosen:?}"));
        for said in [first, second] {
            let is_clear = said.exit == 0
                || said.text.contains("[MFT-")
                || said.text.contains("help: ")
                || said.text.contains("could not ");
            assert!(is_clear && !said.text.contains("panicked"), "{chosen:?}: {}\n{}", said.exit, said.text);
        }
    }
}
