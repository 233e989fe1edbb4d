//! What a carousel carries: names and lengths of files, and where their octets come from.

#[cfg(feature = "std")]
use std::{string::String, vec::Vec};

/// Names and lengths of the files. They stay as they are while the carousel runs.
pub trait Files {
    /// How many files there are.
    fn count(&self) -> usize;

    /// Name of a file as the receiver is to know it, 1 to 255 octets.
    fn name(&self, file: usize) -> &str;

    /// Octets of a file, less than 4 GiB.
    fn len(&self, file: usize) -> u64;
}

/// Files whose octets are at hand.
pub trait Content: Files {
    /// Reads from position `from` of a file into `out`; returns how many octets were there, at most `out.len()`.
    fn read(&mut self, file: usize, from: u64, out: &mut [u8]) -> usize;
}

/// A file whose octets lie elsewhere: they are handed in segment by segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoteFile<'a> {
    /// Name as the receiver is to know it, 1 to 255 octets.
    pub name: &'a str,
    /// Octets of the file, less than 4 GiB.
    pub len: u64,
}

impl<const N: usize> Files for [RemoteFile<'_>; N] {
    fn count(&self) -> usize {
        N
    }

    fn name(&self, file: usize) -> &str {
        self.get(file).map_or("", |file| file.name)
    }

    fn len(&self, file: usize) -> u64 {
        self.get(file).map_or(0, |file| file.len)
    }
}

/// A file that somebody lent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LentFile<'a> {
    /// Name as the receiver is to know it, 1 to 255 octets.
    pub name: &'a str,
    /// Content, less than 4 GiB.
    pub octets: &'a [u8],
}

impl<const N: usize> Files for [LentFile<'_>; N] {
    fn count(&self) -> usize {
        N
    }

    fn name(&self, file: usize) -> &str {
        self.get(file).map_or("", |file| file.name)
    }

    fn len(&self, file: usize) -> u64 {
        self.get(file).map_or(0, |file| file.octets.len() as u64)
    }
}

impl<const N: usize> Content for [LentFile<'_>; N] {
    fn read(&mut self, file: usize, from: u64, out: &mut [u8]) -> usize {
        let octets = self.get(file).map_or(&[][..], |file| file.octets);
        crate::store::copy_from(octets, from, out)
    }
}

/// A file of its own memory.
#[cfg(feature = "std")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarouselFile {
    /// Name as the receiver is to know it, 1 to 255 octets.
    pub name: String,
    /// Content, less than 4 GiB.
    pub octets: Vec<u8>,
}

#[cfg(feature = "std")]
impl Files for Vec<CarouselFile> {
    fn count(&self) -> usize {
        Vec::len(self)
    }

    fn name(&self, file: usize) -> &str {
        self.get(file).map_or("", |file| &file.name)
    }

    fn len(&self, file: usize) -> u64 {
        self.get(file).map_or(0, |file| file.octets.len() as u64)
    }
}

#[cfg(feature = "std")]
impl Content for Vec<CarouselFile> {
    fn read(&mut self, file: usize, from: u64, out: &mut [u8]) -> usize {
        let octets = self.get(file).map_or(&[][..], |file| &file.octets);
        crate::store::copy_from(octets, from, out)
    }
}
