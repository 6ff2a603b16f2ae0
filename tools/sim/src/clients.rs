//! Clients that write. Each has keys of its own, whose items it can foretell, and shares some
//! with the others, where only the serial order of all says what should come of a write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, bail, ensure};
use anywhen_engine::Engine as _;
use anywhen_model::{CommitTimestamp, TableId, TableName};
use anywhen_table::{CancellationReason, GetItem, TableError, TransactAction, WriteOutcome};

use crate::change::{Change, Expected};
use crate::dice::Dice;
use crate::facts::Run;
use crate::lives::CLIENTS;
use crate::oracle::{CommitNumber, Current, ItemKey};
use crate::schema;
use crate::serial::{Change as _, Sight, Told, WriteNumber};
use crate::server::Server;
use crate::trace::note;

/// Keys in a partition that one client writes.
pub(crate) const OWN_KEYS: u64 = 7;
/// Keys in the partition that all write.
const SHARED_KEYS: u64 = 3;
const SHARED: &str = "shared";

pub(crate) struct Client {
    pub(crate) number: u64,
    pub(crate) run: Arc<Run>,
    pub(crate) server: Arc<Server>,
    pub(crate) dice: Dice,
    /// Told to rest.
    pub(crate) stop: Arc<AtomicBool>,
}

/// A change to one item, and what it should find.
struct Planned {
    table: TableId,
    name: TableName,
    key: ItemKey,
    change: Change,
    /// Uncertain under a key that others write, too.
    before: Current,
}

/// A write under way, as the oracle and the serial history know it.
#[derive(Clone, Copy)]
struct Begun {
    commit: CommitNumber,
    write: WriteNumber,
}

/// All partition keys of a table.
pub(crate) fn partitions() -> Vec<String> {
    let own = (0..CLIENTS).map(partition);
    own.chain([SHARED.to_owned()]).collect()
}

fn partition(client: u64) -> String {
    format!("client {client}")
}

