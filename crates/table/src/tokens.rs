//! Client request tokens: a transaction that is sent again is not done again.
//!
//! A token is stored in the commit of its transaction, with a hash of the request and the time,
//! and counts for ten minutes. A second record, ordered by time, lets the commits of later
//! transactions remove a few expired tokens each; nothing has to wake up for it.
//!
//! Whoever writes or removes a token's record has claimed the token first and reads it in a
//! snapshot taken after the claim; the claim travels in the commit.

use std::collections::HashSet;
use std::sync::Arc;

use anywhen_engine::{Engine, Snapshot};
use parking_lot::Mutex;

use crate::error::TableError;
use crate::system::{SystemChange, SystemRecords, SystemStore};

/// How long a token counts (TransactWriteItems, `ClientRequestToken`).
const LIFE_MICROS: u64 = 10 * 60 * 1_000_000;

/// Expired tokens one commit takes along: more than one, so that removal keeps up.
const PURGED_PER_COMMIT: usize = 4;

const VERSION: u8 = 1;

/// Length of a request hash, in bytes.
pub const REQUEST_HASH_BYTES: usize = 16;

/// A client's name for one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRequestToken {
    /// 1 to 36 characters.
    pub token: String,
    /// A hash over what the request means: equal for equal requests.
    pub request_hash: [u8; REQUEST_HASH_BYTES],
}

/// The tokens of a realm.
#[derive(Default)]
pub(crate) struct Tokens {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Tokens some commit under way is about to write or remove.
    claimed: HashSet<Vec<u8>>,
    /// Everything before this key of the records by time is gone or about to go.
    purged_through: Vec<u8>,
}

/// The right to write these tokens; travels in the commit.
pub(crate) struct Claim {
    state: Arc<Mutex<State>>,
    tokens: Vec<Vec<u8>>,
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut state = self.state.lock();
        for token in &self.tokens {
            state.claimed.remove(token);
        }
    }
}

/// What is known of a token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nothing that counts.
    New,
    /// The same request has been done.
    Done,
}

impl Tokens {
    /// Claims the token, unless a transaction with it is under way.
    pub(crate) fn claim(&self, token: &ClientRequestToken) -> Result<Claim, TableError> {
        let token = token.token.clone().into_bytes();
        if !self.state.lock().claimed.insert(token.clone()) {
            return Err(TableError::TransactionInProgress);
        }
        Ok(Claim {
            state: Arc::clone(&self.state),
            tokens: vec![token],
        })
    }

    /// The changes that store the token and remove some that have expired; the claim then
    /// covers those as well.
    pub(crate) fn changes(
        &self,
        system: &SystemRecords,
        engine: &dyn Engine,
        token: &ClientRequestToken,
        claim: &mut Claim,
        now_micros: u64,
    ) -> Result<Vec<SystemChange>, TableError> {
        let key = token.token.clone().into_bytes();
        let mut changes = vec![
            put(
                SystemStore::TOKENS_BY_TIME,
                by_time(now_micros, &key),
                vec![VERSION],
            ),
            put(
                SystemStore::TOKENS,
                key,
                encode(now_micros, &token.request_hash),
            ),
        ];
        let candidates = self.claim_expired(system, engine, claim, now_micros)?;
        let snapshot = if candidates.is_empty() {
            None
        } else {
            Some(engine.snapshot()?)
        };
        for (time, token) in candidates {
            changes.push(remove(SystemStore::TOKENS_BY_TIME, by_time(time, &token)));
            let Some(snapshot) = &snapshot else { continue };
            let stored = system.get(&**snapshot, SystemStore::TOKENS, &token)?;
            // A token that was used again after it had expired keeps its later record.
            if stored
                .map(|stored| decode(&stored))
                .transpose()?
                .is_some_and(|(at, _)| at == time)
            {
                changes.push(remove(SystemStore::TOKENS, token));
            }
        }
        Ok(changes)
    }

