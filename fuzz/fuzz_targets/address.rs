//! Names → an address → the same names.
#![no_main]
#![expect(clippy::disallowed_methods, reason = "the macro can write what it is given to a file")]

use keywright::model::Address;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let names: Vec<&str> = text.splitn(3, '\u{ff}').collect();
    let address = match names[..] {
        [name] => Address::user(name),
        [package, name] => Address::plan(package, name),
        [user, application, package] => Address::key_of_application(user, application, package),
        _ => unreachable!("splitn gives one to three parts"),
    };
    assert_eq!(address.names(), names);
    assert_eq!(address.first_name(), names[0]);
    assert_eq!(address.name(), names[names.len() - 1]);
    assert!(!address.to_string().contains(char::is_control), "an address is one line");
    // Unescaped input does no harm either.
    let _ = Address::key_in_store(text, text, text, text).names();
});
