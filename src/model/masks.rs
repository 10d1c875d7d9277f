//! Hides secrets in foreign texts: a server or a database may repeat what it was sent.
//!
//! All secrets are searched for at once, and then replaced at once: one after the other, a secret that begins like
//! another one would leave the end of the other.
//!
//! - Letters match in any case, and every character also in its escaped forms of URLs, JSON and HTML, in any mixture.
//! - Hexadecimal and Base64 forms match as well. Within a longer text (`user:password`), Base64 is shifted by one or two
//!   bytes. So the search is for the part that does not depend on the neighbors, and the whole Base64 text around it is
//!   hidden.
//! - Of a secret of at least `LONG` bytes, a beginning of `BEGINNING` bytes is hidden too, because servers shorten
//!   texts. A shorter beginning is of little use to an attacker, and often a public prefix (`chk_`).
//! - A secret of fewer than `SHORT` bytes is hidden only as a separate word. Otherwise a password `a` would hide every
//!   `a`, and the hidden places would reveal it.
//!
//! Of what a program prints, nothing is shown if it holds any sign of a secret ([`Masks::shown`]).

mod signs;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use self::signs::Signs;
use super::Digest;
use super::Secret;

/// Replaces a secret.
pub const HIDDEN: &str = "(hidden)";

/// Replaces a whole text that could hold a secret in any form.
pub const WITHHELD: &str = "(not shown: it may hold a secret)";

/// A shorter secret is hidden only as a separate word.
const SHORT: usize = 6;

/// Of a secret of this length, the beginning alone is hidden too.
const LONG: usize = 16;

/// The length of a beginning.
const BEGINNING: usize = 12;

/// The secrets that no message may contain. No `Debug`, no `Display`.
#[derive(Clone, Default)]
pub struct Masks {
    /// By their first two bytes, because an apply may send tens of thousands of keys. The second byte is 0 if there is
    /// only one.
    needles: BTreeMap<(u8, u8), Vec<Needle>>,
    known: BTreeSet<Digest>,
    signs: Signs,
}

/// One form of a secret, with its ASCII letters in lower case.
#[derive(Clone)]
struct Needle {
    bytes: Zeroizing<Vec<u8>>,
    around: Around,
}

/// What may be next to a form of a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Anything,
    /// Neither a letter nor a digit.
    Borders,
    /// The rest of a Base64 text, which is hidden too.
    Base64,
}

impl Masks {
    /// From now on, hides this secret.
    pub fn hide(&mut self, secret: &Secret) {
        let text = secret.expose();
        if text.is_empty() || !self.known.insert(secret.digest()) {
            return;
        }
        if text.len() < SHORT {
            return self.add(text.as_bytes(), Around::Borders);
        }
        self.signs.add(text);
        self.add(text.as_bytes(), Around::Anything);
        if !text.is_ascii() {
            // Other letters have upper and lower case too.
            self.add(Zeroizing::new(text.to_lowercase()).as_bytes(), Around::Anything);
            self.add(Zeroizing::new(text.to_uppercase()).as_bytes(), Around::Anything);
            // One escape stands for several bytes.
            for escaped in [json as fn(char) -> String, decimal, hexadecimal, latin] {
                let form = Zeroizing::new(text.chars().map(escaped).collect::<String>());
                self.add(form.as_bytes(), Around::Anything);
            }
        }
        // Once more URL-encoded, this is found as well.
        let for_url = Zeroizing::new(form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>());
        if *for_url != text {
            self.add(for_url.as_bytes(), Around::Anything);
        }
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        self.add(Zeroizing::new(hex).as_bytes(), Around::Anything);
        for shift in 0..3 {
            let shifted = Zeroizing::new([&[0; 2][..shift], text.as_bytes()].concat());
            // Only characters without bits of a neighbor.
            let own = (shift * 8).div_ceil(6)..shifted.len() * 8 / 6;
            let standard = Zeroizing::new(STANDARD_NO_PAD.encode(&*shifted));
            let for_urls = Zeroizing::new(URL_SAFE_NO_PAD.encode(&*shifted));
            self.add(&standard.as_bytes()[own.clone()], Around::Base64);
            if standard != for_urls {
                self.add(&for_urls.as_bytes()[own], Around::Base64);
            }
        }
    }

    fn add(&mut self, form: &[u8], around: Around) {
        let bytes = Zeroizing::new(form.to_ascii_lowercase());
        let Some(&first) = bytes.first() else { return };
        let second = bytes.get(1).copied().unwrap_or_default();
        self.needles.entry((first, second)).or_default().push(Needle { bytes, around });
    }

    /// The text, if it has no sign of a secret in any form. Ask for the whole text: a part of it could have a part of a secret
    /// that is too short to be one.
    pub fn shown<'t>(&self, text: &'t str) -> Option<&'t str> {
        let packed = Zeroizing::new(text.chars().filter(|c| !c.is_whitespace()).collect::<String>());
        let backward = Zeroizing::new(packed.chars().rev().collect::<String>());
        let is_plain = |text: &str| matches!(self.mask(text), Cow::Borrowed(_));
        ([text, &packed, &backward].into_iter().all(is_plain) && !self.signs.are_in(text)).then_some(text)
    }

    /// The text without the secrets.
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let found = (0..text.len()).filter_map(|start| self.longest(text.as_bytes(), start));
        let mut found: Vec<_> =
            found.map(|found| boundary_before(text, found.start)..boundary_after(text, found.end)).collect();
        found.sort_by_key(|found| found.start);
        found.dedup_by(|next, last| {
            let is_joined = next.start <= last.end;
            if is_joined {
                last.end = last.end.max(next.end);
            }
            is_joined
        });
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut masked = String::with_capacity(text.len());
        let mut shown = 0;
        for secret in found {
            masked.push_str(&text[shown..secret.start]);
            masked.push_str(HIDDEN);
            shown = secret.end;
        }
        masked.push_str(&text[shown..]);
        Cow::Owned(masked)
    }

    /// The place of the longest secret that begins at `start`.
    fn longest(&self, text: &[u8], start: usize) -> Option<Range<usize>> {
        let seconds = |end| units(text, end).into_iter().flatten().map(|(byte, _)| byte).chain([0]);
        let firsts = units(text, start).into_iter().flatten();
        let pairs = firsts.flat_map(|(first, end)| seconds(end).map(move |second| (first, second)));
        let needles = pairs.filter_map(|pair| self.needles.get(&pair)).flatten();
        needles.filter_map(|needle| needle.find(text, start)).max_by_key(Range::len)
    }
}

