//! Damage of every kind to every object of an archive: it is found, it is named, and no restore
//! ever answers with anything but what was committed.
//!
//! A history with everything in it is made once. Then each object in turn is flipped, cut,
//! lengthened, deleted, replaced, swapped and duplicated, and of the archive with that one damage
//! is asked:
//!
//! * `verify`, with and without the key, names the object;
//! * a server that opens it either refuses and names the object, or restores every instant to
//!   exactly the items of the model, or refuses that instant and names the object.
//!
//! `ANYWHEN_SEED` draws other histories and other places of damage, `ANYWHEN_DAMAGE_FLIPS` sets
//! how many bytes of each object are flipped, `ANYWHEN_DAMAGE_ALL=1` takes every object instead of
//! some of each folder. A failure prints the command that repeats it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anywhen_archive::{
    ArchiveError, ArchiverConfig, Pin, PinKind, RealmArchive, RestorePlan, Verification, verify,
};
use anywhen_model::{CommitTimestamp, SeededRandomness};
use bytes::Bytes;
use common::{Items, Table, World, dump, eager, read, verify_options};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};

const PREFIX: &str = "some/prefix/";

type Objects = BTreeMap<String, Bytes>;

fn number_from(variable: &str, default: u64) -> u64 {
    let set = std::env::var(variable).ok();
    set.map_or(default, |text| text.parse().unwrap())
}

/// An archive, and what every instant of it must read as.
struct History {
    world: World,
    objects: Objects,
    instants: Vec<(usize, CommitTimestamp)>,
    tables: [Table; 2],
}

impl History {
    /// Two tables: one with an open span of several keyframes, deltas and segments, the other
    /// with a closed span and a backup. All chains of manifests have several links.
    async fn make(seed: u64) -> Self {
        let world = World::new(seed);
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let mut tables = [Table::new(&world), Table::new(&world)];
        let archive = world.open(&store).await.unwrap();
        let mut instants = Vec::new();
        for (which, table) in tables.iter_mut().enumerate() {
            table.put(&world, "before", "1").await;
            instants.push((which, table.open_span(&world, &archive).await.unwrap()));
        }
        let config = ArchiverConfig {
            delta_fan_in: 3,
            ..eager()
        };
        let archiver = world.spawn(&archive, &[&tables[0], &tables[1]], config);
        for step in 0..40_u64 {
            world.clock.advance(7);
            let which = usize::from(step < 20 && step % 2 == 0);
            let table = &mut tables[which];
            let key = format!("key{}", world.draw(8));
            let at = if world.draw(5) == 0 {
                table.delete(&world, &key).await
            } else {
                let item = format!("item {step} {}", "x".repeat(world.draw(60) as usize));
                table.put(&world, &key, &item).await
            };
            instants.push((which, at));
            archiver.flush_now().await.unwrap();
            if step == 11 {
                let pin = Pin {
                    id: "kept".to_owned(),
                    at: instants.iter().rfind(|(which, _)| *which == 1).unwrap().1,
                    kind: PinKind::Backup,
                    record: b"a record".to_vec(),
                    expires_at: None,
                };
                archive.pin(tables[1].id, pin).await.unwrap();
            }
            if step == 25 {
                archive.close_span(tables[1].id).await.unwrap();
            }
            if step % 6 == 5 && step < 35 {
                archive.tidy_now().await.unwrap();
            }
        }
        archiver.stop().await;
        let mut kept = Vec::new();
        for (which, at) in instants {
            if archive.plan(tables[which].id, at).await.is_ok() {
                kept.push((which, at));
            }
        }
        Self {
            world,
            objects: dump(&store).await,
            instants: kept,
            tables,
        }
    }

    fn expected(&self, (which, at): (usize, CommitTimestamp)) -> Items {
        self.tables[which].at(at)
    }
}

/// A store with these objects.
async fn store_of(objects: &Objects) -> Arc<dyn ObjectStore> {
    let store = InMemory::new();
    for (path, bytes) in objects {
        let path = Path::from(path.as_str());
        store.put(&path, bytes.clone().into()).await.unwrap();
    }
    Arc::new(store)
}

/// What an object is, by its path.
fn kind(path: &str) -> &'static str {
    let parts: Vec<&str> = path.split('/').collect();
    let in_timeline = parts.contains(&"timelines");
    match parts[parts.len() - 2] {
        "manifest" if in_timeline => "timeline manifest",
        "manifest" => "realm manifest",
        "segments" => "segment",
        "keyframes" => "keyframe",
        "deltas" => "delta",
        _ => "identity",
    }
}

