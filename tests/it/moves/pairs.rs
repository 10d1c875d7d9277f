//! One key that lost its manifest is one question, however many keys are new; a document in another package is asked about; and
//! a key that two manifests want is no second one.

use super::BOB;
use super::KEY;
use super::Story;
use super::lost::MONEY;
use crate::team::TEAM;

/// Applications besides `checkout` of alice.
const OTHERS: &str = "---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: till}
spec: {user: alice}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: site}
spec: {user: bob}
---
apiVersion: keywright.dev/v1
kind: Application
metadata: {name: shop}
spec: {user: bob}
";

const ENTRY: &str = "spec: {user: alice, packages: [{package: payments, plan: gold}]}";

/// A document without a prefix.
fn key(name: &str, user: &str, application: &str, package: &str) -> String {
    let key = KEY.replace("{prefix: chk_}", "{}").replace("{name: k}", &format!("{{name: {name}}}"));
    let key = key.replace("user: alice, application: checkout", &format!("user: {user}, application: {application}"));
    key.replace("package: payments", &format!("package: {package}"))
}

fn world(keys: &[String]) -> String {
    [TEAM, MONEY, BOB, OTHERS, &keys.concat()].concat()
}

impl Story {
    pub(super) fn declares(self, manifests: String) -> Self {
        Self { manifests, ..self }
    }

    /// The id of the only key of an application and a package.
    pub(super) fn id_of_only_key(&self) -> String {
        self.database().query_row("SELECT id FROM package_keys", [], |row| row.get(0)).unwrap()
    }
}

#[test]
fn a_document_with_another_name_in_another_package_is_one_key() {
    let old = || Story::of(&world(&[key("k", "alice", "checkout", "payments")]));
    let moved = world(&[key("n", "alice", "checkout", "money")]);
    let says = "key/n would be created, but key/k of application/alice/checkout and package/payments";
    old().declares(moved.clone()).asks(&["KW-149", says], &["key/n"]);
    // In another application of the user, too.
    old().declares(world(&[key("n", "alice", "till", "money")])).asks(&["KW-149", says], &["key/n"]);
    // A machine that never ran.
    let story = old();
    story.forget();
    let story = story.declares(moved.clone());
    let says = "declare it in application/alice/checkout and package/payments with `key: {existing: ";
    story.asks(&["KW-145", "key/n would be created beside", says], &["key/n"]);
    // The help works.
    for remembers in [true, false] {
        let story = old();
        if !remembers {
            story.forget();
        }
        let story = story.declares(moved.clone());
        let ran = story.apply("");
        let id: String = ran.err.split("`key: {existing: ").nth(1).unwrap().split('}').next().unwrap().to_owned();
        assert_eq!(id, story.id_of_only_key());
        let by_id = key("n", "alice", "checkout", "payments").replace("{generate: {}}", &format!("{{existing: {id}}}"));
        let story = story.declares(world(&[by_id]));
        let ran = story.apply("");
        assert!(ran.exit == 0 && story.count().1 == 1, "{}{}", ran.out, ran.err);
    }
}

#[test]
fn one_lost_key_is_one_question() {
    // What is most alike is asked about, and the rest is made.
    let story = Story::of(&world(&[key("k", "alice", "checkout", "payments")]));
    let new = [
        key("a", "bob", "site", "payments"),
        key("b", "bob", "shop", "payments"),
        key("z", "alice", "till", "payments"),
    ];
    let story = story.declares(world(&new));
    let ran = story.apply("");
    assert!(ran.exit == 4 && story.count().1 == 3, "{}{}", ran.out, ran.err);
    assert_eq!(ran.err.matches("error[KW-149]").count(), 1, "{}", ran.err);
    assert!(ran.err.contains("key/z would be created, but key/k of"), "{}", ran.err);
    let ran = story.apply("--allow key/z");
    assert!(ran.exit == 0 && story.count().1 == 4, "{}{}", ran.out, ran.err);
    // Two of them are two, each with its own.
    let lost = [key("k", "alice", "checkout", "payments"), key("l", "bob", "site", "payments")];
    let story = Story::of(&world(&lost));
    let story = story.declares(world(&[key("a", "bob", "shop", "payments"), key("z", "alice", "till", "payments")]));
    let says = ["key/a would be created, but key/l of", "key/z would be created, but key/k of"];
    story.asks(&says, &["key/a", "key/z"]);
}

#[test]
fn an_entry_for_another_package_is_no_question() {
    let story = Story::of(&world(&[]).replacen("spec: {user: alice}", ENTRY, 1));
    let story = story.edited("[{package: payments, plan: gold}]", "[{package: money, plan: gold}]");
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count().1 == 2, "{}{}", ran.out, ran.err);
}

