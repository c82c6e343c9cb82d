//! Passwords: what is accepted, and their argon2id hashes (`security.md` 1, 2, 6).

use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};

use crate::access::Role;
use crate::error::AppError;
use crate::web::State;

/// Kibibytes, passes and lanes: OWASP's first choice for argon2id.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The longest password, in characters: far beyond any phrase, short enough to hash.
const LONGEST: usize = 128;
/// zxcvbn's score (0–4) below which a password is among the first million guesses of an attacker.
const WEAKEST: u8 = 2;

fn hasher() -> Result<Argon2<'static>, AppError> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(|e| AppError::Internal(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// What to tell somebody who chooses a password.
pub fn hint(is_staff: bool) -> &'static str {
    if is_staff {
        "At least 12 characters. Three or four words in a row are easy to remember."
    } else {
        "At least 8 characters. Two or three words in a row are easy to remember."
    }
}

/// Why a password is not accepted, if it is not. `own` are the person's names and addresses.
pub fn objection(password: &str, role: Role, own: &[&str]) -> Option<String> {
    let shortest = if role.is_staff() { 12 } else { 8 };
    let length = password.chars().count();
    if length < shortest {
        return Some(format!("Use at least {shortest} characters. Three or four words in a row are easy to remember."));
    }
    if length > LONGEST {
        return Some(format!("Use at most {LONGEST} characters."));
    }
    let lower = password.to_lowercase();
    let is_own = own
        .iter()
        .flat_map(|o| o.split(['@', ' ']).map(str::to_lowercase).chain([o.to_lowercase()]))
        .any(|o| o.chars().count() >= 4 && (o.contains(&lower) || (lower.contains(&o) && o.len() * 2 > lower.len())));
    if is_own {
        return Some("Use something that is not your name or your e-mail address.".to_owned());
    }
    // zxcvbn looks at the beginning only, so that a long text costs no more time.
    let beginning: String = password.chars().take(64).collect();
    if u8::from(zxcvbn::zxcvbn(&beginning, own).score()) < WEAKEST {
        return Some("This password is among the first that are guessed. Use a less common one.".to_owned());
    }
    None
}

/// Hashes a password; blocks for some hundredths of a second.
pub fn hash_now(password: &str) -> Result<String, AppError> {
    let hash = hasher()?.hash_password(password.as_bytes()).map_err(|e| AppError::Internal(e.to_string()))?;
    Ok(hash.to_string())
}

/// Hashes a password on the bounded pool.
pub async fn hash(state: &State, password: String) -> Result<String, AppError> {
    let effort = state.hashed_kib.clone();
    bounded(state, move || {
        count(&effort, MEMORY, PASSES);
        hash_now(&password)
    })
    .await?
}

/// Adds one hash of these parameters to the effort of this process (`security.md` 6 is tested by it).
fn count(effort: &AtomicU64, memory: u32, passes: u32) {
    effort.fetch_add(u64::from(memory) * u64::from(passes), Ordering::Relaxed);
}

/// Whether a password is right, on the bounded pool. Without a stored hash one is computed all the same, so that an
/// unknown name takes as long as a wrong password.
pub async fn verify(state: &State, password: String, stored: Option<String>) -> Result<bool, AppError> {
    let effort = state.hashed_kib.clone();
    bounded(state, move || {
        let Some(stored) = stored else {
            count(&effort, MEMORY, PASSES);
            hash_now(&password)?;
            return Ok(false);
        };
        let internal = |e: argon2::password_hash::Error| AppError::Internal(e.to_string());
        let parsed = PasswordHash::new(&stored).map_err(|e| AppError::Internal(e.to_string()))?;
        let params = Params::try_from(&parsed).map_err(internal)?;
        count(&effort, params.m_cost(), params.t_cost());
        Ok(hasher()?.verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await?
}

/// Whether a stored hash was made with weaker parameters than today's.
pub fn is_outdated(stored: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(stored) else { return true };
    match Params::try_from(&parsed) {
        Ok(params) => params.m_cost() < MEMORY || params.t_cost() < PASSES,
        Err(_) => true,
    }
}

async fn bounded<T: Send + 'static>(state: &State, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
    let _permit = state.hashers.acquire().await.map_err(|_| AppError::Unavailable)?;
    actix_web::web::block(work).await.map_err(|_| AppError::Unavailable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_short_and_own_words_are_refused() {
        let own = ["Margaret", "margaret.hopper@example.org"];
        for bad in ["short", "password1234", "margaret.hopper", "qwertyuiop12", "Margaret1234"] {
            assert!(objection(bad, Role::Admin, &own).is_some(), "{bad}");
        }
        assert!(objection("seventeen wet badgers", Role::Admin, &own).is_none());
        assert!(objection("pa55-tulip", Role::Patient, &own).is_none());
        assert!(objection("pa55-tulip", Role::Doctor, &own).is_some());
        assert!(objection("雨の日に傘を持たずに歩く人たち", Role::Admin, &own).is_none());
    }

    #[test]
    fn a_hash_carries_its_parameters_and_weaker_ones_are_outdated() {
        let hash = hash_now("seventeen wet badgers").expect("hashes");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(!is_outdated(&hash));
        assert!(is_outdated(&hash.replace("m=19456", "m=4096")));
    }
}
