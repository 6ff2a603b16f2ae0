//! Ledgers: chains of manifests with one writer, each put on condition that its number is free.
//!
//! The rules of manifests and of two archivers, as far as one chain goes. Always true:
//!
//! * What [`Ledger::update`] has answered is in the store, and nobody with a higher epoch had
//!   written to this chain before it.
//! * A put whose outcome is unknown (the store went away, the caller was dropped, the request
//!   is still on its way) is settled before anything else is written: the same bytes are put
//!   again under the same number, and the id inside tells whether they, or another writer's, are
//!   there. So a put that lands late can never be overtaken by a different manifest of the same
//!   number, and what it names is never taken for garbage.
//! * A manifest of a lower epoch found where ours should go is from a server that has lost the
//!   archive and did not know yet, or from one that died with the request on its way. In the
//!   realm's chain that happens only while the realm is being claimed: the put may have been
//!   answered, so the claim goes on from it ([`Stale::Adopt`]). A timeline's chain was read after
//!   the claim: whatever was answered before is in it already, a manifest that turns up later was
//!   never answered, and its files may be gone as orphans. It is passed over
//!   ([`Stale::Supersede`]).
//! * A manifest of a higher epoch means that we are that server: [`ArchiveError::Fenced`], for
//!   good. It never tries the next number.
//! * A put that succeeded does not prove that nobody has claimed the realm: a server that stood
//!   still may find its next number free because the chain has gone far beyond it and that number
//!   has been removed. So whoever is about to act on a put asks [`Ledger::check_mine`] of the
//!   realm's chain, which lists what is above.
//! * No number is used twice. A chain that was erased begins again above every number that a
//!   server of an earlier epoch could still put ([`first_number`]).
//!
//! Old manifests are removed a few at a time, long after readers have gone on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anywhen_kms::MasterKey;
use anywhen_model::Randomness;
use bytes::Bytes;
use parking_lot::RwLock;
use tokio::sync::Mutex;

use crate::ArchiveError;
use crate::layout;
use crate::manifest::{Head, Manifest};
use crate::sealed::{self, SealingKey};
use crate::store::{Put, Store};

/// How often a put with unknown outcome is tried before its caller is told.
const ATTEMPTS: usize = 3;

/// Numbers that one epoch may use in a chain.
const NUMBERS_PER_EPOCH: u64 = 1 << 32;

/// The number before the first one of a chain that begins in an epoch.
pub(crate) fn first_number(epoch: u64) -> u64 {
    epoch.saturating_sub(1).saturating_mul(NUMBERS_PER_EPOCH)
}

/// What to do about a manifest of an earlier epoch that has turned up since the chain was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stale {
    /// Go on from what it says.
    Adopt,
    /// Go on from our own state, above its number.
    Supersede,
}

/// A chain of manifests and its newest state.
pub(crate) struct Ledger<M> {
    store: Arc<Store>,
    master: Arc<MasterKey>,
    randomness: Arc<dyn Randomness>,
    folder: String,
    key: SealingKey,
    /// How many old manifests stay.
    keep: u64,
    stale: Stale,
    current: RwLock<Arc<M>>,
    /// Length of the newest manifest as it is stored; 0 if it was not put by this writer.
    current_bytes: AtomicU64,
    writer: Mutex<Writer<M>>,
}

struct Writer<M> {
    epoch: u64,
    in_doubt: Option<InDoubt<M>>,
    /// Lowest number of our own, or of the newest we found, that may still be in the store.
    oldest: u64,
}

#[derive(Clone)]
struct InDoubt<M> {
    manifest: M,
    sealed: Bytes,
}

enum Settled<M> {
    /// Ours is in the store.
    Ours,
    /// Another writer's of a lower epoch is there; this is the newest of the chain.
    Stale(M),
}

