//! Random writes of every kind against a model that knows what each view type must tell.
//!
//! `ANYWHEN_SEED` draws other writes; `ANYWHEN_STREAM_WRITES` sets how many there are.

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_model::{CommitTimestamp, Item, SeededRandomness};

use super::{DISABLED, newest, page, specification, switch, tail};
use crate::tests::fixture::{Fixture, condition, item, key, music, n, name, s, update};
use crate::{
    CreateTable, ItemChange, RealmTables, Stream, StreamChange, StreamEvent, StreamIdentity,
    StreamPosition, StreamViewType, StreamedRecord, TransactAction, WriteAction,
};

const VIEWS: [StreamViewType; 4] = [
    StreamViewType::KeysOnly,
    StreamViewType::NewImage,
    StreamViewType::OldImage,
    StreamViewType::NewAndOldImages,
];

fn number_from(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}

struct Model {
    random: SeededRandomness,
    items: BTreeMap<(&'static str, i64), Item>,
    /// What the stream must tell, in order; of a batch, in any order.
    expected: Vec<Vec<StreamChange>>,
    view: StreamViewType,
}

impl Model {
    fn below(&self, bound: u64) -> u64 {
        self.random.next_u64() % bound
    }

    fn place(&self) -> (&'static str, i64) {
        let artists = ["abba", "bach", "cage"];
        (artists[self.below(3) as usize], self.below(4) as i64)
    }

