//! AOS Frame Header Error Control: a (10,6) Reed–Solomon code over GF(16) that corrects two wrong half-octets of the header.
//!
//! Book: 732.0-B-4. F(x) = x^4 + x + 1, g(x) = x^4 + a^3 x^3 + a x^2 + a^3 x + 1 with roots a^6 … a^9. Information: header bits 0–15
//! (version, SCID, VCID) and 40–47 (signalling field); the frame count in between is not protected. The check symbols are header bits
//! 48–63. Left out: nothing.
//!
//! ```
//! use magpie_coding::fhec;
//! let mut header = [0x6A, 0xEA, 0x00, 0x01, 0x02, 0x43, 0, 0];
//! fhec::encode(&mut header);
//! assert_eq!(header[6..], [0xCE, 0x8E]);
//! header[0] ^= 0x18; // two half-octets
//! assert_eq!(fhec::correct(&mut header), Ok(2));
//! assert_eq!(header[0], 0x6A);
//! ```

/// Octets of an AOS primary header with its error control.
pub const HEADER_LEN: usize = 8;

/// Symbols of a codeword.
const SYMBOLS: usize = 10;
/// Information symbols.
const INFORMATION: usize = 6;
/// g(x) without its leading term, highest power first.
const GENERATOR: [u8; 4] = [8, 2, 8, 1];
/// a^i for i = 0 … 14.
const EXP: [u8; 15] = [1, 2, 4, 8, 3, 6, 12, 11, 5, 10, 7, 14, 15, 13, 9];
/// Where the half-octets of a codeword stand in the header: first information, then check symbols.
const OCTETS: [usize; SYMBOLS / 2] = [0, 1, 5, 6, 7]; //= 732.0-B-4 fhec

/// More than two half-octets of the header are wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FhecUncorrectable;

impl core::fmt::Display for FhecUncorrectable {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("more than two wrong half-octets in the AOS header")
    }
}

impl core::error::Error for FhecUncorrectable {}

/// Writes the check symbols over the last two octets of `header`.
pub fn encode(header: &mut [u8; HEADER_LEN]) {
    let word = symbols(*header);
    let mut register = [0u8; 4];
    for &symbol in &word[..INFORMATION] {
        let feedback = symbol ^ register[0];
        register = [register[1], register[2], register[3], 0];
        for (cell, g) in register.iter_mut().zip(GENERATOR) {
            *cell ^= mul(feedback, g);
        }
    }
    let [a, b, c, d] = register;
    header[6] = a << 4 | b;
    header[7] = c << 4 | d;
}

/// Corrects `header` in place and tells how many half-octets were wrong, 0 to 2. The frame count is not looked at.
///
/// # Errors
/// [`FhecUncorrectable`]; `header` is then as received.
pub fn correct(header: &mut [u8; HEADER_LEN]) -> Result<u8, FhecUncorrectable> {
    let word = symbols(*header);
    let syndromes: [u8; 4] = core::array::from_fn(|i| {
        word.iter()
            .fold(0, |sum, &symbol| mul(sum, alpha(6 + i)) ^ symbol)
    });
    if syndromes == [0; 4] {
        return Ok(0);
    }
    let (errors, count) = locate(syndromes).ok_or(FhecUncorrectable)?;
    for (index, magnitude) in errors.into_iter().take(count) {
        let shift = if index % 2 == 0 { 4 } else { 0 };
        let octet = OCTETS.get(index / 2).and_then(|&at| header.get_mut(at));
        *octet.ok_or(FhecUncorrectable)? ^= magnitude << shift; // there always is one
    }
    Ok(count as u8)
}

/// Up to two errors as (index in the codeword, magnitude), by Peterson's method.
fn locate(s: [u8; 4]) -> Option<([(usize, u8); 2], usize)> {
    // One error Y at X makes S_i = Y X^(6+i): a constant ratio X.
    let determinant = mul(s[1], s[1]) ^ mul(s[0], s[2]);
    if determinant == 0 {
        let x = div(s[1], s[0])?;
        let constant = mul(s[1], x) == s[2] && mul(s[2], x) == s[3];
        let index = index_of(x).filter(|_| constant)?;
        return Some(([(index, div(s[0], power(x, 6))?), (0, 0)], 1));
    }
    // Two: S_(i+2) = b S_(i+1) + c S_i, with b = X1 + X2 and c = X1 X2.
    let b = div(mul(s[1], s[2]) ^ mul(s[0], s[3]), determinant)?;
    let c = div(mul(s[2], s[2]) ^ mul(s[1], s[3]), determinant)?;
    let mut roots = (0..15)
        .map(alpha)
        .filter(|&x| mul(x, x) ^ mul(b, x) ^ c == 0);
    let (x1, x2) = (roots.next()?, roots.next()?);
    let y2 = div(s[1] ^ mul(s[0], x1), mul(power(x2, 6), x1 ^ x2))?;
    let y1 = div(s[0] ^ mul(y2, power(x2, 6)), power(x1, 6))?;
    if y1 == 0 || y2 == 0 {
        return None;
    }
    Some(([(index_of(x1)?, y1), (index_of(x2)?, y2)], 2))
}

/// The ten half-octets of the codeword, highest power first.
fn symbols(header: [u8; HEADER_LEN]) -> [u8; SYMBOLS] {
    core::array::from_fn(|i| {
        let place = OCTETS.get(i / 2).and_then(|&at| header.get(at));
        let octet = place.copied().unwrap_or(0); // there always is one
        if i % 2 == 0 { octet >> 4 } else { octet & 0xF }
    })
}

/// Which symbol has the locator `x`, if one of the ten has.
fn index_of(x: u8) -> Option<usize> {
    (SYMBOLS - 1).checked_sub(log(x)?)
}

fn alpha(exponent: usize) -> u8 {
    EXP[exponent % 15]
}

fn log(x: u8) -> Option<usize> {
    EXP.iter().position(|&e| e == x)
}

fn mul(a: u8, b: u8) -> u8 {
    log(a).zip(log(b)).map_or(0, |(a, b)| alpha(a + b))
}

fn div(a: u8, b: u8) -> Option<u8> {
    let b = log(b)?;
    Some(log(a).map_or(0, |a| alpha(a + 15 - b)))
}

fn power(x: u8, exponent: usize) -> u8 {
    log(x).map_or(0, |x| alpha(x * exponent))
}
