//! Keeps the layers open: after a write failed, closes them and opens them again while the
//! listener goes on.
//!
//! A failed write poisons the engine: it serves reads and refuses writes until it is opened
//! again, because only recovery can tell what the disk holds. What must hold:
//!
//! * Nothing is closed before the data directory takes writes again: until then reads go on.
//! * While the layers are closed, requests get an error that clients retry, at once.
//! * A disk that fails again and again is tried ever more rarely ([`BackOff`]), without end: the
//!   server stays unhealthy and says why, and comes back without anybody's help.
//!
//! The same thread of work reads the clock about once a second, so that its steps are noticed.
//! Start reading at [`Supervisor::start`], then [`Watch::look`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use anywhen_admin::Admin;
use anywhen_engine_local::LocalEngine;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock;
use crate::config::Config;
use crate::front::Front;
use crate::wiring::{Layers, Surroundings};

/// How often the layers and the clock are looked at.
const INTERVAL: Duration = Duration::from_secs(1);

/// The layers behind a front, kept open until [`Self::close`].
pub(crate) struct Supervisor {
    surroundings: Arc<Surroundings>,
    front: Arc<Front>,
    stop: watch::Sender<bool>,
    /// Gives the layers back, if they are open.
    watching: JoinHandle<Option<Layers>>,
}

impl Supervisor {
    /// Opens the layers for the first time, which must succeed, and begins to watch them.
    pub(crate) async fn start(surroundings: Surroundings) -> anyhow::Result<Self> {
        let surroundings = Arc::new(surroundings);
        let layers = Layers::open(&surroundings).await?;
        let front = Arc::new(Front::new(layers.service()));
        let (stop, stopped) = watch::channel(false);
        let watch = Watch {
            surroundings: Arc::clone(&surroundings),
            front: Arc::clone(&front),
            layers: Some(layers),
            back_off: BackOff::default(),
            started: Instant::now(),
        };
        Ok(Self {
            surroundings,
            front,
            stop,
            watching: tokio::spawn(watch.run(stopped)),
        })
    }

    pub(crate) fn config(&self) -> &Config {
        &self.surroundings.config
    }

    /// What looks at all of it from outside.
    pub(crate) fn admin(&self) -> Arc<Admin> {
        Arc::clone(&self.surroundings.admin)
    }

    /// What answers requests.
    pub(crate) fn front(&self) -> Arc<Front> {
        Arc::clone(&self.front)
    }

    /// Stops watching, then closes the layers in order.
    pub(crate) async fn close(self) {
        self.stop.send_replace(true);
        match self.watching.await {
            Ok(Some(layers)) => layers.close().await,
            Ok(None) => tracing::warn!("stopped while the data was closed after a failed write"),
            Err(error) => tracing::error!(%error, "the supervisor failed; the next start recovers"),
        }
        tracing::info!("stopped");
    }
}

/// The work of a supervisor.
struct Watch {
    surroundings: Arc<Surroundings>,
    front: Arc<Front>,
    /// Empty while they could not be opened again.
    layers: Option<Layers>,
    back_off: BackOff,
    started: Instant,
}

impl Watch {
    async fn run(mut self, mut stopped: watch::Receiver<bool>) -> Option<Layers> {
        loop {
            if tokio::time::timeout(INTERVAL, stopped.wait_for(|stopped| *stopped))
                .await
                .is_ok()
            {
                return self.layers;
            }
            clock::observe(&self.surroundings.clock);
            self.look(&mut stopped).await;
        }
    }

    /// Does what is due: nothing, as a rule.
    async fn look(&mut self, stopped: &mut watch::Receiver<bool>) {
        let poisoned = match &self.layers {
            Some(layers) => layers.poisoned(),
            None => Some("it could not be opened".to_owned()),
        };
        let now = self.started.elapsed();
        let Some(reason) = poisoned.filter(|_| self.back_off.is_due(now)) else {
            return;
        };
        if let Err(error) = self.probe().await {
            tracing::warn!(reason, %error, "the data directory takes no writes yet; reads go on");
            self.back_off.failed(now);
            return;
        }
        self.close(&reason).await;
        tokio::select! {
            opened = Layers::open(&self.surroundings) => self.take(opened),
            // What was opened by then closes itself when it is dropped.
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
    }

    async fn probe(&self) -> anyhow::Result<()> {
        let data_dir = self.surroundings.config.data_dir.clone();
        tokio::task::spawn_blocking(move || LocalEngine::probe(&data_dir)).await??;
        Ok(())
    }

    async fn close(&mut self, reason: &str) {
        let Some(layers) = self.layers.take() else {
            return;
        };
        tracing::warn!(reason, "a write failed; closing the data to open it again");
        self.front.leave(&format!(
            "a write failed ({reason}); the data is being opened again"
        ));
        layers.close().await;
    }

    /// Puts the opened layers behind the front, or notes that it has to be tried again.
    fn take(&mut self, opened: anyhow::Result<Layers>) {
        let now = self.started.elapsed();
        let result = match opened {
            Ok(layers) => {
                tracing::info!("the data is open again; writes are taken");
                self.front.serve(layers.service());
                self.layers = Some(layers);
                self.back_off.succeeded(now);
                "success"
            }
            Err(error) => {
                let reason = format!("after a failed write the data cannot be opened: {error:#}");
                tracing::error!("{reason}");
                self.front.leave(&reason);
                self.back_off.failed(now);
                "failure"
            }
        };
        metrics::counter!("anywhen_engine_reopen_total", "result" => result).increment(1);
    }
}

/// When the next attempt is due. Instants are durations since some start.
#[derive(Debug)]
struct BackOff {
    due_at: Duration,
    pause: Duration,
}

impl Default for BackOff {
    fn default() -> Self {
        Self {
            due_at: Duration::ZERO,
            pause: Self::FIRST,
        }
    }
}

impl BackOff {
    const FIRST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(30);
    /// Pauses without a failure after which the past is forgotten.
    const GOOD_PAUSES: u32 = 4;

    fn is_due(&mut self, now: Duration) -> bool {
        if now > self.due_at + self.pause * Self::GOOD_PAUSES {
            self.pause = Self::FIRST;
        }
        now >= self.due_at
    }

    /// The next attempt after a failure comes after a pause, which doubles.
    fn failed(&mut self, now: Duration) {
        self.due_at = now + self.pause;
        self.pause = (self.pause * 2).min(Self::LONGEST);
    }

    /// A success that does not last is as good as a failure.
    fn succeeded(&mut self, now: Duration) {
        self.failed(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_come_ever_more_rarely_and_are_forgotten() {
        let seconds = Duration::from_secs;
        let mut back_off = BackOff::default();
        let mut now = seconds(100);
        assert!(back_off.is_due(now));
        for pause in [1, 2, 4, 8, 16, 30, 30] {
            back_off.failed(now);
            assert!(!back_off.is_due(now + seconds(pause - 1)));
            now += seconds(pause);
            assert!(back_off.is_due(now));
        }
        back_off.succeeded(now);
        assert!(!back_off.is_due(now + seconds(29)));
        assert!(back_off.is_due(now + seconds(30)));
        now += seconds(200);
        assert!(back_off.is_due(now));
        back_off.failed(now);
        assert!(back_off.is_due(now + seconds(1)));
    }
}
