//! What the tests share: a flash that fails on purpose, a generator of numbers, records to write.
#![allow(dead_code)] // Each test file uses a part of it.

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};
use magpie_store::{Cursor, RecordId, Store};

/// A small generator (`SplitMix64`, its constants are in the public domain), so that a seed says everything.
#[derive(Clone, Debug)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.roll() % u64::try_from(limit).unwrap()).unwrap()
    }

    pub(crate) fn octet(&mut self) -> u8 {
        self.roll().to_le_bytes()[0]
    }

    /// Content of a record: sometimes noise, sometimes all ones or zeros, which look like an erased or a filled-up flash.
    pub(crate) fn content(&mut self, longest: usize) -> Vec<u8> {
        let length = self.below(longest + 1);
        match self.below(5) {
            0 => vec![0xFF; length],
            1 => vec![0; length],
            _ => (0..length).map(|_| self.octet()).collect(),
        }
    }
}

/// A NOR flash that keeps books of every unit, and can lose power, bits and units.
///
/// Writing a unit twice without an erase between is a bug of the store and panics, also if the unit reads as erased.
#[derive(Clone, Debug)]
pub(crate) struct FaultyFlash<const WRITE: usize, const ERASE: usize> {
    pub(crate) octets: Vec<u8>,
    written: Vec<bool>,
    pub(crate) erases: Vec<u32>,
    dice: Dice,
    /// Steps (a written octet, an erase) until the power goes.
    power_left: Option<u64>,
    dead: bool,
    /// Erase units that were erased or written since power came.
    wrote: Vec<bool>,
    pub(crate) steps: u64,
    /// Erase units whose erase is refused, is done wrong; whose writes are refused, are done wrong.
    pub(crate) bad_erase: Vec<usize>,
    pub(crate) lying_erase: Vec<usize>,
    pub(crate) bad_write: Vec<usize>,
    pub(crate) lying_write: Vec<usize>,
    /// Octets that cannot be read.
    pub(crate) unreadable: Vec<usize>,
    /// One write in so many fails for once; 0: none.
    pub(crate) write_error_in: usize,
}

impl<const WRITE: usize, const ERASE: usize> FaultyFlash<WRITE, ERASE> {
    pub(crate) fn new(units: usize, seed: u64) -> Self {
        Self::holding(vec![0xFF; units * ERASE], seed)
    }

    pub(crate) fn holding(octets: Vec<u8>, seed: u64) -> Self {
        Self {
            written: vec![false; octets.len() / WRITE],
            erases: vec![0; octets.len() / ERASE],
            dice: Dice(seed),
            power_left: None,
            dead: false,
            wrote: vec![false; octets.len() / ERASE],
            steps: 0,
            bad_erase: vec![],
            lying_erase: vec![],
            bad_write: vec![],
            lying_write: vec![],
            unreadable: vec![],
            write_error_in: 0,
            octets,
        }
    }

    /// Power comes back, to stay for so many steps.
    pub(crate) fn power(&mut self, left: Option<u64>) {
        (self.power_left, self.dead) = (left, false);
        self.wrote.fill(false);
        self.dice.0 ^= left.unwrap_or(0).rotate_left(32); // other noise at each cut
    }

    fn has_power(&mut self) -> bool {
        self.steps += 1;
        match &mut self.power_left {
            Some(0) => {
                self.dead = true;
                false
            }
            Some(left) => {
                *left -= 1;
                true
            }
            None => true,
        }
    }

    /// What a write leaves that lost power: some bits are down, some are not. None at all, so that the unit looks as if it
    /// had never been written, can be too; not at the first write into a unit after power came: nothing could tell that.
    fn half_write(&mut self, at: usize, octet: u8) {
        let half = octet | self.dice.octet();
        let unseen = half == 0xFF && !self.wrote[at / ERASE];
        self.octets[at] &= if unseen { octet } else { half };
    }

