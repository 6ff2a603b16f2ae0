//! Positions in reads that clients carry from page to page without being able to look inside.
//!
//! A position is the key a page ended with, sealed with the table's key and bound to the table, to
//! what is read, and to the request: it means nothing to another request, and a client can
//! neither make nor change one.

use anywhen_kms::place;
use anywhen_model::{Item, decode_item, encode_item};

use super::page::Source;
use crate::error::TableError;
use crate::table::POSITION_PART;
use crate::tokens::REQUEST_HASH_BYTES;

impl Source<'_> {
    /// Seals the key that a page ended with.
    pub(super) fn seal_position(&self, request: &[u8; REQUEST_HASH_BYTES], key: &Item) -> Vec<u8> {
        let mut stored = Vec::new();
        encode_item(key, &mut stored);
        let cipher = &self.table.keys().cipher;
        cipher.seal(&self.position_place(request), &stored)
    }

    /// The key that a position holds.
    pub(super) fn open_position(
        &self,
        request: &[u8; REQUEST_HASH_BYTES],
        position: &[u8],
    ) -> Result<Item, TableError> {
        let cipher = &self.table.keys().cipher;
        let stored = cipher
            .open(&self.position_place(request), position)
            .map_err(|_| mismatch())?;
        decode_item(&stored).map_err(|_| mismatch())
    }

    fn position_place(&self, request: &[u8; REQUEST_HASH_BYTES]) -> Vec<u8> {
        let part = self.part().number.to_be_bytes();
        place(
            self.table.id(),
            POSITION_PART,
            &[&part, request.as_slice()].concat(),
        )
    }
}

/// The error of a position that is of another request, or of none.
pub(super) fn mismatch() -> TableError {
    TableError::validation("NextToken does not match request")
}
