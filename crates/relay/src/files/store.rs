//! What an entity needs of a filestore (727.0-B-5, virtual filestore), and the one in memory.
//!
//! A file that arrives is a *part* until it is whole: it belongs to its transaction, survives a restart, and no reader of the spool takes it for
//! a file. Left out: filestore requests (create, append, remove … on behalf of a peer).

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::pdu::TransactionId;

/// Why a filestore refuses. Peers are told "filestore rejection".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError {
    /// No name, or an empty part in it.
    NameEmpty,
    /// Longer than 255 octets.
    NameLength,
    /// Not UTF-8.
    NameText,
    /// An absolute path.
    NameAbsolute,
    /// `.` or `..` in it.
    NameTraversal,
    /// A part of it begins with a point: those are ours.
    NameHidden,
    /// NUL, another control character or a backslash.
    NameCharacter,
    /// A symbolic link on the way.
    Symlink,
    /// No such file or folder.
    NotFound,
    /// The name belongs to something that is no file.
    NotAFile,
    /// No more room.
    Full,
    /// The spool itself is gone.
    Vanished,
    /// The file is shorter than it was.
    Truncated,
    /// Anything else that the system reports.
    Io,
}

/// Where files come from and go to.
pub trait Filestore {
    /// Octets of the file `name`.
    fn size(&mut self, name: &str) -> Result<u64, StoreError>;
    /// Fills `out` with what stands at `offset` of the file `name`.
    fn read(&mut self, name: &str, offset: u64, out: &mut [u8]) -> Result<(), StoreError>;
    /// Writes to the part of a transaction, which begins with its first octet.
    fn write(&mut self, part: TransactionId, offset: u64, octets: &[u8]) -> Result<(), StoreError>;
    /// Fills `out` from a part.
    fn read_part(
        &mut self,
        part: TransactionId,
        offset: u64,
        out: &mut [u8],
    ) -> Result<(), StoreError>;
    /// Whether there is such a part.
    fn has_part(&mut self, part: TransactionId) -> Result<bool, StoreError>;
    /// Makes what was written durable.
    fn sync(&mut self, part: TransactionId) -> Result<(), StoreError>;
    /// Makes a file of `size` octets out of a part, durably and at once, in place of a file of that name. A part of no octets may never have begun.
    fn complete(&mut self, part: TransactionId, name: &str, size: u64) -> Result<(), StoreError>;
    /// Throws a part away, if it is there.
    fn discard(&mut self, part: TransactionId);
    /// Removes a file.
    fn remove(&mut self, name: &str) -> Result<(), StoreError>;
}

/// A name that a peer may give: relative, with `/` between its parts, none of them hidden, at most 255 octets.
pub fn check_name(name: &[u8]) -> Result<&str, StoreError> {
    if name.len() > 255 {
        return Err(StoreError::NameLength);
    }
    let name = core::str::from_utf8(name).map_err(|_| StoreError::NameText)?;
    if name.is_empty() {
        return Err(StoreError::NameEmpty);
    }
    if name.starts_with('/') {
        return Err(StoreError::NameAbsolute);
    }
    if name.chars().any(|c| c.is_control() || c == '\\') {
        return Err(StoreError::NameCharacter);
    }
    for part in name.split('/') {
        match part {
            "" => return Err(StoreError::NameEmpty),
            "." | ".." => return Err(StoreError::NameTraversal),
            part if part.starts_with('.') => return Err(StoreError::NameHidden),
            _ => {}
        }
    }
    Ok(name)
}

/// Files and parts on the heap, with a limit; for tests and for computers without a file system.
#[derive(Debug, Clone, Default)]
pub struct MemoryFilestore {
    files: BTreeMap<String, Vec<u8>>,
    parts: BTreeMap<TransactionId, Vec<u8>>,
    limit: usize,
    completed: u64,
}

impl MemoryFilestore {
    /// Empty, for at most `limit` octets in files and parts.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// Puts a file.
    pub fn insert(&mut self, name: &str, octets: Vec<u8>) {
        self.files.insert(name.to_string(), octets);
    }

    /// The octets of a file.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// Names of the files.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// How many parts there are.
    pub fn parts(&self) -> usize {
        self.parts.len()
    }

    /// How many parts became files.
    pub fn completed(&self) -> u64 {
        self.completed
    }

    /// Octets in files and parts.
    pub fn used(&self) -> usize {
        let all = self.files.values().chain(self.parts.values());
        all.map(Vec::len).sum()
    }
}

/// The octets from `offset` on, as many as `out` takes.
fn copy(octets: &[u8], offset: u64, out: &mut [u8]) -> Result<(), StoreError> {
    let from = usize::try_from(offset).map_err(|_| StoreError::Truncated)?;
    let end = from.checked_add(out.len()).ok_or(StoreError::Truncated)?;
    out.copy_from_slice(octets.get(from..end).ok_or(StoreError::Truncated)?);
    Ok(())
}

