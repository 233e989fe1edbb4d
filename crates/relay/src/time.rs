//! On-board time: an [`Instant`] whose zero is 1958-01-01 TAI, and its CUC code (301.0-B-4).
//!
//! Transfer blocks carry the transceiver's clock, five coarse and three fine octets without a P-field. Record packets carry a P-field of
//! one octet and four coarse and three fine octets. Both have a resolution of 2⁻²⁴ s; microseconds come back exactly.
//!
//! ```
//! use magpie_link::clock::Instant;
//! use magpie_relay::time::{clock_octets, instant_of_clock};
//! let noon = Instant::from_micros(2_015_496_037_000_001);
//! assert_eq!(instant_of_clock(&clock_octets(noon)), Some(noon));
//! ```

pub use magpie_link::clock::Instant;
use magpie_wire::time_code::{Cuc, CucEpoch, CucFormat, CucPField};

/// Length of [`clock_octets`].
pub const CLOCK_LEN: usize = 8;
/// Length of [`stamp_octets`].
pub const STAMP_LEN: usize = 8;

const MICROS: u64 = 1_000_000;
/// CUC level 1, four coarse and three fine octets.
const STAMP_P_FIELD: u8 = 0x1F;

/// The clock of a transceiver as a T-field of 5 + 3 octets.
pub fn clock_octets(at: Instant) -> [u8; CLOCK_LEN] {
    // 2^64 µs are 2^44 s at most, beyond five coarse octets: the highest bits are cut off, as in a clock that overflows. Written without
    // `Cuc`, whose 128 bits cost a small processor thousands of instructions a record; the tests hold the two together.
    let [_, _, _, s0, s1, s2, s3, s4] = (at.as_micros() / MICROS).to_be_bytes();
    let [f0, f1, f2, ..] = fraction(at).to_be_bytes();
    [s0, s1, s2, s3, s4, f0, f1, f2]
}

/// The instant of [`clock_octets`]; `None` unless there are eight octets.
pub fn instant_of_clock(octets: &[u8]) -> Option<Instant> {
    Cuc::parse(CucFormat::PROX1_CLOCK, octets)
        .ok()
        .map(|time| instant(&time))
}

/// P-field and T-field of a record's time: CUC level 1, 4 + 3 octets.
pub fn stamp_octets(at: Instant) -> [u8; STAMP_LEN] {
    let [_, _, _, _, s0, s1, s2, s3] = (at.as_micros() / MICROS).to_be_bytes();
    let [f0, f1, f2, ..] = fraction(at).to_be_bytes();
    [STAMP_P_FIELD, s0, s1, s2, s3, f0, f1, f2]
}

/// The instant of [`stamp_octets`]; `None` if the P-field is another one.
pub fn instant_of_stamp(octets: &[u8; STAMP_LEN]) -> Option<Instant> {
    let (p_field, t_field) = CucPField::parse(octets).ok()?;
    if p_field.epoch() != CucEpoch::Ccsds {
        return None;
    }
    Cuc::parse(p_field.format(), t_field)
        .ok()
        .map(|time| instant(&time))
}

/// The part of a second, in units of 2⁻⁶⁴ s.
fn fraction(at: Instant) -> u64 {
    let micros = at.as_micros() % MICROS;
    // Rounded up to 2⁻²⁴ s, so that cutting back to whole microseconds gives the same number again; below 2^24 as micros < 10^6.
    (micros << 24).div_ceil(MICROS) << 40
}

fn instant(time: &Cuc) -> Instant {
    let micros = (u128::from(time.fraction()) * u128::from(MICROS)) >> 64;
    let micros = u64::try_from(micros).unwrap_or(0);
    Instant::from_micros(time.seconds().saturating_mul(MICROS).saturating_add(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_octets() {
        //= 301.0-B-4 prox1-widths
        // One and a half seconds: 5 + 3 octets, the half is the top bit of the fraction.
        assert_eq!(
            clock_octets(Instant::from_micros(1_500_000)),
            [0, 0, 0, 0, 1, 0x80, 0, 0]
        );
        // P-field: level 1 (001), 4 coarse octets (11), 3 fine octets (11) = 0x1F.
        assert_eq!(
            stamp_octets(Instant::from_micros(2_250_000)),
            [0x1F, 0, 0, 0, 2, 0x40, 0, 0]
        );
    }

    #[test]
    fn every_microsecond_comes_back() {
        for micros in (0..1_000_000).step_by(37).chain([999_999]) {
            let at = Instant::from_micros(2_015_496_037 * MICROS + micros);
            assert_eq!(instant_of_clock(&clock_octets(at)), Some(at));
            assert_eq!(instant_of_stamp(&stamp_octets(at)), Some(at));
        }
        assert_eq!(instant_of_clock(&[0; 7]), None);
        assert_eq!(instant_of_stamp(&[0xFF; 8]), None);
    }
}
