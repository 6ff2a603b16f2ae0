//! The horizon file: how far history certainly reached, told from outside the journal.
//!
//! A damaged journal can look like one that merely ends early. The file holds an instant at or
//! before which every commit was durable; if the journal ends before it, commits are missing
//! and the engine must not go on. It is replaced as a whole about every second, so it bounds
//! what can go missing unnoticed to that much.
//!
//! It is made before the store gets its name, so a store without one has lost it.
//!
//! ```text
//! anywhen-horizon-2 <microseconds> <xxh3-64 of everything before, 16 hex digits>\n
//! ```
//!
//! The form before had neither `2` nor a checksum, and is still read.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anywhen_disk::sync_directory;
use anywhen_engine::EngineError;
use anywhen_model::CommitTimestamp;
use xxhash_rust::xxh3::xxh3_64;

use crate::failure::{damaged, io_error};

const HEAD: &str = "anywhen-horizon-2 ";
const HEAD_WITHOUT_CHECKSUM: &str = "anywhen-horizon-1 ";

pub(crate) struct Horizon {
    path: PathBuf,
    /// `None` if there is no file.
    written: Option<CommitTimestamp>,
}

impl Horizon {
    /// Reads the file, if there is one.
    pub(crate) fn open(data_dir: &Path) -> Result<Self, EngineError> {
        let path = data_dir.join("horizon");
        let written = match std::fs::read(&path) {
            Ok(content) => {
                let written = parse(&content);
                Some(written.ok_or_else(|| damaged(&path, "it is not a horizon file"))?)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(io_error(&error)),
        };
        Ok(Self { path, written })
    }

    /// Whether there is a file.
    pub(crate) fn exists(&self) -> bool {
        self.written.is_some()
    }

    /// Refuses a store that has lost its file.
    pub(crate) fn require(&self) -> Result<(), EngineError> {
        if self.exists() {
            return Ok(());
        }
        Err(damaged(
            &self.path,
            "it is missing, so nothing tells whether the store has all its commits",
        ))
    }

    /// Makes the file of a store that has no commit, durably.
    pub(crate) fn create(&mut self) -> std::io::Result<()> {
        self.write(CommitTimestamp::ZERO)
    }

    /// Refuses a database that ends before the horizon.
    pub(crate) fn check(&self, recovered: CommitTimestamp) -> Result<(), EngineError> {
        let written = self.written.unwrap_or(CommitTimestamp::ZERO);
        if recovered >= written {
            return Ok(());
        }
        Err(EngineError::LostTail(format!(
            "acknowledged commits are missing: the journal ends at {recovered}, but {} says that \
             everything up to {written} was durable; bring back the data directory as it was, or \
             rebuild it from the archive with `anywhen recover`",
            self.path.display(),
        )))
    }

    /// Moves the file on to an instant up to which everything is durable.
    pub(crate) fn advance(&mut self, durable: CommitTimestamp) -> std::io::Result<()> {
        if self.written.is_some_and(|written| durable <= written) {
            return Ok(());
        }
        self.write(durable)
    }

    fn write(&mut self, durable: CommitTimestamp) -> std::io::Result<()> {
        let temporary = self.path.with_extension("new");
        let mut file = File::create(&temporary)?;
        file.write_all(render(durable).as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&temporary, &self.path)?;
        if let Some(directory) = self.path.parent() {
            sync_directory(directory)?;
        }
        self.written = Some(durable);
        Ok(())
    }
}

fn render(instant: CommitTimestamp) -> String {
    let text = format!("{HEAD}{} ", instant.as_micros());
    format!("{text}{:016x}\n", xxh3_64(text.as_bytes()))
}

fn parse(content: &[u8]) -> Option<CommitTimestamp> {
    let text = std::str::from_utf8(content).ok()?;
    if let Some(micros) = text.strip_prefix(HEAD_WITHOUT_CHECKSUM) {
        let micros = micros.strip_suffix('\n')?.parse().ok()?;
        return Some(CommitTimestamp::from_micros(micros));
    }
    let (micros, _checksum) = text.strip_prefix(HEAD)?.split_once(' ')?;
    let instant = CommitTimestamp::from_micros(micros.parse().ok()?);
    (render(instant) == text).then_some(instant)
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
    fn the_form_without_a_checksum_is_still_read() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("horizon"), "anywhen-horizon-1 70\n").unwrap();
        let horizon = Horizon::open(directory.path()).unwrap();
        assert!(horizon.check(CommitTimestamp::from_micros(70)).is_ok());
        assert!(horizon.check(CommitTimestamp::from_micros(69)).is_err());
    }

    #[test]
    fn a_damaged_file_is_not_taken_for_none() {
        let directory = tempfile::tempdir().unwrap();
        let whole = render(CommitTimestamp::from_micros(120));
        let mut all = ["", "anywhen-horizon-1 12", "anywhen-horizon-1 x\n", "12\n"]
            .map(|text| text.as_bytes().to_vec())
            .to_vec();
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone().into_bytes();
            flipped[bit / 8] ^= 1 << (bit % 8);
            all.push(flipped);
        }
        for damaged in all {
            std::fs::write(directory.path().join("horizon"), damaged).unwrap();
            assert!(matches!(
                Horizon::open(directory.path()),
                Err(EngineError::Corrupt(_))
            ));
        }
    }
}
