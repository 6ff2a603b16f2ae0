//! Members of the model that this server does not act on yet.
//!
//! A client that sets one must learn that it has no effect here, so each is refused by name.

use anywhen_protocol::Fault;

/// Refuses the request if any of these members is set.
pub(crate) fn refuse(members: &[(&str, bool)]) -> Result<(), Fault> {
    let set: Vec<&str> = members
        .iter()
        .filter(|(_, is_set)| *is_set)
        .map(|(name, _)| *name)
        .collect();
    if set.is_empty() {
        return Ok(());
    }
    let (verb, names) = (if set.len() == 1 { "is" } else { "are" }, set.join(", "));
    Err(Fault::validation(format!(
        "{names} {verb} not supported by this server yet; leave {} out of the request",
        if set.len() == 1 { "it" } else { "them" }
    )))
}
