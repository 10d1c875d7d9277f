//! The paths that a program could find in one of its arguments.

/// Maximum number of places in an argument where a path could begin. Each is looked up, so the author of a manifest could
/// make that take for ever.
const MOST: usize = 500;

pub(super) fn has_too_many(argument: &str) -> bool {
    argument.chars().filter(|c| *c == '/' || is_separator(*c)).nth(MOST).is_some()
}

fn is_separator(c: char) -> bool {
    ['=', '@', ',', ':'].contains(&c)
}

/// The texts in an argument that could be a path: after a separator, from every slash on, and both as a URL would be
/// decoded.
pub(super) fn paths(argument: &str) -> impl Iterator<Item = String> {
    let start = |(at, c): (usize, char)| match c {
        '/' => Some(at),
        c if is_separator(c) => Some(at + c.len_utf8()),
        _ => None,
    };
    // The folder of the checkout may have a separator in its name, so a path may also end at the end of the argument.
    let starts = argument.char_indices().filter_map(start).map(|at| &argument[at..]);
    let texts = argument.split(is_separator).chain([argument]).chain(starts).filter(|text| !text.is_empty());
    texts.flat_map(|text| [Some(text.to_owned()), text.contains('%').then(|| decoded(text))].into_iter().flatten())
}

/// The text with every `%` and two hexadecimal digits replaced by the byte that they mean.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = if *first == b'%' { after.get(..2).and_then(byte) } else { None };
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn byte(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    u8::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_wherever_it_begins() {
        for argument in
            ["/a/b", "@/a/b", "file:///a/b", "file://host/a/b", "-d/a/b", "--x=/a/b", "%2fa%2Fb", "y,/a/b,z"]
        {
            let has_it = paths(argument).any(|path| path.trim_start_matches('/') == "a/b");
            assert!(has_it, "{argument}");
        }
        assert!(paths("@/a/job@2").any(|path| path == "/a/job@2"));
        assert_eq!(paths("").count(), 0);
        for (text, meant) in [("%", "%"), ("%4", "%4"), ("%+1", "%+1"), ("%zz%41", "%zzA"), ("é%", "é%")] {
            assert_eq!(decoded(text), meant);
        }
    }
}
