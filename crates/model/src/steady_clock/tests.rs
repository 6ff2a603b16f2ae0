//! Wall clocks of every kind, second by second.

use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::time::{ManualClock, SeededRandomness};

const SECOND: u64 = 1_000_000;
const HOUR: i64 = 3_600 * 1_000_000;
const START: u64 = 1_795_222_800 * SECOND;

#[derive(Default)]
struct ManualMonotonic(AtomicU64);

impl MonotonicClock for ManualMonotonic {
    fn elapsed_micros(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

struct World {
    wall: Arc<ManualClock>,
    monotonic: Arc<ManualMonotonic>,
    steps: Arc<Mutex<Vec<WallStep>>>,
    clock: SteadyClock,
}

fn world() -> World {
    let wall = Arc::new(ManualClock::at(START));
    let monotonic = Arc::new(ManualMonotonic::default());
    let steps: Arc<Mutex<Vec<WallStep>>> = Arc::default();
    let heard = Arc::clone(&steps);
    let clock = SteadyClock::new(
        wall.clone(),
        monotonic.clone(),
        Box::new(move |step| heard.lock().unwrap().push(step)),
    );
    World {
        wall,
        monotonic,
        steps,
        clock,
    }
}

impl World {
    /// Lets real time pass, with a wall clock that runs `wall_ppm` parts in a million too fast.
    fn pass(&self, micros: u64, wall_ppm: i64) {
        self.monotonic.0.fetch_add(micros, Ordering::SeqCst);
        let drift = micros.cast_signed() / 1_000_000 * wall_ppm;
        self.wall.advance(micros.saturating_add_signed(drift));
    }

    fn set_wall_by(&self, micros: i64) {
        self.wall
            .set(self.wall.now_micros().saturating_add_signed(micros));
    }

    /// Reads the clock, having checked that it ran at no forbidden speed since `before`.
    fn read(&self, before: u64, elapsed: u64) -> u64 {
        let now = self.clock.now_micros();
        assert_even(before, now, elapsed);
        now
    }
}

/// The clock may not run more than a tenth faster or slower than time.
fn assert_even(before: u64, now: u64, elapsed: u64) {
    let ran = now.checked_sub(before).expect("the clock went back");
    let slew = elapsed.div_ceil(10);
    assert!(
        ran.abs_diff(elapsed) <= slew,
        "ran {ran} us in {elapsed} us"
    );
}

/// One wall clock's misbehaviour: a step in microseconds, a drift in parts in a million, and
/// what must come of it.
struct Case {
    name: &'static str,
    step_micros: i64,
    drift_ppm: i64,
    heard: bool,
    /// Seconds until clock and wall agree again.
    met_after_seconds: u64,
}

const CASES: [Case; 9] = [
    case("a wall clock that is right", 0, 0, false, 1),
    case("slow by what a crystal drifts", 0, -50, false, 1),
    case("fast by what a crystal drifts", 0, 50, false, 1),
    case("slewed by others", 0, 500, false, 1),
    case("a second is no step", 1_000_000, 0, false, 11),
    case("more than a second is", 1_000_001, 0, true, 11),
    case("more than a second back", -1_000_001, 0, true, 11),
    case("three hours on", 3 * HOUR, 0, true, 30 * 3_600 + 1),
    case("three hours back", -3 * HOUR, 0, true, 30 * 3_600 + 1),
];

const fn case(
    name: &'static str,
    step_micros: i64,
    drift_ppm: i64,
    heard: bool,
    met_after_seconds: u64,
) -> Case {
    Case {
        name,
        step_micros,
        drift_ppm,
        heard,
        met_after_seconds,
    }
}

#[test]
fn steps_are_heard_once_and_slewed() {
    for case in CASES {
        let world = world();
        let mut now = world.read(START, 0);
        world.set_wall_by(case.step_micros);
        assert_eq!(world.read(now, 0), now, "{}: it jumped", case.name);
        for second in 1..=case.met_after_seconds {
            world.pass(SECOND, case.drift_ppm);
            now = world.read(now, SECOND);
            if case.step_micros.unsigned_abs() > SECOND && second == case.met_after_seconds / 2 {
                let left = world.clock.offset_micros();
                assert_eq!(left.signum(), case.step_micros.signum(), "{}", case.name);
                assert!(left.abs() > case.step_micros.abs() / 3, "{}", case.name);
            }
        }
        assert_eq!(world.clock.offset_micros(), 0, "{}: not met", case.name);
        assert_eq!(now, world.wall.now_micros(), "{}", case.name);
        let steps = world.steps.lock().unwrap();
        let expected = WallStep {
            by_micros: case.step_micros,
            offset_micros: case.step_micros,
        };
        let expected = if case.heard { vec![expected] } else { vec![] };
        assert_eq!(*steps, expected, "{}", case.name);
    }
}

/// Nobody reads the clock for hours: drift within reason is not a step, and is made up for.
#[test]
fn a_long_silence_is_no_step() {
    let world = world();
    let now = world.read(START, 0);
    let day = 24 * 3_600 * SECOND;
    world.pass(day, 100);
    let now = world.read(now, day);
    assert_eq!(now, world.wall.now_micros());
    assert!(world.steps.lock().unwrap().is_empty());
}

/// A clock that is read every microsecond is drawn to the wall clock like any other.
#[test]
fn being_read_all_the_time_does_not_stop_the_slew() {
    let world = world();
    let mut now = world.read(START, 0);
    world.set_wall_by(10_000);
    for _ in 0..100_000 {
        world.pass(1, 0);
        now = world.read(now, 1);
    }
    assert_eq!(world.clock.offset_micros(), 0);
    assert_eq!(now, START + 110_000);
}

/// A new process starts at what the one before gave away, though the wall clock is hours behind,
/// and lets the wall clock come.
#[test]
fn a_restart_does_not_go_back() {
    for (behind, heard) in [(0, false), (SECOND, false), (2 * HOUR.unsigned_abs(), true)] {
        let world = world();
        let floor = CommitTimestamp::from_micros(START + behind);
        world.clock.raise_to(floor);
        world.clock.raise_to(CommitTimestamp::ZERO);
        let mut now = world.read(floor.as_micros(), 0);
        assert_eq!(now, floor.as_micros());
        assert_eq!(world.steps.lock().unwrap().len(), usize::from(heard));
        for _ in 0..=behind / SECOND * 10 {
            world.pass(SECOND, 0);
            now = world.read(now, SECOND);
        }
        assert_eq!(now, world.wall.now_micros());
        assert_eq!(world.steps.lock().unwrap().len(), usize::from(heard));
    }
}

/// A wall clock that does whatever it likes, between the ends of time.
#[test]
fn no_wall_clock_makes_it_jump() {
    for seed in 0..50 {
        println!("seed {seed}");
        let random = SeededRandomness::new(seed);
        let world = world();
        let mut now = world.read(START, 0);
        for _ in 0..200 {
            match random.next_u64() % 4 {
                0 => world.wall.set(random.next_u64()),
                1 => world
                    .wall
                    .set([0, u64::MAX, START][random.next_u64() as usize % 3]),
                _ => {}
            }
            let elapsed = random.next_u64() % (3 * SECOND);
            world.monotonic.0.fetch_add(elapsed, Ordering::SeqCst);
            let before = now;
            now = world.clock.now_micros();
            assert_even(before, now, elapsed);
        }
    }
}
