//! Transactions: all or nothing, one serial order, done once per token.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anywhen_model::{AttributeValue, Item};

use super::fixture::{Fixture, condition, item, n, name, s, simple, text, update};
use crate::{
    CancellationReason, ClientRequestToken, GetItem, ItemChange, RealmTables, TableError,
    TransactAction, TransactGet, WriteAction,
};

fn id(id: &str) -> Item {
    item(&[("id", s(id))])
}

fn action(change: ItemChange, only_if: Option<(&str, AttributeValue)>) -> TransactAction {
    let condition = only_if.map(|(text, value)| condition(text, &[(":c", value)]));
    TransactAction {
        table: name("Accounts"),
        action: WriteAction { change, condition },
    }
}

fn put(account: &str, balance: i64) -> TransactAction {
    let mut whole = id(account);
    whole.attributes.insert("balance".to_owned(), n(balance));
    action(ItemChange::Put(whole), None)
}

fn add(account: &str, amount: i64, only_if: Option<(&str, AttributeValue)>) -> TransactAction {
    let expression = update("SET balance = balance + :v", &[(":v", n(amount))]);
    action(
        ItemChange::Update {
            key: id(account),
            update: Some(expression),
        },
        only_if,
    )
}

async fn accounts(balances: &[(&str, i64)]) -> Fixture {
    let fixture = Fixture::new().await;
    fixture
        .realm
        .create_table(simple("Accounts"))
        .await
        .unwrap();
    let puts: Vec<_> = balances
        .iter()
        .map(|(account, balance)| put(account, *balance))
        .collect();
    fixture.realm.transact_write(&puts, None).await.unwrap();
    fixture
}

fn balances(realm: &RealmTables, ids: &[&str]) -> Vec<i64> {
    let requests: Vec<_> = ids
        .iter()
        .map(|account| TransactGet {
            table: name("Accounts"),
            get: GetItem {
                key: id(account),
                projection: None,
                consistent_read: false,
            },
        })
        .collect();
    let read = realm.transact_get(&requests).unwrap();
    let balance = |item: Option<crate::ReadItem>| match item?.to_item().unwrap().get("balance") {
        Some(AttributeValue::N(number)) => number.to_string().parse().ok(),
        _ => None,
    };
    read.items
        .into_iter()
        .map(|item| balance(item).unwrap())
        .collect()
}

#[tokio::test]
async fn a_transaction_is_done_whole_with_one_timestamp() {
    let fixture = accounts(&[("a", 10), ("b", 20)]).await;
    let table = fixture.table("Accounts");
    fixture
        .realm
        .set_history(table.id(), Some(35))
        .await
        .unwrap();
    let actions = [
        add("a", -3, Some(("balance >= :c", n(3)))),
        add("b", 3, None),
        action(
            ItemChange::Check { key: id("c") },
            Some(("attribute_not_exists(id) OR id = :c", s(""))),
        ),
        put("d", 1),
    ];
    let outcome = fixture.realm.transact_write(&actions, None).await.unwrap();
    assert_eq!(balances(&fixture.realm, &["a", "b", "d"]), [7, 23, 1]);
    let records = super::writes::logged(&fixture.realm).await;
    assert_eq!(records.len(), 3, "the check writes nothing");
    assert!(
        records
            .iter()
            .all(|record| record.timestamp == outcome.timestamp)
    );
}

#[tokio::test]
async fn every_action_is_judged_and_nothing_is_done() {
    let fixture = accounts(&[("a", 10), ("b", 20)]).await;
    let before = fixture.get("Accounts", id("a")).map(Box::new);
    let actions = [
        put("new", 1),
        add("a", 1, Some(("balance > :c", n(10)))),
        add("missing", 1, None),
        action(
            ItemChange::Delete {
                key: item(&[("id", n(1))]),
            },
            None,
        ),
        action(
            ItemChange::Check { key: id("c") },
            Some(("id = :c", s("c"))),
        ),
        add("b", 1, None),
    ];
    let error = fixture
        .realm
        .transact_write(&actions, None)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, \
         ConditionalCheckFailed, ValidationError, ValidationError, ConditionalCheckFailed, None]"
    );
    let TableError::TransactionCanceled { reasons } = error else {
        panic!("{error}")
    };
    assert_eq!(
        reasons,
        [
            CancellationReason::None,
            CancellationReason::ConditionalCheckFailed { item: before },
            CancellationReason::ValidationError(
                "The provided expression refers to an attribute that does not exist in the item"
                    .to_owned()
            ),
            CancellationReason::ValidationError(
                "The provided key element does not match the schema".to_owned()
            ),
            CancellationReason::ConditionalCheckFailed { item: None },
            CancellationReason::None,
        ]
    );
    assert_eq!(fixture.get("Accounts", id("new")), None);
    assert_eq!(balances(&fixture.realm, &["a", "b"]), [10, 20]);
}

