//! The ids that requests are told by, drawn from randomness that is fetched for many at once: to
//! ask the source for each costs more than the rest of a small reply.
//!
//! An id needs to be told from others, not to be a secret; no key may ever come from here.

use std::sync::{Arc, Mutex, PoisonError};

use anywhen_model::Randomness;
use anywhen_protocol::request_id;

/// Random bytes of one id.
const ID_BYTES: usize = 32;
/// Ids whose bytes are fetched together.
const FETCHED_IDS: usize = 128;

pub(crate) struct RequestIds {
    randomness: Arc<dyn Randomness>,
    /// Bytes of ids that have not been given yet.
    fetched: Mutex<Vec<[u8; ID_BYTES]>>,
}

impl RequestIds {
    pub(crate) fn new(randomness: Arc<dyn Randomness>) -> Self {
        Self {
            randomness,
            fetched: Mutex::default(),
        }
    }

    /// An id that nobody else has.
    pub(crate) fn next(&self) -> String {
        request_id::request_id(self.random())
    }

    fn random(&self) -> [u8; ID_BYTES] {
        // A panic elsewhere cannot leave the list half changed.
        let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        if fetched.is_empty() {
            let mut bytes = [0; ID_BYTES * FETCHED_IDS];
            self.randomness.fill(&mut bytes);
            let (ids, _) = bytes.as_chunks();
            fetched.extend_from_slice(ids);
        }
        fetched.pop().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use anywhen_model::SeededRandomness;

    use super::*;

    #[test]
    fn no_id_is_given_twice() {
        let ids = RequestIds::new(Arc::new(SeededRandomness::new(1)));
        let given: HashSet<_> = (0..10 * FETCHED_IDS).map(|_| ids.next()).collect();
        assert_eq!(given.len(), 10 * FETCHED_IDS);
    }
}