impl Client {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        while !self.stop.load(Ordering::Relaxed) {
            let pause = match self.dice.roll(30) {
                _ if self.run.ground.store.is_quiet() => 1_200_000,
                0 => 20_000,
                _ => 1_000,
            };
            tokio::time::sleep(self.dice.millis(pause)).await;
            match self.dice.roll(8) {
                0..=4 => self.write().await?,
                5..=6 => self.transact().await?,
                _ => self.batch().await?,
            }
        }
        Ok(())
    }

    async fn write(&self) -> anyhow::Result<()> {
        let Some(mut planned) = self.plan(self.dice.one_in(4))? else {
            return Ok(());
        };
        if self.dice.one_in(3) {
            self.make_conditional(&mut planned)?;
        }
        let action = planned.change.action()?;
        let begun = self.begin(&[&planned]);
        let outcome = self.server.tables.write(&planned.name, &action).await;
        match outcome {
            Ok(outcome) => {
                ensure!(
                    planned.holds() != Some(false),
                    "a write to {:?} whose condition does not hold was done",
                    planned.key
                );
                self.acknowledge(begun, &[&planned], &[&outcome])
            }
            Err(TableError::ConditionalCheckFailed { item }) => {
                ensure!(
                    planned.holds() != Some(true),
                    "a write to {:?} whose condition holds was refused",
                    planned.key
                );
                let mut facts = self.run.facts();
                facts.oracle.refused(begun.commit);
                let told = vec![Err(item.map(|item| *item))];
                facts.serial.refused(begun.write, told);
                Ok(())
            }
            Err(error) => self.failed(begun, &error).await,
        }
    }

    async fn transact(&self) -> anyhow::Result<()> {
        let mut actions: Vec<Planned> = Vec::new();
        for _ in 0..2 + self.dice.roll(2) {
            let planned = self.plan(self.dice.one_in(4))?;
            let planned = planned.filter(|new| {
                actions
                    .iter()
                    .all(|old| (old.table, &old.key) != (new.table, &new.key))
            });
            actions.extend(planned);
        }
        let Some(last) = actions.last_mut() else {
            return Ok(());
        };
        let checks = self.dice.one_in(4);
        let conditional = !checks && self.dice.one_in(4);
        if checks {
            last.change = Change::check(&last.key)?;
            last.change.expect(if self.dice.one_in(3) {
                Expected::Absent
            } else {
                Expected::There
            });
        } else if conditional {
            self.make_conditional(last)?;
        }
        let sent = actions.iter().map(|planned| {
            Ok(TransactAction {
                table: planned.name.clone(),
                action: planned.change.action()?,
            })
        });
        let sent: Vec<_> = sent.collect::<anyhow::Result<_>>()?;
        let planned: Vec<&Planned> = actions.iter().collect();
        let begun = self.begin(&planned);
        match self.server.tables.transact_write(&sent, None).await {
            Ok(outcome) => {
                ensure!(
                    planned.iter().all(|planned| planned.holds() != Some(false)),
                    "a transaction with a condition that does not hold was done"
                );
                let outcomes: Vec<_> = outcome.outcomes.iter().collect();
                self.acknowledge(begun, &planned, &outcomes)
            }
            Err(TableError::TransactionCanceled { reasons }) => {
                self.cancelled(begun, &planned, reasons)
            }
            Err(error) => self.failed(begun, &error).await,
        }
    }

    /// A transaction was refused, for conditions that are false.
    fn cancelled(
        &self,
        begun: Begun,
        planned: &[&Planned],
        reasons: Vec<CancellationReason>,
    ) -> anyhow::Result<()> {
        let mut told = Vec::new();
        for (planned, reason) in planned.iter().zip(reasons) {
            let (held, item) = match reason {
                CancellationReason::None => (true, Ok(())),
                CancellationReason::ConditionalCheckFailed { item } => {
                    (false, Err(item.map(|item| *item)))
                }
                other => bail!("a transaction was cancelled: {other:?}"),
            };
            ensure!(
                planned.holds().is_none_or(|holds| holds == held),
                "of a transaction, the condition on {:?}: {item:?}",
                planned.key
            );
            told.push(item);
        }
        ensure!(
            told.iter().any(Result::is_err),
            "a transaction was cancelled for no reason"
        );
        let mut facts = self.run.facts();
        facts.oracle.refused(begun.commit);
        facts.serial.refused(begun.write, told);
        Ok(())
    }

    /// Puts and deletes, each with a commit of its own.
    async fn batch(&self) -> anyhow::Result<()> {
        let mut sent: Vec<Planned> = Vec::new();
        for _ in 0..=self.dice.roll(6) {
            let planned = self.plan(self.dice.one_in(6))?.filter(|new| {
                new.change.fits_batch()
                    && sent
                        .iter()
                        .all(|old| (old.table, &old.key) != (new.table, &new.key))
            });
            sent.extend(planned);
        }
        if sent.is_empty() {
            return Ok(());
        }
        let requests = sent
            .iter()
            .map(|planned| Ok((planned.name.clone(), planned.change.action()?.change)));
        let requests = requests.collect::<anyhow::Result<_>>()?;
        let begun: Vec<_> = sent.iter().map(|planned| self.begin(&[planned])).collect();
        match self.server.tables.batch_write(requests).await {
            Ok(outcomes) => {
                for ((planned, begun), outcome) in sent.iter().zip(begun).zip(outcomes) {
                    match outcome {
                        Ok(outcome) => self.acknowledge(begun, &[planned], &[&outcome])?,
                        Err(error) => self.failed(begun, &error).await?,
                    }
                }
            }
            Err(error) => {
                for begun in begun {
                    self.failed(begun, &error).await?;
                }
            }
        }
        Ok(())
    }

    /// A change to an item of some table; none if there is no table, or too little is known.
    fn plan(&self, shared: bool) -> anyhow::Result<Option<Planned>> {
        let mut facts = self.run.facts();
        let tables: Vec<_> = facts.tables.iter().collect();
        let Some((name, table)) = self.dice.pick(&tables).copied() else {
            return Ok(None);
        };
        let (name, table) = (name.clone(), table.id);
        facts.writes += 1;
        let write = facts.writes;
        let key = if shared {
            (SHARED.to_owned(), self.dice.roll(SHARED_KEYS) as i64)
        } else {
            let song = self.dice.roll(OWN_KEYS) as i64;
            (partition(self.number), song)
        };
        let before = if shared {
            Current::Uncertain
        } else {
            let before = facts.oracle.current(table, &key);
            if before == Current::Uncertain {
                return Ok(None);
            }
            before
        };
        let change = match self.dice.roll(8) {
            0..=1 => Change::delete(&key)?,
            2..=3 if !shared => {
                let removed = self.dice.pick(&schema::INDEXED).context("no index")?;
                let note = schema::note(write, &self.dice);
                Change::update(&key, schema::number(write as i64)?, note, removed)?
            }
            _ => Change::put(&key, schema::item(&key, write, &self.dice)?)?,
        };
        Ok(Some(Planned {
            table,
            name,
            key,
            change,
            before,
        }))
    }

    /// Adds a condition; on an item that others write, that it is still as it was found.
    fn make_conditional(&self, planned: &mut Planned) -> anyhow::Result<()> {
        let there = if self.dice.one_in(2) {
            Expected::There
        } else {
            Expected::Absent
        };
        let expected = match planned.before {
            Current::Uncertain if !self.dice.one_in(4) => self.as_found(planned)?,
            _ => there,
        };
        planned.change.expect(expected);
        Ok(())
    }

    /// Reads the item, to write only if nobody else writes it in between.
    fn as_found(&self, planned: &Planned) -> anyhow::Result<Expected> {
        let Ok(table) = self.server.tables.open_table(&planned.name) else {
            return Ok(Expected::There);
        };
        let get = GetItem {
            key: schema::key(&planned.key)?,
            projection: None,
            consistent_read: true,
        };
        let called = self.run.facts().serial.call();
        let Ok(found) = table.get_item(&get) else {
            return Ok(Expected::There);
        };
        let item = found.item.map(|item| item.to_item()).transpose()?;
        let write = item
            .as_ref()
            .and_then(|item| item.attributes.get("write").cloned());
        let sight = ((table.id(), planned.key.clone()), Sight::Found(item));
        self.run.facts().serial.answered(called, None, vec![sight]);
        Ok(write.map_or(Expected::Absent, Expected::Write))
    }

    fn begin(&self, planned: &[&Planned]) -> Begun {
        let changes = planned.iter().map(|planned| {
            let place = (planned.table, planned.key.clone());
            (place, planned.change.clone())
        });
        let changes = changes.collect();
        // What others write, too, is put or deleted: what is there before makes no difference.
        let writes = planned.iter().filter(|planned| planned.change.writes());
        let writes = writes.map(|planned| {
            let after = planned.change.unconditional(planned.before.item());
            (planned.table, planned.key.clone(), after)
        });
        let writes = writes.collect();
        let mut facts = self.run.facts();
        Begun {
            commit: facts.oracle.begin(writes),
            write: facts.serial.call_write(changes),
        }
    }

    fn acknowledge(
        &self,
        begun: Begun,
        planned: &[&Planned],
        outcomes: &[&WriteOutcome],
    ) -> anyhow::Result<()> {
        for (planned, outcome) in planned.iter().zip(outcomes) {
            planned.compare(outcome)?;
        }
        let told = outcomes.iter();
        let told = told.map(|outcome| Told::both(outcome.old.clone(), outcome.new.clone()));
        let told = told.collect();
        let mut facts = self.run.facts();
        let changed = outcomes.iter().any(|outcome| outcome.old != outcome.new);
        let at = outcomes
            .first()
            .map_or(CommitTimestamp::ZERO, |outcome| outcome.timestamp);
        if !changed {
            facts.oracle.refused(begun.commit);
            facts.serial.changed_nothing(begun.write, at, told);
            return Ok(());
        }
        if outcomes.iter().any(|outcome| outcome.timestamp != at) {
            bail!("a transaction has several commit timestamps");
        }
        facts.done.acknowledged += 1;
        for planned in planned {
            note!(
                self.run.ground.trace,
                "client {} wrote {} {:?} at {at}",
                self.number,
                planned.name,
                planned.key
            );
        }
        facts.serial.committed(begun.write, at, told);
        facts.oracle.acknowledged(begun.commit, at)
    }

    /// The write was refused; or it is unknown what became of it: after a crash, or while a
    /// server cannot tell whether its archive is still its own.
    async fn failed(&self, begun: Begun, error: &TableError) -> anyhow::Result<()> {
        match error {
            TableError::ResourceNotFound | TableError::TableNotFound(_) => {
                let mut facts = self.run.facts();
                facts.oracle.refused(begun.commit);
                facts.serial.withdrawn(begun.write);
                Ok(())
            }
            TableError::Internal(text) if text.contains("clos") => Ok(()),
            TableError::ReadOnly(text)
                if text.contains("try again") && self.run.ground.is_ill() =>
            {
                if let Ok(sealed) = self.server.engine.seal().await {
                    let mut facts = self.run.facts();
                    facts.oracle.left_open(begun.commit, sealed);
                    facts.serial.left_open(begun.write, sealed);
                }
                Ok(())
            }
            error => bail!("client {}: {error}", self.number),
        }
    }
}

impl Planned {
    /// Whether its condition should hold, if that can be told.
    fn holds(&self) -> Option<bool> {
        match &self.before {
            Current::Uncertain => None,
            before => Some(self.change.apply(before.item()).is_ok()),
        }
    }

    fn compare(&self, outcome: &WriteOutcome) -> anyhow::Result<()> {
        let Self { key, name, .. } = self;
        if self.before != Current::Uncertain {
            let before = self.before.item();
            ensure!(
                outcome.old.as_ref() == before,
                "{key:?} of {name} was {:?}, but should have been {before:?}",
                outcome.old
            );
        }
        let after = self.change.apply(outcome.old.as_ref());
        ensure!(
            after.as_ref() == Ok(&outcome.new),
            "{key:?} of {name} became {:?}, but should be {after:?}",
            outcome.new
        );
        Ok(())
    }
}
