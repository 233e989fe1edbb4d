//! The dual (Berlekamp) basis in which 131.0-B transmits Reed–Solomon symbols.
//!
//! Book: 131.0-B, Reed–Solomon section and its annex on the transformation. A transmitted symbol is z = T(u), where u is the symbol in
//! the conventional basis in which this crate calculates. T is linear, so eight images define it; both directions are 256-octet tables
//! made at compile time. Example: T(0x01) = 0x7B, T(0x03) = 0x7B ^ 0xAF = 0xD4.

/// Images under T of 0x80, 0x40, … 0x01.
const IMAGES: [u8; 8] = [0x8D, 0xEF, 0xEC, 0x86, 0xFA, 0x99, 0xAF, 0x7B]; //= 131.0-B rs-dual-basis

/// T: conventional to dual.
pub(super) static TO_DUAL: [u8; 256] = to_dual();
/// The inverse of T: dual to conventional.
pub(super) static FROM_DUAL: [u8; 256] = from_dual();

pub(crate) const fn to_dual() -> [u8; 256] {
    let mut table = [0; 256];
    let mut u = 0;
    while u < 256 {
        let mut row = 0;
        while row < 8 {
            if u >> (7 - row) & 1 == 1 {
                table[u] ^= IMAGES[row];
            }
            row += 1;
        }
        u += 1;
    }
    table
}

pub(crate) const fn from_dual() -> [u8; 256] {
    let forward = to_dual();
    let mut table = [0; 256];
    let mut u = 0;
    while u < 256 {
        table[forward[u] as usize] = u as u8;
        u += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Literals of the facts file for 131.0-B (from libfec's table, recomputed there).
    #[test]
    fn images_match_the_published_values() {
        //= 131.0-B rs-dual-basis
        let known = [
            (0x01, 0x7B),
            (0x02, 0xAF),
            (0x03, 0xD4),
            (0x04, 0x99),
            (0xFF, 0xBF),
        ];
        for (u, z) in known {
            assert_eq!(TO_DUAL[u], z);
        }
    }

    #[test]
    fn both_tables_are_inverse() {
        for u in 0..=255u8 {
            assert_eq!(FROM_DUAL[usize::from(TO_DUAL[usize::from(u)])], u);
        }
    }
}
