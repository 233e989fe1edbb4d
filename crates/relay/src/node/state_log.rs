//! The state of a node in one file: changes appended, each with a check of its own, written anew when most of it is old.
//!
//! No book. A change is `length (4, big-endian), CRC-32 (4), key length (1), key, what (1: 0 removed, 1 set), octets`. Opening reads to the
//! first change that is not whole and cuts the file there: a process that was killed, or a loss of power, leaves at most that one.
//! The CRC-32 is the one of Proximity-1 (`magpie-coding`). Left out: two writers, which a lock keeps apart.
//!
//! ```
//! use magpie_relay::node::state_log::{Flush, StateLog};
//! use magpie_relay::node::{StateChange, StateStore as _};
//! let folder = tempfile::tempdir().unwrap();
//! let path = folder.path().join("state");
//! let (mut log, found) = StateLog::open(&path, Flush::ToDisk).unwrap();
//! assert!(found.is_empty());
//! log.put(StateChange { key: "farm/0".into(), octets: Some(vec![7]) }).unwrap();
//! log.commit().unwrap();
//! drop(log);
//! let (_log, found) = StateLog::open(&path, Flush::ToDisk).unwrap();
//! assert_eq!(found["farm/0"], [7]);
//! ```

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::string::String;
use std::vec::Vec;

use magpie_coding::crc::crc32_proximity;

use super::{MAX_KEY, State, StateChange, StateStore};

/// Octets in front of each change: its length and its CRC-32.
const HEAD: usize = 8;
/// The longest piece of state, in octets.
pub const MAX_STATE: usize = 16 << 20;
/// The file is written anew when it is longer than this and four times what it holds.
const SMALLEST_REWRITE: u64 = 1 << 20;

/// How far a commit goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flush {
    /// To the operating system: survives the end of the process, not a loss of power.
    ToSystem,
    /// To the disk.
    ToDisk,
}

/// The file cannot keep the state.
#[derive(Debug, thiserror::Error)]
pub enum StateLogError {
    /// The operating system said no.
    #[error("{}: {why}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        why: io::Error,
    },
    /// Another process has it.
    #[error("{}: in use by another process", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// A key of no octets or of more than [`MAX_KEY`], or more than [`MAX_STATE`] octets of state.
    #[error("state of {octets} octets under a key of {key} octets: too long")]
    TooLong {
        /// Octets of the key.
        key: usize,
        /// Octets of the state.
        octets: usize,
    },
}

/// The state of a node in a file.
#[derive(Debug)]
pub struct StateLog {
    path: PathBuf,
    file: File,
    flush: Flush,
    /// What the file holds, for the day it is written anew.
    state: State,
    /// Octets of the file that are whole and committed.
    end: u64,
    pending: Vec<u8>,
}

impl StateLog {
    /// Opens or makes the file; gives what it holds.
    pub fn open(path: &Path, flush: Flush) -> Result<(Self, State), StateLogError> {
        let fail = |why| StateLogError::Io {
            path: path.into(),
            why,
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(fail)?;
        lock(&file, path)?;
        let mut octets = Vec::new();
        file.read_to_end(&mut octets).map_err(fail)?;
        let mut state = State::new();
        let end = replay(&octets, &mut state) as u64;
        if end < octets.len() as u64 {
            file.set_len(end).map_err(fail)?;
        }
        file.seek(SeekFrom::Start(end)).map_err(fail)?;
        let log = Self {
            path: path.into(),
            file,
            flush,
            state: state.clone(),
            end,
            pending: Vec::new(),
        };
        Ok((log, state))
    }

    /// What the file will hold after the next commit.
    pub const fn state(&self) -> &State {
        &self.state
    }

    fn write_pending(&mut self) -> io::Result<()> {
        // A commit that failed half-way (disk full) is written over by the next.
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&self.pending)?;
        if self.flush == Flush::ToDisk {
            self.file.sync_data()?;
        }
        self.end += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }

    /// Writes the file anew beside the old one and puts it in its place.
    fn rewrite(&mut self) -> Result<(), StateLogError> {
        let beside = self.path.with_extension("new");
        let fail = |why| StateLogError::Io {
            path: beside.clone(),
            why,
        };
        let mut octets = Vec::new();
        for (key, value) in &self.state {
            emit(key, Some(value), &mut octets);
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&beside)
            .map_err(fail)?;
        lock(&file, &beside)?;
        file.write_all(&octets).map_err(fail)?;
        if self.flush == Flush::ToDisk {
            file.sync_all().map_err(fail)?;
        }
        std::fs::rename(&beside, &self.path).map_err(fail)?;
        if self.flush == Flush::ToDisk {
            sync_folder(&self.path).map_err(fail)?;
        }
        self.file = file;
        self.end = octets.len() as u64;
        Ok(())
    }
}

impl StateStore for StateLog {
    type Error = StateLogError;

    fn put(&mut self, change: StateChange) -> Result<(), StateLogError> {
        let StateChange { key, octets } = change;
        let len = octets.as_ref().map_or(0, Vec::len);
        if key.is_empty() || key.len() > MAX_KEY || len > MAX_STATE {
            return Err(StateLogError::TooLong {
                key: key.len(),
                octets: len,
            });
        }
        emit(&key, octets.as_deref(), &mut self.pending);
        match octets {
            Some(octets) => self.state.insert(key, octets),
            None => self.state.remove(&key),
        };
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StateLogError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.write_pending().map_err(|why| StateLogError::Io {
            path: self.path.clone(),
            why,
        })?;
        let live: u64 = self
            .state
            .iter()
            .map(|(key, octets)| (HEAD + 2 + key.len() + octets.len()) as u64)
            .sum();
        if self.end > SMALLEST_REWRITE && self.end > 4 * live {
            self.rewrite()?;
        }
        Ok(())
    }
}

