//! Bits that a synchroniser has taken in behind a marker, packed, so that they can be searched again if the marker was a false one.

/// A bounded queue of bits, first bit in the top of the first octet. Bits of the last octet behind `len_bits` are zero; what lies behind that
/// octet is left over from earlier and means nothing.
///
/// The memory is an array, or lent.
#[derive(Clone, Debug)]
pub(crate) struct BitBuffer<B> {
    octets: B,
    len_bits: usize,
}

impl<const OCTETS: usize> BitBuffer<[u8; OCTETS]> {
    pub(crate) const fn new() -> Self {
        Self {
            octets: [0; OCTETS],
            len_bits: 0,
        }
    }
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> BitBuffer<B> {
    /// In this memory, whatever is in it.
    pub(crate) const fn over(octets: B) -> Self {
        Self {
            octets,
            len_bits: 0,
        }
    }

    /// Octets that fit.
    pub(crate) fn capacity(&self) -> usize {
        self.octets.as_ref().len()
    }

    pub(crate) const fn len_bits(&self) -> usize {
        self.len_bits
    }

    /// Bit number `at`; 0 behind the end.
    #[inline]
    pub(crate) fn bit(&self, at: usize) -> u8 {
        match self.octets.as_ref().get(at / 8) {
            Some(octet) if at < self.len_bits => octet >> (7 - at % 8) & 1,
            _ => 0,
        }
    }

    /// The first `len` octets, or `None` if fewer are complete.
    pub(crate) fn first_octets(&self, len: usize) -> Option<&[u8]> {
        self.octets
            .as_ref()
            .get(..len)
            .filter(|_| len * 8 <= self.len_bits)
    }

    /// Appends bits until `bits` or the room up to `limit_bits` (or the buffer) is used up; tells how many it took.
    pub(crate) fn extend(&mut self, bits: &[u8], limit_bits: usize) -> usize {
        let room = limit_bits
            .min(self.capacity() * 8)
            .saturating_sub(self.len_bits);
        let bits = bits.get(..room).unwrap_or(bits);
        let lead = ((8 - self.len_bits % 8) % 8).min(bits.len());
        let (head, rest) = bits.split_at(lead);
        for &bit in head {
            self.push(bit);
        }
        let (whole, tail) = rest.as_chunks::<8>();
        let at = self.len_bits / 8;
        for (octet, eight) in self.octets.as_mut().iter_mut().skip(at).zip(whole) {
            *octet = eight.iter().fold(0, |sum, bit| sum << 1 | bit & 1);
        }
        self.len_bits += whole.len() * 8;
        for &bit in tail {
            self.push(bit);
        }
        bits.len()
    }

    /// Appends whole octets as long as there are any and they fit below `limit_bits` (and into the buffer); tells how many it took.
    pub(crate) fn extend_octets(&mut self, octets: &[u8], limit_bits: usize) -> usize {
        let room = limit_bits
            .min(self.capacity() * 8)
            .saturating_sub(self.len_bits)
            / 8;
        let taken = octets.get(..room).unwrap_or(octets);
        let (at, shift) = (self.len_bits / 8, self.len_bits % 8);
        let places = self.octets.as_mut().get_mut(at..).unwrap_or_default();
        if shift == 0 {
            for (place, &octet) in places.iter_mut().zip(taken) {
                *place = octet;
            }
        } else if cfg!(feature = "std") {
            if let (Some((place, rest)), Some(first)) = (places.split_first_mut(), taken.first()) {
                *place |= first >> shift;
                let (rest, _) = rest.split_at_mut(taken.len().min(rest.len()));
                shift_into(rest, taken, 8 - shift, 0);
            }
        } else if let Some((mut place, rest)) = places.split_first_mut() {
            for (next, &octet) in rest.iter_mut().zip(taken) {
                *place |= octet >> shift;
                *next = octet << (8 - shift);
                place = next;
            }
        }
        self.len_bits += taken.len() * 8;
        taken.len()
    }

    /// Appends the bits of `octets` from number `from` on, as many as fit.
    #[cfg(feature = "std")]
    pub(crate) fn extend_from(&mut self, octets: &[u8], from: usize) {
        let (skip, shift) = (from / 8, from % 8);
        let mut rest = octets.get(skip..).unwrap_or_default();
        if let (1.., Some((first, behind))) = (shift, rest.split_first()) {
            for place in (0..8 - shift).rev() {
                self.push(first >> place & 1);
            }
            rest = behind;
        }
        self.extend_octets(rest, usize::MAX);
    }

    /// `len` octets of `octets` from bit `from` on, turned over if so wanted: where they stand, or else at the front of this buffer, which
    /// must be empty. Empty if there are not so many.
    #[cfg(feature = "std")]
    pub(crate) fn aligned<'a>(
        &'a mut self,
        octets: &'a [u8],
        from: usize,
        len: usize,
        inverted: bool,
    ) -> &'a [u8] {
        let (skip, shift) = (from / 8, from % 8);
        let source = octets.get(skip..).unwrap_or_default();
        if shift == 0 && !inverted {
            return source.get(..len).unwrap_or_default();
        }
        let Some(places) = self.octets.as_mut().get_mut(..len) else {
            return &[];
        };
        let turn = if inverted { 0xFF } else { 0 };
        if shift == 0 {
            for (place, octet) in places.iter_mut().zip(source) {
                *place = octet ^ turn;
            }
        } else {
            shift_into(places, source, shift, turn);
        }
        places
    }

    /// All octets whose bits are all there.
    #[cfg(feature = "std")]
    pub(crate) fn octets(&self) -> &[u8] {
        let octets = self.octets.as_ref();
        octets.get(..self.len_bits / 8).unwrap_or_default()
    }

    /// Octet number `at`, if all its bits are there.
    #[inline]
    pub(crate) fn octet(&self, at: usize) -> Option<u8> {
        if at < self.len_bits / 8 {
            self.octets.as_ref().get(at).copied()
        } else {
            None
        }
    }

    fn push(&mut self, bit: u8) {
        let (at, place) = (self.len_bits / 8, self.len_bits % 8);
        if let Some(octet) = self.octets.as_mut().get_mut(at) {
            let bit = (bit & 1) << (7 - place);
            *octet = if place == 0 { bit } else { *octet | bit };
            self.len_bits += 1;
        }
    }

    /// Removes the first `bits` bits and moves the others to the front. Work: one step an octet held.
    pub(crate) fn drop_front(&mut self, bits: usize) {
        if bits >= self.len_bits {
            self.clear();
            return;
        }
        let (skip, shift) = (bits / 8, bits % 8);
        let held = self.capacity().min(self.len_bits.div_ceil(8));
        let (held, _) = self.octets.as_mut().split_at_mut(held);
        let Some(kept) = held.len().checked_sub(skip) else {
            return; // more than is held: not after the question above
        };
        held.copy_within(skip.., 0);
        let (kept, _) = held.split_at_mut(kept);
        if shift > 0 && cfg!(feature = "std") {
            shift_up(kept, shift);
        } else if shift > 0 {
            let mut carry = 0;
            for octet in kept.iter_mut().rev() {
                let shifted = *octet << shift | carry;
                carry = *octet >> (8 - shift);
                *octet = shifted;
            }
        }
        self.len_bits -= bits;
    }

    /// Turns over every bit of the first `len` octets.
    pub(crate) fn invert(&mut self, len: usize) {
        for octet in self.octets.as_mut().iter_mut().take(len) {
            *octet = !*octet;
        }
    }

    pub(crate) const fn clear(&mut self) {
        self.len_bits = 0;
    }
}

