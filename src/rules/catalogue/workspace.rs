//! Secrets, rotation, delivery, and the workspace file.

use super::Example;
use super::Rule;
use super::When;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("KW-012"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A secret is read only from variables, folders and programs that the workspace allows.",
        why: "A pull request could name any variable of the runner as a key's value, and send it to the store or into \
              a file.",
        source: "Keywright's own rule",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                checkout!(),
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {custom: {env: AWS_SECRET_ACCESS_KEY}}
"
            ),
            right: concat!(
                alice!(),
                checkout!(),
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {custom: {file: secrets/checkout.key}}
"
            ),
        },
    },
    Rule {
        id: RuleId("KW-013"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "Every secret that a run needs can be read, and is one line that is not empty.",
        why: "An empty variable would create a key without a value, and the store would make one up. A line break is \
              never part of a key.",
        source: "Keywright's own rule",
        example: Example::Story {
            wrong: "The key says `key: {custom: {env: APP_CHECKOUT_KEY}}`, and the variable is not set where the run \
                    happens.",
            right: "The runner sets `APP_CHECKOUT_KEY` to the value; a line break at its end does not count.",
        },
    },
    Rule {
        id: RuleId("KW-014"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "Of two generated keys of one application and package, neither prefix begins the other.",
        why: "The prefix is how Keywright tells the live keys apart. With `chk_` and `chk_web_` a live key could \
              belong to both, and rotation could remove the wrong one.",
        source: "Keywright's own rule",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                checkout!(),
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-web}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_web_}}
"
            ),
            right: concat!(
                alice!(),
                checkout!(),
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
---
apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-web}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: web_}}
"
            ),
        },
    },
    Rule {
        id: RuleId("KW-015"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: false,
        says: "Rotation is for generated keys, with an `every` above zero and an `overlap` shorter than it.",
        why: "With an overlap as long as the interval no old key would ever be retired, and the number of live keys \
              would grow without end. A custom value can only be changed by whoever chose it.",
        source: "Keywright's own rule",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                checkout!(),
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
  rotation: {every: 14d, overlap: 90d}
"
            ),
            right: concat!(
                alice!(),
                checkout!(),
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
  rotation: {every: 90d, overlap: 14d}
"
            ),
        },
    },
    Rule {
        id: RuleId("KW-016"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A name under `previously` is an old one: not declared itself, claimed by one object only, and not the \
               object's own name.",
        why: "The live object of that name would belong to two manifests, and one of them would take it from the \
              other.",
        source: "Keywright's own rule",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                r"apiVersion: keywright.dev/v1
kind: Application
metadata: {name: shop}
spec: {user: alice}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout, previously: [shop]}
spec: {user: alice}
"
            ),
            right: concat!(
                alice!(),
                r"apiVersion: keywright.dev/v1
kind: Application
metadata: {name: checkout, previously: [shop]}
spec: {user: alice}
"
            ),
        },
    },
    Rule {
        id: RuleId("KW-017"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The prefix of a generated key uses the characters of a custom key and leaves at least 16 random ones \
               within the package's keyLength.",
        why: "The random part is all that keeps a stranger from guessing the key. Other characters the store does not \
              support.",
        source: "Keywright's own rule; Boomi help, Creating package keys",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                checkout!(),
                r"apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {keyLength: 24}
---
",
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: checkout_prod_}}
"
            ),
            right: concat!(
                alice!(),
                checkout!(),
                r"apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {keyLength: 24}
---
",
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
"
            ),
        },
    },
    Rule {
        id: RuleId("KW-018"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A key is delivered into a file inside the workspace, under a variable name out of letters, digits and \
               `_`, and no two keys share both.",
        why: "A path that leads out of the workspace could overwrite any file of the runner. Two keys in one place \
              would overwrite each other.",
        source: "Keywright's own rule",
        example: Example::Manifests {
            wrong: concat!(
                alice!(),
                checkout!(),
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
  deliver: [{file: ../checkout.env, as: CHECKOUT_KEY}]
"
            ),
            right: concat!(
                alice!(),
                checkout!(),
                payments!(),
                gold!(),
                r"apiVersion: keywright.dev/v1
kind: PackageKey
metadata: {name: checkout-production}
spec:
  user: alice
  application: checkout
  package: payments
  plan: gold
  key: {generate: {prefix: chk_}}
  deliver: [{file: secrets/checkout.env, as: CHECKOUT_KEY}]
"
            ),
        },
    },
    Rule {
        id: RuleId("KW-019"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The `rules` of the workspace name rules that exist, and do not lower one that protects the store's \
               integrity.",
        why: "A mistyped id would leave a rule as it is while everybody believes it changed. Rules of identity, \
              references and deletes are not a matter of taste.",
        source: "Keywright's own rule",
        example: Example::Story {
            wrong: "`keywright.yaml` says `rules: {CAM-24: warning}`, or `rules: {CAM-024: warning}`.",
            right: "`keywright.yaml` says `rules: {CAM-043: error}`.",
        },
    },
    Rule {
        id: RuleId("KW-020"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "A run with --prune is given all that the workspace covers, not only some of its paths.",
        why: "What the given paths do not declare would look as if nobody declared it. Half of a repository must not \
              delete the other half.",
        source: "Keywright's own rule",
        example: Example::Story {
            wrong: "`keywright apply --prune teams/payments.yaml`, while `keywright.yaml` covers all of `teams`.",
            right: "`keywright apply --prune` in the workspace, or `keywright apply teams/payments.yaml` without \
                    prune.",
        },
    },
    Rule {
        id: RuleId("KW-021"),
        severity: Severity::Warning,
        when: When::Plan,
        fixed: false,
        says: "Every address that is given to --allow is one that the plan changes.",
        why: "A misspelt address lifts no guard, and one that is left over from an earlier run lifts a guard that \
              nobody looks at any more.",
        source: "Keywright's own rule",
        example: Example::Story {
            wrong: "The plan replaces `key/checkout-production`, and the run says `--allow checkout-production`.",
            right: "The run says `--allow key/checkout-production`, as the plan writes it.",
        },
    },
    Rule {
        id: RuleId("KW-022"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A remote store is reached over https; over http only on this machine.",
        why: "Credentials and the keys of all customers go over that wire. Plain http is for the emulator.",
        source: "Keywright's own rule",
        example: Example::Story {
            wrong: "`keywright.yaml` says `stores: {cloudApiManagement: {url: http://api.example.com}}`.",
            right: "It says `url: https://api.example.com`, or `url: http://127.0.0.1:8080` for the emulator.",
        },
    },
    Rule {
        id: RuleId("KW-023"),
        severity: Severity::Warning,
        when: When::Plan,
        fixed: false,
        says: "The run before came to its end.",
        why: "A run that was cut off may have written what nobody was told of. Its journal says what was in flight, and \
              the plan shows what is there now.",
        source: "Keywright's own rule",
        example: Example::Story {
            wrong: "An `apply` is killed in the middle; the next `plan` says what it was doing then.",
            right: "The next `apply` goes on from there and ends, and the plan after it says nothing of it.",
        },
    },
];
