//! Clients of the data plane. Each has keys of its own, whose items it can foretell, and shares
//! some with the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, bail, ensure};
use anywhen_engine::Engine as _;
use anywhen_expr::{Condition, ConditionKind, Placeholders, Update};
use anywhen_model::{CommitTimestamp, Item, TableId, TableName};
use anywhen_table::{ItemChange, TableError, TransactAction, WriteAction, WriteOutcome};

use crate::dice::Dice;
use crate::facts::Run;
use crate::oracle::{CommitNumber, Current, ItemKey};
use crate::schema;
use crate::server::Server;
use crate::trace::note;

const OWN_KEYS: u64 = 7;
const SHARED_KEYS: u64 = 3;

pub(crate) struct Client {
    pub(crate) number: u64,
    pub(crate) run: Arc<Run>,
    pub(crate) server: Arc<Server>,
    pub(crate) dice: Dice,
    /// Told to rest.
    pub(crate) stop: Arc<AtomicBool>,
}

/// A change to one item, as it is sent and as it should turn out.
struct Planned {
    table: TableId,
    name: TableName,
    key: ItemKey,
    action: WriteAction,
    after: Option<Item>,
    /// Uncertain under a key that others write, too.
    before: Current,
    /// Its condition should hold.
    holds: bool,
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
        let Some(planned) = self.plan(self.dice.one_in(6), true)? else {
            return Ok(());
        };
        let commit = self.begin(&[&planned]);
        let outcome = self
            .server
            .tables
            .write(&planned.name, &planned.action)
            .await;
        match outcome {
            Ok(outcome) => {
                ensure!(
                    planned.holds,
                    "a write to {:?} whose condition does not hold was done",
                    planned.key
                );
                planned.check(&outcome)?;
                self.acknowledge(commit, &[&planned], &[&outcome])
            }
            Err(TableError::ConditionalCheckFailed { .. }) => {
                ensure!(
                    !planned.holds,
                    "a write to {:?} whose condition holds was refused",
                    planned.key
                );
                self.run.facts().oracle.refused(commit);
                Ok(())
            }
            Err(error) => self.failed(commit, &error).await,
        }
    }

    async fn transact(&self) -> anyhow::Result<()> {
        let mut actions: Vec<Planned> = Vec::new();
        for _ in 0..2 + self.dice.roll(2) {
            let planned = self.plan(false, false)?;
            let planned = planned.filter(|new| {
                actions
                    .iter()
                    .all(|old| (old.table, &old.key) != (new.table, &new.key))
            });
            actions.extend(planned);
        }
        if actions.is_empty() {
            return Ok(());
        }
        if self.dice.one_in(5)
            && let Some(last) = actions.last_mut()
        {
            last.action.condition = Some(condition("attribute_not_exists(artist)")?);
            last.holds = last.before == Current::Absent;
        }
        let sent: Vec<_> = actions
            .iter()
            .map(|planned| TransactAction {
                table: planned.name.clone(),
                action: planned.action.clone(),
            })
            .collect();
        let (planned, hold): (Vec<&Planned>, bool) = (
            actions.iter().collect(),
            actions.iter().all(|planned| planned.holds),
        );
        let commit = self.begin(&planned);
        match self.server.tables.transact_write(&sent, None).await {
            Ok(outcome) => {
                ensure!(
                    hold,
                    "a transaction with a condition that does not hold was done"
                );
                let outcomes: Vec<_> = outcome.outcomes.iter().collect();
                for (planned, outcome) in planned.iter().zip(&outcomes) {
                    planned.check(outcome)?;
                }
                self.acknowledge(commit, &planned, &outcomes)
            }
            Err(TableError::TransactionCanceled { reasons }) => {
                ensure!(
                    !hold,
                    "a transaction was cancelled for no reason: {reasons:?}"
                );
                self.run.facts().oracle.refused(commit);
                Ok(())
            }
            Err(error) => self.failed(commit, &error).await,
        }
    }

    /// Puts and deletes, each with a commit of its own.
    async fn batch(&self) -> anyhow::Result<()> {
        let mut sent: Vec<Planned> = Vec::new();
        for _ in 0..=self.dice.roll(6) {
            let planned = self.plan(false, false)?.filter(|new| {
                !matches!(new.action.change, ItemChange::Update { .. })
                    && sent
                        .iter()
                        .all(|old| (old.table, &old.key) != (new.table, &new.key))
            });
            sent.extend(planned);
        }
        if sent.is_empty() {
            return Ok(());
        }
        let commits: Vec<_> = sent.iter().map(|planned| self.begin(&[planned])).collect();
        let requests = sent
            .iter()
            .map(|planned| (planned.name.clone(), planned.action.change.clone()))
            .collect();
        match self.server.tables.batch_write(requests).await {
            Ok(outcomes) => {
                for ((planned, commit), outcome) in sent.iter().zip(commits).zip(outcomes) {
                    match outcome {
                        Ok(outcome) => {
                            planned.check(&outcome)?;
                            self.acknowledge(commit, &[planned], &[&outcome])?;
                        }
                        Err(error) => self.failed(commit, &error).await?,
                    }
                }
            }
            Err(error) => {
                for commit in commits {
                    self.failed(commit, &error).await?;
                }
            }
        }
        Ok(())
    }

    /// A change to an item of some table; none if there is no table, or too little is known.
    fn plan(&self, shared: bool, conditional: bool) -> anyhow::Result<Option<Planned>> {
        let mut facts = self.run.facts();
        let tables: Vec<_> = facts.tables.iter().collect();
        let Some((name, table)) = self.dice.pick(&tables).copied() else {
            return Ok(None);
        };
        let (name, table) = (name.clone(), table.id);
        facts.writes += 1;
        let write = facts.writes;
        let key = if shared {
            ("shared".to_owned(), self.dice.roll(SHARED_KEYS) as i64)
        } else {
            let song = self.dice.roll(OWN_KEYS) as i64;
            (format!("client {}", self.number), song)
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
        let (change, after) = match self.dice.roll(8) {
            0..=1 => {
                let key = schema::key(&key)?;
                (ItemChange::Delete { key }, None)
            }
            2..=3 if !shared => self.update(&key, before.item().cloned(), write)?,
            _ => {
                let item = schema::item(&key, write, &self.dice)?;
                (ItemChange::Put(item.clone()), Some(item))
            }
        };
        let mut planned = Planned {
            table,
            name,
            key,
            action: WriteAction {
                change,
                condition: None,
            },
            after,
            before,
            holds: true,
        };
        if conditional && self.dice.one_in(4) {
            planned.expect_item(self.dice.one_in(2))?;
        }
        Ok(Some(planned))
    }

    /// Sets two attributes and removes one that an index may be keyed by.
    fn update(
        &self,
        key: &ItemKey,
        before: Option<Item>,
        write: u64,
    ) -> anyhow::Result<(ItemChange, Option<Item>)> {
        let removed = self.dice.pick(&schema::INDEXED).context("no index")?;
        let values = [
            (":write".to_owned(), schema::number(write as i64)?),
            (":note".to_owned(), schema::note(write, &self.dice)),
        ];
        let names = [
            ("#write".to_owned(), "write".to_owned()),
            ("#note".to_owned(), "note".to_owned()),
        ];
        let mut after = match before {
            Some(item) => item,
            None => schema::key(key)?,
        };
        for ((_, name), (_, value)) in names.iter().zip(&values) {
            after.attributes.insert(name.clone(), value.clone());
        }
        after.attributes.remove(*removed);
        let mut placeholders = Placeholders::new(Some(names.into()), Some(values.into()))?;
        let update = format!("SET #write = :write, #note = :note REMOVE {removed}");
        let update = Update::parse(&update, &mut placeholders)?;
        let change = ItemChange::Update {
            key: schema::key(key)?,
            update: Some(update),
        };
        Ok((change, Some(after)))
    }

    fn begin(&self, planned: &[&Planned]) -> CommitNumber {
        let writes = planned
            .iter()
            .map(|planned| (planned.table, planned.key.clone(), planned.after.clone()))
            .collect();
        self.run.facts().oracle.begin(writes)
    }

    fn acknowledge(
        &self,
        commit: CommitNumber,
        planned: &[&Planned],
        outcomes: &[&WriteOutcome],
    ) -> anyhow::Result<()> {
        let mut facts = self.run.facts();
        let changed = outcomes.iter().any(|outcome| outcome.old != outcome.new);
        let at = outcomes
            .first()
            .map_or(CommitTimestamp::ZERO, |outcome| outcome.timestamp);
        if !changed {
            facts.oracle.refused(commit);
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
        facts.oracle.acknowledged(commit, at)
    }

    /// The write was refused; or it is unknown what became of it: after a crash, or while a
    /// server cannot tell whether its archive is still its own.
    async fn failed(&self, commit: CommitNumber, error: &TableError) -> anyhow::Result<()> {
        match error {
            TableError::ResourceNotFound | TableError::TableNotFound(_) => {
                self.run.facts().oracle.refused(commit);
                Ok(())
            }
            TableError::Internal(text) if text.contains("clos") => Ok(()),
            TableError::ReadOnly(text)
                if text.contains("try again") && self.run.ground.is_ill() =>
            {
                if let Ok(sealed) = self.server.engine.seal().await {
                    self.run.facts().oracle.left_open(commit, sealed);
                }
                Ok(())
            }
            error => bail!("client {}: {error}", self.number),
        }
    }
}

impl Planned {
    /// Adds a condition on whether the item is there.
    fn expect_item(&mut self, there: bool) -> anyhow::Result<()> {
        if self.before == Current::Uncertain {
            return Ok(());
        }
        let text = if there {
            "attribute_exists(artist)"
        } else {
            "attribute_not_exists(artist)"
        };
        self.action.condition = Some(condition(text)?);
        self.holds = self.before.item().is_some() == there;
        Ok(())
    }

    fn check(&self, outcome: &WriteOutcome) -> anyhow::Result<()> {
        let key = &self.key;
        if self.before != Current::Uncertain {
            let before = self.before.item();
            ensure!(
                outcome.old.as_ref() == before,
                "{key:?} of {} was {:?}, but should have been {before:?}",
                self.name,
                outcome.old
            );
        }
        ensure!(
            outcome.new == self.after,
            "{key:?} of {} became {:?}, but should be {:?}",
            self.name,
            outcome.new,
            self.after
        );
        Ok(())
    }
}

fn condition(text: &str) -> anyhow::Result<Condition> {
    let mut placeholders = Placeholders::new(None, None)?;
    Ok(Condition::parse(
        ConditionKind::Condition,
        text,
        &mut placeholders,
    )?)
}
