//! Which symbols of each codeword of a codeblock are erased.
//!
//! Book: 131.0-B, Reed–Solomon section (the code; erasures are the receiver's own knowledge). Positions are named in the codeblock as
//! it is transmitted; here they are sorted by codeword, so naming one twice counts once. Example: at depth 5 without virtual fill
//! position 7 is symbol 1 of codeword 2.

use super::{CODEWORD_LEN, MAX_INTERLEAVE, ReedSolomon, RsError};

/// Bits of one word of a set.
const WORD: usize = 32;

/// For each codeword, bit i of the set: symbol i is erased; symbol 0 is the first of the virtual fill.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Erasures([[u32; CODEWORD_LEN.div_ceil(WORD)]; MAX_INTERLEAVE]);

impl Erasures {
    /// The set of these positions in a codeblock of `rs`.
    //= 131.0-B rs-erasures
    pub(super) fn collect(
        rs: &ReedSolomon,
        positions: impl IntoIterator<Item = usize>,
    ) -> Result<Self, RsError> {
        let mut sets = [[0; CODEWORD_LEN.div_ceil(WORD)]; MAX_INTERLEAVE];
        let (len, depth) = (rs.block_len(), rs.interleave().max(1));
        for at in positions {
            let index = rs.virtual_fill() + at / depth;
            let set = sets.get_mut(at % depth).filter(|_| at < len);
            let word = set.and_then(|set| set.get_mut(index / WORD));
            *word.ok_or(RsError::Erasure { at, len })? |= 1 << (index % WORD);
        }
        Ok(Self(sets))
    }

    /// Erased symbols of codeword `which`.
    pub(crate) fn count(&self, which: usize) -> usize {
        let set = self.0.get(which).unwrap_or(&[0; _]);
        set.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Their places in the codeword, virtual fill included, in rising order.
    pub(crate) fn indices(&self, which: usize) -> impl Iterator<Item = u8> + Clone {
        let set = *self.0.get(which).unwrap_or(&[0; _]);
        (0..CODEWORD_LEN as u8).filter(move |&index| {
            let index = usize::from(index);
            set.get(index / WORD)
                .is_some_and(|word| word >> (index % WORD) & 1 == 1)
        })
    }
}
