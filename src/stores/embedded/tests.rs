//! Tests of the embedded store: a small world, and builders for changes.

mod api_keys;
mod applications;
mod keys;
mod packages;
mod plans;
mod reading;
mod replacing;
mod settings;
mod staleness;
mod users;

use crate::database::Database;
use crate::model::Address;
use crate::model::FieldName;
use crate::model::Instant;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveObject;
use crate::model::Secret;
use crate::model::Value;
use crate::plan::Action;
use crate::plan::Change;
use crate::plan::FieldChange;
use crate::plan::KeyTarget;
use crate::plan::LiveTarget;
use crate::plan::Target;
use crate::plan::ValueFrom;
use crate::store::Performed;
use crate::store::Query;
use crate::store::Reader;
use crate::store::Refusal;
use crate::store::RefusalKind;
use crate::store::Store;
use crate::store::Write;
use crate::stores::embedded::Embedded;

fn now() -> Instant {
    "2027-01-02T03:04:05.006Z".parse().unwrap()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn text(text: &str) -> Value {
    Value::text(text)
}

fn read(reader: &impl Reader) -> Live {
    block_on(reader.read(&Query { kinds: Kind::ALL.into(), ..Query::default() })).expect("the store can be read")
}

fn shop() -> Address {
    Address::application("alice", "shop")
}

/// One change with its secrets.
struct Request {
    change: Change,
    value: Option<Secret>,
    secret: Option<Secret>,
}

fn request(action: Action, address: Address, name: &str) -> Request {
    let target = Target { name: name.into(), parent: None, live: None, key: None };
    let reason = "requested by a test".to_owned();
    let change = Change { address, action, fields: Vec::new(), reason, place: None, needs: Vec::new(), target };
    Request { change, value: None, secret: None }
}

/// Creates an object, below the parent in its address.
fn create(address: Address) -> Request {
    let (name, first) = (address.name(), address.first_name());
    let parent = match address.kind() {
        Kind::Plan => Some(Address::package(&first)),
        Kind::Application => Some(Address::user(&first)),
        _ => None,
    };
    let mut request = request(Action::Create, address, &name);
    request.change.target.parent = parent;
    request
}

fn create_user(name: &str) -> Request {
    create(Address::user(name)).set("email", text("a@example.com")).set("displayName", text("Alice Example"))
}

fn create_api_key(name: &str) -> Request {
    create(Address::api_key(name)).set("enabled", Value::Bool(true))
}

/// Creates a key in `package/pay` for `application/alice/shop` with the plan `gold`.
fn create_key(value: &str) -> Request {
    let request = request(Action::Create, Address::key("label"), "").below(shop()).set("plan", text("gold"));
    request.key(Address::package("pay"), ValueFrom::Given).value(value)
}

fn change(action: Action, object: &LiveObject) -> Request {
    let mut request = request(action, object.address.clone(), &object.name);
    request.change.target.parent = object.parent.clone();
    request.change.target.live = Some(LiveTarget::of(object));
    request
}

fn update(object: &LiveObject) -> Request {
    change(Action::Update, object)
}

fn delete(object: &LiveObject) -> Request {
    change(Action::Delete, object)
}

impl Request {
    fn set(mut self, field: &'static str, after: Value) -> Self {
        let field = FieldName::Borrowed(field);
        self.change.fields.push(FieldChange { field, before: None, after: Some(after) });
        self
    }

    fn clear(mut self, field: &'static str) -> Self {
        self.change.fields.push(FieldChange { field: FieldName::Borrowed(field), before: None, after: None });
        self
    }

    fn below(mut self, parent: Address) -> Self {
        self.change.target.parent = Some(parent);
        self
    }

    fn key(mut self, package: Address, value: ValueFrom) -> Self {
        let with_secret = self.secret.is_some();
        self.change.target.key = Some(KeyTarget {
            sources: crate::plan::Sources::default(),
            package,
            value,
            with_secret,
            deliver: Vec::new(),
            follows: None,
        });
        self
    }

    fn value(mut self, value: &str) -> Self {
        self.value = Some(Secret::new(value));
        self
    }

    fn secret(mut self, secret: &str) -> Self {
        self.secret = Some(Secret::new(secret));
        self
    }

    fn perform(&self, store: &Embedded) -> Result<Performed, Refusal> {
        let write = Write {
            change: &self.change,
            value: self.value.as_ref(),
            secret: self.secret.as_ref(),
            repeats: false,
            may_be_there: false,
        };
        block_on(store.perform(&write))
    }

    #[track_caller]
    fn done(&self, world: &World) -> Option<Secret> {
        self.perform(&world.0).unwrap_or_else(|refusal| panic!("refused: {refusal:?}")).value
    }

    /// Asserts that `rule` refuses the change and that nothing changed; returns the reason.
    #[track_caller]
    fn refused(&self, world: &World, rule: &str) -> String {
        let before = world.fingerprints();
        let refusal = self.perform(&world.0).err().expect("the store must refuse");
        assert_eq!(refusal.kind, RefusalKind::Rejected, "{refusal:?}");
        assert_eq!(refusal.rule.map(|rule| rule.0), Some(rule), "{refusal:?}");
        assert_eq!(world.fingerprints(), before, "a refused change left something behind");
        refusal.reason
    }
}

/// A store with a package, a plan, an active user and their application.
struct World(Embedded);

impl World {
    fn empty() -> Self {
        Self(Embedded::new(Database::in_memory().unwrap(), now()))
    }

    fn new() -> Self {
        Self::in_database(Database::in_memory().unwrap())
    }

    fn in_database(database: Database) -> Self {
        let world = Self(Embedded::new(database, now()));
        create(Address::package("pay")).done(&world);
        create(Address::plan("pay", "gold")).done(&world);
        create_user("alice").set("status", text("active")).done(&world);
        create(shop()).done(&world);
        world
    }

    fn live(&self) -> Live {
        read(&self.0)
    }

    fn all(&self, kind: Kind) -> Vec<LiveObject> {
        let mut live = block_on(self.0.read(&Query { kinds: [kind].into(), ..Query::default() })).unwrap();
        assert!(live.is_complete(kind));
        live.give(kind)
    }

    #[track_caller]
    fn get(&self, address: &Address) -> LiveObject {
        self.all(address.kind()).into_iter().find(|object| object.address == *address).expect("the object is there")
    }

    /// The only key.
    #[track_caller]
    fn key(&self) -> LiveObject {
        let mut keys = self.all(Kind::PackageKey);
        assert_eq!(keys.len(), 1);
        keys.remove(0)
    }

    fn fingerprints(&self) -> Vec<(Address, String)> {
        let live = self.live();
        let all = Kind::ALL.into_iter().flat_map(|kind| live.of(kind));
        all.map(|object| (object.address.clone(), object.fingerprint().hex())).collect()
    }
}

/// The fields of an object as text.
fn fields(object: &LiveObject) -> Vec<String> {
    object.attributes.iter().map(|(name, value)| format!("{name}: {value}")).collect()
}
