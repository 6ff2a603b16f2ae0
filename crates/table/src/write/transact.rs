//! Transactions: many changes of different items, all of them in one commit or none.
//!
//! Conditions and right-hand sides all see the same snapshot, taken with every latch held, so
//! transactions, single writes and single-snapshot reads are serialisable in commit order.
//! Transactions queue for latches; they never conflict.

use std::collections::HashSet;
use std::sync::Arc;

use anywhen_engine::{CommitError, Snapshot};
use anywhen_model::{CommitTimestamp, Item, ReadConsistency, TableId, limits};
use bytes::Bytes;

use super::effects::Effects;
use super::plan::Planned;
use super::single::ATTEMPTS_MAX;
use super::{TransactAction, TransactOutcome, WriteOutcome};
use crate::capacity::{Charge, Consumed};
use crate::error::{CancellationReason, TRANSACTION_TOO_LARGE, TableError};
use crate::keys::Fault;
use crate::realm::RealmTables;
use crate::table::Table;
use crate::throttle::{Access, Taken};
use crate::tokens::{self, Claim, ClientRequestToken, Known};

/// An action with its table and stored key; without a key if that was refused.
struct Target {
    table: Arc<Table>,
    key: Option<Bytes>,
}

impl RealmTables {
    /// Does all actions in one commit, or none. With a token, a repetition of a transaction
    /// that was done within the last ten minutes does nothing and succeeds.
    pub async fn transact_write(
        &self,
        actions: &[TransactAction],
        token: Option<&ClientRequestToken>,
    ) -> Result<TransactOutcome, TableError> {
        for _ in 0..ATTEMPTS_MAX {
            let claim = token.map(|token| self.tokens.claim(token)).transpose()?;
            if let Some(done) = self.done_before(token)? {
                self.check_done_kept(actions)?;
                return self.repeated(actions, &*done);
            }
            match self.attempt_transaction(actions, token.zip(claim)).await? {
                Ok(outcome) => return Ok(outcome),
                Err(_) => self.catalog_settled().await,
            }
        }
        Err(TableError::Internal(
            "tables kept changing under a transaction".to_owned(),
        ))
    }

    /// A snapshot that contains the transaction, if the token says it was done.
    fn done_before(
        &self,
        token: Option<&ClientRequestToken>,
    ) -> Result<Option<Arc<dyn Snapshot>>, TableError> {
        let Some(token) = token else { return Ok(None) };
        let snapshot = self.snapshot()?;
        let now = self.shared.clock.now_micros();
        match tokens::look_up(&self.system, &*snapshot, token, now)? {
            Known::New => Ok(None),
            Known::Done => Ok(Some(snapshot)),
        }
    }

    /// The outcome of a repetition, which is charged as reads of the items that the transaction
    /// was about. An action whose table has gone since reads nothing.
    fn repeated(
        &self,
        actions: &[TransactAction],
        snapshot: &dyn Snapshot,
    ) -> Result<TransactOutcome, TableError> {
        let mut repeated = Vec::with_capacity(actions.len());
        for action in actions {
            let Ok(table) = self.open_table(&action.table) else {
                continue;
            };
            let stored = match action.action.stored_key(&table) {
                Ok(key) => table.read_stored(snapshot, &key)?,
                Err(_) => None,
            };
            let size_bytes = stored.as_deref().map(|stored| table.size_bytes(stored));
            let consumed =
                Consumed::of_item_read(size_bytes.transpose()?, ReadConsistency::Transactional);
            table.charge_read_anyway(&consumed);
            repeated.push(Charge { table, consumed });
        }
        Ok(TransactOutcome {
            timestamp: snapshot.timestamp()?,
            outcomes: Vec::new(),
            repeated,
        })
    }

    /// Refuses to acknowledge what an earlier request has done while history cannot be kept: that
    /// request may have been refused for it after its commit.
    fn check_done_kept(&self, actions: &[TransactAction]) -> Result<(), TableError> {
        let written = actions.iter().filter(|action| action.writes());
        for table in written.filter_map(|action| self.open_table(&action.table).ok()) {
            self.check_history_kept(&table)?;
        }
        Ok(())
    }

