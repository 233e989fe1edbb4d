//! What the decoder asks of a vector unit.

/// A vector of octets. Names follow what is done, signed unless said; each is one to four instructions.
///
/// # Safety
/// Every function may be called only where the instructions of the implementor are enabled, and only inlined into such a place; pointers must be
/// good for [`COUNT`](Lanes::COUNT) octets.
pub(super) trait Lanes {
    /// Octets in a vector.
    const COUNT: usize;
    type Vector: Copy;

    unsafe fn load(from: *const i8) -> Self::Vector;
    unsafe fn store(to: *mut i8, value: Self::Vector);
    unsafe fn splat(value: i8) -> Self::Vector;
    /// Saturating sum and difference.
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    unsafe fn sub(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// Unsigned magnitude, up to 128.
    unsafe fn magnitude(a: Self::Vector) -> Self::Vector;
    /// Unsigned.
    unsafe fn min(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    unsafe fn max(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    unsafe fn xor(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// Unsigned, by so many places (0 to 7) to the right.
    unsafe fn shift(a: Self::Vector, places: u8) -> Self::Vector;
    /// Sixteen octets for [`look_up`](Lanes::look_up).
    unsafe fn table(octets: &[i8; 16]) -> Self::Vector;
    /// What the table has at each place, 0 beyond its end; no place is more than 127.
    unsafe fn look_up(table: Self::Vector, places: Self::Vector) -> Self::Vector;
    /// `then` where `a` equals `b`, else `otherwise`.
    unsafe fn choose(
        a: Self::Vector,
        b: Self::Vector,
        then: Self::Vector,
        otherwise: Self::Vector,
    ) -> Self::Vector;
    /// The magnitude, up to 127, negated where `signs` is negative.
    unsafe fn signed(magnitude: Self::Vector, signs: Self::Vector) -> Self::Vector;
    /// The first `count` lanes of `new`, the others of `old`.
    unsafe fn first(count: usize, new: Self::Vector, old: Self::Vector) -> Self::Vector;
    /// One bit a lane, the first the lowest: whether it is negative.
    unsafe fn negative(a: Self::Vector) -> u64;
    /// Sum of all lanes, unsigned.
    unsafe fn sum(a: Self::Vector) -> u32;
    /// (a · −`scale` + 64) / 128, rounded down, saturated to octets.
    unsafe fn scaled(a: Self::Vector, scale: i16) -> Self::Vector;
    /// Signed, within ± `limit`.
    unsafe fn clamp(a: Self::Vector, limit: i8) -> Self::Vector;
}