/// Reads the newest manifest of a chain and the key it is sealed under.
pub(crate) async fn load<M: Manifest>(
    store: &Store,
    folder: &str,
    master: &MasterKey,
) -> Result<Option<(M, SealingKey, u64)>, ArchiveError> {
    for _ in 0..ATTEMPTS {
        let names = store.list(folder).await?;
        let numbers: Vec<u64> = names
            .iter()
            .filter_map(|name| layout::manifest_number(name))
            .collect();
        let (Some(&oldest), Some(&newest)) = (numbers.first(), numbers.last()) else {
            return Ok(None);
        };
        match read(store, folder, newest, master).await {
            Ok((manifest, key)) => return Ok(Some((manifest, key, oldest))),
            // Superseded and removed between list and get.
            Err(ArchiveError::Missing { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Err(ArchiveError::Away(format!(
        "{folder}: its newest manifest keeps vanishing"
    )))
}

/// Reads the manifest of one number.
pub(crate) async fn read<M: Manifest>(
    store: &Store,
    folder: &str,
    number: u64,
    master: &MasterKey,
) -> Result<(M, SealingKey), ArchiveError> {
    let path = layout::manifest(folder, number);
    let stored = store.get(&path).await?;
    let opened = sealed::open_whole(M::KIND, &path, &path, &stored, master)?;
    let manifest = M::decode(&path, &opened.clear, &opened.plaintext)?;
    if manifest.head().number != number {
        return Err(ArchiveError::damaged(&path, "it carries another number"));
    }
    Ok((manifest, opened.key))
}

/// What a ledger is opened with.
pub(crate) struct Chain {
    pub(crate) store: Arc<Store>,
    pub(crate) master: Arc<MasterKey>,
    pub(crate) randomness: Arc<dyn Randomness>,
    pub(crate) folder: String,
    pub(crate) key: SealingKey,
    pub(crate) keep: u64,
    pub(crate) stale: Stale,
}

impl<M: Manifest> Ledger<M> {
    /// A ledger that goes on from `current`, writing under `epoch`. `oldest` is the lowest
    /// number still stored.
    pub(crate) fn new(chain: Chain, current: M, epoch: u64, oldest: u64) -> Self {
        let Chain {
            store,
            master,
            randomness,
            folder,
            key,
            keep,
            stale,
        } = chain;
        Self {
            store,
            master,
            randomness,
            folder,
            key,
            keep,
            stale,
            current: RwLock::new(Arc::new(current)),
            current_bytes: AtomicU64::new(0),
            writer: Mutex::new(Writer {
                epoch,
                in_doubt: None,
                oldest,
            }),
        }
    }

    /// The newest manifest this writer knows to be in the store.
    pub(crate) fn current(&self) -> Arc<M> {
        Arc::clone(&self.current.read())
    }

    /// Bytes of the newest manifest. Of one that an earlier server has put they are counted
    /// without what sealing adds.
    pub(crate) fn stored_bytes(&self) -> u64 {
        match self.current_bytes.load(Ordering::Relaxed) {
            0 if self.is_stored() => {
                let encoded = self.current().encode();
                let bytes = (encoded.clear.len() + encoded.secret.len()) as u64;
                self.current_bytes.store(bytes, Ordering::Relaxed);
                bytes
            }
            bytes => bytes,
        }
    }

    pub(crate) fn key(&self) -> &SealingKey {
        &self.key
    }

    /// Puts the manifest that `change` makes of the newest one, or nothing if it answers
    /// `None`. `change` may be asked several times and must only look at what it is given.
    /// Safe to drop at any point; answers the newest manifest.
    pub(crate) async fn update<F>(&self, mut change: F) -> Result<Arc<M>, ArchiveError>
    where
        F: FnMut(&M) -> Result<Option<M>, ArchiveError>,
    {
        let mut writer = self.writer.lock().await;
        loop {
            self.settle(&mut writer).await?;
            let current = self.current();
            let Some(mut next) = change(&current)? else {
                return Ok(current);
            };
            let id = layout::random_name(&*self.randomness);
            next.set_head(Head::new(
                current.head().number + 1,
                writer.epoch,
                id.clone(),
            ));
            self.begin(&mut writer, next);
            self.settle(&mut writer).await?;
            if self.current().head().id == id {
                self.forget_old(&mut writer).await;
                return Ok(self.current());
            }
        }
    }

    /// Fails if another writer has put a manifest after our newest one. Our own put in doubt
    /// does not count.
    pub(crate) async fn check_mine(&self) -> Result<(), ArchiveError> {
        let mut writer = self.writer.lock().await;
        self.settle(&mut writer).await?;
        let newest = layout::manifest(&self.folder, self.current().head().number);
        let later = self.store.list_after(&self.folder, &newest).await?;
        let Some(number) = later
            .iter()
            .rev()
            .find_map(|name| layout::manifest_number(name))
        else {
            return Ok(());
        };
        match read::<M>(&self.store, &self.folder, number, &self.master).await {
            Ok((other, _)) => Err(fenced(&self.folder, other.head(), writer.epoch)),
            Err(ArchiveError::Missing { .. }) => Err(ArchiveError::Fenced(format!(
                "{} has gone on past number {number}",
                self.folder
            ))),
            Err(error) => Err(error),
        }
    }

    /// The newest manifest, with nothing in doubt.
    pub(crate) async fn settled(&self) -> Result<Arc<M>, ArchiveError> {
        let mut writer = self.writer.lock().await;
        self.settle(&mut writer).await?;
        Ok(self.current())
    }

    /// The newest manifest, with nothing in doubt, in a chain whose newest manifest is ours: put
    /// again if it is an earlier writer's. From then on no earlier writer can put one that
    /// counts, so a file that this one does not name will never be named.
    pub(crate) async fn owned(&self) -> Result<Arc<M>, ArchiveError> {
        let mut writer = self.writer.lock().await;
        self.settle(&mut writer).await?;
        while self.is_stored() && self.current().head().epoch < writer.epoch {
            self.put_again(&mut writer).await?;
        }
        Ok(self.current())
    }

    /// Puts the newest manifest once more, under the next number.
    async fn put_again(&self, writer: &mut Writer<M>) -> Result<(), ArchiveError> {
        let mut next = M::clone(&self.current());
        let id = layout::random_name(&*self.randomness);
        next.set_head(Head::new(next.head().number + 1, writer.epoch, id));
        self.begin(writer, next);
        self.settle(writer).await
    }

    /// Whether the chain has any manifest, as far as this writer knows.
    pub(crate) fn is_stored(&self) -> bool {
        !self.current().head().id.is_empty()
    }

    /// Removes all stored manifests of a chain if its state is `dead`. The chain can go on
    /// afterwards: its next manifest is put under the next number. What a later writer has put
    /// stays.
    pub(crate) async fn erase_if(&self, dead: fn(&M) -> bool) -> Result<(), ArchiveError> {
        let mut writer = self.writer.lock().await;
        self.settle(&mut writer).await?;
        if !self.is_stored() || !dead(&self.current()) {
            return Ok(());
        }
        // The newest goes last: a crash in between leaves a chain that still reads as dead. After
        // a power cut a directory may have forgotten one removal and kept a later one, so in
        // between the same is put once more: a put is durable with all that was removed before it.
        self.remove_through(self.current().head().number.saturating_sub(1))
            .await?;
        self.put_again(&mut writer).await?;
        let current = self.current();
        if !dead(&current) {
            return Ok(());
        }
        self.remove_through(current.head().number).await?;
        writer.oldest = current.head().number + 1;
        // Nothing is stored: whoever looks for it again finds that there is nothing to erase.
        let mut gone = M::clone(&current);
        gone.set_head(Head::new(current.head().number, 0, String::new()));
        *self.current.write() = Arc::new(gone);
        self.current_bytes.store(0, Ordering::Relaxed);
        Ok(())
    }

    /// Removes the manifests up to a number; what a later writer has put stays.
    async fn remove_through(&self, number: u64) -> Result<(), ArchiveError> {
        let reached = |name: &String| layout::manifest_number(name).is_some_and(|n| n <= number);
        let names = self.store.list(&self.folder).await?;
        for name in names.into_iter().filter(reached) {
            self.store.delete(&name).await?;
        }
        Ok(())
    }

    fn begin(&self, writer: &mut Writer<M>, manifest: M) {
        let path = layout::manifest(&self.folder, manifest.head().number);
        let encoded = manifest.encode();
        let sealed = sealed::seal_whole(
            M::KIND,
            &path,
            &encoded.clear,
            &self.key,
            &encoded.secret,
            &*self.randomness,
        );
        writer.in_doubt = Some(InDoubt {
            manifest,
            sealed: sealed.into(),
        });
    }

    /// Brings a put in doubt to its end and makes what the store holds the current manifest.
    async fn settle(&self, writer: &mut Writer<M>) -> Result<(), ArchiveError> {
        let Some(in_doubt) = writer.in_doubt.clone() else {
            return Ok(());
        };
        let settled = self.put(&in_doubt, writer.epoch).await?;
        let mut bytes = 0;
        let newest = match (settled, self.stale) {
            (Settled::Ours, _) => {
                bytes = in_doubt.sealed.len() as u64;
                in_doubt.manifest
            }
            (Settled::Stale(newest), Stale::Adopt) => newest,
            (Settled::Stale(newest), Stale::Supersede) => {
                tracing::warn!(
                    folder = self.folder,
                    number = newest.head().number,
                    "passing over a manifest that an earlier server has put too late"
                );
                let mut ours = M::clone(&self.current());
                ours.set_head(newest.head().clone());
                ours
            }
        };
        *self.current.write() = Arc::new(newest);
        self.current_bytes.store(bytes, Ordering::Relaxed);
        writer.in_doubt = None;
        Ok(())
    }

    async fn put(&self, in_doubt: &InDoubt<M>, epoch: u64) -> Result<Settled<M>, ArchiveError> {
        let head = in_doubt.manifest.head();
        let path = layout::manifest(&self.folder, head.number);
        let mut failure = None;
        for _ in 0..ATTEMPTS {
            match self.store.put_new(&path, in_doubt.sealed.clone()).await {
                Ok(Put::Done) => {
                    count_bytes::<M>(in_doubt.sealed.len());
                    return Ok(Settled::Ours);
                }
                Ok(Put::Exists) => return self.read_back(head, epoch).await,
                Err(error) => failure = Some(error),
            }
        }
        Err(failure.unwrap_or(ArchiveError::Away(path)))
    }

    /// Our number is taken: by ourselves, or by whom?
    async fn read_back(&self, mine: &Head, epoch: u64) -> Result<Settled<M>, ArchiveError> {
        let found = read::<M>(&self.store, &self.folder, mine.number, &self.master).await;
        match found {
            Ok((found, _)) if found.head().id == mine.id => return Ok(Settled::Ours),
            Ok((found, _)) if found.head().epoch >= epoch => {
                return Err(fenced(&self.folder, found.head(), epoch));
            }
            // Removed already: the chain has gone on far beyond us. Its newest tells.
            Ok(_) | Err(ArchiveError::Missing { .. }) => {}
            Err(error) => return Err(error),
        }
        let newest = load::<M>(&self.store, &self.folder, &self.master).await?;
        let Some((newest, _, _)) = newest else {
            return Err(ArchiveError::Missing {
                path: self.folder.clone(),
            });
        };
        if newest.head().epoch >= epoch {
            return Err(fenced(&self.folder, newest.head(), epoch));
        }
        Ok(Settled::Stale(newest))
    }

    /// Removes manifests that no reader can want any more, by what is there: a server that has
    /// lost the realm may have left one far below. Failing is harmless.
    async fn forget_old(&self, writer: &mut Writer<M>) {
        let newest = self.current().head().number;
        if newest < writer.oldest.saturating_add(2 * self.keep) {
            return;
        }
        let oldest = newest - self.keep;
        let forgotten = async {
            for name in self.store.list(&self.folder).await? {
                if layout::manifest_number(&name).is_some_and(|number| number < oldest) {
                    self.store.delete(&name).await?;
                }
            }
            Ok::<_, ArchiveError>(())
        };
        match forgotten.await {
            Ok(()) => writer.oldest = oldest,
            Err(error) => {
                tracing::debug!(%error, self.folder, "old manifests stay for now");
            }
        }
    }
}

fn fenced(folder: &str, head: &Head, epoch: u64) -> ArchiveError {
    ArchiveError::Fenced(format!(
        "{folder} number {} was written by epoch {}, this server has epoch {epoch}",
        head.number, head.epoch
    ))
}

fn count_bytes<M: Manifest>(bytes: usize) {
    metrics::counter!("anywhen_archive_bytes_written_total", "kind" => M::KIND.label())
        .increment(bytes as u64);
}
