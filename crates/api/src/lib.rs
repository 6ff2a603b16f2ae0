//! DynamoDB's operations: one module each under [`operations`].
//!
//! A request comes in as a [`Call`] and leaves as an [`Answer`], whatever it holds; this layer
//! never fails. What it keeps:
//!
//! * The order of checks is AWS's: type conversion, the model's constraints, the operation's own
//!   rules, then the table (AWS's developer guide and what clients see of it).
//! * [`fault`] alone turns errors of the layers below into AWS's faults.
//! * What is not built says so: an unbuilt operation is an `UnknownOperationException`, an
//!   unbuilt member is refused by name ([`unbuilt`]). Nothing is accepted and then ignored.
//!
//! Start reading at [`Service::call`].

mod backups;
mod body;
mod capabilities;
mod consumed;
mod define;
mod describe;
mod fault;
mod items;
mod legacy;
mod operations;
mod pages;
mod policy;
mod request_ids;
mod resource;
mod service;
mod statements;
mod streams;
mod unbuilt;

pub use capabilities::{Capability, capabilities};
pub use service::{Answer, Call, Service, ServiceOptions};
