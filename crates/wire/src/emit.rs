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
    let too_long = EmitError::TooLong { max: len, have };
    if have > len {
        return Err(too_long);
    }
    let mut rest = room(out, len)?;
    for part in parts {
        let (place, behind) = rest.split_at_mut_checked(part.len()).ok_or(too_long)?;
        place.copy_from_slice(part);
        rest = behind;
    }
    rest.fill(0);
    Ok(have)
}