    /// One attempt; the inner error is the table whose version had changed.
    async fn attempt_transaction(
        &self,
        actions: &[TransactAction],
        token: Option<(&ClientRequestToken, Claim)>,
    ) -> Result<Result<TransactOutcome, TableId>, TableError> {
        let mut reasons = vec![CancellationReason::None; actions.len()];
        let targets = self.targets(actions, &mut reasons)?;
        let keys = targets
            .iter()
            .filter_map(|target| target.key.as_deref().map(|key| (target.table.id(), key)));
        let held = self.latches.hold(keys).await;
        let snapshot = self.snapshot()?;
        let mut planned = Vec::with_capacity(actions.len());
        for ((action, target), reason) in actions.iter().zip(&targets).zip(&mut reasons) {
            let Some(key) = &target.key else { continue };
            let old = target.table.read(&*snapshot, key)?;
            match action.action.plan(&target.table, old) {
                Ok(plan) => planned.push((target, key, plan)),
                Err(fault) => *reason = reason_of(fault)?,
            }
        }
        if reasons
            .iter()
            .any(|reason| *reason != CancellationReason::None)
        {
            charge_cancelled(&targets, &planned, &reasons);
            return Err(TableError::TransactionCanceled { reasons });
        }
        check_total_size(planned.iter().map(|(_, _, plan)| plan))?;
        let mut effects = Effects::default();
        let mut outcomes = Vec::with_capacity(planned.len());
        for (Target { table, .. }, key, plan) in planned {
            effects.expect(table);
            let indexes = if plan.changes() {
                effects.change(table, &*snapshot, self.log(), key, &plan)?
            } else {
                Vec::new()
            };
            let timestamp = snapshot.timestamp()?;
            let consumed = Consumed::of_write(plan.old_bytes, plan.new_bytes, &indexes);
            outcomes.push(WriteOutcome {
                old: plan.old,
                new: plan.new,
                timestamp,
                indexes,
                charge: Charge {
                    table: Arc::clone(table),
                    consumed: consumed.doubled(),
                },
            });
        }
        let taken = take_all(&outcomes)?;
        let claim = self.store_token(&mut effects, token)?;
        if effects.is_empty() {
            return Ok(Ok(TransactOutcome::done(snapshot.timestamp()?, outcomes)));
        }
        match effects.commit(self, (held, claim)).wait().await {
            Ok(timestamp) => {
                for (action, target) in actions.iter().zip(&targets) {
                    if action.writes() {
                        self.check_history_kept(&target.table)?;
                    }
                }
                Ok(Ok(TransactOutcome::done(timestamp, outcomes)))
            }
            Err(error) => {
                give_all_back(taken);
                match error {
                    CommitError::Fenced(table) => Ok(Err(table)),
                    error @ CommitError::Engine(_) => Err(error.into()),
                }
            }
        }
    }

    /// Tables and stored keys. Key faults of single actions become reasons; two actions on one
    /// item refuse the whole request.
    fn targets(
        &self,
        actions: &[TransactAction],
        reasons: &mut [CancellationReason],
    ) -> Result<Vec<Target>, TableError> {
        let tables = actions.iter().map(|action| self.open_table(&action.table));
        let tables = tables.collect::<Result<Vec<_>, _>>()?;
        let mut seen = HashSet::new();
        let mut targets = Vec::with_capacity(actions.len());
        for ((action, table), reason) in actions.iter().zip(tables).zip(reasons) {
            let key = match action.action.stored_key(&table) {
                Ok(key) => Some(key),
                Err(fault) => {
                    *reason = reason_of(fault)?;
                    None
                }
            };
            if let Some(key) = &key
                && !seen.insert((table.id(), key.clone()))
            {
                return Err(TableError::validation(
                    "Transaction request cannot include multiple operations on one item",
                ));
            }
            if action.writes() {
                self.check_history_writable(&table)?;
            }
            targets.push(Target { table, key });
        }
        Ok(targets)
    }

