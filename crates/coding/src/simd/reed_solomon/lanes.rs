//! What the generic Reed–Solomon kernel asks of a processor: 32 octets at a time.
//!
//! A value that implements [`Lanes`] is the proof that its instructions are there (it is made only in a function that was entered with
//! an engine), so its methods are safe to call. Engines without multiplication in GF(256) look products of half octets up and implement
//! [`HalfTables`] as well; a new one of that kind (another 16-octet vector unit) needs the two traits and an entry, nothing else.

use super::tables::Tables;
use crate::reed_solomon::{Basis, RsCode};

/// A whole codeword in places 1 ..= 255, virtual fill as zeros; place 0 is zero.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Word(pub(super) [u8; 256]);

impl Word {
    pub(super) const ZERO: Self = Self([0; 256]);
}

/// Vectors of 32 octets; octet 0 is the first in memory.
pub(super) trait Lanes: Copy {
    /// 32 octets.
    type V: Copy;
    /// A scalar, ready to multiply vectors.
    type Factor: Copy;
    /// 32 constants, ready to be multiplied.
    type Row: Copy + 'static;

    fn tables(self) -> &'static Tables<Self::Row>;

    fn zero(self) -> Self::V;
    fn load(self, octets: &[u8; 32]) -> Self::V;
    fn load_halves(self, first: &[u8; 16], second: &[u8; 16]) -> Self::V;
    fn store(self, v: Self::V, octets: &mut [u8; 32]);
    fn xor(self, a: Self::V, b: Self::V) -> Self::V;
    fn and(self, a: Self::V, b: Self::V) -> Self::V;
    fn is_zero(self, v: Self::V) -> bool;
    /// Bit i: octets i are equal.
    fn equal(self, a: Self::V, b: Self::V) -> u32;
    /// Octet 0.
    fn first(self, v: Self::V) -> u8;
    /// Octet i + 1 to place i; a zero comes in.
    fn down(self, v: Self::V) -> Self::V;
    /// Octet i to place i + 1; a zero comes in.
    fn up(self, v: Self::V) -> Self::V;
    /// Octet `mask[i]` of the same half, zero where the mask is 0x80.
    fn shuffle(self, v: Self::V, mask: &[u8; 16]) -> Self::V;

    fn factor(self, scalar: u8) -> Self::Factor;
    fn scale(self, v: Self::V, by: Self::Factor) -> Self::V;
    fn scale_row(self, row: &Self::Row, by: Self::Factor) -> Self::V;

    /// Channel symbols to what [`Lanes::divide`] takes.
    fn take_in(self, v: Self::V, basis: Basis) -> Self::V;
    /// And back.
    fn put_out(self, v: Self::V, basis: Basis) -> Self::V;
    /// What [`Lanes::divide`] gives to the field in which [`Lanes::scale`] multiplies.
    fn to_field(self, v: Self::V, basis: Basis) -> Self::V;

    /// The check symbols of some words' message symbols; all before place `from` are known to be zero.
    fn divide<const W: usize>(
        self,
        code: RsCode,
        basis: Basis,
        words: &[Word; W],
        from: usize,
    ) -> [Self::V; W];
}

/// What [`super::kernel::divide_by_steps`] needs besides.
pub(super) trait HalfTables: Lanes<Row = super::tables::SplitRow> {
    /// Octets 8 `WHICH` to 8 `WHICH` + 7, the first lowest; `WHICH` is 0 or 1.
    fn eight<const WHICH: i32>(self, v: Self::V) -> u64;
    /// Octet i + 8 to place i; zeros come in.
    fn down_eight(self, v: Self::V) -> Self::V;
}