impl Needle {
    /// The place of this form if it begins at `start`, with what must be hidden next to it.
    fn find(&self, text: &[u8], start: usize) -> Option<Range<usize>> {
        let (matched, end) = self.follow(text, start);
        let is_whole = matched == self.bytes.len();
        if !is_whole && (self.bytes.len() < LONG || matched < BEGINNING) {
            return None;
        }
        let is_word = |at: usize| text.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
        match self.around {
            Around::Anything => Some(start..end),
            Around::Borders => {
                let has_borders = !is_word(end) && (start == 0 || !is_word(start - 1));
                has_borders.then_some(start..end)
            }
            Around::Base64 => {
                let run = |bytes: &mut dyn Iterator<Item = &u8>| bytes.take_while(|byte| is_base64(**byte)).count();
                Some(start - run(&mut text[..start].iter().rev())..end + run(&mut text[end..].iter()))
            }
        }
    }

    /// How many of its bytes are at `start`, and where they end. An escape may also be literal text, so there can be
    /// several readings.
    fn follow(&self, text: &[u8], start: usize) -> (usize, usize) {
        let mut plain = start;
        let mut common = 0;
        // Almost always there is only one reading.
        while let Some(byte) = self.bytes.get(common)
            && let [Some((unit, end)), None] = units(text, plain)
        {
            if unit != *byte {
                return (common, plain);
            }
            (plain, common) = (end, common + 1);
        }
        let mut at = BTreeSet::from([plain]);
        for (matched, byte) in self.bytes.iter().enumerate().skip(common) {
            let readings = at.iter().flat_map(|at| units(text, *at).into_iter().flatten());
            let next: BTreeSet<usize> = readings.filter(|(unit, _)| unit == byte).map(|(_, end)| end).collect();
            if next.is_empty() {
                return (matched, at.last().copied().unwrap_or(start));
            }
            at = next;
        }
        (self.bytes.len(), at.last().copied().unwrap_or(start))
    }
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
}

/// The readings at `at`: the byte itself, and the byte that it escapes; each in lower case, with its end.
fn units(text: &[u8], at: usize) -> [Option<(u8, usize)>; 2] {
    let Some(&plain) = text.get(at) else { return [None, None] };
    let rest = &text[at + 1..];
    let escaped = match plain {
        b'%' => hex(rest.get(..2)).map(|byte| (byte, 3)),
        b'+' => Some((b' ', 1)),
        b'\\' => match rest.first() {
            Some(b'u') => hex(rest.get(1..5)).map(|byte| (byte, 6)),
            Some(byte @ (b'"' | b'\\' | b'/' | b'\'')) => Some((*byte, 2)),
            _ => None,
        },
        b'&' => entity(rest).map(|(byte, length)| (byte, length + 1)),
        _ => None,
    };
    let lower = |(byte, length): (u8, usize)| (byte.to_ascii_lowercase(), at + length);
    [Some(lower((plain, 1))), escaped.map(lower)]
}

fn json(letter: char) -> String {
    if letter.is_ascii() {
        return letter.to_string();
    }
    letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

fn decimal(letter: char) -> String {
    if letter.is_ascii() { letter.to_string() } else { format!("&#{};", u32::from(letter)) }
}

fn hexadecimal(letter: char) -> String {
    if letter.is_ascii() { letter.to_string() } else { format!("&#x{:x};", u32::from(letter)) }
}

/// URL-encoded as Latin-1, where it has the letter.
fn latin(letter: char) -> String {
    match u8::try_from(letter) {
        Ok(byte) if !letter.is_ascii() => format!("%{byte:02x}"),
        _ => letter.to_string(),
    }
}

fn hex(digits: Option<&[u8]>) -> Option<u8> {
    let digits = std::str::from_utf8(digits?).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()?.try_into().ok()
}

/// The character of an HTML entity after its `&`, and the length of the entity.
fn entity(rest: &[u8]) -> Option<(u8, usize)> {
    let length = rest.iter().take(8).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&rest[..length]).ok()?.to_ascii_lowercase();
    let byte = match (&*name, name.strip_prefix("#x"), name.strip_prefix('#')) {
        (_, Some(digits), _) => u8::from_str_radix(digits, 16).ok()?,
        (_, _, Some(digits)) => digits.parse().ok()?,
        ("amp", ..) => b'&',
        ("lt", ..) => b'<',
        ("gt", ..) => b'>',
        ("quot", ..) => b'"',
        ("apos", ..) => b'\'',
        _ => return None,
    };
    Some((byte, length + 1))
}

fn boundary_before(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn boundary_after(text: &str, at: usize) -> usize {
    (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests;