    /// Takes some expired tokens, each only once, and claims them.
    fn claim_expired(
        &self,
        system: &SystemRecords,
        engine: &dyn Engine,
        claim: &mut Claim,
        now_micros: u64,
    ) -> Result<Vec<(u64, Vec<u8>)>, TableError> {
        let mut state = self.state.lock();
        let snapshot = engine.snapshot()?;
        let oldest = system.keys_from(
            &*snapshot,
            SystemStore::TOKENS_BY_TIME,
            &state.purged_through,
            PURGED_PER_COMMIT,
        )?;
        let mut taken = Vec::new();
        for key in oldest {
            let Some((time, token)) = key.split_first_chunk() else {
                break;
            };
            let time = u64::from_be_bytes(*time);
            if !expired(time, now_micros) || !state.claimed.insert(token.to_vec()) {
                break;
            }
            claim.tokens.push(token.to_vec());
            taken.push((time, token.to_vec()));
            state.purged_through = [key.as_slice(), &[0]].concat();
        }
        Ok(taken)
    }
}

/// Looks a claimed token up.
pub(crate) fn look_up(
    system: &SystemRecords,
    snapshot: &dyn Snapshot,
    token: &ClientRequestToken,
    now_micros: u64,
) -> Result<Known, TableError> {
    let Some(stored) = system.get(snapshot, SystemStore::TOKENS, token.token.as_bytes())? else {
        return Ok(Known::New);
    };
    match decode(&stored)? {
        (time, _) if expired(time, now_micros) => Ok(Known::New),
        (_, hash) if hash == token.request_hash => Ok(Known::Done),
        _ => Err(TableError::IdempotentParameterMismatch),
    }
}

fn expired(time_micros: u64, now_micros: u64) -> bool {
    now_micros >= time_micros.saturating_add(LIFE_MICROS)
}

fn by_time(time_micros: u64, token: &[u8]) -> Vec<u8> {
    [time_micros.to_be_bytes().as_slice(), token].concat()
}

fn put(store: SystemStore, key: Vec<u8>, value: Vec<u8>) -> SystemChange {
    SystemChange {
        store,
        key,
        value: Some(value),
    }
}

fn remove(store: SystemStore, key: Vec<u8>) -> SystemChange {
    SystemChange {
        store,
        key,
        value: None,
    }
}

/// Version, time in microseconds, request hash.
fn encode(time_micros: u64, hash: &[u8; REQUEST_HASH_BYTES]) -> Vec<u8> {
    [&[VERSION], time_micros.to_be_bytes().as_slice(), hash].concat()
}

fn decode(stored: &[u8]) -> Result<(u64, [u8; REQUEST_HASH_BYTES]), TableError> {
    let parts = || {
        let rest = stored.strip_prefix(&[VERSION])?;
        let (time, hash) = rest.split_first_chunk()?;
        Some((u64::from_be_bytes(*time), hash.try_into().ok()?))
    };
    parts().ok_or_else(|| TableError::Internal("a stored request token is damaged".to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_stored_token_comes_back(time in any::<u64>(), hash in any::<[u8; REQUEST_HASH_BYTES]>()) {
            let stored = encode(time, &hash);
            prop_assert_eq!(decode(&stored).ok(), Some((time, hash)));
            for length in 0..stored.len() {
                prop_assert!(decode(&stored[..length]).is_err());
            }
            prop_assert!(decode(&[stored.as_slice(), &[0]].concat()).is_err());
        }

        /// Those that expire first come first, whatever they are called.
        #[test]
        fn keys_by_time_have_the_order_of_the_times(
            times in any::<[u64; 2]>(),
            tokens in any::<[[u8; 5]; 2]>(),
        ) {
            let [one, other] = [0, 1].map(|at| by_time(times[at], &tokens[at]));
            prop_assert_eq!(one.cmp(&other), (times[0], tokens[0]).cmp(&(times[1], tokens[1])));
        }
    }
}
