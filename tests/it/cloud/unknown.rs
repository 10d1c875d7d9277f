//! A field without a property in the client: if a write left it out, every apply would count it as done.

use std::io::ErrorKind;
use std::net::TcpListener;

use keywright::diagnostic::RuleId;
use keywright::model::Address;
use keywright::model::Secret;
use keywright::model::Value;
use keywright::plan::Action;
use keywright::plan::Change;
use keywright::plan::FieldChange;
use keywright::plan::Target;
use keywright::store::Store;
use keywright::store::Write;
use keywright::stores::cloud_api_management::CloudApiManagement;
use keywright::stores::cloud_api_management::Credential;
use keywright::stores::cloud_api_management::Credentials;
use keywright::workspace::Limits;

#[test]
fn an_unknown_field_is_refused_before_any_call() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    server.set_nonblocking(true).unwrap();
    let fake = |text: &str| Credential { value: Secret::new(text), source: "a test".to_owned() };
    let credentials =
        Credentials { api_key: fake("fake"), api_secret: fake("fake"), username: fake("ops"), password: fake("fake") };
    let url = format!("http://{}", server.local_addr().unwrap());
    let store = CloudApiManagement::new(&url, "area", credentials, &Limits::default()).unwrap();
    let field = |name: &'static str| FieldChange { field: name.into(), before: None, after: Some(Value::text("44")) };
    let change = Change {
        address: Address::user("alice"),
        action: Action::Create,
        fields: vec![field("email"), field("shoeSize")],
        reason: "a test".into(),
        place: None,
        needs: Vec::new(),
        target: Target { name: "alice".into(), parent: None, live: None, key: None },
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let write = Write { change: &change, value: None, secret: None, repeats: false, may_be_there: false };
    let refusal = runtime.block_on(store.perform(&write)).err().expect("a refusal");
    assert_eq!(refusal.rule, Some(RuleId("KW-005")), "{}", refusal.reason);
    assert!(refusal.reason.contains("shoeSize"), "{}", refusal.reason);
    assert_eq!(server.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "nothing was called");
}
