//! Planted faults are found, each by its rule; random histories are judged as trying all orders
//! judges them. `ANYWHEN_SEED` sets where the seeds of these begin.

mod orders;
mod random;

use anywhen_model::CommitTimestamp;

use super::{Change, ConditionFalse, History, Image, Moment, Rule, Sight, Told};
use random::{long_history, short_history, spoil};

/// A change of a number that is an item.
#[expect(
    clippy::option_option,
    reason = "a condition, if there is one, on an item, if it is there"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Edit {
    what: What,
    /// The condition: what the item has to be.
    expects: Option<Option<u32>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Put(u32),
    Add(u32),
    Delete,
    Look,
}

use What::{Add, Delete, Look, Put};

type Numbers = History<char, Edit>;

impl Change for Edit {
    type Item = u32;

    fn apply(&self, before: Option<&u32>) -> Result<Option<u32>, ConditionFalse> {
        if self.expects.is_some_and(|item| item.as_ref() != before) {
            return Err(ConditionFalse);
        }
        Ok(match self.what {
            Put(number) => Some(number),
            Add(number) => Some(before.unwrap_or(&0) + number),
            Delete => None,
            Look => before.copied(),
        })
    }
}

fn always(what: What) -> Edit {
    Edit {
        what,
        expects: None,
    }
}

fn if_is(item: Option<u32>, what: What) -> Edit {
    Edit {
        what,
        expects: Some(item),
    }
}

fn micros(at: u64) -> CommitTimestamp {
    CommitTimestamp::from_micros(at)
}

/// Acknowledges a write: what each of its items was and is.
fn commit(
    history: &mut Numbers,
    write: super::WriteNumber,
    at: u64,
    told: &[(Option<u32>, Option<u32>)],
) {
    let told = told
        .iter()
        .map(|(before, after)| Told::both(*before, *after));
    history.committed(write, micros(at), told.collect());
}

/// A write that is answered at once.
fn put(history: &mut Numbers, at: u64, key: char, before: Option<u32>, number: u32) {
    let write = history.call_write(vec![(key, always(Put(number)))]);
    commit(history, write, at, &[(before, Some(number))]);
}

fn find(history: &mut Numbers, called: Moment, found: &[(char, Option<u32>)]) {
    let found = found.iter().map(|(key, item)| (*key, Sight::Found(*item)));
    history.answered(called, None, found.collect());
}

/// A read that is answered at once.
fn read(history: &mut Numbers, found: &[(char, Option<u32>)]) {
    let called = history.call();
    find(history, called, found);
}

#[track_caller]
fn breaks(history: &Numbers, rule: Rule) {
    let violation = history.check().expect_err("a fault");
    assert_eq!(violation.rule, rule, "{violation}");
    assert!(!orders::exists(history), "{violation}");
}

#[track_caller]
fn holds(history: &Numbers) {
    history.check().unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(orders::exists(history));
}

#[test]
fn a_stale_read_is_found() {
    let mut history = Numbers::default();
    put(&mut history, 10, 'a', None, 1);
    let early = history.call();
    put(&mut history, 20, 'a', Some(1), 2);
    find(&mut history, early, &[('a', Some(1))]);
    holds(&history);
    read(&mut history, &[('a', Some(1))]);
    breaks(&history, Rule::Read);
}

#[test]
fn a_read_of_the_future_is_found() {
    let mut history = Numbers::default();
    read(&mut history, &[('a', Some(1))]);
    put(&mut history, 10, 'a', None, 1);
    breaks(&history, Rule::Read);
}

#[test]
fn two_reads_do_not_go_back_in_time() {
    let mut history = Numbers::default();
    put(&mut history, 10, 'a', None, 1);
    let write = history.call_write(vec![('a', always(Put(2)))]);
    read(&mut history, &[('a', Some(1))]);
    read(&mut history, &[('a', Some(2))]);
    let mut back = history.clone();
    commit(&mut history, write, 20, &[(Some(1), Some(2))]);
    holds(&history);
    read(&mut back, &[('a', Some(1))]);
    commit(&mut back, write, 20, &[(Some(1), Some(2))]);
    breaks(&back, Rule::Read);
}

