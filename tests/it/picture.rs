//! The picture of a plan in the README is drawn from a real run.

use std::fs;
use std::path::Path;

use anstyle::Color;
use anstyle::RgbColor;
use anstyle_svg::Palette;
use anstyle_svg::Term;

use crate::program::keywright;

/// Text and background, and colors that can be read on it: the contrast of each is 6 or more. One dark background serves both modes
/// of a reader.
const TEXT: RgbColor = RgbColor(0xe6, 0xed, 0xf3);
const BACKGROUND: RgbColor = RgbColor(0x0d, 0x11, 0x17);
const COLORS: [RgbColor; 8] = [
    BACKGROUND,
    RgbColor(0xff, 0x7b, 0x72),
    RgbColor(0x56, 0xd3, 0x64),
    RgbColor(0xe3, 0xb3, 0x41),
    RgbColor(0x79, 0xc0, 0xff),
    RgbColor(0xd2, 0xa8, 0xff),
    RgbColor(0x76, 0xe3, 0xea),
    TEXT,
];

fn key(name: &str, prefix: &str, status: &str) -> String {
    format!(
        "---\napiVersion: keywright.dev/v1\nkind: PackageKey\nmetadata: {{name: {name}}}\nspec:\n  user: alice\n  \
         application: checkout\n  package: payments\n  plan: gold\n  key: {{generate: {{prefix: {prefix}}}}}\n  settings: {{status: \
         {status}}}\n  deliver: [{{file: secrets/{name}.env, as: KEY}}]\n"
    )
}

/// `BLESS=1` draws it.
#[test]
fn the_picture_shows_a_real_plan() {
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| {
        let mut program = keywright();
        program.args(words).current_dir(&folder).env("KEYWRIGHT_NOW", "2026-11-21T12:00:00Z").env("COLUMNS", "80");
        let output = program.output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["init", "--name", "payments"]);
    let path = folder.path().join("first.yaml");
    let first = fs::read_to_string(&path).unwrap();
    fs::write(&path, first.clone() + &key("checkout-old", "old_", "active")).unwrap();
    run(&["apply", "--auto-approve"]);
    let changed = first.replace("perSecond: 20", "perSecond: 30") + &key("checkout-old", "old_", "disabled");
    fs::write(&path, changed + &key("checkout-mobile", "app_", "active")).unwrap();
    let plan = run(&["plan", "--color", "always"]);
    for sign in ["~", "+", "!"] {
        assert!(plan.contains(&format!("m{sign}\u{1b}[")), "no {sign} in color: {plan}");
    }

    // The bright colors are the same.
    let palette = std::array::from_fn(|at| COLORS[at % 8]);
    let term = Term::new().palette(Palette(palette)).fg_color(Color::Rgb(TEXT)).bg_color(Color::Rgb(BACKGROUND));
    let drawn = term.render_svg(&format!("$ keywright plan\n\n{plan}"));
    // The library's own dim text is too faint to be read.
    let faint = ".dimmed { opacity: 0.4; }";
    assert!(drawn.contains(faint), "the library draws dim text in another way");
    let drawn = drawn.replace(faint, ".dimmed { opacity: 0.75; }");
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images/plan.svg");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&picture, &drawn).unwrap();
    }
    let committed = fs::read_to_string(&picture).unwrap_or_default();
    assert!(committed == drawn, "docs/images/plan.svg is out of step; run the tests with BLESS=1");
}
