//! Random tokens for sessions, links and forms. Only hashes of them are stored.

use rand::RngExt;
use sha2::{Digest, Sha256};

/// A new token: 256 random bits of the operating system's generator, as 64 hexadecimal digits.
pub fn random() -> String {
    let bytes: [u8; 32] = rand::rng().random();
    hex(&bytes)
}

/// A short random name, 64 bits, for what needs telling apart but no secrecy: requests, rendered forms.
pub fn short() -> String {
    let bytes: [u8; 8] = rand::rng().random();
    hex(&bytes)
}

/// What is stored of a token: its SHA-256 in hexadecimal. Tokens are random, so no salt is needed.
pub fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
