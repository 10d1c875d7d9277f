//! Signs of a secret in a text, in whatever form: a list of forms is never complete, so nothing is left of a text with one.
//!
//! A sign is a run of `RUN` letters and digits of a secret, forward or backward, or the whole of a shorter one. What is between
//! them does not count: blanks, line ends, colons, escapes. The text is looked at as it is, and decoded, again and again:
//! escapes of URLs, JSON and HTML, hexadecimal, and Base64.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::hash::DefaultHasher;
use std::hash::Hasher;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use super::BEGINNING;
use super::SHORT;
use super::is_base64;
use super::units;

/// The length of a sign, in bytes of letters and digits.
const RUN: usize = BEGINNING;

/// How often a text is decoded.
const DEPTH: u32 = 2;

/// Runs of letters and digits, as digests, by their length. Of a short secret, the whole.
#[derive(Clone, Default)]
pub(super) struct Signs(BTreeMap<usize, BTreeSet<u64>>);

impl Signs {
    pub(super) fn add(&mut self, secret: &str) {
        let forward = plain(secret.as_bytes());
        if forward.len() < SHORT {
            return;
        }
        let backward = reversed(&forward);
        let length = forward.len().min(RUN);
        let all = self.0.entry(length).or_default();
        all.extend(forward.windows(length).chain(backward.windows(length)).map(digest));
    }

    /// Whether a text holds one.
    pub(super) fn are_in(&self, text: &str) -> bool {
        let backward = reversed(text.as_bytes());
        self.are_in_decoded(text.as_bytes(), DEPTH) || self.are_in_decoded(&backward, DEPTH - 1)
    }

    fn are_in_decoded(&self, text: &[u8], depth: u32) -> bool {
        let plain = plain(text);
        let has =
            |(length, all): (&usize, &BTreeSet<u64>)| plain.windows(*length).any(|run| all.contains(&digest(run)));
        if self.0.iter().any(has) {
            return true;
        }
        depth > 0 && decoded(text, &plain).any(|text| self.are_in_decoded(&text, depth - 1))
    }
}

/// Letters and digits, in lower case.
fn plain(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let text = String::from_utf8_lossy(text);
    let letters = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    Zeroizing::new(letters.collect::<String>().into_bytes())
}

fn reversed(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let text = String::from_utf8_lossy(text);
    Zeroizing::new(text.chars().rev().collect::<String>().into_bytes())
}

/// No part of a secret is kept as it is.
fn digest(run: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(run);
    hasher.finish()
}

/// What a text could mean.
fn decoded(text: &[u8], plain: &[u8]) -> impl Iterator<Item = Zeroizing<Vec<u8>>> {
    let packed = Zeroizing::new(text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<_>>());
    let base64 = (0..4).map(move |shift| from_base64(&packed, shift));
    let hex: Vec<_> = (0..2).map(|shift| from_hex(plain, shift)).collect();
    unescaped(text).into_iter().chain(hex).chain(base64).filter(|text| text.len() >= SHORT)
}

/// `None` if nothing is escaped.
fn unescaped(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let (mut at, mut is_escaped) = (0, false);
    while let [Some((plain, next)), escaped] = units(text, at) {
        let (byte, end) = escaped.unwrap_or_else(|| (text.get(at).copied().unwrap_or(plain), next));
        is_escaped |= escaped.is_some();
        bytes.push(byte);
        at = end;
    }
    is_escaped.then_some(bytes)
}

/// All runs of digits, each from its first digit or its second one.
fn from_hex(plain: &[u8], shift: usize) -> Zeroizing<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let runs = plain.split(|byte| !byte.is_ascii_hexdigit()).filter_map(|run| run.get(shift..));
    let pairs = runs.flat_map(|run| run.chunks_exact(2));
    Zeroizing::new(pairs.filter_map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect())
}

/// All runs of characters of Base64, each from one of its first four.
fn from_base64(packed: &[u8], shift: usize) -> Zeroizing<Vec<u8>> {
    let runs = packed.split(|byte| !is_base64(*byte) || *byte == b'=');
    let runs = runs.filter_map(|run| run.get(shift..)).filter(|run| run.len() >= SHORT);
    let mut bytes = Zeroizing::new(Vec::with_capacity(packed.len()));
    for run in runs {
        let standard = run.iter().map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            byte => *byte,
        });
        let standard = Zeroizing::new(standard.take(run.len() - usize::from(run.len() % 4 == 1)).collect::<Vec<_>>());
        let whole = standard.len() / 4 * 4;
        // The bits after the last whole byte may be of a neighbor.
        let (head, tail) = standard.split_at(whole);
        for part in [head, &*[tail, b"AAAA"].concat()] {
            let part = &part[..part.len() / 4 * 4];
            bytes.extend(STANDARD_NO_PAD.decode(part).map(Zeroizing::new).iter().flat_map(|part| part.iter().copied()));
        }
    }
    bytes
}
