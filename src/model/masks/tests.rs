//! Forms in which a secret comes back, and proofs over random ones.

use proptest::prelude::*;

use super::HIDDEN;
use super::Masks;
use crate::model::Secret;

fn masks(secrets: &[&str]) -> Masks {
    secrets.iter().fold(Masks::default(), |mut masks, secret| {
        masks.hide(&Secret::new(*secret));
        masks
    })
}

fn masked(secrets: &[&str], text: &str) -> String {
    masks(secrets).mask(text).into_owned()
}

#[test]
fn every_form_in_which_a_server_may_repeat_a_secret_is_hidden() {
    let secret = "not-a/Real+key=1 é";
    for form in [
        "not-a/Real+key=1 é",
        "NOT-A/REAL+KEY=1 É",
        "not-a%2FReal%2Bkey%3D1%20%C3%A9",
        "not-a%2freal%2bkey%3d1+%c3%a9",
        "not-a/Real%2Bkey=1%20é",
        r"not-a\/Real\u002bkey=1 é",
        "not-a&#47;Real&#x2B;key=1 é",
        r"not-a/Real+key=1 \u00e9",
        r"not-a/Real+key=1 \u00E9",
        "not-a/Real+key=1 &#233;",
        "not-a/Real+key=1 &#xE9;",
        "not-a%2FReal%2Bkey%3D1%20%E9",
        "not-a%252FReal%252Bkey%253D1%2B%25C3%25A9",
        "6e6f742d612f5265616c2b6b65793d3120c3a9",
        "6E6F742D612F5265616C2B6B65793D3120C3A9",
        "bm90LWEvUmVhbCtrZXk9MSDDqQ==",
        "bm90LWEvUmVhbCtrZXk9MSDDqQ%3D%3D",
    ] {
        let text = format!("said «{form}» twice: {form}");
        let shown = masked(&[secret], &text).replace("%3D", "");
        assert_eq!(shown, format!("said «{HIDDEN}» twice: {HIDDEN}"), "{form}");
    }
}

#[test]
fn a_basic_header_is_hidden_whole() {
    // «some-client:not-a-real-secret» in Base64, as any other program writes it.
    let header = "Authorization: Basic c29tZS1jbGllbnQ6bm90LWEtcmVhbC1zZWNyZXQ= is wrong";
    for secrets in [&["not-a-real-secret"][..], &["some-client"], &["some-client", "not-a-real-secret"]] {
        assert_eq!(masked(secrets, header), "Authorization: Basic (hidden) is wrong", "{secrets:?}");
    }
}

#[test]
fn of_secrets_that_overlap_nothing_is_left() {
    assert_eq!(masked(&["abcdef", "abcdefgh", "ghijkl"], "<abcdefghijkl> abcdef!"), "<(hidden)> (hidden)!");
    assert_eq!(masked(&["aaaaaa"], "aaaaaaaaa"), "(hidden)");
    assert_eq!(masked(&["hidden"], "hidden"), "(hidden)");
}

#[test]
fn a_short_secret_is_hidden_as_a_word_only() {
    assert_eq!(masked(&["a"], "a bad answer: a"), "(hidden) bad answer: (hidden)");
    assert_eq!(masked(&["admin"], "administrator ADMIN, éadmin"), "administrator (hidden), éadmin");
    assert_eq!(masked(&[""], "as it was"), "as it was");
}

#[test]
fn the_beginning_of_a_long_secret_is_hidden() {
    let secret = "chk_0123456789abcdef";
    assert_eq!(masked(&[secret], "Bearer chk_0123456789… is wrong"), "Bearer (hidden)… is wrong");
    assert_eq!(masked(&[secret], "keys begin with chk_"), "keys begin with chk_");
}

#[test]
fn a_text_without_secrets_stays_as_it_is() {
    let text = "`expires`: must not be in the past, größe 漢 %zz \\u12 &; &#; +";
    assert!(matches!(masks(&["not-a-real-secret", "ab"]).mask(text), std::borrow::Cow::Borrowed(_)));
}