impl Filestore for MemoryFilestore {
    fn size(&mut self, name: &str) -> Result<u64, StoreError> {
        let file = self.files.get(name).ok_or(StoreError::NotFound)?;
        u64::try_from(file.len()).map_err(|_| StoreError::Io)
    }

    fn read(&mut self, name: &str, offset: u64, out: &mut [u8]) -> Result<(), StoreError> {
        copy(
            self.files.get(name).ok_or(StoreError::NotFound)?,
            offset,
            out,
        )
    }

    fn write(&mut self, part: TransactionId, offset: u64, octets: &[u8]) -> Result<(), StoreError> {
        let from = usize::try_from(offset).map_err(|_| StoreError::Full)?;
        let end = from.checked_add(octets.len()).ok_or(StoreError::Full)?;
        let more = end.saturating_sub(self.parts.get(&part).map_or(0, Vec::len));
        if self.used().saturating_add(more) > self.limit {
            return Err(StoreError::Full);
        }
        let file = self.parts.entry(part).or_default();
        file.resize(end.max(file.len()), 0);
        file[from..end].copy_from_slice(octets);
        Ok(())
    }

    fn read_part(
        &mut self,
        part: TransactionId,
        offset: u64,
        out: &mut [u8],
    ) -> Result<(), StoreError> {
        copy(
            self.parts.get(&part).ok_or(StoreError::NotFound)?,
            offset,
            out,
        )
    }

    fn has_part(&mut self, part: TransactionId) -> Result<bool, StoreError> {
        Ok(self.parts.contains_key(&part))
    }

    fn sync(&mut self, _: TransactionId) -> Result<(), StoreError> {
        Ok(())
    }

    fn complete(&mut self, part: TransactionId, name: &str, size: u64) -> Result<(), StoreError> {
        let size = usize::try_from(size).map_err(|_| StoreError::Full)?;
        let mut file = match self.parts.remove(&part) {
            Some(file) => file,
            None if size == 0 => Vec::new(),
            None => return Err(StoreError::NotFound),
        };
        file.truncate(size);
        self.files.insert(name.to_string(), file);
        self.completed += 1;
        Ok(())
    }

    fn discard(&mut self, part: TransactionId) {
        self.parts.remove(&part);
    }

    fn remove(&mut self, name: &str) -> Result<(), StoreError> {
        let removed = self.files.remove(name);
        removed.map(|_| ()).ok_or(StoreError::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused_by_name() {
        let refused = |name: &[u8]| check_name(name).unwrap_err();
        assert_eq!(refused(b""), StoreError::NameEmpty);
        assert_eq!(refused(b"/etc/passwd"), StoreError::NameAbsolute);
        assert_eq!(refused(b"../x"), StoreError::NameTraversal);
        assert_eq!(refused(b"a/../../x"), StoreError::NameTraversal);
        assert_eq!(refused(b"a//x"), StoreError::NameEmpty);
        assert_eq!(refused(b"a/"), StoreError::NameEmpty);
        assert_eq!(refused(b"a\0b"), StoreError::NameCharacter);
        assert_eq!(refused(b"..\\x"), StoreError::NameCharacter);
        assert_eq!(refused(b"a/.part"), StoreError::NameHidden);
        assert_eq!(refused(&[b'a'; 256]), StoreError::NameLength);
        assert_eq!(refused(&[0xFF, 0xFE]), StoreError::NameText);
        assert_eq!(
            check_name("sol-196/Bild ö.png".as_bytes()),
            Ok("sol-196/Bild ö.png")
        );
    }
    #[test]
    fn memory_is_bounded_and_a_part_becomes_a_file_once() {
        let part = TransactionId {
            source: crate::files::EntityId(1),
            sequence: 2,
        };
        let mut store = MemoryFilestore::new(8);
        assert_eq!(
            store.write(part, u64::MAX - 3, b"abc"),
            Err(StoreError::Full)
        );
        assert_eq!(store.write(part, 6, b"abc"), Err(StoreError::Full));
        assert_eq!((store.has_part(part), store.used()), (Ok(false), 0));
        store.write(part, 4, b"efgh").unwrap();
        store.write(part, 0, b"abcd").unwrap();
        let mut out = [0; 3];
        store.read_part(part, 5, &mut out).unwrap();
        assert_eq!(&out, b"fgh");
        assert_eq!(
            store.read_part(part, 6, &mut out),
            Err(StoreError::Truncated)
        );
        assert_eq!(store.file("x"), None);
        store.complete(part, "x", 7).unwrap();
        assert_eq!(store.complete(part, "x", 7), Err(StoreError::NotFound));
        assert_eq!(store.file("x"), Some(&b"abcdefg"[..]));
        assert_eq!(
            (store.size("x"), store.parts(), store.completed()),
            (Ok(7), 0, 1)
        );
        assert_eq!(
            store.read("x", u64::MAX, &mut out),
            Err(StoreError::Truncated)
        );
        store.remove("x").unwrap();
        assert_eq!(
            (store.size("x"), store.used()),
            (Err(StoreError::NotFound), 0)
        );
    }
}
