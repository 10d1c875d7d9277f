//! A plan with every action, and its outcome.

use crate::diagnostic::FileLine;
use crate::diagnostic::Source;
use crate::diagnostic::Sources;
use crate::model::Address;
use crate::model::Delivery;
use crate::model::Digest;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::Value;
use crate::outcome::ChangeResult;
use crate::outcome::Outcome;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::FieldChange;
use crate::plan::Kept;
use crate::plan::KeyTarget;
use crate::plan::LiveTarget;
use crate::plan::Plan;
use crate::plan::Target;
use crate::plan::ValueFrom;
use crate::render::Header;
use crate::render::Rotations;
use crate::rules;
use crate::store::Refusal;

const NONE: Rotations<'_> = Rotations { keys: &[], now: Instant::UNIX_EPOCH };
pub(super) const HEADER: Header<'_> =
    Header { workspace: "payments", store: "embedded store", hosts: &[], at: None, rotations: NONE };

/// The id of every object of the samples; no output may contain it.
pub(super) const ID: &str = "3f1e-store-id";

pub(super) fn sources() -> Sources {
    let quickstart = "line\n".repeat(40);
    Sources(vec![
        Source { name: "keys.yaml".into(), text: "key: 1\nkey: 2\nkey: 3\n".into(), readable: true },
        Source { name: "quickstart.yaml".into(), text: quickstart.into(), readable: true },
    ])
}

fn in_quickstart(line: usize) -> FileLine {
    FileLine { file: "quickstart.yaml".into(), line }
}

pub(super) fn change(action: Action, address: Address, reason: &str) -> Change {
    let live = (action != Action::Create)
        .then(|| LiveTarget::seen(LiveId::new(ID).fingerprint(), Digest::of(address.to_string().as_bytes())));
    let target = Target { name: address.name().into(), parent: None, live, key: None };
    Change { address, action, fields: Vec::new(), reason: reason.into(), place: None, needs: Vec::new(), target }
}

pub(super) fn field(name: &'static str, before: Option<Value>, after: Option<Value>) -> FieldChange {
    FieldChange { field: name.into(), before, after }
}

fn text(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| Value::text(text))
}

fn key(value: ValueFrom) -> KeyTarget {
    KeyTarget {
        package: Address::package("wallets"),
        value,
        with_secret: false,
        sources: crate::plan::Sources::default(),
        deliver: Vec::new(),
        follows: None,
    }
}

/// Every action once, create twice.
pub(super) fn plan() -> Plan {
    let mut package = change(Action::Create, Address::package("payments"), "declared but not in the store");
    package.place = Some(in_quickstart(12));
    package.fields = vec![field("description", None, text("Card and wallet payments"))];

    let mut gold = change(Action::Update, Address::plan("payments", "gold"), "differs from the manifest");
    gold.place = Some(in_quickstart(20));
    gold.fields = vec![
        field("description", None, text("For partners")),
        field("throttle.perSecond", Some(Value::Number(10)), Some(Value::Number(20))),
        field("quota.calls", Some(Value::Number(500)), None),
    ];

    let user = change(Action::Disable, Address::user("carol"), "status is disabled in the manifest");
    let mut user = Change { place: Some(in_quickstart(30)), ..user };
    user.fields = vec![field("status", text("active"), text("disabled"))];

    let mut created = change(Action::Create, Address::key("checkout-sandbox"), "declared but not in the store");
    created.place = Some(in_quickstart(33));
    created.needs = vec![0];
    created.fields = vec![field("plan", None, text("gold")), field("settings.status", None, text("active"))];
    created.target.parent = Some(Address::application("alice", "checkout"));
    let mut minted = key(ValueFrom::Minted { prefix: "chk_".into(), length: 24, has_checksum: false });
    minted.with_secret = true;
    minted.deliver = vec![Delivery::file("secrets/checkout.env", "CHECKOUT_KEY")];
    created.target.key = Some(minted);

    let reason = "the package of a key cannot change; consumers of the old key are refused";
    let mut replaced = change(Action::Replace, Address::key("checkout-production"), reason);
    replaced.place = Some(FileLine { file: "keys.yaml".into(), line: 3 });
    replaced.needs = vec![0, 1];
    replaced.fields = vec![field("package", text("payments"), text("wallets"))];
    replaced.target.key = Some(key(ValueFrom::Store));

    let mut deliver = change(Action::Deliver, Address::key("erp"), "secrets/erp.env holds another value");
    let mut kept = key(ValueFrom::Kept);
    kept.deliver = vec![Delivery::file("secrets/erp.env", "ERP KEY")];
    deliver.target.key = Some(kept);

    let mut enable = change(Action::Enable, Address::api_key("erp-orders"), "enabled in the manifest");
    enable.fields = vec![field("enabled", Some(Value::Bool(false)), Some(Value::Bool(true)))];

    let mut delete = change(Action::Delete, Address::application("bob", "old"), "owned but not declared (--prune)");
    delete.fields = vec![field("description", text("Old shop"), None)];

    Plan {
        changes: vec![package, gold, user, created, replaced, deliver, enable, delete],
        held: std::collections::BTreeMap::new(),
        consents: std::collections::BTreeSet::new(),
        unchanged: [(Kind::User, 10), (Kind::Plan, 2)].into(),
        left_alone: [(Kind::User, 1), (Kind::PackageKey, 3)].into(),
        kept: vec![
            Kept { address: Address::user("dave"), why: "not deleted without --prune".into() },
            Kept { address: Address::application("dave", "tool"), why: "protected (protect: true)".into() },
        ],
    }
}

/// Every result, in the order of the plan.
pub(super) fn outcome() -> Outcome {
    let rejected =
        Refusal::rejected(&rules::CAM_034, "user/carol owns keys").help("delete the keys first\nor keep the user");
    let undelivered = Refusal::unavailable("secrets/checkout.env cannot be written").help("make the folder secrets");
    let results = vec![
        ChangeResult::Done,
        ChangeResult::Failed(Refusal::stale("its throttle.perSecond is now 15")),
        ChangeResult::Failed(rejected),
        ChangeResult::Undelivered(undelivered),
        ChangeResult::Blocked(Address::plan("payments", "gold")),
        ChangeResult::Done,
        ChangeResult::Skipped,
        ChangeResult::Skipped,
    ];
    Outcome { results, ..Outcome::default() }
}
