//! The flash under the store: reads of any length, writes in chunks that are read back, erases that are looked at.
//!
//! Nothing here trusts the device's word: a write counts when the same octets are read again, an erase when all is blank.

use crate::format::{CHUNK, ERASED, Entry, RECORD_HEADER, SegmentHeader};
use embedded_storage::nor_flash::NorFlash;
use magpie_coding::crc::Crc32;

/// The device said no, or did not do what it said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault;

/// Octets that are not erased and belong to no entry with a right header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) unreadable: bool,
}

/// The next entry in a range and what had to be stepped over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) entry: Option<(u32, Entry)>,
    pub(crate) gap: Option<Gap>,
}

/// A flash with the store's way of reading and writing it.
#[derive(Debug)]
pub(crate) struct Device<F> {
    pub(crate) flash: F,
}

impl<F: NorFlash> Device<F> {
    /// Entries begin at multiples of this many octets.
    pub(crate) const ALIGN: usize = {
        let (write, read) = (F::WRITE_SIZE, F::READ_SIZE);
        assert!(
            write.is_power_of_two() && write <= CHUNK,
            "write unit: a power of two up to 64"
        );
        assert!(
            read.is_power_of_two() && read <= RECORD_HEADER,
            "read unit: a power of two up to 16"
        );
        if write < 4 && read < 4 {
            4
        } else if write > read {
            write
        } else {
            read
        }
    };

    /// `octets` and what fills them up to the next unit.
    pub(crate) const fn padded(octets: usize) -> u32 {
        octets.div_ceil(Self::ALIGN).saturating_mul(Self::ALIGN) as u32
    }

    /// Octets that a record with this much content takes on the flash.
    pub(crate) const fn extent(length: u16) -> u32 {
        Self::padded(RECORD_HEADER + length as usize)
    }

