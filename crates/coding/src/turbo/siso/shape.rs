//! Which parities a component code sends, as a value and as a type.
//!
//! Book: 131.0-B (turbo codes: the forward vectors that each rate uses).

use super::super::encode::STEP;

/// Which parities a component sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parities {
    G1,
    G1G3,
    G2G3,
    G1G2G3,
}

impl Parities {
    /// Places of the outputs in the order of the encoder's register.
    pub(crate) const fn places(self) -> &'static [u8] {
        match self {
            Self::G1 => &[0],
            Self::G1G3 => &[0, 2],
            Self::G2G3 => &[1, 2],
            Self::G1G2G3 => &[0, 1, 2],
        }
    }
}

/// [`Parities`] as a type, for the compiler to unfold.
pub(crate) trait Shape<const P: usize> {
    /// For each parity and butterfly: it is 0 when the bit is 1.
    const INVERTED: [[bool; 8]; P];
}

/// Butterfly j joins the states j and j + 8, whose first three cells are the same. Seen from the table of the encoder.
const fn inverted<const P: usize>(places: &[u8]) -> [[bool; 8]; P] {
    let mut table = [[false; 8]; P];
    let mut index = 0;
    while index < P {
        let mut j = 0;
        while j < 8 {
            table[index][j] = STEP[j][1] >> (4 + places[index]) & 1 == 0;
            j += 1;
        }
        index += 1;
    }
    table
}

pub(super) struct G1;
pub(super) struct G1G3;
pub(super) struct G2G3;
pub(super) struct G1G2G3;

impl Shape<1> for G1 {
    const INVERTED: [[bool; 8]; 1] = inverted(Parities::G1.places());
}

impl Shape<2> for G1G3 {
    const INVERTED: [[bool; 8]; 2] = inverted(Parities::G1G3.places());
}

impl Shape<2> for G2G3 {
    const INVERTED: [[bool; 8]; 2] = inverted(Parities::G2G3.places());
}

impl Shape<3> for G1G2G3 {
    const INVERTED: [[bool; 8]; 3] = inverted(Parities::G1G2G3.places());
}