    /// What an erase leaves that lost power: each octet is old, erased or noise; in places all of one sort.
    fn half_erase(&mut self, from: usize, to: usize) {
        let sort = self.dice.below(4);
        for at in from..to {
            match if sort == 3 {
                self.dice.below(3)
            } else {
                sort + usize::from(self.dice.below(16) == 0)
            } {
                0 => {}
                1 => self.octets[at] = 0xFF,
                _ => self.octets[at] = self.dice.octet(),
            }
        }
        // Whether a unit was touched is not known any more: none may be written before the next erase.
        self.written[from / WRITE..to / WRITE].fill(true);
    }
}

impl<const WRITE: usize, const ERASE: usize> ErrorType for FaultyFlash<WRITE, ERASE> {
    type Error = NorFlashErrorKind;
}

impl<const WRITE: usize, const ERASE: usize> ReadNorFlash for FaultyFlash<WRITE, ERASE> {
    const READ_SIZE: usize = if WRITE < 4 { 1 } else { 4 };

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        check_read(self, offset, bytes.len())?;
        let range = offset as usize..offset as usize + bytes.len();
        if self.unreadable.iter().any(|at| range.contains(at)) {
            return Err(NorFlashErrorKind::Other);
        }
        bytes.copy_from_slice(&self.octets[range]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.octets.len()
    }
}

impl<const WRITE: usize, const ERASE: usize> NorFlash for FaultyFlash<WRITE, ERASE> {
    const WRITE_SIZE: usize = WRITE;
    const ERASE_SIZE: usize = ERASE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        check_erase(self, from, to)?;
        for unit in from as usize / ERASE..to as usize / ERASE {
            let (from, to) = (unit * ERASE, (unit + 1) * ERASE);
            if self.dead || self.bad_erase.contains(&unit) {
                return Err(NorFlashErrorKind::Other);
            }
            if !self.has_power() {
                self.half_erase(from, to);
                return Err(NorFlashErrorKind::Other);
            }
            self.erases[unit] += 1;
            self.wrote[unit] = true;
            self.octets[from..to].fill(0xFF);
            self.written[from / WRITE..to / WRITE].fill(false);
            if self.lying_erase.contains(&unit) {
                let at = from + self.dice.below(ERASE);
                self.octets[at] = 0x7F;
            }
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        check_write(self, offset, bytes.len())?;
        let unit = offset as usize / ERASE;
        if self.dead || self.bad_write.contains(&unit) {
            return Err(NorFlashErrorKind::Other);
        }
        let fails = self.write_error_in > 0 && self.dice.below(self.write_error_in) == 0;
        let cut = if fails {
            1 + self.dice.below(bytes.len())
        } else {
            bytes.len()
        };
        for (step, octet) in bytes.iter().enumerate() {
            let at = offset as usize + step;
            if at.is_multiple_of(WRITE) {
                assert!(!self.written[at / WRITE], "unit at {at} written twice");
                self.written[at / WRITE] = true;
            }
            if step >= cut {
                return Err(NorFlashErrorKind::Other);
            }
            if !self.has_power() {
                self.half_write(at, *octet);
                return Err(NorFlashErrorKind::Other);
            }
            self.octets[at] &= octet;
        }
        if self.lying_write.contains(&unit) {
            let at = offset as usize + self.dice.below(bytes.len());
            self.octets[at] ^= 1 << self.dice.below(8);
        }
        self.wrote[unit] = true;
        if fails {
            Err(NorFlashErrorKind::Other)
        } else {
            Ok(())
        }
    }
}

/// A record as the tests keep it.
pub(crate) type Kept = (RecordId, u8, Vec<u8>);

/// Everything that a new cursor reads.
pub(crate) fn read_all<F: NorFlash, const SEGMENTS: usize>(
    store: &mut Store<F, SEGMENTS>,
) -> Vec<Kept> {
    let mut cursor = Cursor::oldest();
    let mut buffer = vec![0; 65_535];
    let mut records = vec![];
    while let Some(record) = store.read(&mut cursor, &mut buffer).unwrap() {
        records.push((record.id, record.kind, record.content.to_vec()));
    }
    records
}
