//! Random writes in all the ways there are, what their replies must say, and the stream as a
//! witness: it tells when the service deleted what, and that nothing else was ever written.

use std::collections::BTreeSet;
use std::sync::Arc;

use anywhen_model::{AttributeValue, CommitTimestamp, Item};
use anywhen_table::{
    CancellationReason, ClientRequestToken, ItemChange, REQUEST_HASH_BYTES, StreamIdentity,
    StreamPosition, StreamedRecord, TableError, TransactAction, WriteOutcome,
};
use tokio::task::JoinSet;

use super::super::world::{n, name, s, song};
use super::changes::{Change, Edit, Guard, Intent, Refusal};
use super::history::{FIVE_YEARS, Place, has_expired};
use super::{EXPIRIES, Run, TABLES};

impl Run {
    pub(super) fn table(&self) -> &'static str {
        TABLES[self.roll(2) as usize]
    }

    fn place(&self) -> Place {
        (format!("artist {}", self.roll(4)), self.roll(6) as i64)
    }

    fn note_text(&self) -> String {
        format!("note {}", self.roll(6))
    }

    /// A value for an attribute; those of index keys are of the right type.
    fn value(&self, name: &str) -> AttributeValue {
        match name {
            "year" => n(1960 + self.roll(6) as i64),
            "expires" | "gone_at" => match self.roll(8) {
                0 => n(self.second() - FIVE_YEARS - 10),
                1 => s("never"),
                _ => n(self.second() - 5 + self.roll(25) as i64),
            },
            _ => s(&self.roll(3).to_string()),
        }
    }

    /// A song that is in some of the indexes, and may expire.
    fn item(&self, (artist, number): &Place) -> Item {
        let mut item = song(artist, *number, &self.note_text());
        for name in ["genre", "singer", "label", "year"] {
            match self.roll(6) {
                0 => drop(item.attributes.remove(name)),
                1 | 2 => drop(item.attributes.insert(name.to_owned(), self.value(name))),
                _ => {}
            }
        }
        for name in EXPIRIES.into_iter().filter(|_| self.roll(3) == 0) {
            item.attributes.insert(name.to_owned(), self.value(name));
        }
        item
    }

    fn edit(&self) -> Edit {
        const MOVED: [&str; 6] = ["genre", "singer", "label", "year", "expires", "gone_at"];
        let moved = (self.roll(4) > 0).then(|| {
            let name = MOVED[self.roll(6) as usize];
            (name, (self.roll(3) > 0).then(|| self.value(name)))
        });
        Edit {
            note: self.note_text(),
            moved,
        }
    }

    /// Something to do with an item. Some of it is refused, and some changes nothing.
    fn intend(
        &self,
        (table, place): (&'static str, Place),
        in_words: bool,
        together: bool,
    ) -> Intent {
        let old = self.history.item(table, &place);
        let change = match self.roll(if together { 10 } else { 9 }) {
            0 | 1 => Change::Delete,
            2..=4 => Change::Edit(self.edit()),
            9 => Change::Check,
            // As it is already.
            5 if !in_words && old.is_some() => Change::Put(old.clone().unwrap()),
            _ if !in_words => Change::Put(self.item(&place)),
            _ if old.is_none() || self.roll(4) == 0 => Change::Insert(self.item(&place)),
            _ => Change::Edit(self.edit()),
        };
        let guard = match change {
            Change::Insert(_) => None,
            Change::Check => Some(self.guard(in_words, old.as_ref())),
            _ => (self.roll(3) == 0).then(|| self.guard(in_words, old.as_ref())),
        };
        Intent {
            table,
            place,
            change,
            guard,
            in_words,
        }
    }

    fn guard(&self, in_words: bool, old: Option<&Item>) -> Guard {
        let kind = if in_words { 2 } else { self.roll(4) };
        match (kind, old.and_then(|item| item.get("note"))) {
            (0, _) => Guard::Exists,
            (1, _) => Guard::Absent,
            (_, Some(AttributeValue::S(note))) if self.roll(2) == 0 => Guard::NoteIs(note.clone()),
            _ => Guard::NoteIs(self.note_text()),
        }
    }

    /// Up to `most` different items.
    fn places(&self, most: u64) -> BTreeSet<(&'static str, Place)> {
        let tries = 1 + self.roll(most);
        (0..tries).map(|_| (self.table(), self.place())).collect()
    }

    /// One write, by a request or in PartiQL.
    pub(super) async fn write(&mut self) {
        let intent = self.intend((self.table(), self.place()), self.roll(2) == 0, false);
        self.carry_out(intent).await;
    }

    pub(super) async fn carry_out(&mut self, intent: Intent) {
        let action = intent.action(self.world());
        let tables = &self.world().tables;
        let told = tables.write(&name(intent.table), &action).await;
        self.learn(&intent, told);
    }

    /// Puts and deletions, each by itself (BatchWriteItem).
    pub(super) async fn write_batch(&mut self) {
        let places = self.places(5).into_iter();
        let intents: Vec<_> = places
            .map(|(table, place)| Intent {
                change: match self.roll(4) {
                    0 => Change::Delete,
                    _ => Change::Put(self.item(&place)),
                },
                table,
                place,
                guard: None,
                in_words: false,
            })
            .collect();
        let requests = intents.iter().map(|intent| {
            let change: ItemChange = intent.action(self.world()).change;
            (name(intent.table), change)
        });
        let written = self.world().tables.batch_write(requests.collect()).await;
        for (intent, told) in intents.iter().zip(written.unwrap()) {
            self.learn(intent, told);
        }
    }

    /// Statements, each by itself and all at the same time (BatchExecuteStatement).
    pub(super) async fn write_statements(&mut self) {
        let places = self.places(5).into_iter();
        let intents: Vec<_> = places.map(|at| self.intend(at, true, false)).collect();
        let mut writing = JoinSet::new();
        for (number, intent) in intents.iter().enumerate() {
            let action = intent.action(self.world());
            let (tables, table) = (Arc::clone(&self.world().tables), name(intent.table));
            writing.spawn(async move { (number, tables.write(&table, &action).await) });
        }
        for (number, told) in writing.join_all().await {
            self.learn(&intents[number], told);
        }
    }

    /// All or nothing: requests or statements (TransactWriteItems, ExecuteTransaction).
    pub(super) async fn write_together(&mut self) {
        let in_words = self.roll(2) == 0;
        let places = self.places(4).into_iter();
        let intents: Vec<_> = places.map(|at| self.intend(at, in_words, true)).collect();
        let actions: Vec<_> = intents
            .iter()
            .map(|intent| TransactAction {
                table: name(intent.table),
                action: intent.action(self.world()),
            })
            .collect();
        let results: Vec<_> = intents.iter().map(|intent| self.foreseen(intent)).collect();
        let token = (self.roll(3) == 0).then(|| ClientRequestToken {
            token: format!("token {}", self.dice.next_u64()),
            request_hash: [1; REQUEST_HASH_BYTES],
        });
        let tables = Arc::clone(&self.world().tables);
        match tables.transact_write(&actions, token.as_ref()).await {
            Ok(told) => {
                assert_eq!(told.outcomes.len(), intents.len());
                for (intent, outcome) in intents.iter().zip(told.outcomes) {
                    assert_eq!(outcome.timestamp, told.timestamp, "one commit");
                    self.learn(intent, Ok(outcome));
                }
                if token.is_some() {
                    // Sent again, it is not done again.
                    let again = tables.transact_write(&actions, token.as_ref()).await;
                    assert_eq!(again.unwrap().outcomes, vec![]);
                }
            }
            Err(TableError::TransactionCanceled { reasons }) => {
                let told: Vec<_> = reasons.iter().map(refusal_of).collect();
                let results: Vec<_> = results.into_iter().map(Result::err).collect();
                assert_eq!(told, results, "{intents:?}");
            }
            Err(error) => panic!("{error:?}"),
        }
    }

    /// What a write will come to, if nothing else happens to its item.
    fn foreseen(&self, intent: &Intent) -> Result<Option<Item>, Refusal> {
        let old = self.history.item(intent.table, &intent.place);
        intent.result(old.as_ref())
    }

    /// Takes over what a reply said, after a proof that it is right.
    fn learn(&mut self, intent: &Intent, told: Result<WriteOutcome, TableError>) {
        let (table, place) = (intent.table, &intent.place);
        let known = self.history.item(table, place);
        // A pass that is under way may have come first.
        let expiry = self.kept[table].expiry.now().filter(|_| self.passing);
        let expired = |item: &Item| expiry.is_some_and(|by| has_expired(item, by, self.second()));
        let may_be_gone = known.as_ref().is_some_and(expired);
        let outcome = match told {
            Ok(outcome) => outcome,
            Err(error) => {
                let refused = Err(Refusal::of(&error));
                self.done.note("refused");
                let is_right = intent.result(known.as_ref()) == refused
                    || (may_be_gone && intent.result(None) == refused);
                assert!(is_right, "{error} for {intent:?} of {known:?}");
                return;
            }
        };
        let (at, old, new) = (outcome.timestamp, outcome.old, outcome.new);
        assert!(
            old == known || (may_be_gone && old.is_none()),
            "{intent:?} found {old:?} instead of {known:?}"
        );
        assert_eq!(intent.result(old.as_ref()), Ok(new.clone()), "{intent:?}");
        if old == new {
            self.done.note("changed nothing");
            // No commit of its own, but one that has it.
            assert!(may_be_gone || self.history.item_at(table, place, at) == new);
            return;
        }
        self.done.note(if intent.in_words {
            "writes in words"
        } else {
            "writes by request"
        });
        self.history.note(table, place.clone(), (at, new.clone()));
        self.unheard.insert((table, at, place.clone()), new);
    }

    /// Reads on in the streams: clients wrote what they were told and nothing else, and the
    /// service deleted nothing but what had expired.
    pub(super) async fn listen(&mut self) {
        for table in TABLES {
            for record in self.heard(table).await {
                self.hear(table, record);
            }
            let mut unheard = self.unheard.iter();
            let lost = unheard.find(|((of, _, _), _)| *of == table);
            assert_eq!(lost, None, "the stream does not tell it");
        }
    }

    fn hear(&mut self, table: &'static str, record: StreamedRecord) {
        let (at, change) = (record.committed_at, record.change);
        let place = place_of(&change.key);
        let before = self.history.item_at(table, &place, at.previous());
        assert_eq!(change.old_image, before, "{table} {place:?} before {at}");
        if change.identity == StreamIdentity::Client {
            let told = self.unheard.remove(&(table, at, place.clone()));
            assert_eq!(told, Some(change.new_image), "{table} {place:?} at {at}");
            return;
        }
        let expiry = *self.kept[table].expiry.now();
        let expired = before
            .zip(expiry)
            .is_some_and(|(item, by)| has_expired(&item, by, self.second()));
        assert!(
            expired && change.new_image.is_none(),
            "{table} {place:?} was deleted at {at}"
        );
        self.done.note(if self.passing {
            "expired beside writes"
        } else {
            "expired"
        });
        self.history.note(table, place, (at, None));
    }

    async fn heard(&mut self, table: &'static str) -> Vec<StreamedRecord> {
        let tables = Arc::clone(&self.world().tables);
        let mut streams = tables.streams().into_iter();
        let stream = streams.find(|stream| stream.record().table_name == name(table));
        let stream = stream.expect("it has one");
        let (name, created_at) = (&stream.record().table_name, stream.record().created_at);
        let mut heard = Vec::new();
        loop {
            let position = self.kept[table].position;
            let position = position.unwrap_or(StreamPosition::HORIZON);
            let sealed = tables.seal_iterator(&stream, position);
            let iterator = tables.open_iterator(name, created_at, &sealed).unwrap();
            let page = tables.read_stream(&stream, iterator, 100).await.unwrap();
            let next = page.next.expect("nobody ends it");
            self.kept.get_mut(table).expect("it is kept").position = Some(next);
            if page.records.is_empty() {
                return heard;
            }
            heard.extend(page.records);
        }
    }

    /// Deletes what has expired; nothing of it is left.
    pub(super) async fn expire(&mut self) {
        for _ in 0..100 {
            self.world().realms.expire_items().await;
            self.listen().await;
            if self.overdue().is_empty() {
                return;
            }
            // What its table's change has come between is left to the next pass.
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        panic!("expired, and still there: {:?}", self.overdue());
    }

    fn overdue(&self) -> Vec<Item> {
        let mut overdue = Vec::new();
        for table in TABLES {
            let filled = self.world().table(table);
            let setting = filled.record().settings.time_to_live.as_ref();
            if let Some(setting) = setting.filter(|setting| setting.filled) {
                let mut items = self.history.at(table, CommitTimestamp::MAX);
                items.retain(|item| has_expired(item, &setting.attribute, self.second()));
                overdue.extend(items);
            }
        }
        overdue
    }

    /// A pass while clients write, who may rescue what it has found, or come too late.
    pub(super) async fn expire_beside_writes(&mut self) {
        let realms = Arc::clone(&self.world().realms);
        let pass = tokio::spawn(async move { realms.expire_items().await });
        self.passing = true;
        for _ in 0..=self.roll(6) {
            for _ in 0..self.roll(20) {
                tokio::task::yield_now().await;
            }
            self.write().await;
        }
        pass.await.unwrap();
        self.listen().await;
        self.passing = false;
    }
}

fn refusal_of(reason: &CancellationReason) -> Option<Refusal> {
    match reason {
        CancellationReason::None => None,
        CancellationReason::ConditionalCheckFailed { .. } => Some(Refusal::Condition),
        CancellationReason::DuplicateItem => Some(Refusal::Duplicate),
        other => panic!("{other:?}"),
    }
}

fn place_of(key: &Item) -> Place {
    match (key.get("artist"), key.get("song")) {
        (Some(AttributeValue::S(artist)), Some(AttributeValue::N(song))) => (
            artist.clone(),
            song.to_string().parse().expect("a whole number"),
        ),
        other => panic!("{other:?}"),
    }
}
