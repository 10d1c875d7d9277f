//! Limits, and recovery after mistakes.

use super::*;
use crate::diagnostic::SourceId;

fn read(text: &str) -> (usize, Vec<String>) {
    let mut reading = Reading::new(SourceId(0));
    let mut documents = 0;
    let nodes = super::documents(text, &mut reading, |_, _| documents += 1);
    assert!(nodes < 2 * MAX_NODES);
    (documents, reading.finish().iter().map(|problem| format!("{} {}", problem.rule, problem.message)).collect())
}

const TOO_MANY: &str = "KW-003 the file has more than 1000000 YAML nodes, including those that aliases repeat";
const REPEATED: &str = "KW-003 the anchors and aliases of the file repeat too much";

#[test]
fn repeated_content_is_limited_by_nodes_and_by_text() {
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
fn the_documents_of_a_file_share_its_limits() {
    // Each document alone is within the limits; the mistake at its end restarts the reader.
    let document = format!("---\n- &a [{}]\n{}- ]\n", "x, ".repeat(500), "- *a\n".repeat(20));
    let (_, found) = read(&document.repeat(1000));
    assert_eq!(found.last().map(String::as_str), Some(REPEATED));
    assert!(found.len() < 30, "{}", found.len());
    let (documents, found) = read(&format!("{}--- b\n", "- a\n".repeat(MAX_NODES)));
    assert_eq!((documents, found), (0, vec![TOO_MANY.to_owned()]));
}

#[test]
fn an_empty_document_has_no_text() {
    for (text, expected) in [("---\n", ""), ("--- # a\n", ""), ("--- ~\n", "~"), ("--- ''\n", "")] {
        let mut reading = Reading::new(SourceId(0));
        super::documents(text, &mut reading, |root, _| {
            assert!(matches!(&root.content, Content::Scalar { text, .. } if text == expected), "{text}");
        });
    }
}

#[test]
fn reading_stops_after_too_many_problems() {
    for text in ["--- ]\n".repeat(2000), "- !!binary a\n".repeat(2000), "a: b\n".repeat(2000)] {
        let (_, found) = read(&text);
        assert_eq!(found.len(), 1001);
        assert_eq!(found[1000], "KW-003 the file has more than 1000 problems; the others are not shown");
    }
}

#[test]
fn a_mistake_does_not_hide_later_documents() {
    let (documents, found) = read("a: [\n---\nb: *none\n---\n&c [*c]\n---\nd: e\n");
    assert_eq!((documents, found.len()), (1, 3));
}
