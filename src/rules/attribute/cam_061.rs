//! CAM-061. Decided here and in `stores/cloud_api_management/write.rs`.

use crate::diagnostic::Diagnostic;
use crate::manifest::read::Spanned;
use crate::model::built_in::is_secret_name;
use crate::rule::Rule;
use crate::text::quoted;

pub static CAM_061: Rule = Rule {
    says: "No attribute under extendedAttributes or eav is a secret: its name does not end with password, passwd, \
           passphrase, pwd, secret, token, apiKey, privateKey or credential.",
    why: "Plans, exports and logs show attributes. `passwdNew` sets the password of a user.",
    source: "Mashery V3 docs, Members (passwdNew); Keywright's own rule",
    ..Rule::fixed("CAM-061").shown_by(cases!("cam-061"))
};

pub(super) fn problem(name: &Spanned<Box<str>>) -> Option<Diagnostic> {
    let problem = || CAM_061.finding(format!("the attribute `{}` is a secret", quoted(&name.value)));
    let help = "remove it, because plans and exports show attributes; set it in the portal";
    is_secret_name(&name.value).then(|| problem().at(name.place).help(help))
}
