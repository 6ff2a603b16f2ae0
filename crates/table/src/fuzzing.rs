//! The decoders of what this crate stores and hands out sealed, for tests that feed them anything;
//! no part of its interface. Each takes what opening the sealed value would give, and answers `None`
//! if it refuses.

use crate::streams::Token;
use crate::{StreamChange, StreamPosition};

/// A change as a stream's log holds it.
pub fn stream_change(stored: &[u8]) -> Option<StreamChange> {
    StreamChange::decode(stored)
}

/// What a shard iterator holds, encoded again.
pub fn shard_iterator(token: &[u8]) -> Option<Vec<u8>> {
    Token::decode(token).map(Token::encode)
}

/// What an iterator from the horizon holds.
pub fn example_shard_iterator() -> Vec<u8> {
    let token = Token {
        issued_at: anywhen_model::CommitTimestamp::from_micros(1_795_222_800_000_000),
        position: StreamPosition::HORIZON,
    };
    token.encode()
}
