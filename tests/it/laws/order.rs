//! The order of files, documents and fields has no meaning, and the same input gives the same bytes.

use keywright::diagnostic::Diagnostic;
use keywright::model::Kind;
use keywright::plan::Planned;
use keywright::render;
use proptest::prelude::*;

use super::bench::Bench;
use super::bench::check;
use super::bench::said;
use super::bench::valid;
use super::change::two_versions;
use super::layout::Layout;
use super::settings::settings;
use super::world::World;

/// The text of a plan without the places of its changes.
fn without_places(mut planned: Planned) -> String {
    for change in &mut planned.plan.changes {
        change.place = None;
    }
    let mut out = Vec::new();
    let header = render::Header {
        workspace: "law",
        store: "embedded store",
        hosts: &[],
        at: None,
        rotations: render::Rotations::default(),
    };
    for style in [render::text::Style::Fields, render::text::Style::Unified] {
        render::text::plan(&mut out, &planned.plan, &header, style).expect("memory takes all");
    }
    for diagnostics in [&planned.diagnostics, &planned.left_out(), &planned.stopped] {
        out.extend(modulo_places(diagnostics).join("\n").bytes());
    }
    String::from_utf8(out).expect("output is text")
}

/// The text of findings without places.
fn modulo_places(diagnostics: &[Diagnostic]) -> Vec<String> {
    let text = |d: &Diagnostic| {
        let labels: Vec<_> = d.labels.iter().map(|label| &label.text).collect();
        format!("{} {} {} {:?} {:?} {labels:?}", d.rule, d.severity, d.message, d.note, d.help)
    };
    let mut texts: Vec<String> = diagnostics.iter().map(text).collect();
    texts.sort();
    texts
}

/// A world with mistakes that span documents.
fn careless() -> impl Strategy<Value = World> {
    (two_versions(), any::<u8>()).prop_map(|((mut world, other), choice)| {
        // Of duplicate objects the first counts, so the second is the same: which one is first must not change the
        // other findings.
        if choice & 1 > 0 {
            world.users.extend_from_within(..1.min(world.users.len()));
        }
        if choice & 2 > 0 {
            world.keys.extend(other.keys.iter().cloned());
            // Some are the same key twice, some another key for the same application and package.
            let labels = world.keys.iter_mut().map(|key| &mut key.object.name).enumerate();
            labels.filter(|(number, _)| number % 3 > 0).for_each(|(number, label)| label.push_str(&number.to_string()));
        }
        if choice & 4 > 0 {
            world.packages.extend_from_within(..1.min(world.packages.len()));
            world.api_keys.extend(other.api_keys);
        }
        if choice & 8 > 0 {
            let mut names = world.plans.iter().map(|plan| plan.name.clone()).collect::<Vec<_>>();
            names.reverse();
            for (plan, name) in world.plans.iter_mut().zip(names) {
                plan.previously.push(name);
            }
        }
        if choice & 16 > 0 {
            world.users.iter_mut().for_each(|user| {
                user.fields.insert("status".into(), keywright::model::Value::text("waiting"));
            });
        }
        world
    })
}

proptest! {
    #![proptest_config(super::cases(112))]

    #[test]
    fn order_changes_no_byte_of_a_plan(
        (first, second) in two_versions(),
        settings in settings(),
        seeds in proptest::collection::vec(any::<u64>(), 1..4),
    ) {
        let mut bench = Bench::new();
        for world in [&first, &second] {
            let plain = valid(world, &settings)?;
            let expected = without_places(bench.plan(&plain, &settings, false));
            for seed in &seeds {
                let shuffled = check(world, Layout::shuffled(*seed), &settings);
                prop_assert_eq!(modulo_places(&shuffled.diagnostics), modulo_places(&plain.diagnostics));
                prop_assert_eq!(without_places(bench.plan(&shuffled, &settings, false)), expected.as_str());
            }
            let _ = bench.apply(&plain, &settings);
        }
    }

    #[test]
    fn order_changes_no_finding(world in careless(), settings in settings(), seed in any::<u64>()) {
        let plain = check(&world, Layout::plain(), &settings);
        let shuffled = check(&world, Layout::shuffled(seed), &settings);
        prop_assert_eq!(modulo_places(&shuffled.diagnostics), modulo_places(&plain.diagnostics));
    }

    #[test]
    fn the_same_input_gives_the_same_bytes(
        (first, second) in two_versions(),
        settings in settings(),
        seed in any::<u64>(),
    ) {
        let mut bench = Bench::new();
        let _ = bench.apply(&valid(&first, &settings)?, &settings);
        let printed = || {
            let ready = check(&second, Layout::shuffled(seed), &settings);
            let planned = bench.plan(&ready, &settings, false);
            said(&ready, &planned)
        };
        let expected = printed();
        for _ in 0..4 {
            prop_assert_eq!(printed(), expected.as_str());
        }
    }
}

#[test]
fn an_empty_world_gives_an_empty_plan() {
    let bench = Bench::new();
    let settings = super::settings::Settings::modest();
    let ready = check(&World::default(), Layout::plain(), &settings);
    let planned = bench.plan(&ready, &settings, true);
    assert!(planned.plan.is_empty() && planned.diagnostics.is_empty());
    assert_eq!(bench.live().of(Kind::User).len(), 0);
}