#[test]
fn a_lost_write_is_found_by_the_next_one_and_by_a_read() {
    let mut history = Numbers::default();
    put(&mut history, 10, 'a', None, 1);
    let mut other = history.clone();
    read(&mut history, &[('a', None)]);
    breaks(&history, Rule::Read);
    put(&mut other, 20, 'a', None, 2);
    breaks(&other, Rule::Write);
}

#[test]
fn a_lost_update_is_found() {
    let mut history = Numbers::default();
    put(&mut history, 10, 'a', None, 1);
    let updates = [(); 2].map(|()| history.call_write(vec![('a', always(Add(1)))]));
    let mut lost = history.clone();
    commit(&mut history, updates[0], 20, &[(Some(1), Some(2))]);
    commit(&mut history, updates[1], 30, &[(Some(2), Some(3))]);
    holds(&history);
    commit(&mut lost, updates[0], 20, &[(Some(1), Some(2))]);
    commit(&mut lost, updates[1], 30, &[(Some(1), Some(2))]);
    breaks(&lost, Rule::Write);
}

#[test]
fn a_torn_transaction_is_found_by_a_read_of_both_items() {
    let mut history = Numbers::default();
    for (at, before, number) in [(10, None, 1), (20, Some(1), 2)] {
        let puts = ['a', 'b'].map(|key| (key, always(Put(number))));
        let write = history.call_write(puts.into());
        if at == 20 {
            // One read each may come on both sides of the write, one of both may not.
            read(&mut history, &[('b', Some(1))]);
            read(&mut history, &[('a', Some(2))]);
        }
        commit(&mut history, write, at, &[(before, Some(number)); 2]);
    }
    holds(&history);
    let both = |a, b| {
        let mut history = history.clone();
        read(&mut history, &[('a', Some(a)), ('b', Some(b))]);
        history
    };
    holds(&both(2, 2));
    breaks(&both(2, 1), Rule::Read);
}

#[test]
fn writes_are_in_the_order_of_real_time() {
    let mut history = Numbers::default();
    put(&mut history, 20, 'a', None, 1);
    put(&mut history, 10, 'b', None, 1);
    breaks(&history, Rule::RealTime);
    let mut history = Numbers::default();
    put(&mut history, 10, 'a', None, 1);
    put(&mut history, 10, 'b', None, 1);
    breaks(&history, Rule::RealTime);
}

#[test]
fn an_outcome_that_the_model_does_not_have_is_found() {
    let mut history = Numbers::default();
    let write = history.call_write(vec![('a', always(Add(2)))]);
    commit(&mut history, write, 10, &[(None, Some(3))]);
    breaks(&history, Rule::Outcome);
    let mut history = Numbers::default();
    let write = history.call_write(vec![('a', if_is(Some(1), Put(2)))]);
    commit(&mut history, write, 10, &[(None, Some(2))]);
    breaks(&history, Rule::Outcome);
}

#[test]
fn an_unanswered_write_takes_effect_once_or_never() {
    let mut before = Numbers::default();
    before.call_write(vec![('a', always(Add(1)))]);
    for seen in [&[None, Some(1)][..], &[None, None], &[Some(1)]] {
        let mut history = before.clone();
        for item in seen {
            read(&mut history, &[('a', *item)]);
        }
        holds(&history);
    }
    for seen in [[Some(1), Some(2)], [Some(1), None]] {
        let mut history = before.clone();
        for item in seen {
            read(&mut history, &[('a', item)]);
        }
        breaks(&history, Rule::Read);
    }
}

#[test]
fn an_unanswered_write_is_made_between_its_call_and_the_end_of_its_process() {
    let mut early = Numbers::default();
    read(&mut early, &[('a', Some(1))]);
    early.call_write(vec![('a', always(Put(1)))]);
    breaks(&early, Rule::Read);
    let mut late = Numbers::default();
    late.call_write(vec![('a', always(Put(1)))]);
    late.crashed(micros(15));
    put(&mut late, 20, 'b', None, 1);
    let mut in_time = late.clone();
    read(&mut in_time, &[('a', Some(1))]);
    holds(&in_time);
    read(&mut late, &[('a', None)]);
    read(&mut late, &[('a', Some(1))]);
    breaks(&late, Rule::Read);
}