fn lock(file: &File, path: &Path) -> Result<(), StateLogError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(StateLogError::InUse { path: path.into() }),
        Err(TryLockError::Error(why)) => Err(StateLogError::Io {
            path: path.into(),
            why,
        }),
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

/// Appends one change; key and octets are within their limits.
fn emit(key: &str, octets: Option<&[u8]>, out: &mut Vec<u8>) {
    let value = octets.unwrap_or(&[]);
    let len = 2 + key.len() + value.len();
    let at = out.len();
    out.extend(u32::try_from(len).unwrap_or(u32::MAX).to_be_bytes());
    out.extend([0; 4]);
    out.push(u8::try_from(key.len()).unwrap_or(u8::MAX));
    out.extend(key.as_bytes());
    out.push(u8::from(octets.is_some()));
    out.extend(value);
    let crc = crc32_proximity(&out[at + HEAD..]);
    out[at + 4..at + HEAD].copy_from_slice(&crc.to_be_bytes());
}

/// Applies all whole changes at the front; gives how many octets they are.
fn replay(octets: &[u8], state: &mut State) -> usize {
    let mut at = 0;
    while let Some((len, key, value)) = change(&octets[at..]) {
        match value {
            Some(value) => state.insert(key, value.into()),
            None => state.remove(&key),
        };
        at += len;
    }
    at
}

/// The first change: its length with the head, its key, its octets.
fn change(octets: &[u8]) -> Option<(usize, String, Option<&[u8]>)> {
    let (len, rest) = octets.split_first_chunk::<4>()?;
    let (crc, rest) = rest.split_first_chunk::<4>()?;
    let len = usize::try_from(u32::from_be_bytes(*len)).ok()?;
    let body = rest.get(..len)?;
    if crc32_proximity(body) != u32::from_be_bytes(*crc) {
        return None;
    }
    let (&key_len, body) = body.split_first()?;
    let (key, body) = body.split_at_checked(key_len.into())?;
    let (&what, value) = body.split_first()?;
    let key = String::from_utf8(key.into()).ok()?;
    Some((HEAD + len, key, (what != 0).then_some(value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString as _;
    use std::vec;

    fn put(log: &mut StateLog, key: &str, octets: Option<Vec<u8>>) {
        let key = key.to_string();
        log.put(StateChange { key, octets }).unwrap();
    }

    #[test]
    fn a_file_cut_anywhere_holds_a_prefix_of_the_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (mut log, _) = StateLog::open(&path, Flush::ToSystem).unwrap();
        let mut after = vec![(0, State::new())];
        let mut model = State::new();
        for step in 0..40_u8 {
            let key = std::format!("key/{}", step % 5);
            let octets = (step % 7 != 0).then(|| vec![step; usize::from(step)]);
            match &octets {
                Some(octets) => model.insert(key.clone(), octets.clone()),
                None => model.remove(&key),
            };
            put(&mut log, &key, octets);
            log.commit().unwrap();
            after.push((log.end, model.clone()));
        }
        drop(log);
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..=whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let (log, found) = StateLog::open(&path, Flush::ToSystem).unwrap();
            let (_, expected) = after
                .iter()
                .rev()
                .find(|(end, _)| *end <= cut as u64)
                .unwrap();
            assert_eq!(&found, expected, "cut at {cut}");
            drop(log);
        }
    }

    #[test]
    fn a_flipped_bit_ends_what_is_read_there() {
        let mut octets = Vec::new();
        emit("one", Some(b"1"), &mut octets);
        let first = octets.len();
        emit("two", Some(b"2"), &mut octets);
        for bit in first * 8..octets.len() * 8 {
            let mut bad = octets.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let mut state = State::new();
            assert_eq!(replay(&bad, &mut state), first, "bit {bit}");
            assert_eq!(state.len(), 1);
        }
    }

    #[test]
    fn old_changes_do_not_pile_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (mut log, _) = StateLog::open(&path, Flush::ToSystem).unwrap();
        put(&mut log, "stays", Some(vec![9; 10]));
        for step in 0..400_u16 {
            put(&mut log, "turns", Some(vec![step.to_be_bytes()[1]; 20_000]));
            log.commit().unwrap();
            assert!(std::fs::metadata(&path).unwrap().len() < (1 << 20) + 30_000);
        }
        put(&mut log, "turns", None);
        log.commit().unwrap();
        drop(log);
        let (_log, found) = StateLog::open(&path, Flush::ToSystem).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found["stays"], vec![9; 10]);
    }

    #[test]
    fn one_process_at_a_time_and_bad_keys_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (mut log, _) = StateLog::open(&path, Flush::ToDisk).unwrap();
        let again = StateLog::open(&path, Flush::ToDisk).unwrap_err();
        assert!(
            again.to_string().ends_with("in use by another process"),
            "{again}"
        );
        for key in [String::new(), "k".repeat(MAX_KEY + 1)] {
            let change = StateChange { key, octets: None };
            assert!(matches!(
                log.put(change),
                Err(StateLogError::TooLong { .. })
            ));
        }
        let nowhere = StateLog::open(&folder.path().join("no/such"), Flush::ToDisk).unwrap_err();
        assert!(nowhere.to_string().contains("no/such"), "{nowhere}");
    }
}