/// Whether an object is a manifest that whole archives may lack: the newest, without which the
/// archive is as it was before, the oldest, which may have gone because it was the oldest, or one
/// that its writer was about to remove, being more than 4 (64 of a realm) before the newest.
fn may_be_gone(objects: &Objects, path: &str) -> bool {
    let split = |path: &str| {
        let (folder, name) = path.rsplit_once('/')?;
        Some((folder.to_owned(), name.parse::<u64>().ok()?))
    };
    let Some((folder, number)) = split(path).filter(|_| kind(path).contains("manifest")) else {
        return false;
    };
    let chain = objects.keys().filter_map(|path| split(path));
    let chain: Vec<u64> = chain
        .filter(|(other, _)| *other == folder)
        .map(|(_, number)| number)
        .collect();
    let keep = if path.contains("/timelines/") { 4 } else { 64 };
    let (oldest, newest) = (chain.iter().min(), chain.iter().max());
    oldest == Some(&number)
        || newest.is_some_and(|newest| number == *newest || number + keep < *newest)
}

/// One thing done to an archive.
struct Damage {
    what: String,
    /// The objects that are not as they were, and as what they are found; `None`: not at all.
    changes: Vec<(String, Option<Bytes>)>,
    /// Whether an archive can look like this and be whole: verification may find nothing.
    may_be_whole: bool,
}

impl Damage {
    fn new(what: String, changes: Vec<(&str, Option<Bytes>)>) -> Self {
        let changes = changes.into_iter();
        Self {
            what,
            changes: changes.map(|(path, to)| (path.to_owned(), to)).collect(),
            may_be_whole: false,
        }
    }

    /// Paths of the objects, as the archive names them.
    fn names(&self) -> Vec<&str> {
        let paths = self.changes.iter().map(|(path, _)| path.as_str());
        paths
            .map(|path| path.strip_prefix(PREFIX).unwrap())
            .collect()
    }

    fn done_to(&self, objects: &Objects) -> Objects {
        let mut objects = objects.clone();
        for (path, to) in &self.changes {
            match to {
                Some(bytes) => objects.insert(path.clone(), bytes.clone()),
                None => objects.remove(path),
            };
        }
        objects
    }
}

/// The objects that are damaged: of each folder the first, the last and some between, or all of
/// them if `ANYWHEN_DAMAGE_ALL` is set.
fn chosen(objects: &Objects) -> Vec<&String> {
    let mut folders: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for path in objects.keys() {
        let (folder, _) = path.rsplit_once('/').unwrap_or_default();
        folders.entry(folder).or_default().push(path);
    }
    let every = number_from("ANYWHEN_DAMAGE_ALL", 0) > 0;
    let some = folders.into_values().flat_map(|paths| {
        let (count, step) = (paths.len(), if every { 1 } else { paths.len().div_ceil(3) });
        let is_chosen = move |number: &usize| number.is_multiple_of(step) || number + 1 == count;
        let numbers = (0..count).filter(is_chosen);
        numbers.map(|number| paths[number]).collect::<Vec<_>>()
    });
    some.collect()
}

/// Everything that is done to one object.
fn damages(objects: &Objects, path: &str, random: &SeededRandomness, flips: u64) -> Vec<Damage> {
    let original = &objects[path];
    let length = original.len();
    let replaced = |what: String, bytes: Bytes| Damage::new(what, vec![(path, Some(bytes))]);
    let drawn = (0..flips).map(|_| (random.next_u64() % length as u64) as usize);
    let flipped = [0, length - 1].into_iter().chain(drawn).map(|position| {
        let mut bytes = original.to_vec();
        let bit = random.next_u64() % 8;
        bytes[position] ^= 1 << bit;
        replaced(
            format!("bit {bit} of byte {position} flipped"),
            bytes.into(),
        )
    });
    let mut damages: Vec<_> = flipped.collect();
    for cut in [0, length / 2, length - 1] {
        damages.push(replaced(
            format!("cut to {cut} bytes"),
            original.slice(..cut),
        ));
    }
    let longer = [original, &b"\0"[..]].concat();
    damages.push(replaced("a byte longer".to_owned(), longer.into()));
    for same_kind in [true, false] {
        if let Some((other, bytes)) = draw_other(objects, path, same_kind, random) {
            damages.push(replaced(format!("a copy of {other}"), bytes.clone()));
            let swapped = vec![(path, Some(bytes.clone())), (other, Some(original.clone()))];
            damages.push(Damage::new(format!("swapped with {other}"), swapped));
        }
    }
    let mut deleted = Damage::new("deleted".to_owned(), vec![(path, None)]);
    deleted.may_be_whole = may_be_gone(objects, path);
    damages.push(deleted);
    if let Some(copy) = next_name(objects, path) {
        let copied = vec![(copy.as_str(), Some(original.clone()))];
        damages.push(Damage::new(format!("duplicated as {copy}"), copied));
    }
    damages
}

/// Some other object, of the same kind or of another.
fn draw_other<'a>(
    objects: &'a Objects,
    path: &str,
    same_kind: bool,
    random: &SeededRandomness,
) -> Option<(&'a str, &'a Bytes)> {
    let others = objects
        .iter()
        .map(|(other, bytes)| (other.as_str(), bytes))
        .filter(|(other, _)| *other != path && (kind(other) == kind(path)) == same_kind);
    let others: Vec<_> = others.collect();
    let drawn = random.next_u64() % others.len().max(1) as u64;
    others.get(drawn as usize).copied()
}