    /// Adds the token to the commit.
    fn store_token(
        &self,
        effects: &mut Effects,
        token: Option<(&ClientRequestToken, Claim)>,
    ) -> Result<Option<Claim>, TableError> {
        let Some((token, mut claim)) = token else {
            return Ok(None);
        };
        let now = self.shared.clock.now_micros();
        let engine = &*self.shared.engine;
        let changes = self
            .tokens
            .changes(&self.system, engine, token, &mut claim, now)?;
        let writes = changes.iter().map(|change| self.system.write(change));
        effects.write_system(writes.collect::<Result<Vec<_>, _>>()?);
        Ok(Some(claim))
    }
}

impl TransactOutcome {
    /// The outcome of a transaction that was done now, which is charged.
    fn done(timestamp: CommitTimestamp, mut outcomes: Vec<WriteOutcome>) -> Self {
        for outcome in &mut outcomes {
            outcome.timestamp = timestamp;
            let Charge { table, consumed } = &outcome.charge;
            table.charge_write(consumed);
        }
        Self {
            timestamp,
            outcomes,
            repeated: Vec::new(),
        }
    }
}

/// Takes what all actions consume, or nothing: then the reasons say which could not.
fn take_all(outcomes: &[WriteOutcome]) -> Result<Vec<(Arc<Table>, Taken)>, TableError> {
    let charges = outcomes.iter().map(|outcome| &outcome.charge);
    all_or_none(
        charges.map(|Charge { table, consumed }| (table, table.take(Access::Write, consumed))),
    )
}

/// What was taken for each action, if that was so for all; else it is given back.
pub(crate) fn all_or_none<'t>(
    actions: impl Iterator<Item = (&'t Arc<Table>, Result<Taken, TableError>)>,
) -> Result<Vec<(Arc<Table>, Taken)>, TableError> {
    let (mut reasons, mut all) = (Vec::new(), Vec::new());
    for (table, taken) in actions {
        reasons.push(match taken {
            Ok(taken) => {
                all.push((Arc::clone(table), taken));
                CancellationReason::None
            }
            Err(TableError::ThroughputExceeded(exceeded)) => {
                CancellationReason::ThroughputExceeded(exceeded)
            }
            Err(other) => return Err(other),
        });
    }
    if all.len() == reasons.len() {
        return Ok(all);
    }
    give_all_back(all);
    Err(TableError::TransactionCanceled { reasons })
}

fn give_all_back(all: Vec<(Arc<Table>, Taken)>) {
    for (table, taken) in all {
        table.give_back(taken);
    }
}

/// Charges a transaction that was cancelled for the items it has looked at: those of actions
/// that could have been done, and those whose conditions were false.
fn charge_cancelled(
    targets: &[Target],
    planned: &[(&Target, &Bytes, Planned)],
    reasons: &[CancellationReason],
) {
    for (target, _, plan) in planned {
        let consumed = Consumed::of_write(plan.old_bytes, plan.new_bytes, &[]);
        target.table.charge_write_anyway(&consumed.doubled());
    }
    for (target, reason) in targets.iter().zip(reasons) {
        if let CancellationReason::ConditionalCheckFailed { item } = reason {
            let size_bytes = item.as_deref().map(Item::size_bytes);
            let consumed = Consumed::of_write(size_bytes, None, &[]);
            target.table.charge_write_anyway(&consumed.doubled());
        }
    }
}

/// What a fault of one action says in the reasons; some refuse the whole request instead.
fn reason_of(fault: Fault) -> Result<CancellationReason, TableError> {
    match fault {
        Fault::Invalid(text) => Ok(CancellationReason::ValidationError(text)),
        Fault::ConditionFalse(item) => Ok(CancellationReason::ConditionalCheckFailed { item }),
        Fault::Duplicate => Ok(CancellationReason::DuplicateItem),
        refused @ (Fault::Refused(_) | Fault::Other(_)) => Err(refused.into()),
    }
}

fn check_total_size<'p>(plans: impl Iterator<Item = &'p Planned>) -> Result<(), TableError> {
    let size = |plan: &Planned| {
        plan.new
            .as_ref()
            .or(plan.old.as_ref())
            .map_or(0, Item::size_bytes)
    };
    if plans.map(size).sum::<usize>() > limits::TRANSACTION_BYTES_MAX {
        return Err(TableError::validation(TRANSACTION_TOO_LARGE));
    }
    Ok(())
}
