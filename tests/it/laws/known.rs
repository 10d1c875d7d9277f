//! Worlds that once broke a law, or that random worlds rarely reach.

use super::bench::Bench;
use super::bench::Ready;
use super::bench::check_texts;
use super::bench::found;
use super::settings::Settings;

const WORLD: &str = "
{apiVersion: keywright.dev/v1, kind: User, metadata: {name: alice}, spec: {email: a@b, displayName: A, status: active}}
--- {apiVersion: keywright.dev/v1, kind: Package, metadata: {name: pay}, spec: {EAV}}
--- {apiVersion: keywright.dev/v1, kind: Plan, metadata: {name: gold}, spec: {package: pay}}
--- {apiVersion: keywright.dev/v1, kind: Plan, metadata: {name: iron}, spec: {package: pay, throttle: {keyOverride: false}}}
--- {apiVersion: keywright.dev/v1, kind: Application, metadata: {APPLICATION}, spec: {user: alice}}
";
const KEY: &str = "
--- {apiVersion: keywright.dev/v1, kind: PackageKey, metadata: {name: k}, spec: {user: alice, application: shop,
     package: pay, key: {generate: {}}, TERMS}}
";

fn ready(text: &str) -> Ready {
    check_texts(vec![("a.yaml".into(), text.into())], &Settings::modest())
}

fn shop() -> String {
    WORLD.replace("EAV", "").replace("APPLICATION", "name: shop") + KEY
}

#[test]
fn a_limit_that_a_key_would_keep_is_reported_before_the_store_refuses_it() {
    let (mut bench, settings) = (Bench::new(), Settings::modest());
    let first = ready(&shop().replace("TERMS", "plan: gold, settings: {throttle: 50}"));
    assert!(bench.apply(&first, &settings).is_some_and(|applied| applied.outcome.all_done()));
    let second = ready(&shop().replace("TERMS", "plan: iron"));
    let findings = found(&bench.plan(&second, &settings, true).diagnostics);
    assert!(findings.contains("error CAM-027"), "{findings}");
    // If none of its terms change, the key keeps its values.
    let third = ready(&shop().replace("TERMS", "plan: gold, expires: 2028-01-01"));
    assert!(bench.apply(&third, &settings).is_some_and(|applied| applied.outcome.all_done()));
}

#[test]
fn an_attribute_without_a_name_is_refused() {
    let refused = ready(&WORLD.replace("EAV", "eav: {\"\": x}").replace("APPLICATION", "name: shop"));
    assert!(refused.desired.is_none());
    assert_eq!(found(&refused.diagnostics), "error KW-007: the name of a field is empty\n");
}

#[test]
fn an_application_with_a_slash_in_its_former_name_is_renamed() {
    let (mut bench, settings) = (Bench::new(), Settings::modest());
    for name in ["name: a/b", "name: shop, previously: [a/b]"] {
        let ready = ready(&WORLD.replace("EAV", "").replace("APPLICATION", name));
        assert!(bench.apply(&ready, &settings).is_some_and(|applied| applied.outcome.all_done()));
    }
    assert_eq!(bench.live().of(keywright::model::Kind::Application).len(), 1);
}
