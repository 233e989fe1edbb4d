//! What several fuzz targets need.

pub mod flight;

use magpie_wire::EmitError;

/// What a value writes into a buffer of `room` octets, which must be enough.
pub fn emitted(room: usize, emit: impl FnOnce(&mut [u8]) -> Result<usize, EmitError>) -> Vec<u8> {
    let mut out = vec![0; room];
    let len = emit(&mut out).expect("what was parsed can be emitted");
    out.truncate(len);
    out
}

/// Octets as bits, one an element, first bit first.
pub fn bits(octets: &[u8]) -> Vec<u8> {
    octets
        .iter()
        .flat_map(|octet| (0..8).rev().map(move |place| octet >> place & 1))
        .collect()
}

/// The stream cut into pieces of lengths that `cut` decides: 1 to 2,048, not all the same.
pub fn pieces<T>(stream: &[T], cut: u8) -> impl Iterator<Item = &[T]> {
    let (mut rest, mut len) = (stream, 1 + usize::from(cut));
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, behind) = rest.split_at(len.min(rest.len()));
        (rest, len) = (behind, len * 5 % 2048 + 1);
        Some(piece)
    })
}
