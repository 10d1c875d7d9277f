//! What a new workspace is to have: from the options, from answers on a terminal, or by default.

use std::path::Path;

use super::Arguments;
use super::Host;
use super::Store;
use crate::cli::Console;
use crate::cli::Exit;
use crate::cli::Failure;
use crate::cli::asked;
use crate::text;

const DEFAULT_URL: &str = "https://api.mashery.com";

pub(super) struct Choices {
    pub(super) name: String,
    pub(super) cam: Option<Cam>,
    pub(super) mft: Option<Mft>,
    pub(super) ci: Option<Host>,
}

pub(super) struct Cam {
    pub(super) url: String,
    pub(super) area: String,
}

pub(super) struct Mft {
    pub(super) url: String,
}

impl Choices {
    pub(super) fn of(arguments: &Arguments, root: &Path, console: &mut Console<'_>) -> Result<Self, Failure> {
        let mut stores = arguments.stores.clone();
        // An option that only one store has chooses it.
        if stores.is_empty() && arguments.area.is_some() {
            stores.push(Store::Cam);
        }
        let asks = stores.is_empty() && console.can_ask && !arguments.export && arguments.url.is_none();
        if asks {
            stores.push(store(console)?);
        }
        let folder = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut choices = Self { name: folder, cam: None, mft: None, ci: arguments.ci };
        if let Some(name) = &arguments.name {
            choices.name.clone_from(name);
        } else if asks {
            let usual = choices.name.clone();
            let named = |name: &str| Self { name: name.to_owned(), cam: None, mft: None, ci: None };
            choices.name = valid("Name of the workspace, which plans show", &usual, named, console)?;
        }
        check(&stores, arguments)?;
        if stores.contains(&Store::Cam) {
            choices.cam = Some(cam(arguments, console)?);
        }
        if stores.contains(&Store::Mft) {
            choices.mft = Some(mft(arguments, console)?);
        }
        Ok(choices)
    }

    /// Choices of which only the store is asked about.
    fn only(cam: Option<Cam>, mft: Option<Mft>) -> Self {
        Self { name: "new".to_owned(), cam, mft, ci: None }
    }
}

/// Asks until the settings with the answer are valid: a wrong answer costs one line, and not all answers before it.
fn valid(
    question: &str,
    usual: &str,
    with: impl Fn(&str) -> Choices,
    console: &mut Console<'_>,
) -> Result<String, Failure> {
    loop {
        let answer = asked::answer(question, usual, console)?;
        let Some(flaw) = super::flaw(&with(&answer)) else { return Ok(answer) };
        writeln!(console.err, "  {}", text::lines(&flaw.message))?;
        if let Some(help) = &flaw.help {
            writeln!(console.err, "  {}", text::lines(help))?;
        }
    }
}

/// Options that contradict each other.
fn check(stores: &[Store], arguments: &Arguments) -> Result<(), Failure> {
    let is_embedded = stores.is_empty() || stores.contains(&Store::Embedded);
    let wrong = if is_embedded && stores.iter().any(|store| *store != Store::Embedded) {
        "the embedded store holds what no other store does; name only the others"
    } else if is_embedded && (arguments.export || arguments.url.is_some() || arguments.area.is_some()) {
        "--export, --url and --area are about a real store: add --store cam or --store mft"
    } else if arguments.area.is_some() && !stores.contains(&Store::Cam) {
        "--area is about Cloud API Management: add --store cam"
    } else if arguments.url.is_some() && stores.contains(&Store::Cam) && stores.contains(&Store::Mft) {
        "--url is the address of one store: leave it out, and write the addresses in keywright.yaml"
    } else {
        return Ok(());
    };
    Err(usage("could not start a workspace: these options contradict each other", wrong))
}

fn usage(message: &str, help: &str) -> Failure {
    Failure { exit: Exit::Usage, ..Failure::new(message) }.help(help)
}

fn store(console: &mut Console<'_>) -> Result<Store, Failure> {
    write!(
        console.err,
        "Press Enter to take the answer in brackets, or Ctrl-C to stop. Nothing is written before the last answer.\n\n\
         Where are the keys?\n  1  in a database file of this folder, to try Keywright without an account\n  \
         2  in Boomi Cloud API Management\n  3  in Boomi MFT\n"
    )?;
    loop {
        match asked::answer("1, 2 or 3", "1", console)?.trim_end_matches(['.', ')']) {
            "1" => return Ok(Store::Embedded),
            "2" => return Ok(Store::Cam),
            "3" => return Ok(Store::Mft),
            other => writeln!(console.err, "  `{}` is not one of them: type 1, 2 or 3", text::quoted(other))?,
        }
    }
}

fn cam(arguments: &Arguments, console: &mut Console<'_>) -> Result<Cam, Failure> {
    let area = match &arguments.area {
        Some(area) => area.clone(),
        None if console.can_ask => {
            let with =
                |area: &str| Choices::only(Some(Cam { url: DEFAULT_URL.to_owned(), area: area.to_owned() }), None);
            valid("Id of the area, like 00000000-0000-0000-0000-000000000000", "", with, console)?
        }
        None => {
            let message = "could not start a workspace: Cloud API Management needs the id of an area";
            return Err(usage(message, "add --area 00000000-0000-0000-0000-000000000000 with the id of yours"));
        }
    };
    let url = if arguments.stores.contains(&Store::Mft) { None } else { arguments.url.clone() };
    Ok(Cam { area, url: url.unwrap_or_else(|| DEFAULT_URL.to_owned()) })
}

fn mft(arguments: &Arguments, console: &mut Console<'_>) -> Result<Mft, Failure> {
    let url = match &arguments.url {
        Some(url) => url.clone(),
        None if console.can_ask => {
            let with = |url: &str| Choices::only(None, Some(Mft { url: url.to_owned() }));
            valid("Address of your MFT site, like https://files.example.com", "", with, console)?
        }
        None if arguments.stores.contains(&Store::Cam) => "https://files.example.com".to_owned(),
        None => {
            let message = "could not start a workspace: MFT needs the address of your site";
            return Err(usage(message, "add --url https://files.example.com with the address of yours"));
        }
    };
    Ok(Mft { url })
}
