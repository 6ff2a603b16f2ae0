//! The horizon file: how far history certainly reached, told from outside the journal.
//!
//! A damaged journal can look like one that merely ends early. The file holds an instant at or
//! before which every commit was durable; if the journal ends before it, commits are missing
//! and the engine must not go on. It is replaced as a whole about every second, so it bounds
//! what can go missing unnoticed to that much.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anywhen_disk::sync_directory;
use anywhen_engine::EngineError;
use anywhen_model::CommitTimestamp;

use crate::failure::io_error;

const HEAD: &str = "anywhen-horizon-1";

pub(crate) struct Horizon {
    path: PathBuf,
    written: CommitTimestamp,
}

impl Horizon {
    /// Reads the file; zero if there is none.
    pub(crate) fn open(data_dir: &Path) -> Result<Self, EngineError> {
        let path = data_dir.join("horizon");
        let written = match std::fs::read_to_string(&path) {
            Ok(text) => parse(&text).ok_or_else(|| {
                EngineError::Corrupt(format!("{} is not a horizon file", path.display()))
            })?,
            Err(error) if error.kind() == ErrorKind::NotFound => CommitTimestamp::ZERO,
            Err(error) => return Err(io_error(&error)),
        };
        Ok(Self { path, written })
    }

    /// Refuses a database that ends before the horizon.
    pub(crate) fn check(&self, recovered: CommitTimestamp) -> Result<(), EngineError> {
        if recovered >= self.written {
            return Ok(());
        }
        Err(EngineError::LostTail(format!(
            "acknowledged commits are missing: the journal ends at {recovered}, but {} says that \
             everything up to {} was durable; bring back the data directory as it was, or recover \
             from the archive",
            self.path.display(),
            self.written
        )))
    }

    /// Moves the file on to an instant up to which everything is durable.
    pub(crate) fn advance(&mut self, durable: CommitTimestamp) -> std::io::Result<()> {
        if durable <= self.written {
            return Ok(());
        }
        let temporary = self.path.with_extension("new");
        let mut file = File::create(&temporary)?;
        writeln!(file, "{HEAD} {}", durable.as_micros())?;
        file.sync_all()?;
        std::fs::rename(&temporary, &self.path)?;
        if let Some(directory) = self.path.parent() {
            sync_directory(directory)?;
        }
        self.written = durable;
        Ok(())
    }
}

fn parse(text: &str) -> Option<CommitTimestamp> {
    let micros = text
        .strip_suffix('\n')?
        .strip_prefix(HEAD)?
        .strip_prefix(' ')?;
    micros.parse().ok().map(CommitTimestamp::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_says_what_was_written_last_and_never_goes_back() {
        let directory = tempfile::tempdir().unwrap();
        let instant = CommitTimestamp::from_micros;
        let mut horizon = Horizon::open(directory.path()).unwrap();
        assert_eq!(horizon.check(CommitTimestamp::ZERO), Ok(()));
        horizon.advance(instant(70)).unwrap();
        horizon.advance(instant(60)).unwrap();
        let again = Horizon::open(directory.path()).unwrap();
        assert_eq!(again.check(instant(70)), Ok(()));
        let Err(EngineError::LostTail(message)) = again.check(instant(69)) else {
            panic!("a journal that ends before the horizon was accepted");
        };
        assert!(
            message.contains("0.000069") && message.contains("0.000070"),
            "{message}"
        );
    }

    #[test]
    fn a_damaged_file_is_not_taken_for_none() {
        let directory = tempfile::tempdir().unwrap();
        for damaged in ["", "anywhen-horizon-1 12", "anywhen-horizon-1 x\n", "12\n"] {
            std::fs::write(directory.path().join("horizon"), damaged).unwrap();
            assert!(matches!(
                Horizon::open(directory.path()),
                Err(EngineError::Corrupt(_))
            ));
        }
    }
}
