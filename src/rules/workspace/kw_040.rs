//! KW-040. Decided in `source/texts.rs`.

use crate::rule::Rule;

pub static KW_040: Rule = Rule {
    says: "Manifests are read from inside the workspace and from the folders in `environment.files`, and links lead only \
           to manifests there.",
    why: "Messages show lines of manifests. A link in a pull request could make the log of the pipeline show any file of \
          the machine.",
    source: "Keywright's own rule",
    wrong: "The repository contains `plan.yaml`, a link to `/home/runner/.netrc`.",
    right: "The repository contains `plan.yaml` itself, or a link to `../common/plan.yaml` in the same workspace.",
    ..Rule::fixed("KW-040")
};
