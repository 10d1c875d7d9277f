//! KW-167. Decided here, and in `plan/shared_secrets.rs` where only the store shows the length.

use crate::rule::Rule;
use crate::rules::Findings;
use crate::rules::package_key::only_exists;
use crate::rules::world::World;

pub static KW_167: Rule = Rule {
    says: "A place with `secret: true` belongs to a key that has a shared secret: the key sets `secret`, or its package has a \
           `sharedSecretLength`.",
    why: "Otherwise there is nothing to deliver, and the program that reads the place waits for it. After a rotation it would \
          use the value of the successor with the shared secret of the old key.",
    source: "Mashery API 3.0, packages: sharedSecretLength",
    ..Rule::fixed("KW-167").shown_by(cases!("kw-167"))
};

/// The next step.
const HELP: &str = "set `sharedSecretLength` of the package, like 32, or `secret` of the key; or remove the place";

pub(super) fn check(world: &World<'_>, findings: &mut Findings) {
    for key in world.keys.iter().filter(|key| !only_exists(key)) {
        let has_own = key.spec.is_some_and(|spec| spec.secret.is_some());
        let package = world.packages.get(&*key.package.value).and_then(|(_, spec)| spec.shared_secret_length.as_ref());
        let Some(length) = package.filter(|length| !has_own && length.value == 0) else { continue };
        let places = key.deliver.into_iter().flat_map(|deliver| deliver.value.files());
        for secret in places.filter_map(|to| to.value.secret.as_ref()).filter(|secret| secret.value) {
            let problem = KW_167.finding("the key has no shared secret to deliver").at(secret.place);
            findings.add(problem.label(length.place, "no shared secrets").help(HELP));
        }
    }
}
