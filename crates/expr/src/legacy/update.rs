//! Maps of changes: `AttributeUpdates`.

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_model::AttributeValue;

use super::{AttributeUpdate, UpdateAction, invalid};
use crate::update::{Action, ActionKind, Operand, SetValue};
use crate::{ExpressionError, Path, Update};

impl Update {
    /// The update that an `AttributeUpdates` is; `None` if it has no entries.
    pub fn from_attribute_updates(
        updates: BTreeMap<String, AttributeUpdate>,
    ) -> Result<Option<Self>, ExpressionError> {
        if updates.is_empty() {
            return Ok(None);
        }
        let actions = updates.into_iter().map(|(name, update)| {
            Ok(Action {
                target: Path::new(name, Vec::new()),
                kind: update.kind()?,
            })
        });
        Self::of_whole_attributes(actions.collect::<Result<_, _>>()?).map(Some)
    }
}

impl AttributeUpdate {
    fn kind(self) -> Result<ActionKind, ExpressionError> {
        use AttributeValue::{Bs, L, N, Ns, Ss};
        let Some(value) = self.value else {
            return match self.action {
                UpdateAction::Delete => Ok(ActionKind::Remove),
                UpdateAction::Put | UpdateAction::Add => Err(invalid(
                    "Only DELETE action is allowed when no attribute value is specified",
                )),
            };
        };
        let type_name = value.type_name();
        let value = Arc::new(value);
        match (self.action, value.as_ref()) {
            (UpdateAction::Put, _) => Ok(ActionKind::Set(SetValue::Operand(Operand::Value(value)))),
            (UpdateAction::Add, N(_) | L(_) | Ss(_) | Ns(_) | Bs(_)) => Ok(ActionKind::Add(value)),
            (UpdateAction::Delete, Ss(_) | Ns(_) | Bs(_)) => Ok(ActionKind::Delete(value)),
            (UpdateAction::Add, _) => Err(invalid(format!(
                "ADD action is not supported for the type {type_name}"
            ))),
            (UpdateAction::Delete, _) => Err(invalid(format!(
                "DELETE action with value is not supported for the type {type_name}"
            ))),
        }
    }
}
