//! The reference in `docs/reference/` is written from the program: the commands, the exit codes, the fields and the rules.

use std::fs;
use std::path::Path;

use clap::Arg;
use clap::Command;
use keywright::cli::Exit;
use keywright::manifest::documents;
use keywright::model::Kind;
use keywright::render::explain::described;
use keywright::rule::When;
use keywright::rules::catalogue;
use serde_json::Value;

/// `BLESS=1` writes the pages.
#[test]
fn the_reference_is_what_the_program_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference");
    let pages = [("commands", commands()), ("exit-codes", exit_codes()), ("fields", fields()), ("rules", rules())];
    for (name, page) in &pages {
        let path = folder.join(format!("{name}.md"));
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, page).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == *page, "{} is out of step; run the tests with BLESS=1", path.display());
    }
    assert_eq!(fs::read_dir(folder).unwrap().count(), pages.len(), "a page without a source");
}

fn title(title: &str, about: &str) -> String {
    format!(
        "<!-- Written by `BLESS=1 cargo test --test it reference`; changes here are lost. -->\n\n# {title}\n\n{about}\n\n"
    )
}

/// A text in a cell of a table: a pipe ends a cell, and `<` begins a tag, but not in code.
fn cell(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
    let parts = words.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 0 { part.replace('<', "&lt;") } else { format!("`{part}`") }).collect()
}

fn commands() -> String {
    let mut page = title(
        "Commands and options",
        "`keywright COMMAND --help` prints the same. [The overview](../commands.md) says what each command is for.",
    );
    let program = keywright::cli::grammar();
    page.push_str("## Options of every command\n\n");
    page.push_str(&table(program.get_arguments().filter(|argument| argument.is_global_set())));
    for command in program.get_subcommands().filter(|command| command.get_name() != "help") {
        describe(command, &mut page);
    }
    page
}

fn describe(command: &Command, page: &mut String) {
    let name = command.get_bin_name().unwrap_or_default();
    page.push_str(&format!("\n## {name}\n\n"));
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    for paragraph in about.split("\n\n") {
        // A list of the terminal stays as it is.
        let is_list = paragraph.lines().any(|line| line.starts_with("  "));
        let paragraph =
            if is_list { format!("```text\n{paragraph}\n```") } else { cell(paragraph).replace("\\|", "|") };
        page.push_str(&format!("{paragraph}\n\n"));
    }
    let usage = command.clone().render_usage().to_string();
    page.push_str(&format!("```text\n{}\n```\n\n", usage.trim_start_matches("Usage: ")));
    page.push_str(&grouped(command));
    if let Some(more) = command.get_after_long_help().or(command.get_after_help()) {
        page.push_str(&format!("\n```text\n{}\n```\n", more.to_string().trim_end()));
    }
    command.get_subcommands().filter(|below| below.get_name() != "help").for_each(|below| describe(below, page));
}

/// The options of a command, in the groups of its help.
fn grouped(command: &Command) -> String {
    let own: Vec<&Arg> = command.get_arguments().filter(|argument| !argument.is_global_set()).collect();
    let mut headings: Vec<Option<&str>> = vec![None];
    for argument in &own {
        let heading = heading(argument);
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    let groups = headings.into_iter().filter_map(|group| {
        let table = table(own.iter().copied().filter(|argument| heading(argument) == group));
        let title = group.map_or_else(String::new, |group| format!("**{group}**\n\n"));
        (!table.is_empty()).then(|| format!("{title}{table}"))
    });
    groups.collect::<Vec<_>>().join("\n")
}

fn heading(argument: &Arg) -> Option<&str> {
    argument.get_help_heading().filter(|_| !argument.is_positional())
}

fn table<'a>(arguments: impl Iterator<Item = &'a Arg>) -> String {
    let is_shown =
        |argument: &&Arg| !argument.is_hide_set() && !["help", "version"].contains(&argument.get_id().as_str());
    let rows: Vec<String> = arguments.filter(is_shown).map(row).collect();
    if rows.is_empty() { String::new() } else { format!("| Option | Meaning |\n|---|---|\n{}", rows.concat()) }
}

