//! Where whole files go: memory for tests, a folder for the daemon.
//!
//! No book. To deliver the same file once more changes nothing, so a station that dies between the file and its own note of it delivers it once.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spooled {
    /// It is there now.
    New,
    /// It was there already, octet by octet.
    Known,
    /// Another file has this name; nothing was changed.
    NameTaken,
}

/// Takes files that are whole. Names are single: no folders, not hidden, checked by the caller.
pub trait Spool {
    /// Why it cannot be used now.
    type Error: std::fmt::Display;

    /// Keeps a file durably.
    fn deliver(&mut self, name: &str, octets: &[u8]) -> Result<Spooled, Self::Error>;
}

/// Files in memory.
#[derive(Debug, Clone, Default)]
pub struct MemorySpool {
    /// By name.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Deliveries that were not known already.
    pub deliveries: u64,
}

impl Spool for MemorySpool {
    type Error = std::convert::Infallible;

    fn deliver(&mut self, name: &str, octets: &[u8]) -> Result<Spooled, Self::Error> {
        match self.files.get(name) {
            Some(there) if there == octets => Ok(Spooled::Known),
            Some(_) => Ok(Spooled::NameTaken),
            None => {
                self.files.insert(name.into(), octets.to_vec());
                self.deliveries += 1;
                Ok(Spooled::New)
            }
        }
    }
}

/// Files in a folder: written beside under a hidden name, then given their name, both durably.
#[derive(Debug, Clone)]
pub struct FolderSpool {
    folder: PathBuf,
}

impl FolderSpool {
    /// A spool in this folder, which is there.
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

impl Spool for FolderSpool {
    type Error = io::Error;

    fn deliver(&mut self, name: &str, octets: &[u8]) -> io::Result<Spooled> {
        let path = self.folder.join(name);
        match fs::symlink_metadata(&path) {
            Ok(there) if there.is_file() && there.len() == octets.len() as u64 => {
                let same = fs::read(&path)? == octets;
                return Ok(if same {
                    Spooled::Known
                } else {
                    Spooled::NameTaken
                });
            }
            Ok(_) => return Ok(Spooled::NameTaken),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let beside = self.folder.join(format!(".{name}.part"));
        let mut file = fs::File::create(&beside)?;
        file.write_all(octets)?;
        file.sync_all()?;
        fs::rename(&beside, &path)?;
        fs::File::open(&self.folder)?.sync_all()?;
        Ok(Spooled::New)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same_story<S: Spool<Error: std::fmt::Debug>>(mut spool: S) {
        assert_eq!(spool.deliver("a", b"one").unwrap(), Spooled::New);
        assert_eq!(spool.deliver("a", b"one").unwrap(), Spooled::Known);
        assert_eq!(spool.deliver("a", b"two").unwrap(), Spooled::NameTaken);
        assert_eq!(spool.deliver("a", b"three").unwrap(), Spooled::NameTaken);
        assert_eq!(spool.deliver("b", b"").unwrap(), Spooled::New);
        assert_eq!(spool.deliver("a", b"one").unwrap(), Spooled::Known);
    }

    #[test]
    fn a_file_is_delivered_once_and_never_overwritten() {
        same_story(MemorySpool::default());
        let folder = std::env::temp_dir().join(format!("magpie-spool-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        same_story(FolderSpool::new(folder.clone()));
        let mut names: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["a", "b"], "nothing half written is left");
        fs::remove_dir_all(&folder).unwrap();
    }
}
