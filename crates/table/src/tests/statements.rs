//! PartiQL statements against tables: rows against a naive model, positions, and writes.

mod clauses;
mod reads;
mod writes;

use std::sync::Arc;

use anywhen_expr::partiql::{BoundStatement, Select, Statement, Write};
use anywhen_model::Item;

use super::fixture::{Fixture, index, key, n, range, s};
use crate::{CreateTable, ProjectionType, SelectOptions, Selected, Table, TableError};

/// Partition keys `a0` to `a3`, five songs each; some have the attributes of the indexes.
async fn songs() -> (Fixture, Arc<Table>, Vec<Item>) {
    let fixture = Fixture::new().await;
    let definition = super::fixture::music("Music");
    let others = definition.local_indexes.unwrap_or_default();
    let by_note = index(
        "all",
        vec![super::fixture::hash("artist"), range("label")],
        ProjectionType::All,
    );
    let local_indexes = Some(others.into_iter().chain([by_note]).collect());
    let definition = CreateTable {
        local_indexes,
        ..definition
    };
    let table = fixture.realm.create_table(definition).await.unwrap();
    let mut items = Vec::new();
    for number in 0..20i64 {
        let mut song = key(&format!("a{}", number % 4), number / 4);
        let mut set = |name: &str, value| song.attributes.insert(name.to_owned(), value);
        if number % 2 == 0 {
            set("genre", s(&format!("g{}", number % 3)));
            set("year", n(number % 5));
        }
        if number % 3 == 0 {
            set("tag", s(&format!("t{}", number % 2)));
        }
        if number % 5 != 0 {
            set("label", s(&format!("l{}", number % 3)));
        }
        set("x", n(number % 7));
        fixture.put("Music", song.clone()).await;
        items.push(song);
    }
    (fixture, table, items)
}

fn statement(text: &str) -> BoundStatement {
    Statement::parse(text).unwrap().bind(Vec::new()).unwrap()
}

fn select(text: &str) -> Select {
    match statement(text) {
        BoundStatement::Select(select) => select,
        BoundStatement::Write(_) => panic!("{text} is a write"),
    }
}

fn write(text: &str) -> Write {
    match statement(text) {
        BoundStatement::Write(write) => write,
        BoundStatement::Select(_) => panic!("{text} is a read"),
    }
}

/// A hash that stands for a request of this text.
fn request(text: &str) -> [u8; 16] {
    anywhen_kms::fingerprint(text.as_bytes())
}

fn options(text: &str) -> SelectOptions {
    SelectOptions {
        consistent_read: false,
        limit: None,
        request: request(text),
        position: None,
    }
}

fn page(table: &Table, text: &str) -> Result<Selected, TableError> {
    table.select(select(text), &options(text))
}

/// All pages, which hold at most `limit` items each.
fn pages(table: &Table, text: &str, limit: Option<usize>) -> Vec<Selected> {
    let mut options = SelectOptions {
        limit,
        ..options(text)
    };
    let mut pages = Vec::new();
    loop {
        let selected = table.select(select(text), &options).unwrap();
        assert!(limit.is_none_or(|limit| selected.page.scanned_count <= limit));
        assert_eq!(
            selected.next.is_some(),
            selected.page.last_evaluated_key.is_some()
        );
        options.position = selected.next.clone();
        pages.push(selected);
        if options.position.is_none() {
            return pages;
        }
    }
}

fn rows(pages: Vec<Selected>) -> Vec<Item> {
    pages
        .into_iter()
        .flat_map(|selected| selected.page.to_items().unwrap())
        .collect()
}
