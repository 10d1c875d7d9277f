//! Bounds, and what one mistake hides.

use super::*;
use crate::diagnostic::SourceId;

/// How many documents were read, and what was found.
fn read(text: &str) -> (usize, Vec<String>) {
    let mut reading = Reading::new(SourceId(0));
    let mut documents = 0;
    let nodes = super::documents(text, &mut reading, |_, _| documents += 1);
    assert!(nodes < 2 * MAX_NODES);
    (documents, reading.finish().iter().map(|problem| format!("{} {}", problem.rule, problem.message)).collect())
}

const TOO_MANY: &str = "KW-003 the file holds more than 1000000 YAML nodes, with those that aliases repeat";
const REPEATED: &str = "KW-003 the anchors and aliases of the file repeat too much";

#[test]
fn what_aliases_repeat_is_bounded_by_nodes_and_by_text() {
    let mut laughs = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for name in ["b", "c", "d", "e", "f", "g"] {
        let earlier = char::from(name.as_bytes()[0] - 1);
        laughs.push_str(&format!("{name}: &{name} [{}]\n", vec![format!("*{earlier}"); 9].join(", ")));
    }
    assert_eq!(read(&laughs), (0, vec![REPEATED.to_owned()]));
    let long = format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(1000));
    assert_eq!(read(&long), (0, vec![REPEATED.to_owned()]));
    let few = "a: &a {b: [c, d]}\ne: [*a, *a, *a]\n";
    assert_eq!(read(few), (1, Vec::new()));
}

#[test]
fn aliases_do_not_nest_deeper_than_lists() {
    let inner = format!("{}x{}", "[".repeat(40), "]".repeat(40));
    let (documents, found) =
        read(&format!("a: &a {inner}\nb: [*a]\n---\na: &a {inner}\nb: {}", inner.replace('x', "*a")));
    assert_eq!((documents, found), (1, vec!["KW-003 the document is nested more than 64 levels deep".to_owned()]));
}

#[test]
fn the_documents_of_a_file_share_its_bounds() {
    // Each document alone is within them, and the mistake at its end begins the reading anew.
    let document = format!("---\n- &a [{}]\n{}- ]\n", "x, ".repeat(500), "- *a\n".repeat(20));
    let (_, found) = read(&document.repeat(1000));
    assert_eq!(found.last().map(String::as_str), Some(REPEATED));
    assert!(found.len() < 30, "{}", found.len());
    let (documents, found) = read(&format!("{}--- b\n", "- a\n".repeat(MAX_NODES)));
    assert_eq!((documents, found), (0, vec![TOO_MANY.to_owned()]));
}

#[test]
fn where_nothing_is_written_there_is_no_text() {
    for (text, expected) in [("---\n", ""), ("--- # a\n", ""), ("--- ~\n", "~"), ("--- ''\n", "")] {
        let mut reading = Reading::new(SourceId(0));
        super::documents(text, &mut reading, |root, _| {
            assert!(matches!(&root.content, Content::Scalar { text, .. } if text == expected), "{text}");
        });
    }
}

#[test]
fn a_file_without_a_sound_line_is_given_up() {
    for text in ["--- ]\n".repeat(2000), "- !!binary a\n".repeat(2000), "a: b\n".repeat(2000)] {
        let (_, found) = read(&text);
        assert_eq!(found.len(), 1001);
        assert_eq!(found[1000], "KW-003 the file has more than 1000 problems; the others are not shown");
    }
}

#[test]
fn a_mistake_hides_nothing_behind_it() {
    let (documents, found) = read("a: [\n---\nb: *none\n---\n&c [*c]\n---\nd: e\n");
    assert_eq!((documents, found.len()), (1, 3));
}
