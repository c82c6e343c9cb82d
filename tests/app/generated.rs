//! Generated input (`security.md` 37): whatever is typed, nothing panics, nothing answers 5xx, and what reads back reads
//! back the same. Every run tries the same inputs, so that a failure is the change's own; another number as
//! `INFIRMARY_TEST_SEED` tries others.

mod parsers;
mod requests;

use std::fmt::Debug;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use crate::support::Suite;

pub fn tests(suite: &mut Suite) {
    parsers::tests(suite);
    requests::tests(suite);
}

/// Where this run begins: always at the same place, or at the one that is asked for.
fn seed() -> u64 {
    std::env::var("INFIRMARY_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7)
}

fn runner(seed: u64, cases: u32) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// Tries a property with so many generated inputs; the smallest that breaks it is in the message.
fn holds<S: Strategy>(
    cases: u32,
    input: &S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) -> Result<(), String>
where
    S::Value: Debug,
{
    let seed = seed();
    runner(seed, cases).run(input, property).map_err(|error| format!("INFIRMARY_TEST_SEED={seed}: {error}"))
}

/// Texts that programs stumble over, beside those that are made up.
const STUMBLES: &[&str] = &[
    "",
    "\0",
    "a\0b",
    "\u{202e}txt.exe\u{202c}",
    "\u{200b}\u{feff}",
    "\u{2066}\u{2067}",
    "e\u{301}\u{301}\u{301}\u{301}",
    "İıŉß‎ﬃǅ",
    "🩺👩🏽‍⚕️",
    "\r\n\t\u{85}\u{2028}",
    "%00%ff%",
    "_%\\",
    "'; DROP TABLE users; --",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "NaN",
    "-0",
    "1e400",
    "0x7fffffff",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999999999",
    "2026-02-30",
    "9999-12-31",
    "-9999-01-01",
    "+262143-12-31",
    "24:00",
    "23:59:60",
    "٠١٢٣٤٥",
    "½",
    "1\u{a0}000,5",
    "yes",
    "PAT000001",
];

/// What somebody, or some program, might type into any field.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => vec(any::<char>(), 0..24).prop_map(String::from_iter),
        2 => "\\PC{0,40}",
        2 => "-?[0-9]{1,22}([.,][0-9]{0,4})?",
        2 => "[0-9]{1,5}[-/.][0-9]{1,3}[-/.][0-9]{1,5}",
        1 => "[0-9]{1,3}:[0-9]{1,3}(:[0-9]{1,2})?",
        2 => "20[12][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
        1 => "20[12][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]Z",
        1 => "([01][0-9]|2[0-3]):[0-5][05]",
        1 => "[a-zA-Z]{1,8}@[a-z]{1,6}\\.[a-z]{2,3}",
        4 => select(STUMBLES).prop_map(ToOwned::to_owned),
        2 => vec(select(STUMBLES), 2..6).prop_map(|parts| parts.concat()),
        1 => (select(STUMBLES), 1..3000_usize).prop_map(|(text, times)| text.repeat(times)),
    ]
}