    /// A write of an item and what must become of it; often nothing.
    fn change(&self, place: (&'static str, i64)) -> (ItemChange, Option<Item>) {
        let old = self.items.get(&place);
        let key = key(place.0, place.1);
        let mut put = key.clone();
        for attribute in ["genre", "note", "year"] {
            if self.below(2) == 0 {
                let value = n(self.below(2) as i64);
                let value = if attribute == "year" { value } else { s("x") };
                put.attributes.insert(attribute.to_owned(), value);
            }
        }
        match self.below(6) {
            0 => (ItemChange::Delete { key }, None),
            1 => {
                let set = update("SET note = :v", &[(":v", s("x"))]);
                let mut new = old.unwrap_or(&key).clone();
                new.attributes.insert("note".to_owned(), s("x"));
                let update = Some(set);
                (ItemChange::Update { key, update }, Some(new))
            }
            2 => {
                let new = old.unwrap_or(&key).clone();
                (ItemChange::Update { key, update: None }, Some(new))
            }
            3 => match old {
                Some(old) => (ItemChange::Put(old.clone()), Some(old.clone())),
                None => (ItemChange::Put(put.clone()), Some(put)),
            },
            _ => (ItemChange::Put(put.clone()), Some(put)),
        }
    }

    /// Takes over what became of an item; what the stream tells of it.
    fn note(&mut self, place: (&'static str, i64), new: Option<Item>) -> Option<StreamChange> {
        let old = match &new {
            Some(new) => self.items.insert(place, new.clone()),
            None => self.items.remove(&place),
        };
        if old == new {
            return None;
        }
        let event = match (&old, &new) {
            (None, _) => StreamEvent::Insert,
            (_, None) => StreamEvent::Remove,
            _ => StreamEvent::Modify,
        };
        let (shows_new, shows_old) = match self.view {
            StreamViewType::KeysOnly => (false, false),
            StreamViewType::NewImage => (true, false),
            StreamViewType::OldImage => (false, true),
            StreamViewType::NewAndOldImages => (true, true),
        };
        Some(StreamChange {
            event,
            identity: StreamIdentity::Client,
            key: key(place.0, place.1),
            new_image: new.filter(|_| shows_new),
            old_image: old.filter(|_| shows_old),
        })
    }

    fn places(&self, count: u64) -> Vec<(&'static str, i64)> {
        let mut places: Vec<_> = (0..=self.below(count)).map(|_| self.place()).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    async fn write_one(&mut self, fixture: &Fixture) {
        let place = self.place();
        let (change, new) = self.change(place);
        if self.below(5) == 0 {
            let never = condition("attribute_exists(nothing)", &[]);
            let refused = fixture.write("Music", change, Some(never)).await;
            assert!(refused.is_err());
            return;
        }
        fixture.write("Music", change, None).await.unwrap();
        let told = self.note(place, new);
        self.expected.push(told.into_iter().collect());
    }

    async fn transact(&mut self, fixture: &Fixture) {
        let fails = self.below(4) == 0;
        let planned: Vec<_> = self
            .places(6)
            .into_iter()
            .map(|place| (place, self.change(place)))
            .collect();
        let actions = planned.iter().enumerate().map(|(position, (_, planned))| {
            let never = condition("attribute_exists(nothing)", &[]);
            let condition = (fails && position == 0).then_some(never);
            let change = planned.0.clone();
            TransactAction {
                table: name("Music"),
                action: WriteAction { change, condition },
            }
        });
        let actions: Vec<_> = actions.collect();
        let outcome = fixture.realm.transact_write(&actions, None).await;
        assert_eq!(outcome.is_err(), fails);
        if !fails {
            for (place, (_, new)) in planned {
                let told = self.note(place, new);
                self.expected.push(told.into_iter().collect());
            }
        }
    }

    async fn batch(&mut self, fixture: &Fixture) {
        let places = self.places(6).into_iter();
        let planned: Vec<_> = places
            .map(|place| (place, self.change(place)))
            .filter(|(_, (change, _))| !matches!(change, ItemChange::Update { .. }))
            .collect();
        let requests = planned.iter();
        let requests = requests.map(|(_, (change, _))| (name("Music"), change.clone()));
        let outcomes = fixture.realm.batch_write(requests.collect()).await;
        assert!(outcomes.unwrap().iter().all(Result::is_ok));
        let told = planned.into_iter();
        let told = told.filter_map(|(place, (_, new))| self.note(place, new));
        let told = told.collect();
        self.expected.push(told);
    }

    /// Compares what was read with what must be there.
    fn check(&self, read: &[StreamedRecord], seed: u64) {
        let mut read = read.iter().map(|record| record.change.clone());
        for group in &self.expected {
            let mut told: Vec<_> = read.by_ref().take(group.len()).collect();
            let place = |change: &StreamChange| {
                let mut key = Vec::new();
                anywhen_model::encode_item(&change.key, &mut key);
                key
            };
            told.sort_by_key(place);
            let mut group = group.clone();
            group.sort_by_key(place);
            assert_eq!(told, group, "repeat with ANYWHEN_SEED={seed}");
        }
        assert_eq!(read.next(), None, "repeat with ANYWHEN_SEED={seed}");
    }
}

/// Reads on, as a client would that polls now and then.
struct Reader {
    from: StreamPosition,
    read: Vec<StreamedRecord>,
}

impl Reader {
    async fn poll(&mut self, fixture: &Fixture, stream: &Arc<Stream>, limit: usize) {
        let (records, next) = page(fixture, stream, self.from, limit).await.unwrap();
        self.read.extend(records);
        self.from = next.unwrap();
    }
}

#[tokio::test]
async fn streams_tell_each_change_once_and_in_order() {
    let seed = number_from("ANYWHEN_SEED", 1);
    let writes = number_from("ANYWHEN_STREAM_WRITES", 300);
    for view in VIEWS {
        let mut fixture = Fixture::new().await;
        let request = CreateTable {
            stream: Some(specification(view)),
            ..music("Music")
        };
        fixture.realm.create_table(request).await.unwrap();
        let mut model = Model {
            random: SeededRandomness::new(seed),
            items: BTreeMap::new(),
            expected: Vec::new(),
            view,
        };
        let mut reader = Reader {
            from: StreamPosition::HORIZON,
            read: Vec::new(),
        };
        for _ in 0..writes {
            match model.below(10) {
                0 => model.batch(&fixture).await,
                1..=3 => model.transact(&fixture).await,
                _ => model.write_one(&fixture).await,
            }
            match model.below(40) {
                0 => fixture = fixture.reopen().await,
                1..=9 => {
                    let limit = 1 + model.below(5) as usize;
                    let stream = newest(&fixture, "Music");
                    reader.poll(&fixture, &stream, limit).await;
                }
                _ => fixture.clock.advance(model.below(2_000)),
            }
        }
        let stream = newest(&fixture, "Music");
        let (whole, _) = tail(&fixture, &stream, StreamPosition::HORIZON, 7).await;
        model.check(&whole, seed);
        assert!(whole.is_sorted_by(|a, b| a.sequence_number < b.sequence_number));
        let rest = tail(&fixture, &stream, reader.from, 1000).await.0;
        reader.read.extend(rest);
        assert!(
            reader.read == whole,
            "polling now and then tells something else; repeat with ANYWHEN_SEED={seed}"
        );
    }
}

/// Writers at work while the stream is switched off and on: each stream tells exactly the writes
/// that were committed between the commits that enabled and disabled it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn switching_loses_and_repeats_nothing() {
    const WRITERS: i64 = 4;
    const WRITES: i64 = 150;
    let fixture = Fixture::new().await;
    let enabled = specification(StreamViewType::NewImage);
    let request = CreateTable {
        stream: Some(enabled),
        ..super::simple("Plays")
    };
    fixture.realm.create_table(request).await.unwrap();
    let now = || fixture.realm.snapshot().unwrap().timestamp().unwrap();
    // At or behind the commit that enabled each stream.
    let mut enabled_by = vec![now()];
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| tokio::spawn(write_numbers(Arc::clone(&fixture.realm), writer, WRITES)))
        .collect();
    while writers.iter().any(|writer| !writer.is_finished()) {
        switch(&fixture, DISABLED).await.unwrap();
        switch(&fixture, enabled).await.unwrap();
        enabled_by.push(now());
        tokio::task::yield_now().await;
    }
    let mut written = BTreeMap::new();
    for writer in writers {
        written.extend(writer.await.unwrap());
    }
    assert_eq!(written.len() as i64, WRITERS * WRITES);

    let mut streams = fixture.realm.streams();
    streams.reverse();
    assert_eq!(streams.len(), enabled_by.len());
    for (stream, enabled_by) in streams.into_iter().zip(enabled_by) {
        let (records, _) = tail(&fixture, &stream, StreamPosition::HORIZON, 50).await;
        let told: BTreeMap<_, _> = records
            .iter()
            .map(|record| {
                (
                    record.committed_at,
                    record.change.new_image.clone().unwrap(),
                )
            })
            .collect();
        assert_eq!(told.len(), records.len(), "nothing is told twice");
        let (first, last) = fixture.realm.shard_range(&stream).unwrap();
        let last = last.map_or(CommitTimestamp::MAX, |last| last.0.timestamp);
        let due = written.range(first.0.timestamp..last);
        for (committed_at, item) in due {
            let found = told.get(committed_at);
            assert!(found == Some(item) || (found.is_none() && *committed_at <= enabled_by));
        }
        for (committed_at, item) in &told {
            assert!(first.0.timestamp < *committed_at && *committed_at < last);
            assert_eq!(written.get(committed_at), Some(item));
        }
    }
}

/// Writes an item again and again, with another number each time; the items by their commits.
async fn write_numbers(
    realm: Arc<RealmTables>,
    writer: i64,
    writes: i64,
) -> Vec<(CommitTimestamp, Item)> {
    let mut written = Vec::new();
    for number in 0..writes {
        let whole = item(&[("id", s(&format!("{writer}"))), ("number", n(number))]);
        let action = WriteAction {
            change: ItemChange::Put(whole.clone()),
            condition: None,
        };
        let outcome = realm.write(&name("Plays"), &action).await.unwrap();
        written.push((outcome.timestamp, whole));
        tokio::task::yield_now().await;
    }
    written
}
