//! What the payload memory says that it holds.

use magpie_relay::carousel::Files;

/// The most files of a pass; what the payload memory has beyond is left out.
pub const MAX_FILES: usize = 4;
/// The most octets of a name; a longer one is cut at the end of a character.
pub const MAX_NAME: usize = 48;

/// One file of the payload memory.
#[derive(Debug, Clone, Copy)]
struct Entry {
    name: [u8; MAX_NAME],
    name_len: usize,
    size: u32,
}

impl Entry {
    const EMPTY: Self = Self {
        name: [0; MAX_NAME],
        name_len: 0,
        size: 0,
    };
}

/// The files by name and size; their octets stay in the payload memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FileList {
    entries: [Entry; MAX_FILES],
    count: usize,
}

impl FileList {
    pub(crate) const EMPTY: Self = Self {
        entries: [Entry::EMPTY; MAX_FILES],
        count: 0,
    };

    /// Adds a file; false if there is no more room.
    pub(crate) fn push(&mut self, name: &str, size: u32) -> bool {
        let Some(entry) = self.entries.get_mut(self.count) else {
            return false;
        };
        let end = (0..=MAX_NAME.min(name.len()))
            .rev()
            .find(|&end| name.is_char_boundary(end));
        let name = end.and_then(|end| name.get(..end)).unwrap_or("");
        // Without a name the ground could not tell what it has.
        let name = if name.is_empty() { "payload" } else { name };
        for (place, octet) in entry.name.iter_mut().zip(name.bytes()) {
            *place = octet;
        }
        entry.name_len = name.len();
        entry.size = size;
        self.count += 1;
        true
    }
}

impl Files for FileList {
    fn count(&self) -> usize {
        self.count
    }

    fn name(&self, file: usize) -> &str {
        let octets = self
            .entries
            .get(file)
            .and_then(|entry| entry.name.get(..entry.name_len));
        octets
            .and_then(|octets| core::str::from_utf8(octets).ok())
            .unwrap_or("")
    }

    fn len(&self, file: usize) -> u64 {
        self.entries.get(file).map_or(0, |entry| entry.size.into())
    }
}