proptest! {
    #[test]
    fn no_secret_is_left_in_any_text(
        secrets in prop::collection::vec("[a-cA-C%+\\\\&é]{6,9}", 1..4),
        parts in prop::collection::vec("[a-c%+\\\\&é ]{0,6}", 0..4),
        order in prop::collection::vec(0..3_usize, 0..4),
    ) {
        let mut text = String::new();
        for (index, part) in parts.iter().enumerate() {
            text.push_str(part);
            let named = order.get(index).and_then(|number| secrets.get(*number));
            text.push_str(named.map_or("", String::as_str));
        }
        let all: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let shown = masked(&all, &text);
        for secret in &secrets {
            // Only what lay between two secrets is left, and that never was one.
            prop_assert!(!shown.split(HIDDEN).any(|rest| rest.to_lowercase().contains(&secret.to_lowercase())), "{text} {shown}");
        }
    }

    #[test]
    fn any_two_texts_are_masked_without_a_panic(secret in "\\PC{0,20}", text in "\\PC{0,60}") {
        let _ = masked(&[&secret], &text);
    }

    #[test]
    fn base64_of_anything_around_a_secret_is_hidden(before in "[ -~]{0,5}", after in "[ -~]{0,5}") {
        use base64::Engine as _;
        let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{before}not-real-1{after}"));
        prop_assert_eq!(masked(&["not-real-1"], &format!("x {encoded} y")), "x (hidden) y");
    }
}

#[test]
fn nothing_is_shown_of_a_text_with_a_sign_of_a_secret() {
    let secret = "chk_0123-fake-456789-abcdef";
    for text in [
        "chk_0123-fake-4\n56789-abcdef",
        "C H K _ 0 1 2 3 - F A K E",
        "…ake-456789-abcdef",
        "fedcba-987654-ekaf-3210_khc",
        "63686b5f303132332d66616b652d3435363738392d616263646566",
        "00000000: 6368 6b5f 3031 3233 2d66 616b 652d 3435  chk.0123.fak\n00000010: 3637 3839 2d61 6263 6465 66",
        "%63%68%6b%5f%30%31%32%33%2d%66%61%6b%65%2d%34",
        r"\u0063\u0068\u006b\u005f\u0030\u0031\u0032\u0033\u002d\u0066\u0061\u006b\u0065",
        "Y2hrXzAxMjMtZmFrZS00NTY3ODktYWJjZGVm",
        "Y2hrXzAx\nMjMtZmFr\nZS00NTY3\nODktYWJj\nZGVm",
        "y2hrxzaxmjmtzmfrzs00nty3odktywjjzgvm",
        "WTJoclh6QXhNak10Wm1GclpTMDBOVFkzT0RrdFlXSmpaR1Zt",
        "mVGZjJWYtkDO3YTN00SZrFmZtMjMxAzXrh2Y",
        "ZmVkY2JhLTk4NzY1NC1la2FmLTMyMTBfa2hj",
    ] {
        assert_eq!(masks(&[secret]).shown(text), None, "{text}");
        assert_eq!(masks(&["chk_9876-fake-543210-fedcba"]).shown(text), Some(text), "{text}");
    }
    for text in ["", "version 12", "arn:aws:secretsmanager:eu-central-1:1:secret:teams/checkout-AbCdEf", "chk_0123-fa"]
    {
        assert_eq!(masks(&[secret, "short1", "a"]).shown(text), Some(text), "{text}");
    }
    assert_eq!(masks(&["short1"]).shown("S h o r t 1"), None);
    assert_eq!(masks(&["a"]).shown("a"), None);
}

proptest! {
    #[test]
    fn a_base64_text_in_lines_of_any_length_is_a_sign(before in "[ -~]{0,5}", after in "[ -~]{0,5}", columns in 4..80_usize) {
        use base64::Engine as _;
        let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{before}not-a-real-secret-1{after}"));
        let lines: Vec<&str> = encoded.as_bytes().chunks(columns).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let text = lines.join("\n");
        prop_assert_eq!(masks(&["not-a-real-secret-1"]).shown(&text), None);
    }
}