#[tokio::test]
async fn some_faults_refuse_the_whole_request() {
    let fixture = accounts(&[("a", 10)]).await;
    let refused =
        async |actions: &[TransactAction]| text(fixture.realm.transact_write(actions, None).await);
    assert_eq!(
        refused(&[
            put("a", 1),
            action(ItemChange::Check { key: id("a") }, None)
        ])
        .await,
        "Transaction request cannot include multiple operations on one item"
    );
    assert_eq!(
        refused(&[put("", 1)]).await,
        "One or more parameter values are not valid. The AttributeValue for a key attribute \
         cannot contain an empty string value. Key: id"
    );
    let elsewhere = TransactAction {
        table: name("Nothing"),
        ..put("a", 1)
    };
    assert_eq!(
        refused(&[put("b", 1), elsewhere]).await,
        "Requested resource not found"
    );
    let large: Vec<_> = (0..11)
        .map(|number| {
            let mut whole = id(&format!("large {number}"));
            whole
                .attributes
                .insert("text".to_owned(), s(&"x".repeat(400_000)));
            action(ItemChange::Put(whole), None)
        })
        .collect();
    assert!(refused(&large).await.contains("4 MB"));
    assert_eq!(fixture.table("Accounts").statistics().items, 1);
}

/// Transfers between five accounts from eight tasks: every transactional read, whenever it is
/// made, must see the same total.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transfers_keep_the_total() {
    const ACCOUNTS: [&str; 5] = ["a", "b", "c", "d", "e"];
    let fixture = accounts(&ACCOUNTS.map(|account| (account, 100))).await;
    let mut tasks = tokio::task::JoinSet::new();
    for seed in 0..8u64 {
        let realm = Arc::clone(&fixture.realm);
        tasks.spawn(async move {
            let random = anywhen_model::SeededRandomness::new(seed);
            let mut done = 0;
            for _ in 0..60 {
                let draw = |below: u64| random.next_u64() % below;
                let from = draw(5) as usize;
                let to = (from + 1 + draw(4) as usize) % 5;
                let amount = draw(40) as i64;
                let transfer = [
                    add(ACCOUNTS[from], -amount, Some(("balance >= :c", n(amount)))),
                    add(ACCOUNTS[to], amount, None),
                ];
                match realm.transact_write(&transfer, None).await {
                    Ok(_) => done += 1,
                    Err(TableError::TransactionCanceled { .. }) => {}
                    Err(other) => panic!("{other}"),
                }
                let seen = balances(&realm, &ACCOUNTS);
                assert_eq!(seen.iter().sum::<i64>(), 500, "{seen:?}");
                assert!(seen.iter().all(|balance| *balance >= 0), "{seen:?}");
            }
            done
        });
    }
    let done: i32 = tasks.join_all().await.into_iter().sum();
    assert!(done > 100, "only {done} of 480 transfers were done");
}

fn token(token: &str, hash: u8) -> ClientRequestToken {
    ClientRequestToken {
        token: token.to_owned(),
        request_hash: [hash; 16],
    }
}

