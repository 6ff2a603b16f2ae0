//! What this server cannot do, in the words with which it refuses it.
//!
//! The console shows a choice that a server does not have as disabled, with the reason. What must
//! hold: the reason is the text of the refusal itself, from where the refusal takes it, so that the
//! two cannot part. Operations that are not built are refused without a text, as any unknown one
//! is; only they are described here.

use anywhen_recovery::{NO_CUSTOMER_KEYS, NO_OTHER_REGION};

use crate::operations::absent::has_no;

/// Something that a client may want to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capability {
    /// What it is called.
    pub name: &'static str,
    /// Why it is refused; `None` if it is not.
    pub missing: Option<String>,
}

/// What clients may want of the API and not every server has.
pub fn capabilities() -> Vec<Capability> {
    let missing = |name, reason: String| Capability {
        name,
        missing: Some(reason),
    };
    vec![
        missing("restore_to_another_region", NO_OTHER_REGION.to_owned()),
        missing("customer_managed_keys", NO_CUSTOMER_KEYS.to_owned()),
        missing("replicas", has_no("replicas")),
        missing("export", has_no("export of tables yet")),
        missing("import", has_no("import of tables yet")),
    ]
}