fn row(argument: &Arg) -> String {
    let takes_value = argument.get_action().takes_values();
    let value = argument.get_value_names().filter(|_| takes_value).map(|names| names.join(" ")).unwrap_or_default();
    let short = argument.get_short().map(|short| format!("-{short}"));
    let long = argument.get_long().map(|long| format!("--{long}"));
    let names = short.into_iter().chain(long).collect::<Vec<_>>().join(", ");
    let name = format!("{names} {value}");
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut meaning = cell(&help);
    let list = |values: Vec<String>| values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
    let values = argument.get_possible_values();
    let values = values.iter().filter(|value| takes_value && !value.is_hide_set());
    let values: Vec<String> = values.map(|value| value.get_name().to_owned()).collect();
    if !values.is_empty() {
        meaning.push_str(&format!(". One of {}", list(values)));
    }
    let defaults: Vec<String> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    if takes_value && !defaults.is_empty() {
        meaning.push_str(&format!(". Default: {}", list(defaults)));
    }
    if let Some(variable) = argument.get_env() {
        meaning.push_str(&format!(". Variable: `{}`", variable.to_string_lossy()));
    }
    format!("| `{}` | {meaning} |\n", name.trim())
}

fn exit_codes() -> String {
    let mut page = title(
        "Exit codes",
        "Scripts can depend on the numbers. `keywright explain 4` explains one. [CI](../ci.md#what-each-exit-means) says what a \
         pipeline does about them. Some commands say more about their own: [drift](../drift.md#in-a-pipeline),\n\
         [keys revoke](../keys.md#when-a-key-leaks).",
    );
    page.push_str("| Exit code | Meaning |\n|---|---|\n");
    for exit in Exit::ALL {
        page.push_str(&format!("| `{}` | {} |\n", exit as u8, cell(exit.meaning())));
    }
    let urgent: Vec<String> = Exit::BY_URGENCY.iter().map(|exit| (*exit as u8).to_string()).collect();
    page.push_str(&format!(
        "\nA run of several workspaces exits with the most urgent code of one of them: {}. First comes what is half done or needs a\n\
         person at once, last what only waits.\n",
        urgent.join(", ")
    ));
    page
}

fn fields() -> String {
    let mut page = title(
        "Fields",
        "`keywright explain PackageKey.rotation` prints the same, and [the schemas](../editor.md) show it in an editor. A field\n\
         without a dot in its name is in `spec`. `NAME` is a name of your choice, and a list has the fields of its items.",
    );
    let kinds = Kind::ALL.into_iter().map(|kind| (kind.name(), documents::of_kind(kind)));
    for (kind, schema) in kinds.chain([("Workspace", documents::of_workspace())]) {
        let about = schema.get("description").and_then(Value::as_str).unwrap_or_default();
        page.push_str(&format!("## {kind}\n\n{}\n\n| Field | Type | Meaning |\n|---|---|---|\n", cell(about)));
        for field in described(&schema) {
            page.push_str(&format!("| `{}` | {} | {} |\n", field.path, cell(&field.kind), cell(&field.about)));
        }
        page.push('\n');
    }
    format!("{}\n", page.trim_end())
}

fn rules() -> String {
    let mut page = title(
        "Rules",
        "`keywright explain CAM-024` prints the same, with an example that breaks the rule and one that does not. The severity can\n\
         be changed under `rules` of `keywright.yaml`, unless it is fixed because the rule protects the store.",
    );
    let groups = [("CAM", "Cloud API Management"), ("MFT", "Managed File Transfer"), ("KW", "Every store")];
    for (group, name) in groups {
        page.push_str(&format!("## {group}: {name}\n\n"));
        for rule in catalogue::all().filter(|rule| rule.id.0.split('-').next() == Some(group)) {
            let when = match rule.when {
                When::Validate => "`validate`",
                When::Plan => "`plan`",
                When::Apply => "`apply`",
                When::Remote => "the client of the service",
            };
            let fixed = if rule.fixed { ", fixed" } else { "" };
            let also = rule.also.map(|(severity, which)| format!("; {severity} {which}")).unwrap_or_default();
            let prose = |text| cell(text).replace("\\|", "|");
            page.push_str(&format!(
                "### {}\n\n**{}** {}\n\n{}{fixed}{} · checked by {when} · source: {}\n\n",
                rule.id,
                prose(rule.says),
                prose(rule.why),
                rule.severity,
                prose(&also),
                prose(rule.source)
            ));
        }
    }
    format!("{}\n", page.trim_end())
}
