//! Symbol interleaving: which octet of a codeblock belongs to which codeword.
//!
//! Book: 131.0-B, Reed–Solomon section. With interleaving depth I, octet s of the frame belongs to codeword s mod I, and the check
//! symbols follow in the same order. Message and check octets together therefore keep one rule: octet s of the whole codeblock belongs
//! to codeword s mod I. Example: I = 5 and 1115 octets of frame; octets 0, 5, 10 … 1110 and the check octets 1115, 1120 … make
//! codeword 0.

/// The octets of codeword `which` at interleaving depth `depth`, first transmitted first.
pub(super) fn gather(
    block: &[u8],
    which: usize,
    depth: usize,
) -> impl ExactSizeIterator<Item = &u8> {
    //= 131.0-B rs-interleave
    block
        .get(which..)
        .unwrap_or_default()
        .iter()
        .step_by(depth.max(1))
}

/// The same octets, to be written.
pub(super) fn scatter(
    block: &mut [u8],
    which: usize,
    depth: usize,
) -> impl ExactSizeIterator<Item = &mut u8> {
    block
        .get_mut(which..)
        .unwrap_or_default()
        .iter_mut()
        .step_by(depth.max(1))
}
