//! CRCs by tables, eight octets at once: for hosts without carry-less multiplication.
//!
//! Table k holds, for every octet, the remainder of that octet followed by k + 4 octets of zeros; eight look-ups divide eight octets. The
//! tables are made by the compiler from the polynomial, 8 KiB for each one used.

struct Tables<const POLYNOMIAL: u32>;

impl<const POLYNOMIAL: u32> Tables<POLYNOMIAL> {
    const ALL: &'static [[u32; 256]; 8] = &tables(POLYNOMIAL);
}

const fn tables(polynomial: u32) -> [[u32; 256]; 8] {
    let mut all = [[0; 256]; 8];
    let mut octet = 0;
    while octet < 256 {
        let mut remainder = (octet as u32) << 24;
        let mut table = 0;
        while table < 8 {
            let mut bit = 0;
            while bit < 8 {
                remainder = (remainder << 1) ^ ((remainder >> 31) * polynomial);
                bit += 1;
            }
            all[table][octet] = remainder;
            table += 1;
        }
        octet += 1;
    }
    all
}

/// The remainder of `remainder` · x⁸ⁿ + `octets` · x³² by x³² + `POLYNOMIAL`, n being the number of octets.
pub(crate) fn update<const POLYNOMIAL: u32>(remainder: u32, octets: &[u8]) -> u32 {
    let [t0, t1, t2, t3, t4, t5, t6, t7] = Tables::<POLYNOMIAL>::ALL;
    let look = |table: &[u32; 256], octet: u8| table[usize::from(octet)];
    let (groups, rest) = octets.as_chunks::<8>();
    let mut remainder = remainder;
    for &[a, b, c, d, e, f, g, h] in groups {
        let [p, q, r, s] = remainder.to_be_bytes();
        remainder = look(t7, a ^ p)
            ^ look(t6, b ^ q)
            ^ look(t5, c ^ r)
            ^ look(t4, d ^ s)
            ^ look(t3, e)
            ^ look(t2, f)
            ^ look(t1, g)
            ^ look(t0, h);
    }
    for &octet in rest {
        remainder = remainder << 8 ^ look(t0, (remainder >> 24) as u8 ^ octet);
    }
    remainder
}