/// Fills `places` with the bits of `source` from number `shift` (1 to 7) on, added to `turn`; zeros behind the end. Eight octets at once.
#[inline]
fn shift_into(places: &mut [u8], source: &[u8], shift: usize, turn: u8) {
    let turns = u64::from_ne_bytes([turn; 8]);
    let (eights, rest) = places.as_chunks_mut::<8>();
    let mut source = source;
    for place in eights {
        let word = if let Some((&now, behind)) = source.split_first_chunk::<8>() {
            source = behind;
            let next = behind.first().copied().unwrap_or(0);
            u64::from_be_bytes(now) << shift | u64::from(next) >> (8 - shift)
        } else {
            let mut last = [0; 8];
            for (place, octet) in last.iter_mut().zip(source) {
                *place = *octet;
            }
            source = &[];
            u64::from_be_bytes(last) << shift
        };
        *place = (word ^ turns).to_be_bytes();
    }
    let next = source.iter().skip(1).chain(&[0]);
    for ((place, &now), &next) in rest.iter_mut().zip(source).zip(next) {
        *place = (now << shift | next >> (8 - shift)) ^ turn;
    }
}

/// Moves all bits `shift` (1 to 7) places to the front. Eight octets at once.
#[inline]
fn shift_up(octets: &mut [u8], shift: usize) {
    let mut at = 0;
    while let Some([now @ .., next]) = octets.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<9>) {
        let word = u64::from_be_bytes(*now) << shift | u64::from(*next) >> (8 - shift);
        *now = word.to_be_bytes();
        at += 8;
    }
    let mut carry = 0;
    for octet in octets.iter_mut().skip(at).rev() {
        let shifted = *octet << shift | carry;
        carry = *octet >> (8 - shift);
        *octet = shifted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every prefix length and every drop length against a plain array of bits.
    #[test]
    fn behaves_like_an_array_of_bits() {
        let source: [u8; 61] = core::array::from_fn(|i| (i * i / 3 % 2) as u8);
        for len in 0..=61 {
            for drop in 0..=62 {
                let mut buffer = BitBuffer::<[u8; 8]>::new();
                let cut = len / 3;
                assert_eq!(buffer.extend(&source[..cut], 64), cut);
                assert_eq!(buffer.extend(&source[cut..], len), len - cut);
                buffer.drop_front(drop);
                assert_eq!(buffer.extend(&source[..2], 64), 2);
                let expected = source[..len].iter().skip(drop).chain(&source[..2]);
                let got = (0..buffer.len_bits()).map(|i| buffer.bit(i));
                assert!(got.eq(expected.copied()), "{len} bits, drop {drop}");
                let last = buffer.len_bits();
                assert!(
                    (last..64).all(|i| buffer.bit(i) == 0),
                    "{len} bits, drop {drop}"
                );
            }
        }
    }

    /// Every shift, octets behind bits, in lengths around a word and far beyond it.
    #[test]
    fn octets_are_bits_at_every_shift() {
        let source: [u8; 100] = core::array::from_fn(|i| (i * i * 37 / 3) as u8);
        let bit = |at: usize| source[at / 8] >> (7 - at % 8) & 1;
        let all: [u8; 800] = core::array::from_fn(bit);
        for from in 0..24 {
            for len in [0, 1, 7, 8, 9, 15, 16, 17, 63, 90] {
                let mut buffer = BitBuffer::<[u8; 96]>::new();
                buffer.extend(&all[..from], 800);
                assert_eq!(buffer.extend_octets(&source[..len], 768), len);
                let got = |buffer: &BitBuffer<_>, at| buffer.bit(at);
                let wanted = |at: usize| all[if at < from { at } else { at - from }];
                assert!((0..from + len * 8).all(|at| got(&buffer, at) == wanted(at)));
                for drop in [1, 5, 8, 13, 64, 71] {
                    let mut less = buffer.clone();
                    less.drop_front(drop);
                    let left = (from + len * 8).saturating_sub(drop);
                    assert_eq!(less.len_bits(), left);
                    assert!((0..left).all(|at| got(&less, at) == wanted(at + drop)));
                }
                #[cfg(feature = "std")]
                for inverted in [false, true] {
                    let mut empty = BitBuffer::<[u8; 96]>::new();
                    let octets = empty.aligned(&source, from, len, inverted);
                    let turned = u8::from(inverted);
                    assert_eq!(octets.len(), len);
                    assert!((0..len * 8).all(|at| octets[at / 8] >> (7 - at % 8) & 1
                        == all[from + at] ^ turned));
                }
            }
        }
    }

    #[test]
    fn takes_no_more_than_fits() {
        let mut buffer = BitBuffer::<[u8; 2]>::new();
        assert_eq!(buffer.extend(&[1; 40], 100), 16);
        assert_eq!(buffer.extend(&[1; 40], 100), 0);
        assert_eq!(buffer.first_octets(2), Some(&[0xFF, 0xFF][..]));
        assert_eq!(buffer.first_octets(3), None);
    }
}
