//! MFT answers whatever is sent, and never with a 5xx.

use serde_json::json;

use super::caller::Emulator;
use super::caller::id;
use super::mft::LIST;
use super::mft::ask;
use super::mft::create;
use super::mft::list;
use super::mft::orders;
use super::mft::start;

fn send(emulator: &Emulator, method: &str, path: &str, body: &str) -> u16 {
    emulator.send(method, path, "ApiKey: fake\r\n", body).map_or(0, |reply| reply.status)
}

#[test]
fn bodies_that_are_no_key_are_refused() {
    let emulator = start(&[]);
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let many: serde_json::Map<_, _> = (0..5_000).map(|number| (format!("a{number}"), json!(1))).collect();
    let many = json!(many).to_string();
    for body in ["", "{", "[]", "7", "null", "{}", "\u{0}", "\u{feff}{}", "{\"keyName\":{}}", &deep, &many] {
        for method in ["POST", "PUT"] {
            assert_eq!(send(&emulator, method, "/api/ApiKey", body), 400, "{method} {body:.40}");
        }
    }
    assert_eq!(list(&emulator), json!([]));
}

#[test]
fn odd_values_are_refused_or_kept() {
    let emulator = start(&[]);
    let long = "1,".repeat(100_000);
    let texts = ["", ",", ";;|", "[", "[[]]", "[null,{},1.5,\"\"]", "\u{0}", "-1,99999999999999", "\u{202e}😀", &long];
    for (number, text) in texts.into_iter().enumerate() {
        let body =
            json!({"keyName": format!("key-{number}"), "enabled": true, "allowedApis": text, "allowedOrgs": text});
        assert_eq!(create(&emulator, body).status, 200, "{text:.40}");
    }
    for date in ["", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59-23:59", "2027-06-30", "+12027-01-01T00:00:00Z", "😀"]
    {
        assert_eq!(create(&emulator, json!({"keyName": "a", "expirationDate": date})).status, 400, "{date}");
    }
    for date in ["0001-01-01T00:00:00", "9999-12-31T23:59:59.9999999Z", "0000-01-01T00:00:00Z", "2016-12-31T23:59:60Z"]
    {
        let body = json!({"keyName": format!("date {date}"), "expirationDate": date});
        assert_eq!(create(&emulator, body).status, 200, "{date}");
    }
    for name in ["a".repeat(100_000), "%2F/../".to_owned(), "' OR 1=1 --".to_owned(), "\u{202e}".to_owned()] {
        assert_eq!(create(&emulator, json!({"keyName": name})).ok()["keyName"], name);
    }
    assert_eq!(create(&emulator, json!({"keyName": "b", "tenantId": 1_u64 << 40})).status, 400);
    assert_eq!(list(&emulator).as_array().unwrap().len(), texts.len() + 8);
}

#[test]
fn odd_requests_do_not_end_it() {
    let emulator = start(&["--quirk=mft-delete", "--log=log"]);
    let made = id(&create(&emulator, orders()));
    let paths = [
        "/api/ApiKey?id=%ff%00",
        "/api/ApiKey?id=",
        "/api/ApiKey?id=1&id=2&&=&id",
        "/api/ApiKey/%2e%2e/%00",
        "//api//ApiKey//",
        "/api/Organization/%zz",
        "/api/Organization/-9999999999999999999",
        "/swagger/%00",
        "*",
    ];
    for path in paths {
        for method in ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
            let status = send(&emulator, method, path, "");
            assert!((400..500).contains(&status), "{method} {path}: {status}");
        }
    }
    let keys = list(&emulator);
    assert_eq!((keys.as_array().unwrap().len(), &keys[0]["id"]), (1, &json!(made)));
    let huge = json!({"keyName": "a".repeat(3 << 20)}).to_string();
    assert!([0, 413].contains(&send(&emulator, "POST", "/api/ApiKey", &huge)));
    assert_eq!(ask(&emulator, "GET", LIST, None).status, 200);
}
