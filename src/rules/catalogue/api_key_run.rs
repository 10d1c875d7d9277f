//! Managed file transfer in a run: address, reads, writes, generations.

use super::Example;
use super::Rule;
use super::When;
use crate::diagnostic::RuleId;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("MFT-020"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "The store's url is https (http only for this machine), names a host, has no query or fragment, and does not end in \
               `/api` twice.",
        why: "The address carries the credential: without https everybody on the way reads it. A doubled `/api` meets \
              the web portal, whose pages look like an empty answer.",
        source: "AFT Management API, authentication",
        example: Example::Story {
            wrong: "The workspace says `url: http://files.example.com/api?tenant=1`.",
            right: "The workspace says `url: https://files.example.com`.",
        },
    },
    Rule {
        id: RuleId("MFT-021"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "The operations that a run needs are bound: list to plan, and list, create and update to apply.",
        why: "The vendor publishes neither paths nor methods. A guessed path could write where only a read was meant.",
        source: "AFT Management API, ApiKey",
        example: Example::Story {
            wrong: "The workspace names no OpenAPI file and no operations, or its file has two candidates for list.",
            right: "The workspace says `openapi: mft-openapi.json` with the file of its own site, or names \
                    `operations` one by one.",
        },
    },
    Rule {
        id: RuleId("MFT-022"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "All live keys that Keywright manages belong to the tenant that the workspace names.",
        why: "Another tenant means that the credential or the address is the wrong one. Every change would hit \
              somebody else's keys.",
        source: "AFT Management API, ApiKey",
        example: Example::Story {
            wrong: "The workspace guards tenant 1001, and the live key `erp-orders` says tenant 2002.",
            right: "The credential is of tenant 1001, and all live keys say 1001.",
        },
    },
    Rule {
        id: RuleId("MFT-023"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "The user of the credential is the one that the workspace names as owner; for a plan without changes \
               another one is a warning.",
        why: "The server lists only the keys of the current user. With another user all keys look absent: a run would \
              create every one of them a second time.",
        source: "AFT Management API, ApiKey",
        example: Example::Story {
            wrong: "The workspace says `owner: svc-aft`; today the credential belongs to `bob` and no key is found.",
            right: "The run uses the credential of `svc-aft` again.",
        },
    },
    Rule {
        id: RuleId("MFT-024"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "A managed name belongs to at most one live key.",
        why: "The server allows duplicates. With two keys of one name nobody knows which one a change would hit, and \
              which one the callers use.",
        source: "AFT Management API, ApiKey",
        example: Example::Story {
            wrong: "The store holds two keys `erp-orders`, because a create was repeated by hand.",
            right: "The one that nobody uses is deleted in the portal; the other is left for the manifest.",
        },
    },
    Rule {
        id: RuleId("MFT-025"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "Every organization that a key names is exactly one organization of the store that is not deleted.",
        why: "The server stores numbers. A code that fits two organizations, or none, would open the wrong one.",
        source: "AFT Management API, Organization",
        example: Example::Story {
            wrong: "The key says `allowedOrgs: [ACME]`, and two organizations have the name ACME.",
            right: "The key says `allowedOrgs: [\"id:41\"]`, the number of the one that is meant.",
        },
    },
    Rule {
        id: RuleId("MFT-026"),
        severity: Severity::Warning,
        when: When::Plan,
        fixed: false,
        says: "A live key names no organization that is gone.",
        why: "Organizations are only marked as deleted, and keys keep their numbers. Such an entry does nothing \
              today, and nobody knows what it does when the organization comes back.",
        source: "AFT Management API, Organization",
        example: Example::Story {
            wrong: "The live key `erp-orders` allows the organization 57, which the list of organizations does not \
                    hold.",
            right: "The manifest names the organizations that are left, and the next apply writes them.",
        },
    },
    Rule {
        id: RuleId("MFT-027"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "The lists of a live key are understood before they are changed; a key that is not changed gets a \
               warning.",
        why: "How the server writes a list is not documented. Rewriting one that was not understood could drop or \
              open access unseen.",
        source: "Format not documented",
        example: Example::Story {
            wrong: "The live key says `41;north-region` for its organizations, and the plan would add one.",
            right: "The list is put right in the portal, so that it holds only numbers; then Keywright changes it.",
        },
    },
    Rule {
        id: RuleId("MFT-028"),
        severity: Severity::Warning,
        when: When::Plan,
        fixed: false,
        says: "A live key without limits is reported, when its manifest limits it or when no manifest declares it.",
        why: "Such a key reaches every organization or every API of its user. It is the first thing to look at after \
              a leak.",
        source: "Thru user guide, API Keys",
        example: Example::Story {
            wrong: "The live key `erp-orders` has an empty list of organizations, and its manifest says `allowedOrgs: \
                    [ACME]`.",
            right: "The apply writes the list, and the live key says the same as the manifest.",
        },
    },
    Rule {
        id: RuleId("MFT-029"),
        severity: Severity::Warning,
        when: When::Plan,
        fixed: false,
        says: "A live key that Keywright manages is not expired and does not expire within 30 days.",
        why: "Its callers stop, or have stopped already, and nothing renews the key.",
        source: "Thru user guide, API Keys",
        example: Example::Story {
            wrong: "The live key `erp-orders` expires on 1 December 2026, ten days from now.",
            right: "The manifest says a later `expires`, or the key is rotated in time.",
        },
    },
    Rule {
        id: RuleId("MFT-030"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "The key that Keywright runs with is never disabled, narrowed, or made to expire.",
        why: "The run would cut itself off, and could not undo it. Only the portal could help then.",
        source: "Self-protection, inferred",
        example: Example::Story {
            wrong: "The credential of the run is the live key `ci-keywright`, and its manifest says `enabled: false`.",
            right: "Another credential is set up first; then the old key is disabled.",
        },
    },
    Rule {
        id: RuleId("MFT-031"),
        severity: Severity::Info,
        when: When::Plan,
        fixed: false,
        says: "A change that widens access is pointed out: enabling, more organizations, more API types, a later end \
               or none.",
        why: "A reviewer should see at once which changes open something.",
        source: "Review aid, inferred",
        example: Example::Story {
            wrong: "A change from `allowedOrgs: [ACME]` to `allOrgs: true` goes through a review that looked at forty \
                    other lines.",
            right: "The plan marks the change as widening, and the reviewer agrees to it or asks.",
        },
    },
    Rule {
        id: RuleId("MFT-032"),
        severity: Severity::Error,
        when: When::Apply,
        fixed: true,
        says: "A key that changed since the plan was made is not written.",
        why: "The server has no version check. Writing anyway would undo what somebody else did, unseen.",
        source: "AFT Management API, ApiKey",
        example: Example::Story {
            wrong: "After the plan was made somebody changed `erp-orders` in the portal; the apply finds another \
                    updatedDate.",
            right: "The change to `erp-orders` is void as stale, the rest goes on, and the next plan starts from the \
                    new state.",
        },
    },
    Rule {
        id: RuleId("MFT-033"),
        severity: Severity::Error,
        when: When::Apply,
        fixed: true,
        says: "A field that was written reads back as it was sent.",
        why: "For most fields nobody says whether an update takes them. If an end or a limit did not take, the key is \
              more open than the manifest says.",
        source: "AFT Management API, ApiKey",
        example: Example::Story {
            wrong: "The apply sent a new `expires` for `erp-orders`; the list afterwards still shows the old one.",
            right: "The field is set in the portal, or the key is rotated, since a new key takes all fields.",
        },
    },
    Rule {
        id: RuleId("MFT-034"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "An answer of the server is JSON of the documented shape.",
        why: "A wrong address meets the web portal, which answers every path with a page and a success. Read as \"no \
              keys\", that would create every key anew.",
        source: "AFT Management API, ApiKey",
        example: Example::Story {
            wrong: "The list of keys comes back with status 200 and an HTML page.",
            right: "The url or the path of the operation is put right, and the list comes back as JSON.",
        },
    },
    Rule {
        id: RuleId("MFT-035"),
        severity: Severity::Warning,
        when: When::Plan,
        fixed: false,
        says: "Every live key has a name.",
        why: "A key without a name can not be declared, matched or told apart. It stays open and unmanaged.",
        source: "AFT Management API, ApiKey",
        example: Example::Story {
            wrong: "The list of keys holds one whose keyName is empty.",
            right: "The key gets a name in the portal, or is deleted there.",
        },
    },
    Rule {
        id: RuleId("MFT-036"),
        severity: Severity::Info,
        when: When::Plan,
        fixed: false,
        says: "A live key whose `name` differs from its `keyName` is pointed out.",
        why: "What `name` means is not documented. A difference tells that it is not merely another word for keyName, \
              which Keywright relies on nowhere.",
        source: "AFT Management API, ApiKey",
        example: Example::Story {
            wrong: "The live key `erp-orders` says `name: svc-aft`.",
            right: "Both say `erp-orders`, or the difference is known and no harm.",
        },
    },
    Rule {
        id: RuleId("MFT-037"),
        severity: Severity::Warning,
        when: When::Plan,
        fixed: false,
        says: "A name that is created does not belong to a key that was deleted; otherwise the create waits for \
               `--allow`.",
        why: "Somebody removed that key, perhaps because it leaked. Creating it again should be a decision, not an \
              accident.",
        source: "AFT Management API, ApiKey",
        example: Example::Story {
            wrong: "`erp-orders` was deleted in the portal on Friday, and its manifest would create it again on \
                    Monday.",
            right: "The manifest is removed, or a new name such as `erp-orders.g2` is declared.",
        },
    },
    Rule {
        id: RuleId("MFT-038"),
        severity: Severity::Error,
        when: When::Validate,
        fixed: true,
        says: "At most two generations of one API key are enabled.",
        why: "Rotation needs the old and the new key side by side, and no third. Every older one is a key that should \
              be off and still opens the door.",
        source: "Rotation, inferred",
        example: Example::Manifests {
            wrong: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
---
apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders.g2}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
---
apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders.g3}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
",
            right: r"apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders}
spec:
  enabled: false
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
---
apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders.g2}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
---
apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp-orders.g3}
spec:
  enabled: true
  allowedOrgs: [ACME]
  allApis: true
  expires: 2027-06-30T00:00:00Z
",
        },
    },
    Rule {
        id: RuleId("MFT-039"),
        severity: Severity::Warning,
        when: When::Plan,
        fixed: false,
        says: "An older generation is disabled when its grace period is over.",
        why: "The old key stays valid for whoever still has it. The rotation has not ended until it is off.",
        source: "Rotation, inferred",
        example: Example::Story {
            wrong: "`erp-orders.g2` lives since 1 October 2026, and `erp-orders` is still enabled in late November.",
            right: "`erp-orders` is disabled 14 days after its successor was handed out.",
        },
    },
    Rule {
        id: RuleId("MFT-040"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: false,
        says: "A run that disables or narrows more keys than the workspace allows stops for confirmation.",
        why: "Many keys that lose access at once are most often a mistake: a wrong folder, a wrong branch, a wrong \
              user. Each of them has callers.",
        source: "Blast radius, inferred",
        example: Example::Story {
            wrong: "A folder was moved out of the workspace, and the plan would disable 40 of 50 keys.",
            right: "The folder is listed in the workspace again; or the keys that are really meant are allowed one by \
                    one.",
        },
    },
    Rule {
        id: RuleId("MFT-041"),
        severity: Severity::Warning,
        when: When::Plan,
        fixed: false,
        says: "A key that was disabled outside of Keywright is enabled again only when the run is told to.",
        why: "Somebody may have switched it off because it leaked. The manifest does not know that.",
        source: "Drift, inferred",
        example: Example::Story {
            wrong: "The manifest says `enabled: true`; the live key was switched off in the portal last night, and a \
                    scheduled run switches it on.",
            right: "The run reports it. Whoever knows the reason changes the manifest, or allows that one key.",
        },
    },
    Rule {
        id: RuleId("MFT-042"),
        severity: Severity::Error,
        when: When::Plan,
        fixed: true,
        says: "Secrets of organizations, nodes and users that the server sends along are never shown or stored.",
        why: "The server returns secretKey, thruNodeKey and userPassword in plain text. In a log, a plan or the \
              journal they would be open to many.",
        source: "AFT Management API, Organization and ThruNodes",
        example: Example::Story {
            wrong: "A diagnostic prints the whole answer of the organization list to help with a parse error.",
            right: "The diagnostic names the field that was not understood; such fields are dropped while the answer \
                    is read.",
        },
    },
];
