//! The recipes of docs/sinks.md, read from the page and run with stand-ins for their programs.

use std::fs;

use super::Workspace;
use super::has_no_value;
use super::says;

/// Writes arguments and standard input to files, and prints what the real program would print.
const STAND_IN: &str = r#"#!/bin/sh
here="$(dirname "$0")"
case "$*" in
  *' list'*|*' describe'*|*' get '*) file=probed ;;
  *) file=wrote; cat > "$here/input" ;;
esac
printf '%s\n' "$@" > "$here/$file"
[ ! -f "$here/missing" ] || { echo "it does not exist" >&2; exit 1; }
"#;

/// What a program has to get. `TOKEN` stands for 32 hexadecimal digits.
struct Expected {
    name: &'static str,
    program: &'static str,
    path: &'static str,
    variable: &'static str,
    arguments: &'static str,
    probe: &'static str,
    /// What the program prints, and how the journal shows it.
    prints: &'static str,
    /// A path that would lead somewhere else.
    refused: &'static str,
}

const RECIPES: [Expected; 5] = [
    Expected {
        name: "aws",
        program: "/usr/local/bin/aws",
        path: "teams/checkout",
        variable: "KEY",
        arguments: "secretsmanager put-secret-value --secret-id teams/checkout/KEY --client-request-token TOKEN \
                    --secret-string file:///dev/stdin --query VersionId --output text",
        probe: "secretsmanager describe-secret --secret-id teams/checkout/KEY --query ARN",
        prints: "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE",
        refused: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x",
    },
    Expected {
        name: "github",
        program: "/usr/bin/gh",
        path: "checkout",
        variable: "KEY",
        arguments: "secret set KEY --repo acme/checkout",
        probe: "secret list --repo acme/checkout",
        prints: "",
        // gh would take the first part for a host.
        refused: "teams/checkout",
    },
    Expected {
        name: "gitlab",
        program: "/usr/bin/glab",
        path: "checkout",
        variable: "KEY",
        arguments: "variable update KEY --repo acme/checkout --masked --raw",
        probe: "variable get KEY --repo acme/checkout",
        prints: "",
        refused: "teams/checkout",
    },
    Expected {
        name: "azure",
        program: "/usr/bin/az",
        path: "acme-vault",
        variable: "checkout-key",
        arguments: "keyvault secret set --vault-name acme-vault --name checkout-key --file /dev/stdin --encoding utf-8 \
                    --query id --output tsv",
        probe: "keyvault secret list-versions --vault-name acme-vault --name checkout-key --query length(@)",
        prints: "https://acme-vault.vault.azure.net/secrets/checkout-key/0123456789abcdef",
        refused: "a/b",
    },
    Expected {
        name: "gcp",
        program: "/usr/bin/gcloud",
        path: "acme-production",
        variable: "checkout-key",
        arguments: "secrets versions add checkout-key --project acme-production --data-file=- --format value(name)",
        probe: "secrets describe checkout-key --project acme-production --format value(name)",
        prints: "projects/123/secrets/checkout-key/versions/1",
        refused: "a/b",
    },
];

/// The recipes of the page, by name.
fn of_page() -> Vec<(String, String)> {
    let page = fs::read_to_string("docs/sinks.md").unwrap();
    let recipes = page.split_once("\n## Recipes\n").unwrap().1;
    let blocks = recipes.split("```yaml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0);
    blocks.map(|block| (block.trim().split_once(':').unwrap().0.to_owned(), block.to_owned())).collect()
}

fn read(workspace: &Workspace, file: &str) -> String {
    fs::read_to_string(workspace.outside(file)).unwrap()
}

#[test]
fn every_recipe_passes_the_value_on_standard_input() {
    let page = of_page();
    let names: Vec<&str> = page.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, RECIPES.map(|recipe| recipe.name));
    for (expected, (name, recipe)) in RECIPES.iter().zip(&page) {
        assert!(recipe.contains(expected.program), "{recipe}");
        let recipe = recipe.replace(expected.program, "OUTSIDE/program");
        let deliver = |path: &str| format!("deliver: [{{to: {name}, path: '{path}', as: {}}}]", expected.variable);
        let workspace = Workspace::new(&recipe, &deliver(expected.path));
        workspace.script("program", &format!("{STAND_IN}echo '{}'\n", expected.prints));
        // What the recipe does not create has to exist before a key does.
        fs::write(workspace.outside("missing"), "").unwrap();
        says(&workspace.runs("apply --auto-approve", 6), "it does not exist");
        assert!(workspace.live().is_empty() && !workspace.outside("wrote").exists(), "{name}");
        assert_eq!(read(&workspace, "probed").trim().replace('\n', " "), expected.probe, "{name}");
        fs::remove_file(workspace.outside("missing")).unwrap();
        let ran = workspace.applies();
        has_no_value(&ran, &workspace.live());
        assert_eq!(read(&workspace, "input"), workspace.live()[0], "{name}");
        let words = read(&workspace, "wrote");
        let words: Vec<&str> = words.lines().collect();
        let is_token = |word: &&str| word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let masked = |words: &[&str]| {
            let words: Vec<&str> = words.iter().map(|word| if is_token(word) { "TOKEN" } else { *word }).collect();
            words.join(" ")
        };
        let arguments = words.join(" ");
        assert_eq!(masked(&words), expected.arguments, "{name}");
        assert!(!arguments.contains("chk_"));
        let shown = workspace.runs("runs show 2", 0).out;
        let receipt = if expected.prints.is_empty() { String::new() } else { format!(": {}", expected.prints) };
        assert!(shown.contains(&format!("({}){receipt}\n", expected.variable)), "{name}\n{shown}");
        workspace.is_settled();
        // A second delivery has the same arguments, but the token.
        workspace.runs("apply --auto-approve --deliver key/k", 0);
        let second = read(&workspace, "wrote");
        let second: Vec<&str> = second.lines().collect();
        assert_eq!(masked(&second), expected.arguments, "{name}");
        assert_eq!(second == words, !words.iter().any(is_token), "{name}");
        workspace.key(&deliver(expected.refused));
        says(&workspace.runs("validate", 3), &format!("does not allow the path {}", expected.refused));
    }
}
