//! The wire protocol of DynamoDB and DynamoDB Streams: AWS JSON 1.0, as data.
//!
//! A request becomes an [`Operation`] ([`target`]), a caller's Region ([`signature_scope`]) and one
//! of the structures in [`shapes`] ([`parse_input`], then [`validate`]). A reply is such a structure
//! written back ([`write_output`]) or a [`Fault`], with a checksum ([`crc`]) and an id
//! ([`request_id`]).
//!
//! What must hold: nothing here does I/O, knows a clock or draws randomness; texts and bounds are the
//! service's own, since clients match on them; attribute values pass through as the JSON text they
//! arrived in ([`RawJson`]) and are interpreted elsewhere, once; no request, however nested, can
//! exhaust the stack.
//!
//! How it fails: everything wrong with a request is a [`Fault`], ready to be sent.
//!
//! The shapes, operations and bounds are generated from the service models in `model/`. Start
//! reading in [`fault`], then [`read`] and [`validation`].

pub mod crc;
pub mod fault;
mod generated;
mod pattern;
pub mod raw_json;
pub mod read;
pub mod request_id;
pub mod signature_scope;
pub mod target;
pub mod timestamp;
pub mod validation;
pub mod write;

pub use fault::Fault;
pub use generated::errors::ModelledError;
pub use generated::operations::Operation;
pub use raw_json::RawJson;
pub use read::parse_input;
pub use timestamp::Timestamp;
pub use validation::{valid_input, validate};
pub use write::write_output;

/// The structures of requests and replies, under their names in the service models.
pub mod shapes {
    pub use crate::generated::inputs::*;
    pub use crate::generated::nested::*;
    pub use crate::generated::outputs::*;
}
