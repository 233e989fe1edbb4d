//! Hard bits, one an element, to packed octets: as many as the synchronisers on a host take at once.

/// Packs eights of bits (only the lowest of each element counts) into the front of `octets`, as many as fit, and returns that part.
pub(crate) fn pack<'o>(bits: &[[u8; 8]], octets: &'o mut [u8]) -> &'o [u8] {
    for (octet, &eight) in octets.iter_mut().zip(bits) {
        // Bit i stands in place 8i of the word; the factor's places 63 − 9i bring it to 63 − i, and no two products to the same place.
        let word = u64::from_le_bytes(eight) & 0x0101_0101_0101_0101;
        *octet = (word.wrapping_mul(0x8040_2010_0804_0201) >> 56) as u8;
    }
    octets.get(..bits.len()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::pack;

    /// All octets, with and without rubbish above the lowest bit.
    #[test]
    fn every_octet_is_its_bits() {
        for wanted in 0..=255_u8 {
            for rubbish in [0, 0xFE, 0x30] {
                let bits = core::array::from_fn(|i| wanted >> (7 - i) & 1 | rubbish);
                assert_eq!(pack(&[bits], &mut [0; 2]), [wanted]);
            }
        }
    }
}
