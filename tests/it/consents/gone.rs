//! What a person deleted in the service, with everything below it: a user, a package or a package plan.

use super::Memory;
use super::Story;
use super::Word;
use super::remember;
use crate::emulator::caller::Emulator;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Gone {
    User,
    Package,
    Plan,
}

impl Story {
    fn deletes(&self, path: &str) {
        let reply = self.emulator.delete(path);
        assert_eq!(reply.status, 200, "{path}");
    }

    /// From the bottom up, as a person has to do it.
    fn loses(&self, gone: Gone) {
        self.deletes(&format!("/packageKeys/{}", self.key));
        let package = format!("/packages/{}", self.area.package);
        match gone {
            Gone::User => {
                self.deletes(&format!("/applications/{}", self.area.application));
                self.deletes(&format!("/members/{}", self.area.member));
            }
            Gone::Plan => self.deletes(&format!("{package}/plans/{}", self.area.plan)),
            Gone::Package => {
                self.deletes(&format!("{package}/plans/{}", self.area.plan));
                self.deletes(&package);
            }
        }
    }

    fn count(&self, path: &str) -> usize {
        self.emulator.get(&format!("{path}?fields=id")).ok().as_array().unwrap().len()
    }
}

/// What a run without consent does: its exit code and its words; the users and the keys afterwards.
fn expected(gone: Gone, word: Word, memory: Memory) -> (i32, &'static [&'static str], usize) {
    match (gone, memory) {
        // Of the other area, nothing that memory knows is there. The store refuses the username for good, so no memory is
        // needed. Other changes are made.
        (Gone::User, Memory::None | Memory::Wrong) => {
            (6, &["or a deleted user had it: declare a username that was never used"], 0)
        }
        // A new user without a status waits and gets no key (CAM-034), which is more than a question.
        (Gone::User, _) => (
            if word == Word::Silent { 6 } else { 4 },
            &[
                "error[KW-126]: user/alice was in the store",
                "or declare another username",
                "--allow user/alice tries it",
            ],
            0,
        ),
        // Packages and package plans give access to nobody; the key does.
        (Gone::Package | Gone::Plan, Memory::None) => (0, &[], 1),
        (Gone::Package | Gone::Plan, _) => (4, &["error[KW-126]: key/k was in the store", "--allow key/k"], 0),
    }
}

#[test]
fn what_a_person_deleted_with_all_below_it_comes_back_only_with_consent() {
    for memory in [Memory::None, Memory::Right, Memory::Older, Memory::Wrong] {
        for gone in [Gone::User, Gone::Package, Gone::Plan] {
            for word in [Word::Active, Word::Disabled, Word::Silent] {
                run(memory, gone, word);
            }
        }
    }
}

fn run(memory: Memory, gone: Gone, word: Word) {
    let story = Story::begin();
    remember(&story, memory);
    let users = story.count("/members");
    story.loses(gone);
    let what = format!("{gone:?}, manifest {word:?}, memory {memory:?}");
    let (exit, words, keys) = expected(gone, word, memory);
    // The second run asks again.
    for description in ["unrelated", "again"] {
        story.declare(word, description);
        let said = story.apply(&[]);
        assert_eq!(said.exit, exit, "{what}\n{}", said.text);
        for words in words {
            assert!(said.text.contains(words), "{what}: {words}\n{}", said.text);
        }
        let packages = story.emulator.get("/packages?fields=description").ok();
        assert_eq!(packages[0]["description"].as_str(), Some(description), "{what}\n{}", said.text);
        let now = (story.count("/members"), story.count("/packageKeys"));
        assert_eq!(now, (users - usize::from(gone == Gone::User), keys), "{what}\n{}", said.text);
    }
    if gone == Gone::User {
        return story.leaves(&what);
    }
    let said = story.apply(&["--allow", "key/k"]);
    assert_eq!((said.exit, story.count("/packageKeys")), (0, 1), "{what}\n{}", said.text);
    story.world.assert_settled(&what);
}

impl Story {
    /// The step that the message names.
    fn leaves(&self, what: &str) {
        let path = self.world.workspace().join("all.yaml");
        let text = std::fs::read_to_string(path).unwrap();
        let kept: Vec<&str> = text.split("---\n").take(2).collect();
        self.world.write(&kept.join("---\n"));
        let said = self.apply(&[]);
        assert_eq!(said.exit, 0, "{what}\n{}", said.text);
    }
}

impl Story {
    /// The area as it is when it was emptied: another emulator.
    fn emptied(self) -> Self {
        let emulator = Emulator::start(&[]);
        let limits = "{callsPerSecond: 1000, visibilityLag: 1s}";
        self.world.point_at_url(&format!("http://{}", emulator.address()), limits, "", "TEST_");
        Self { emulator, ..self }
    }

    /// The user with everything that is theirs, whoever made it.
    fn loses_the_user(&self) {
        for path in ["/packageKeys", "/applications", "/members"] {
            let all = self.emulator.get(&format!("{path}?fields=id")).ok();
            for one in all.as_array().unwrap() {
                self.deletes(&format!("{path}/{}", one["id"].as_str().unwrap()));
            }
        }
    }

    #[track_caller]
    fn asks_for_the_user(&self) {
        let said = self.apply(&[]);
        assert!(said.exit == 4 && said.text.contains("error[KW-126]: user/alice was in the store"), "{}", said.text);
        assert_eq!(self.count("/members"), 0);
    }
}

/// Memory keeps what was in the area before it was emptied.
#[test]
fn a_user_deleted_after_the_area_was_emptied_and_filled_again_comes_back_only_with_consent() {
    let story = Story::begin();
    remember(&story, Memory::Right);
    let mut story = story;
    for _ in 0..2 {
        story = story.emptied();
        story.declare(Word::Active, "again");
        let said = story.apply(&["--allow", "key/k"]);
        assert_eq!((said.exit, story.count("/packageKeys")), (0, 1), "{}", said.text);
        story.world.assert_settled("filled again");
    }
    story.loses_the_user();
    story.asks_for_the_user();
}

/// Packages that others declare prove as well that the area was not emptied.
#[test]
fn a_user_whose_packages_others_declare_comes_back_only_with_consent() {
    let story = Story::begin();
    story.declare(Word::Active, "unrelated");
    let path = story.world.workspace().join("all.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    let own: Vec<&str> = text.split("---\n").skip(2).collect();
    story.world.write(&own.join("---\n"));
    let said = story.apply(&[]);
    assert_eq!(said.exit, 0, "{}", said.text);
    story.loses_the_user();
    story.asks_for_the_user();
}