#[test]
fn an_unanswered_transaction_is_made_whole() {
    let mut history = Numbers::default();
    history.call_write(['a', 'b'].map(|key| (key, always(Put(1)))).into());
    let mut half = history.clone();
    read(&mut history, &[('a', Some(1))]);
    read(&mut history, &[('b', Some(1))]);
    holds(&history);
    read(&mut half, &[('a', Some(1))]);
    read(&mut half, &[('b', None)]);
    breaks(&half, Rule::Read);
}

#[test]
fn a_write_that_is_done_took_effect_once_between_its_call_and_its_answer() {
    let mut before = Numbers::default();
    let write = before.call_write(vec![('a', always(Add(1)))]);
    let calls = [(); 3].map(|()| before.call());
    put(&mut before, 10, 'b', None, 1);
    before.done(write, micros(15));
    put(&mut before, 20, 'b', Some(1), 2);
    let seen = |during: &[u32], after: &[Option<u32>]| {
        let mut history = before.clone();
        for (call, item) in calls.iter().zip(during) {
            find(&mut history, *call, &[('a', Some(*item))]);
        }
        for item in after {
            read(&mut history, &[('a', *item)]);
        }
        history
    };
    holds(&seen(&[], &[]));
    holds(&seen(&[1], &[Some(1), Some(1)]));
    breaks(&seen(&[], &[None]), Rule::Read);
    breaks(&seen(&[], &[Some(2)]), Rule::Read);
    breaks(&seen(&[], &[Some(1), Some(2)]), Rule::Read);
}

#[test]
fn a_write_that_is_done_is_done_by_the_instant_it_told() {
    let mut history = Numbers::default();
    let write = history.call_write(vec![('a', if_is(Some(1), Put(2)))]);
    let early = history.call();
    put(&mut history, 10, 'a', None, 1);
    let mut late = history.clone();
    history.done(write, micros(11));
    holds(&history);
    find(&mut history, early, &[('a', Some(2))]);
    holds(&history);
    late.done(write, micros(10));
    breaks(&late, Rule::Write);
}

#[test]
fn what_an_answer_does_not_tell_is_anything_that_fits() {
    let told = |before, after| {
        let mut history = Numbers::default();
        put(&mut history, 10, 'a', None, 1);
        let write = history.call_write(vec![('a', always(Add(1)))]);
        history.committed(write, micros(20), vec![Told { before, after }]);
        history
    };
    let [none, one, two] = [None, Some(1), Some(2)].map(Image::Is);
    for (before, after) in [(Image::Untold, Image::Untold), (one.clone(), Image::Untold)] {
        holds(&told(before, after));
    }
    holds(&told(Image::Untold, two));
    breaks(&told(none, Image::Untold), Rule::Write);
    breaks(&told(Image::Untold, one), Rule::Write);
    let mut unmet = Numbers::default();
    let write = unmet.call_write(vec![('a', if_is(Some(1), Put(2)))]);
    let (before, after) = (Image::Untold, Image::Untold);
    unmet.committed(write, micros(10), vec![Told { before, after }]);
    breaks(&unmet, Rule::Write);
}

#[test]
fn of_unanswered_writes_those_that_explain_the_rest_are_found() {
    // The deletion has to come before the insertion, and not after the read.
    let mut history = Numbers::default();
    put(&mut history, 10, 'a', None, 1);
    history.call_write(vec![('a', if_is(None, Put(5)))]);
    history.call_write(vec![('a', always(Delete)), ('b', always(Put(7)))]);
    history.call_write(vec![('a', always(Delete))]);
    read(&mut history, &[('b', None)]);
    read(&mut history, &[('a', Some(5)), ('b', None)]);
    read(&mut history, &[('a', None), ('b', Some(7))]);
    holds(&history);
    assert_eq!(history.check().unwrap().happened, 3);
}

