//! What every `emit` of the fixed-layout frames shares.

use crate::error::{EmitError, room};

/// `value`, widened for its bit field, if it is at most `max`.
pub(crate) fn within(value: u8, max: u8) -> Result<u32, EmitError> {
    if value > max {
        return Err(EmitError::OutOfRange {
            max: max.into(),
            have: value.into(),
        });
    }
    Ok(value.into())
}

/// Writes `parts` one after the other to the front of `out` and 0 behind them up to `len` octets; returns the octets of the
/// parts, which is where a frame error control field would go.
pub(crate) fn concat(parts: &[&[u8]], len: usize, out: &mut [u8]) -> Result<usize, EmitError> {
    let have = parts.iter().map(|part| part.len()).sum();
    if have > len {
        return Err(EmitError::TooLong { max: len, have });
    }
    let (body, tail) = room(out, len)?.split_at_mut(have);
    let octets = parts.iter().flat_map(|part| part.iter());
    body.iter_mut()
        .zip(octets)
        .for_each(|(to, from)| *to = *from);
    tail.fill(0);
    Ok(have)
}
