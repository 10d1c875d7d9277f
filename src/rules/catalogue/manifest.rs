//! Reading manifests: files, YAML, fields.

use super::Example;
use super::Rule;
use super::When;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("KW-001"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "Every file and folder of the workspace can be read, ends, and is UTF-8.",
        why: "A file that was skipped looks like objects that nobody declares any more. With prune that is a delete.",
        source: "Keywright's own rule",
        example: Example::Story {
            wrong: "`teams/payments.yaml` may not be read by the runner, or `teams/all` is a link to the folder that \
                    it stands in.",
            right: "The runner may read the file, and links lead out of the loop or are removed.",
        },
    },
    Rule {
        id: RuleId("KW-002"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A manifest is valid YAML.",
        why: "Text that is not YAML has no certain meaning, and guessing could drop half of a file.",
        source: "Keywright's own rule; YAML 1.2.2",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice
",
            right: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice}
",
        },
    },
    Rule {
        id: RuleId("KW-003"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The input stays within the limits of the reader: 16 MiB and 1,000,000 nodes a file, 64 levels, few \
               aliases, 128 MiB, 200,000 objects and 4,000,000 nodes a workspace.",
        why: "Manifests come from pull requests, and a few lines of YAML can grow to gigabytes. The reader stops \
              there instead of taking the runner down.",
        source: "Keywright's own rule",
        example: Example::Manifests {
            wrong: concat!(
                r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec:
  email: alice@example.com
  displayName: Alice
",
                "  roles: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]",
                "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n"
            ),
            right: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec:
  email: alice@example.com
  displayName: Alice
  roles: [API Manager]
",
        },
    },
    Rule {
        id: RuleId("KW-004"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A key stands once in a mapping.",
        why: "YAML readers keep the first or the last of two, and people read the other. One of the two lines would \
              be without effect.",
        source: "Keywright's own rule; YAML 1.2.2, §3.2.1.3",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec:
  email: alice@example.com
  displayName: Alice
  displayName: Alice Smith
",
            right: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec:
  email: alice@example.com
  displayName: Alice Smith
",
        },
    },
    Rule {
        id: RuleId("KW-005"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A manifest holds only fields that its kind knows.",
        why: "A mistyped field would be ignored, and the store would keep a value that everybody believes to be \
              changed.",
        source: "Keywright's own rule",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, compnay: Example Ltd}
",
            right: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, company: Example Ltd}
",
        },
    },
    Rule {
        id: RuleId("KW-006"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A manifest says everything that its kind requires.",
        why: "Without it the object can not be found in the store or can not be created, and the apply would fail \
              half way.",
        source: "Keywright's own rule",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
",
            right: r"apiVersion: keywright.dev/v1
kind: Package
metadata: {name: payments}
spec: {description: Card and wallet payments}
",
        },
    },
    Rule {
        id: RuleId("KW-007"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A value has the type of its field, and a word is one of those that the field knows.",
        why: "YAML turns some texts into numbers and truth values: 01234 loses its zero. What is meant as text is \
              written in quotes.",
        source: "Keywright's own rule; YAML 1.2.2, §10.3",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, postalCode: 8001}
",
            right: r#"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice, postalCode: "8001"}
"#,
        },
    },
    Rule {
        id: RuleId("KW-008"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "No value is null or left empty after its colon.",
        why: "A field that is left out is not managed, and an empty text is a wish for emptiness. A null could be \
              either.",
        source: "Keywright's own rule",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec:
  email: alice@example.com
  displayName: Alice
  company:
",
            right: r#"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec:
  email: alice@example.com
  displayName: Alice
  company: ""
"#,
        },
    },
    Rule {
        id: RuleId("KW-009"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A document says an apiVersion and a kind that Keywright knows.",
        why: "A document of another program or of a later version would be half understood. Keywright refuses what it \
              does not know.",
        source: "Keywright's own rule",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: Customer
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice}
",
            right: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice}
",
        },
    },
    Rule {
        id: RuleId("KW-010"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "A name is not blank, has no space at its ends, and holds no control or format characters.",
        why: "The name finds the live object. A space that nobody sees makes it another name, and the object is \
              created a second time.",
        source: "Keywright's own rule",
        example: Example::Manifests {
            wrong: r#"apiVersion: keywright.dev/v1
kind: User
metadata: {name: " alice"}
spec: {email: alice@example.com, displayName: Alice}
"#,
            right: r"apiVersion: keywright.dev/v1
kind: User
metadata: {name: alice}
spec: {email: alice@example.com, displayName: Alice}
",
        },
    },
    Rule {
        id: RuleId("KW-011"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: false,
        says: "There is at least one manifest.",
        why: "An empty workspace is most often a wrong folder or a failed checkout. Taken at its word it would say \
              that nothing should exist.",
        source: "Keywright's own rule",
        example: Example::Story {
            wrong: "`keywright plan manifets/` names a folder that holds no YAML file.",
            right: "`keywright plan manifests/` names the folder with the manifests.",
        },
    },
];