#[test]
fn write_skew_is_found() {
    let mut history = Numbers::default();
    history.begin_with('a', 1);
    history.begin_with('b', 1);
    let one = history.call_write(vec![('a', if_is(Some(1), Look)), ('b', always(Put(0)))]);
    let other = history.call_write(vec![('b', if_is(Some(1), Look)), ('a', always(Put(0)))]);
    let told = [(Some(1), Some(1)), (Some(1), Some(0))];
    commit(&mut history, one, 10, &told);
    holds(&history);
    commit(&mut history, other, 20, &told);
    breaks(&history, Rule::Write);
}

#[test]
fn a_condition_was_false_at_some_instant_of_its_request() {
    let mut history = Numbers::default();
    put(&mut history, 10, 'a', None, 1);
    let early = history.call_write(vec![('a', if_is(Some(2), Delete))]);
    put(&mut history, 20, 'a', Some(1), 2);
    let late = history.call_write(vec![('a', if_is(Some(2), Delete))]);
    history.refused(early, vec![Err(Some(1))]);
    holds(&history);
    history.refused(late, vec![Err(Some(2))]);
    breaks(&history, Rule::Read);
}

#[test]
fn what_told_its_instant_is_true_of_it() {
    let mut history = Numbers::default();
    let called = history.call();
    put(&mut history, 10, 'a', None, 1);
    put(&mut history, 20, 'a', Some(1), 2);
    let at = |at, item| {
        let mut history = history.clone();
        history.answered(called, Some(micros(at)), vec![('a', Sight::Found(item))]);
        history
    };
    for right in [
        at(9, None),
        at(10, Some(1)),
        at(19, Some(1)),
        at(20, Some(2)),
    ] {
        holds(&right);
    }
    for wrong in [
        at(9, Some(1)),
        at(10, None),
        at(20, Some(1)),
        at(19, Some(2)),
    ] {
        breaks(&wrong, Rule::Read);
    }
    let unchanged = history.call_write(vec![('a', always(Put(1)))]);
    let told = Told::both(Some(1), Some(1));
    history.changed_nothing(unchanged, micros(20), vec![told]);
    breaks(&history, Rule::Read);
}

#[test]
fn a_fault_after_many_lives_is_decided() {
    let mut history = Numbers::default();
    let mut number = 0;
    for life in 1..=40 {
        for more in [1, 10] {
            history.call_write(vec![('a', always(Add(more)))]);
        }
        let b = (number > 0).then_some(number);
        number += 1;
        put(&mut history, 10 * life, 'b', b, number);
        history.crashed(micros(10 * life + 1));
        // Nobody saw whether one of the two happened.
        let over = history.call_write(vec![('a', always(Put(number)))]);
        let (before, after) = (Image::Untold, Image::Untold);
        history.committed(over, micros(10 * life + 2), vec![Told { before, after }]);
    }
    assert_eq!(history.check().map(|checked| checked.unanswered), Ok(80));
    read(&mut history, &[('a', Some(1))]);
    let violation = history.check().expect_err("a stale read");
    assert_eq!(violation.rule, Rule::Read, "{violation}");
}

/// Seeds of the random histories.
fn seeds(count: u64) -> impl Iterator<Item = u64> {
    let first = std::env::var("ANYWHEN_SEED").ok();
    let first = first.and_then(|seed| seed.parse().ok()).unwrap_or(1);
    first..first + count
}

#[test]
fn what_a_serial_store_answers_holds() {
    let mut happened = 0;
    for seed in seeds(300) {
        let history = long_history(seed);
        match history.check() {
            Ok(checked) => happened += checked.happened,
            Err(wrong) => panic!("ANYWHEN_SEED={seed}: {wrong}"),
        }
    }
    assert!(
        happened > 100,
        "unanswered writes that happened: {happened}"
    );
}

#[test]
fn short_histories_are_judged_as_all_orders_judge_them() {
    let (mut held, mut broken) = (0, 0);
    for seed in seeds(4_000) {
        let mut history = short_history(seed);
        spoil(&mut history, seed);
        let (checked, possible) = (history.check(), orders::exists(&history));
        assert_eq!(
            checked.is_ok(),
            possible,
            "ANYWHEN_SEED={seed}: {checked:?} {history:?}"
        );
        held += u32::from(possible);
        broken += u32::from(!possible);
    }
    assert!(held > 500 && broken > 500, "{held} hold, {broken} do not");
}
