//! Octets that lie in several places but belong together: what a packet is made of before anything is copied.

use magpie_coding::crc::Crc16;
use magpie_wire::EmitError;

/// Octets of all parts together.
pub(crate) fn len_of(parts: &[&[u8]]) -> usize {
    parts
        .iter()
        .fold(0, |sum, part| sum.saturating_add(part.len()))
}

/// CRC-16 over all parts, one behind the other, as it is sent.
pub(crate) fn check_of(parts: &[&[u8]]) -> [u8; 2] {
    let mut crc = Crc16::new();
    for part in parts {
        crc.update(part);
    }
    crc.finish().to_be_bytes()
}

/// Copies the parts one behind the other to the front of `out`; returns their length.
pub(crate) fn concat(parts: &[&[u8]], out: &mut [u8]) -> Result<usize, EmitError> {
    let (need, have) = (len_of(parts), out.len());
    if need > have {
        return Err(EmitError::NoSpace { need, have });
    }
    let mut rest = out;
    for part in parts {
        let (slot, behind) = rest.split_at_mut(part.len());
        slot.copy_from_slice(part);
        rest = behind;
    }
    Ok(need)
}