/// A free name like an object's.
fn next_name(objects: &Objects, path: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/')?;
    if kind(path) == "identity" {
        return None;
    }
    if kind(path).contains("manifest") {
        let numbers = objects.keys().filter_map(|other| {
            let (other_folder, name) = other.rsplit_once('/')?;
            (other_folder == folder).then(|| name.parse::<u64>().unwrap())
        });
        return Some(format!("{folder}/{:020}", numbers.max()? + 1));
    }
    let (times, random) = name.rsplit_once('-')?;
    let other: String = random.chars().rev().collect();
    Some(format!("{folder}/{times}-{other}"))
}

/// Asks everything of a damaged archive; an error says what was wrong with an answer.
async fn examine(
    history: &History,
    damage: &Damage,
    outcomes: &mut Outcomes,
) -> Result<(), String> {
    let objects = damage.done_to(&history.objects);
    for with_key in [true, false] {
        let store = store_of(&objects).await;
        let found = verify(verify_options(&history.world, &store, with_key)).await;
        check_found(&found, damage)
            .map_err(|wrong| format!("verify, with key {with_key}: {wrong}"))?;
    }
    let store = store_of(&objects).await;
    let archive = match history.world.open(&store).await {
        Ok(archive) => archive,
        Err(error) => {
            outcomes.refused_starts += 1;
            return check_refused(&error, damage);
        }
    };
    for instant in &history.instants {
        let table = history.tables[instant.0].id;
        match restore(&archive, table, instant.1, &damage.names()).await {
            Ok((items, around)) => {
                if items != history.expected(*instant) {
                    return Err(format!("the table at {} is wrong", instant.1));
                }
                outcomes.restored += 1;
                outcomes.read_around += u64::from(around);
            }
            Err(error) => {
                outcomes.refused_restores += 1;
                check_refused(&error, damage)?;
            }
        }
    }
    Ok(())
}

/// How often what happened.
#[derive(Debug, Default)]
struct Outcomes {
    damages: u64,
    refused_starts: u64,
    refused_restores: u64,
    restored: u64,
    read_around: u64,
}

fn check_found(found: &Result<Verification, ArchiveError>, damage: &Damage) -> Result<(), String> {
    let found = match found {
        Ok(found) => found,
        Err(error) => return check_refused(error, damage),
    };
    let is_named = |name: &&str| found.problems.iter().any(|problem| problem.path == *name);
    // Of two objects that were swapped, both.
    if damage.may_be_whole || damage.names().iter().all(is_named) {
        Ok(())
    } else {
        Err(format!("found {:?}", found.problems))
    }
}

/// Whoever refuses has to name the object, unless it cannot know of it.
fn check_refused(error: &ArchiveError, damage: &Damage) -> Result<(), String> {
    let text = error.to_string();
    if damage.may_be_whole || damage.names().iter().any(|name| text.contains(name)) {
        return Ok(());
    }
    Err(format!("refused without a name: {text}"))
}

/// The table at an instant, and whether it was read around an object that its plan names.
async fn restore(
    archive: &Arc<RealmArchive>,
    table: anywhen_model::TableId,
    at: CommitTimestamp,
    damaged: &[&str],
) -> Result<(Items, bool), ArchiveError> {
    let plan = archive.plan(table, at).await?;
    let names_damaged = |plan: &RestorePlan| {
        let mut files = plan.files.iter();
        files.any(|file| damaged.contains(&file.path.as_str()))
    };
    let around = names_damaged(&plan) || !plan.avoided.is_empty();
    let items = read(archive, &plan, plan.ranges(2)).await?;
    Ok((items, around))
}

#[tokio::test]
async fn damage_of_every_kind_to_every_object_is_found_and_named() {
    let seed = number_from("ANYWHEN_SEED", 1);
    let flips = number_from("ANYWHEN_DAMAGE_FLIPS", 3);
    let history = History::make(seed).await;
    let kinds: BTreeSet<_> = history.objects.keys().map(|path| kind(path)).collect();
    assert_eq!(kinds.len(), 6, "every kind is there: {kinds:?}");
    let store = store_of(&history.objects).await;
    let whole = verify(verify_options(&history.world, &store, true))
        .await
        .unwrap();
    assert_eq!(whole.problems, [], "seed {seed}");
    let random = SeededRandomness::new(seed);
    let mut outcomes = Outcomes::default();
    for path in chosen(&history.objects) {
        for damage in damages(&history.objects, path, &random, flips) {
            outcomes.damages += 1;
            if let Err(wrong) = examine(&history, &damage, &mut outcomes).await {
                panic!(
                    "{path} {}: {wrong}\nANYWHEN_SEED={seed} ANYWHEN_DAMAGE_FLIPS={flips} \
                     cargo test -p anywhen-archive --test damage",
                    damage.what
                );
            }
        }
    }
    println!("{outcomes:?}");
    assert!(outcomes.refused_starts > 0 && outcomes.refused_restores > 0);
    assert!(outcomes.read_around > 0, "{outcomes:?}");
}
