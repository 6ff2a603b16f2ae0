//! The lives of a server: each begins on what the last one left, and ends in a crash at a random
//! place, in a crash at a request to the store, or in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use anywhen_engine::Engine as _;
use tokio::runtime::Builder;

use crate::clients::Client;
use crate::dice::Dice;
use crate::facts::Run;
use crate::operator::Operator;
use crate::readers::Reader;
use crate::server::{Server, WELL};
use crate::space::check_space;
use crate::store::Weather;
use crate::trace::note;

/// Those that write.
pub(crate) const CLIENTS: u64 = 3;
const READERS: u64 = 2;
const HOUR_MICROS: i64 = 3_600_000_000;
const DAY_MICROS: u64 = 86_400_000_000;
/// In good weather everything that was asked for has happened by then.
pub(crate) const SETTLED_WITHIN: Duration = Duration::from_mins(20);

/// How a life ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// A crash after this time and so many task polls.
    Poll(Duration, u64),
    /// A crash at the n-th request to the store.
    Request(u64),
    /// Closed in order after this time.
    Closed(Duration),
    /// Good weather, and every promise is looked at; then closed.
    Settled(Duration),
}

impl End {
    pub(crate) fn random(dice: &Dice) -> Self {
        let after = dice.millis(if dice.one_in(4) { 240_000 } else { 40_000 });
        match dice.roll(10) {
            0..=3 => Self::Poll(after, dice.roll(400)),
            4..=7 => Self::Request(dice.roll(if dice.one_in(2) { 60 } else { 1_500 })),
            8 => Self::Closed(after),
            _ => Self::Settled(after),
        }
    }
}

/// Lives one life on a runtime of its own.
pub(crate) fn live(run: &Arc<Run>, dice: &Dice, end: End) -> anyhow::Result<()> {
    let ground = &run.ground;
    note!(ground.trace, "a life begins, to end by {end:?}");
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        // One task, one look at whether it is time to crash.
        .event_interval(1)
        .build()?;
    ground.store.revive(match end {
        End::Request(number) => Some(number),
        _ => None,
    });
    {
        let done = &mut run.facts().done;
        done.lives += 1;
        done.crashes += u64::from(matches!(end, End::Poll(..) | End::Request(_)));
    }
    let lived = runtime.block_on(async {
        ground.time.begin();
        tokio::select! {
            biased;
            () = run.noticed() => Ok(()),
            () = ground.store.died() => Ok(()),
            lived = life(run, dice, end) => lived,
        }
    });
    // Whatever still runs is cut off where it stands.
    ground.store.kill();
    drop(runtime);
    // Off for moments, or for days, so that windows move on.
    let off_micros = if dice.one_in(4) {
        3 * DAY_MICROS
    } else {
        5_000_000
    };
    ground.time.end(dice.roll(off_micros));
    note!(ground.trace, "the life has ended");
    lived?;
    match run.take_wrong() {
        Some(wrong) => Err(wrong),
        None => Ok(()),
    }
}

async fn life(run: &Arc<Run>, dice: &Dice, end: End) -> anyhow::Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    run.spawn(weather(
        Arc::clone(run),
        Dice::new(dice.next(), 10),
        Arc::clone(&stop),
    ));
    if matches!(end, End::Poll(..)) && dice.one_in(6) {
        // Also while it starts.
        let run_over = async {
            tokio::time::sleep(dice.millis(100)).await;
            polls(dice.roll(300)).await;
        };
        tokio::select! {
            biased;
            () = run_over => return Ok(()),
            started = begin(run, dice) => { started?; }
        }
        return Ok(());
    }
    let server = begin(run, dice).await?;
    for number in 0..CLIENTS {
        let client = Client {
            number,
            run: Arc::clone(run),
            server: Arc::clone(&server),
            dice: Dice::new(dice.next(), number),
            stop: Arc::clone(&stop),
        };
        run.spawn(client.run());
    }
    for number in 0..READERS {
        let reader = Reader {
            run: Arc::clone(run),
            server: Arc::clone(&server),
            dice: Dice::new(dice.next(), 20 + number),
            stop: Arc::clone(&stop),
        };
        run.spawn(reader.run());
    }
    let operator = || Operator {
        run: Arc::clone(run),
        server: Arc::clone(&server),
        dice: Dice::new(dice.next(), 9),
        stop: Arc::clone(&stop),
    };
    run.spawn(operator().run());
    match end {
        End::Poll(after, number) => {
            tokio::time::sleep(after).await;
            polls(number).await;
        }
        // An end that does not come by itself.
        End::Request(_) => tokio::time::sleep(Duration::from_mins(30)).await,
        End::Closed(after) => {
            tokio::time::sleep(after).await;
            rest(run, &stop).await?;
            server.close().await;
        }
        End::Settled(after) => {
            tokio::time::sleep(after).await;
            rest(run, &stop).await?;
            settle(run, &operator()).await?;
            server.close().await;
        }
    }
    Ok(())
}

/// Starts the server; what it holds is what the oracle says.
async fn begin(run: &Arc<Run>, dice: &Dice) -> anyhow::Result<Arc<Server>> {
    let server = Arc::new(run.ground.start(dice).await?);
    let floor = server.engine.recovered_floor();
    run.facts().oracle.crashed(floor);
    run.facts().serial.crashed(floor);
    run.compare_live(&server).context("after a start")?;
    run.facts().done.reopened += 1;
    run.reconcile(&server).await?;
    note!(run.ground.trace, "the server has started");
    Ok(server)
}