#[test]
fn a_key_that_another_manifest_names_by_its_id_is_not_made_again() {
    for remembers in [true, false] {
        // Beside the entry that it was made for.
        let story = Story::of(&TEAM.replace("spec: {user: alice}", ENTRY));
        let by_id = KEY.replace("{generate: {prefix: chk_}}", &format!("{{existing: {}}}", story.id_of_only_key()));
        if !remembers {
            story.forget();
        }
        let manifests = [&*story.manifests, &by_id].concat();
        let story = story.declares(manifests.clone());
        let says = "key/alice/checkout/payments would be created, but its key";
        let help = "take the entry out of `Application.packages`, or take out the manifest of key/k";
        story.asks(&["KW-145", says, help], &["key/alice/checkout/payments"]);
        // Beside its document.
        for source in ["{generate: {prefix: chk_}}", "{generate: {}}"] {
            let document = KEY.replace("{generate: {prefix: chk_}}", source);
            let story = Story::of(&[TEAM, &document].concat());
            let existing = format!("{{existing: {}}}", story.id_of_only_key());
            let by_id = KEY.replace("{generate: {prefix: chk_}}", &existing).replace("{name: k}", "{name: n}");
            if !remembers {
                story.forget();
            }
            let story = story.declares([TEAM, &document, &by_id].concat());
            story.asks(&["KW-145", "key/k would be created, but its key", "the one of key/n now"], &["key/k"]);
        }
    }
    // The help works.
    let story = Story::of(&TEAM.replace("spec: {user: alice}", ENTRY));
    let by_id = KEY.replace("{generate: {prefix: chk_}}", &format!("{{existing: {}}}", story.id_of_only_key()));
    let story = story.declares([TEAM, &by_id].concat());
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count() == (1, 1), "{}{}", ran.out, ran.err);
    // A key that was named by its id before leaves the name to a new one.
    let new = key("n", "alice", "checkout", "payments");
    let story = story.declares([TEAM, &by_id, &new].concat());
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.count() == (1, 2), "{}{}", ran.out, ran.err);
}

const API_KEY: &str = "apiVersion: keywright.dev/v1
kind: ApiKey
metadata: {name: erp}
spec: {enabled: true, allowedApis: [audit], allowedOrgs: [\"id:41\"], expires: 2027-06-30T00:00:00Z}
";

impl Story {
    fn api_keys(&self) -> u32 {
        self.database().query_row("SELECT count(*) FROM api_keys", [], |row| row.get(0)).unwrap()
    }
}

#[test]
fn an_api_key_with_another_name_is_one_question() {
    let story = Story::of(API_KEY).edited("{name: erp}", "{name: orders}");
    let says = "apikey/orders would be created, but apikey/erp has no manifest any more and is in use";
    story.asks(&["KW-149", says, "an API key cannot be renamed"], &["apikey/orders"]);
    assert_eq!(story.api_keys(), 2);
    // The help works: the old name, or a tombstone.
    let story = Story::of(API_KEY).edited("{name: erp}", "{name: orders}");
    assert_eq!(story.apply("").exit, 4);
    let gone = format!("{}---\n{API_KEY}", story.manifests).replace("{name: erp}", "{name: erp, removed: true}");
    let story = story.declares(gone);
    let ran = story.apply("");
    assert!(ran.exit == 4 && story.api_keys() == 1, "{}{}", ran.out, ran.err);
    let ran = story.apply("--allow apikey/erp");
    assert!(ran.exit == 0 && story.api_keys() == 2, "{}{}", ran.out, ran.err);
    // A new one beside others is none, and neither is one after another lost its manifest.
    let story = Story::of(API_KEY);
    let both = format!("{API_KEY}---\n{}", API_KEY.replace("{name: erp}", "{name: orders}"));
    let story = story.declares(both);
    assert_eq!(story.apply("").exit, 0);
    let story = story.declares(API_KEY.to_owned());
    assert_eq!(story.apply("").exit, 0);
    let story = story.declares(format!("{API_KEY}---\n{}", API_KEY.replace("{name: erp}", "{name: third}")));
    let ran = story.apply("");
    assert!(ran.exit == 0 && story.api_keys() == 3, "{}{}", ran.out, ran.err);
}

#[test]
fn a_revert_does_not_answer_the_question() {
    let story = Story::of(&world(&[key("k", "alice", "checkout", "payments")]));
    let (before, moved) = (story.manifests.clone(), world(&[key("n", "bob", "site", "payments")]));
    let story = story.declares(moved.clone());
    assert_eq!(story.apply("").exit, 4);
    let story = story.declares(before);
    assert_eq!(story.apply("").exit, 0);
    story.declares(moved).asks(&["KW-149", "key/n would be created, but key/k of"], &["key/n"]);
}
