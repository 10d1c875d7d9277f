//! An export plans to no changes, and contains no secret.

use keywright::export;
use keywright::export::Given;
use keywright::export::Selection;
use keywright::model::Kind;
use keywright::model::Live;
use keywright::plan::Remembered;
use keywright::workspace::Workspace;
use proptest::prelude::*;

use super::bench::Bench;
use super::bench::check_texts;
use super::bench::found;
use super::bench::valid;
use super::edits;
use super::locate::value;
use super::settings::Settings;
use super::settled::short;
use super::tape::tapes;
use super::world::world;

fn exported(live: &Live) -> String {
    let workspace = Workspace::named("law");
    let given = Given {
        live,
        workspace: &workspace,
        now: super::bench::now(),
        remembered: &Remembered::default(),
        declared: None,
    };
    export::export(&given, &Selection::default()).expect("nothing is selected").stream()
}

proptest! {
    #![proptest_config(super::cases(112))]

    #[test]
    fn an_export_plans_to_no_changes(world in world(), edits in tapes(0, 8)) {
        let mut bench = Bench::new();
        let settings = Settings::modest();
        let _ = bench.apply(&valid(&world, &settings)?, &settings);
        for mut tape in edits {
            edits::edit(&bench, &mut tape);
        }
        let live = bench.live();
        let text = exported(&live);
        prop_assert_eq!(&exported(&bench.live()), &text);
        for key in live.of(Kind::PackageKey).iter().filter(|key| value(key).len() > 8) {
            prop_assert!(!text.contains(value(key)), "the value of {} is exported", key.address);
        }
        for key in live.of(Kind::ApiKey) {
            prop_assert!(!text.contains(key.id.expose()), "the id of {} is exported", key.address);
        }
        let ready = check_texts(vec![("exported.yaml".into(), text.clone())], &settings);
        prop_assert!(ready.desired.is_some(), "{}\n{text}", found(&ready.diagnostics));
        let planned = bench.plan(&ready, &settings, false);
        prop_assert!(planned.plan.is_empty(), "{}\n{text}", short(&planned.plan));
        let errors = keywright::diagnostic::has_errors(&planned.diagnostics);
        prop_assert!(!errors && planned.left_out().is_empty() && planned.stopped.is_empty(), "{}\n{text}", found(&planned.diagnostics));
    }
}