/// Lets so many task polls pass.
async fn polls(number: u64) {
    for _ in 0..number {
        tokio::task::yield_now().await;
    }
}

/// Changes how the store behaves, now and then, and sets the wall clock.
async fn weather(run: Arc<Run>, dice: Dice, stop: Arc<AtomicBool>) -> anyhow::Result<()> {
    while !stop.load(Ordering::Relaxed) {
        let hours = dice.one_in(12);
        let weather = match dice.roll(6) {
            _ if hours => Weather {
                away: true,
                quiet: true,
                ..Weather::default()
            },
            0..=1 => Weather::default(),
            2 => Weather {
                away: true,
                ..Weather::default()
            },
            _ => Weather {
                failing: dice.roll(200),
                unanswered: dice.roll(150),
                late: if dice.one_in(2) { dice.roll(60) } else { 0 },
                slow: dice.roll(400),
                ..Weather::default()
            },
        };
        note!(run.ground.trace, "{weather:?}");
        run.facts().done.outages += u64::from(hours);
        run.ground.store.set_weather(weather);
        let lasting = dice.millis(if hours { 3 * 3_600_000 } else { 30_000 });
        tokio::time::sleep(lasting).await;
        if dice.one_in(6) {
            let by = dice.roll(10 * HOUR_MICROS as u64) as i64 - 5 * HOUR_MICROS;
            note!(run.ground.trace, "the wall clock is set by {by} us");
            run.ground.time.step_wall(by);
            run.facts().done.clock_steps += 1;
        }
    }
    Ok(())
}

/// Has the actors stop, and the weather clear up.
async fn rest(run: &Run, stop: &AtomicBool) -> anyhow::Result<()> {
    stop.store(true, Ordering::Relaxed);
    run.ground.store.set_weather(Weather::default());
    note!(run.ground.trace, "the weather is good, clients rest");
    // A client's pause, a pause of the weather, a request.
    let deadline = tokio::time::Instant::now() + Duration::from_hours(4);
    loop {
        tokio::time::sleep(Duration::from_secs(30)).await;
        run.ground.store.set_weather(Weather::default());
        let (attempt, written) = {
            let facts = run.facts();
            let mut tables = facts.tables.values();
            let written = tables.any(|table| facts.oracle.is_written(table.id));
            (facts.attempt.clone(), written)
        };
        if attempt.is_none() && !written {
            return Ok(());
        }
        if tokio::time::Instant::now() > deadline {
            bail!("requests do not end: {attempt:?}, writes under way: {written}");
        }
    }
}

/// Waits until everything that was promised has happened, and compares it.
async fn settle(run: &Arc<Run>, operator: &Operator) -> anyhow::Result<()> {
    let server = &operator.server;
    tokio::time::sleep(WELL).await;
    let deadline = tokio::time::Instant::now() + SETTLED_WITHIN;
    loop {
        operator.look_after_jobs()?;
        operator.take_in_system_backups().await?;
        let backups = operator.look_at_backups().await?;
        // Of the log, not of the oracle: a write that changed nothing has an instant and is in no
        // log, so nothing has to be archived for it.
        let behind = server.logged_through()? > server.archived_through().await?;
        let (restores, deleting) = {
            let facts = run.facts();
            let deleting = facts
                .tables
                .values()
                .any(|table| table.deleting == Some(true));
            (facts.restores.clone(), deleting)
        };
        let filling = run.has_index_on_its_way(server);
        if backups && !behind && restores.is_empty() && !deleting && !filling {
            break;
        }
        ensure!(
            tokio::time::Instant::now() < deadline,
            "the store has been well for long, but: archive behind: {behind}; backups ready: \
             {backups}; deletions under way: {deleting}; indexes on their way: {filling}; restores \
             under way: {restores:?}"
        );
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    run.compare_live(server)?;
    check_ends_of_windows(run, operator).await?;
    check_space(run, server).await
}

/// Restores the first and the last instant of every window, and every backup.
async fn check_ends_of_windows(run: &Arc<Run>, operator: &Operator) -> anyhow::Result<()> {
    let tables: Vec<_> = {
        let facts = run.facts();
        let live = facts.tables.iter();
        live.filter(|(_, table)| table.deleting.is_none() && table.history.is_some())
            .map(|(name, table)| (name.clone(), table.clone()))
            .collect()
    };
    for (name, table) in tables {
        let window = operator.look_at(&name, &table).await?;
        let window = window.with_context(|| format!("{name} has no window"))?;
        for at in [window.earliest, window.latest] {
            operator.begin_restore(&name, &table, at, window).await?;
        }
    }
    let backups: Vec<_> = run.facts().backups.clone();
    for backup in backups.iter().filter(|backup| backup.available) {
        operator.begin_restore_of(backup).await?;
    }
    let deadline = tokio::time::Instant::now() + SETTLED_WITHIN;
    while !run.facts().restores.is_empty() {
        operator.look_after_jobs()?;
        ensure!(
            tokio::time::Instant::now() < deadline,
            "restores do not end: {:?}",
            run.facts().restores
        );
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    Ok(())
}
