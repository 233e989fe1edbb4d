//! Division by the generator polynomial: it makes the check symbols and shows whether a codeword is clean.
//!
//! Book: 131.0-B, Reed–Solomon section: g(x) = prod (x - alpha^(11 j)), j = 128-E … 127+E. The feedback shift register is stepped
//! through two tables, one row for every value of either half of the feedback symbol: multiplication is linear, so a symbol costs two rows of
//! exclusive-ors, and the tables 1 KiB (E = 16) instead of 8. Symbols here are in the conventional basis, highest power first. Left out: interleaving and basis, which have files of their own.

use super::field::mul_const;
use super::{MAX_PARITY, RsCode};

/// alpha^11.
const BETA: u8 = 0xAD;

/// Rows for the upper half of the feedback symbol, then for the lower: that half times g(x) without its leading term.
type StepTable<const P: usize> = [[[u8; P]; 16]; 2];

static STEPS_E16: StepTable<32> = steps(&generator(112));
static STEPS_E8: StepTable<16> = steps(&generator(120));

/// Coefficients of g(x) without the leading 1, highest power first; its roots are beta^`first_root` and the P - 1 powers after it.
pub(crate) const fn generator<const P: usize>(first_root: usize) -> [u8; P] {
    //= 131.0-B rs-generator
    let mut root: u8 = 1;
    let mut j = 0;
    while j < first_root {
        root = mul_const(root, BETA);
        j += 1;
    }
    // `product[i]` belongs to x^i; its leading 1 (at x^degree) is implied.
    let mut product = [0; P];
    let mut degree = 0;
    while degree < P {
        // times (x + root): the implied 1 first, then every coefficient from the top down
        let mut i = degree;
        product[i] = if i > 0 { product[i - 1] } else { 0 } ^ root;
        while i > 0 {
            i -= 1;
            product[i] = if i > 0 { product[i - 1] } else { 0 } ^ mul_const(product[i], root);
        }
        degree += 1;
        root = mul_const(root, BETA);
    }
    let mut highest_first = [0; P];
    let mut i = 0;
    while i < P {
        highest_first[i] = product[P - 1 - i];
        i += 1;
    }
    highest_first
}

const fn steps<const P: usize>(generator: &[u8; P]) -> StepTable<P> {
    let mut table = [[[0; P]; 16]; 2];
    let mut half = 0;
    while half < 16 {
        let mut i = 0;
        while i < P {
            table[0][half][i] = mul_const(generator[i], (half as u8) << 4);
            table[1][half][i] = mul_const(generator[i], half as u8);
            i += 1;
        }
        half += 1;
    }
    table
}

/// Check symbols for `message`, in the first `2E` places: the remainder of message(x) · x^2E divided by g(x).
pub(super) fn check_symbols(code: RsCode, message: impl Iterator<Item = u8>) -> [u8; MAX_PARITY] {
    match code {
        RsCode::E16 => divide(&STEPS_E16, message),
        RsCode::E8 => {
            let mut checks = [0; MAX_PARITY];
            for (to, from) in checks.iter_mut().zip(divide(&STEPS_E8, message)) {
                *to = from;
            }
            checks
        }
    }
}

#[inline]
fn divide<const P: usize>(steps: &StepTable<P>, message: impl Iterator<Item = u8>) -> [u8; P] {
    let mut register = [0; P];
    for symbol in message {
        let feedback = usize::from(register[0] ^ symbol);
        let [upper, lower] = [&steps[0][feedback >> 4], &steps[1][feedback & 15]];
        register.copy_within(1.., 0);
        register[P - 1] = 0;
        for (cell, (a, b)) in register.iter_mut().zip(upper.iter().zip(lower)) {
            *cell ^= a ^ b;
        }
    }
    register
}

#[cfg(test)]
mod tests {
    use super::super::field::alpha;
    use super::*;

    /// Logarithms of the coefficients as the facts file for 131.0-B gives them (first half; the rest is the mirror image).
    #[test]
    fn generator_coefficients_match_the_published_logarithms() {
        //= 131.0-B rs-generator
        const E16: [usize; 17] = [
            0, 249, 59, 66, 4, 43, 126, 251, 97, 30, 3, 213, 50, 66, 170, 5, 24,
        ];
        const E8: [usize; 9] = [0, 30, 230, 49, 235, 129, 81, 76, 173];
        let e16: [u8; 32] = generator(112);
        for (i, &log) in E16.iter().enumerate().skip(1) {
            assert_eq!(e16[i - 1], alpha(log));
            assert_eq!(e16[31 - i], alpha(log));
        }
        let e8: [u8; 16] = generator(120);
        for (i, &log) in E8.iter().enumerate().skip(1) {
            assert_eq!(e8[i - 1], alpha(log));
            assert_eq!(e8[15 - i], alpha(log));
        }
        assert_eq!((e16[31], e8[15]), (1, 1), "the constant term is one");
    }
}
