//! GF(256) as 131.0-B builds it for Reed–Solomon: F(x) = x^8 + x^7 + x^2 + x + 1, alpha = x.
//!
//! Book: 131.0-B, Reed–Solomon section. Exponent and logarithm tables, made at compile time; addition is `^`.
//! An element is an octet in the conventional (polynomial) basis. Left out: any other field polynomial.

/// F(x) with its x^8 term.
const FIELD_POLYNOMIAL: u16 = 0x187;
/// Order of the multiplicative group.
pub(crate) const ORDER: usize = 255;
/// The code uses beta = alpha^11 as its primitive element.
pub(crate) const BETA_LOG: usize = 11;

struct Tables {
    /// `exp[i]` = alpha^i, written out twice so that a sum of two logarithms needs no reduction.
    exp: [u8; 512],
    /// `log[x]` for x ≠ 0; `log[0]` is never read.
    log: [u8; 256],
}

static TABLES: Tables = tables(); //= 131.0-B rs-field

const fn tables() -> Tables {
    let mut exp = [0; 512];
    let mut log = [0; 256];
    let mut x: u16 = 1;
    let mut i = 0;
    while i < ORDER {
        exp[i] = x as u8;
        exp[i + ORDER] = x as u8;
        log[x as usize] = i as u8;
        x <<= 1;
        if x > 0xFF {
            x ^= FIELD_POLYNOMIAL;
        }
        i += 1;
    }
    Tables { exp, log }
}

/// alpha^`exponent`, any exponent.
#[inline]
pub(super) fn alpha(exponent: usize) -> u8 {
    TABLES.exp[exponent % ORDER]
}

/// beta^`exponent` = alpha^(11 · exponent).
#[inline]
pub(super) fn beta(exponent: usize) -> u8 {
    alpha(BETA_LOG * (exponent % ORDER))
}

/// Product of two elements.
#[inline]
pub(super) fn mul(a: u8, b: u8) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    TABLES.exp[usize::from(TABLES.log[usize::from(a)]) + usize::from(TABLES.log[usize::from(b)])]
}

/// a / b, or `None` for a division by zero.
#[inline]
pub(super) fn div(a: u8, b: u8) -> Option<u8> {
    match (a, b) {
        (_, 0) => None,
        (0, _) => Some(0),
        _ => Some(
            TABLES.exp[usize::from(TABLES.log[usize::from(a)]) + ORDER
                - usize::from(TABLES.log[usize::from(b)])],
        ),
    }
}

/// Value of a polynomial at `x`; `coefficients[i]` belongs to x^i.
#[inline]
pub(super) fn evaluate(coefficients: &[u8], x: u8) -> u8 {
    coefficients.iter().rev().fold(0, |sum, &c| mul(sum, x) ^ c)
}

/// `mul` usable while tables are built; shift and add, slow.
pub(crate) const fn mul_const(a: u8, b: u8) -> u8 {
    mul_modulo(a, b, FIELD_POLYNOMIAL)
}

/// The same in the field of another polynomial of degree 8, x^8 term included.
pub(crate) const fn mul_modulo(a: u8, b: u8, polynomial: u16) -> u8 {
    let mut product: u16 = 0;
    let mut bit = 8;
    while bit > 0 {
        bit -= 1;
        product <<= 1;
        if product & 0x100 != 0 {
            product ^= polynomial;
        }
        if b >> bit & 1 == 1 {
            product ^= a as u16;
        }
    }
    product as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All 65,536 products against shift-and-add, and division as the inverse of multiplication.
    #[test]
    fn products_and_quotients_agree_with_shift_and_add() {
        //= 131.0-B rs-field
        for a in 0..=255u8 {
            for b in 0..=255u8 {
                let product = mul_const(a, b);
                assert_eq!(mul(a, b), product);
                assert_eq!(div(product, b), if b == 0 { None } else { Some(a) });
            }
        }
    }

    #[test]
    fn alpha_is_two_and_has_order_255() {
        assert_eq!(alpha(1), 2);
        assert_eq!(alpha(8), 0x87, "x^8 = x^7 + x^2 + x + 1");
        assert_eq!(alpha(255), 1);
        assert_eq!(beta(1), 0xAD, "alpha^11, as independent programs take it");
    }
}