#[tokio::test]
async fn a_token_makes_a_transaction_happen_once_for_ten_minutes() {
    let fixture = accounts(&[("a", 0)]).await;
    let actions = [add("a", 1, None)];
    let first = token("first", 1);
    fixture
        .realm
        .transact_write(&actions, Some(&first))
        .await
        .unwrap();
    let again = fixture
        .realm
        .transact_write(&actions, Some(&first))
        .await
        .unwrap();
    assert!(again.outcomes.is_empty());
    let other = fixture
        .realm
        .transact_write(&actions, Some(&token("first", 2)))
        .await;
    assert_eq!(other, Err(TableError::IdempotentParameterMismatch));

    let fixture = fixture.reopen().await;
    fixture
        .realm
        .transact_write(&actions, Some(&first))
        .await
        .unwrap();
    assert_eq!(
        balances(&fixture.realm, &["a"]),
        [1],
        "a restart forgets no token"
    );

    fixture.clock.advance(600_000_000);
    fixture
        .realm
        .transact_write(&actions, Some(&first))
        .await
        .unwrap();
    assert_eq!(
        balances(&fixture.realm, &["a"]),
        [2],
        "ten minutes later it is a new request"
    );
    fixture
        .realm
        .transact_write(&actions, Some(&first))
        .await
        .unwrap();
    assert_eq!(balances(&fixture.realm, &["a"]), [2]);
}

/// Clients repeat what was answered with 500, under the same token.
#[tokio::test]
async fn a_token_does_not_acknowledge_what_was_refused_after_its_commit() {
    let fixture = accounts(&[("a", 0)]).await;
    let table = fixture.realm.table(&name("Accounts")).unwrap();
    let kept = fixture.realm.set_history(table.id(), Some(35)).await;
    kept.unwrap();
    // Kept when it is asked before the commit, and no more from then on.
    let asked = AtomicUsize::new(0);
    fixture.realm.set_history_gate(Box::new(move || {
        (asked.fetch_add(1, Ordering::Relaxed) > 0).then(|| "stopped".to_owned())
    }));
    let (actions, token) = ([add("a", 1, None)], token("once", 1));
    for _ in 0..3 {
        let refused = fixture.realm.transact_write(&actions, Some(&token)).await;
        assert!(matches!(refused, Err(TableError::ReadOnly(_))));
    }
    assert_eq!(balances(&fixture.realm, &["a"]), [1]);
    // A transaction that only looks at the table goes on.
    let look = [action(
        ItemChange::Check { key: id("a") },
        Some(("balance = :c", n(1))),
    )];
    fixture.realm.transact_write(&look, None).await.unwrap();
}

#[tokio::test]
async fn a_cancelled_transaction_does_not_use_its_token_up() {
    let fixture = accounts(&[("a", 0)]).await;
    let actions = [add("a", 1, Some(("balance = :c", n(7))))];
    let first = token("first", 1);
    for _ in 0..2 {
        let answer = fixture.realm.transact_write(&actions, Some(&first)).await;
        assert!(
            matches!(answer, Err(TableError::TransactionCanceled { .. })),
            "{answer:?}"
        );
    }
    fixture
        .realm
        .transact_write(&[put("a", 7)], None)
        .await
        .unwrap();
    fixture
        .realm
        .transact_write(&actions, Some(&first))
        .await
        .unwrap();
    assert_eq!(balances(&fixture.realm, &["a"]), [8]);
}

#[tokio::test]
async fn expired_tokens_are_removed_by_later_transactions() {
    let fixture = accounts(&[("a", 0)]).await;
    let stored = || {
        let list = |store| fixture.realm.system_list(store, b"").unwrap().len();
        (
            list(crate::SystemStore::TOKENS),
            list(crate::SystemStore::TOKENS_BY_TIME),
        )
    };
    let write = async |text: &str| {
        fixture.clock.advance(1);
        let actions = [add("a", 1, None)];
        fixture
            .realm
            .transact_write(&actions, Some(&token(text, 1)))
            .await
            .unwrap();
    };
    for number in 0..10 {
        write(&format!("old {number}")).await;
    }
    assert_eq!(stored(), (10, 10));
    fixture.clock.advance(600_000_000);
    write("old 0").await;
    for number in 0..3 {
        write(&format!("new {number}")).await;
    }
    assert_eq!(stored(), (4, 4), "old 0 counts again, old 1 to 9 are gone");
    write("old 0").await;
    assert_eq!(
        balances(&fixture.realm, &["a"]),
        [14],
        "old 0 was not forgotten"
    );
}