    /// Fills `into` from `at`, which is a multiple of the read unit; any length.
    pub(crate) fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), Fault> {
        let whole = into.len() - into.len() % F::READ_SIZE;
        let Some((head, tail)) = into.split_at_mut_checked(whole) else {
            return Err(Fault);
        };
        if !head.is_empty() {
            self.flash.read(at, head).map_err(|_| Fault)?;
        }
        if tail.is_empty() {
            return Ok(());
        }
        let mut unit = [0; RECORD_HEADER];
        let unit = unit.get_mut(..F::READ_SIZE).ok_or(Fault)?;
        self.flash
            .read(at.saturating_add(whole as u32), unit)
            .map_err(|_| Fault)?;
        for (slot, octet) in tail.iter_mut().zip(unit) {
            *slot = *octet;
        }
        Ok(())
    }

    /// Whether all of the range reads as erased.
    pub(crate) fn is_blank(&mut self, mut at: u32, end: u32) -> bool {
        let mut window = [0; CHUNK];
        while at < end {
            let length = (CHUNK as u32).min(end - at);
            let Some(window) = window.get_mut(..length as usize) else {
                return false;
            };
            if self.read(at, window).is_err() || window.iter().any(|&octet| octet != ERASED) {
                return false;
            }
            at += length;
        }
        true
    }

    /// Erases the range and looks whether it is erased.
    pub(crate) fn erase(&mut self, from: u32, to: u32) -> Result<(), Fault> {
        self.flash.erase(from, to).map_err(|_| Fault)?;
        if self.is_blank(from, to) {
            Ok(())
        } else {
            Err(Fault)
        }
    }

    /// Writes an entry and its content; done when this returns.
    pub(crate) fn write(&mut self, at: u32, head: &[u8], parts: &[&[u8]]) -> Result<(), Fault> {
        let mut writer = Writer {
            device: self,
            at,
            stage: [0; CHUNK],
            filled: 0,
        };
        writer.push(head)?;
        for part in parts {
            writer.push(part)?;
        }
        writer.finish()
    }

    fn write_and_compare(&mut self, at: u32, octets: &[u8]) -> Result<(), Fault> {
        self.flash.write(at, octets).map_err(|_| Fault)?;
        let mut place = at;
        let mut back = [0; RECORD_HEADER];
        for piece in octets.chunks(RECORD_HEADER) {
            let back = back.get_mut(..piece.len()).ok_or(Fault)?;
            self.read(place, back)?;
            if back != piece {
                return Err(Fault);
            }
            place = place.saturating_add(piece.len() as u32);
        }
        Ok(())
    }

    pub(crate) fn segment_header(&mut self, at: u32) -> Option<SegmentHeader> {
        let mut octets = [0; crate::format::SEGMENT_HEADER];
        self.read(at, &mut octets).ok()?;
        SegmentHeader::parse(at, &octets)
    }

    /// Looks for the next entry that begins at or after `at` and ends before or at `end`; ends whatever the octets are.
    pub(crate) fn find(&mut self, mut at: u32, end: u32) -> Found {
        let mut gap: Option<Gap> = None;
        let mut window = [0; CHUNK];
        while at < end {
            let reach = (CHUNK as u32).min(end - at) as usize;
            let readable = [reach, reach.min(RECORD_HEADER)]
                .into_iter()
                .find(|&length| {
                    window
                        .get_mut(..length)
                        .is_some_and(|part| self.read(at, part).is_ok())
                });
            let octets = readable
                .and_then(|length| window.get(..length))
                .unwrap_or_default();
            if octets.len() == reach && octets.iter().all(|&octet| octet == ERASED) {
                at += reach as u32;
                continue;
            }
            let entry = octets.first_chunk().and_then(|head| Entry::parse(at, head));
            if let Some(entry) = entry.filter(|entry| Self::extent(entry.length()) <= end - at) {
                return Found {
                    entry: Some((at, entry)),
                    gap,
                };
            }
            let step = (Self::ALIGN as u32).min(end - at);
            let unit = octets.get(..step as usize);
            if unit.is_none_or(|unit| unit.iter().any(|&octet| octet != ERASED)) {
                let seen = gap.get_or_insert(Gap {
                    from: at,
                    to: at,
                    unreadable: false,
                });
                seen.to = at + step;
                seen.unreadable |= readable.is_none();
            }
            at += step;
        }
        Found { entry: None, gap }
    }

    /// Whether the content behind the header at `at` has this check.
    pub(crate) fn content_is_right(&mut self, at: u32, length: u16, content_check: u32) -> bool {
        let mut crc = Crc32::new();
        let mut window = [0; CHUNK];
        let mut place = at.saturating_add(RECORD_HEADER as u32);
        let mut left = usize::from(length);
        while left > 0 {
            let Some(part) = window.get_mut(..left.min(CHUNK)) else {
                return false;
            };
            if self.read(place, part).is_err() {
                return false;
            }
            crc.update(part);
            place = place.saturating_add(part.len() as u32);
            left -= part.len();
        }
        crc.finish() == content_check
    }
}

/// Gathers pieces into chunks of the flash's write unit.
struct Writer<'d, F> {
    device: &'d mut Device<F>,
    at: u32,
    stage: [u8; CHUNK],
    filled: usize,
}

impl<F: NorFlash> Writer<'_, F> {
    fn push(&mut self, mut octets: &[u8]) -> Result<(), Fault> {
        while !octets.is_empty() {
            let free = self.stage.get_mut(self.filled..).unwrap_or_default();
            let taken = free.len().min(octets.len());
            for (slot, octet) in free.iter_mut().zip(octets) {
                *slot = *octet;
            }
            self.filled += taken;
            octets = octets.get(taken..).unwrap_or_default();
            if self.filled >= CHUNK {
                self.flush(CHUNK)?;
            }
        }
        Ok(())
    }

    fn flush(&mut self, length: usize) -> Result<(), Fault> {
        let octets = self.stage.get(..length).ok_or(Fault)?;
        self.device.write_and_compare(self.at, octets)?;
        self.at = self.at.saturating_add(length as u32);
        self.filled = 0;
        Ok(())
    }

    /// Writes what is left, filled up with zeros: a written unit then does not look erased.
    fn finish(mut self) -> Result<(), Fault> {
        let padded = Device::<F>::padded(self.filled) as usize;
        for slot in self.stage.get_mut(self.filled..padded).unwrap_or_default() {
            *slot = 0;
        }
        if padded == 0 {
            Ok(())
        } else {
            self.flush(padded)
        }
    }
}
