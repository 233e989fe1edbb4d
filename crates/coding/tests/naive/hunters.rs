//! The two hunters on a whole stream at once: the rules of the module docs, with nothing kept and nothing saved.

/// A marker at `at`, if no more than `tolerance` bits are wrong: (inverted, errors). The polarity with fewer errors counts.
pub fn marker_at(
    bits: &[u8],
    at: usize,
    marker: &[u8],
    tolerance: usize,
    both: bool,
) -> Option<(bool, usize)> {
    let window = bits.get(at..at + marker.len())?;
    let errors = window.iter().zip(marker).filter(|(a, b)| a != b).count();
    let turned = marker.len() - errors;
    if both && turned < errors {
        (turned <= tolerance).then_some((true, turned))
    } else {
        (errors <= tolerance).then_some((false, errors))
    }
}

/// CRC-32 of a PLTU, bit by bit.
pub fn crc32(bits: &[u8]) -> u32 {
    bits.iter().fold(0u32, |register, &bit| {
        let out = register >> 31 ^ u32::from(bit);
        register << 1 ^ if out == 1 { 0x00A0_0805 } else { 0 }
    })
}

#[derive(Clone, Copy, Debug)]
pub struct PltuRules {
    pub tolerance: usize,
    pub both: bool,
    pub max_len: usize,
    pub truncated_len: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPltu {
    pub at_bit: u64,
    pub inverted: bool,
    pub errors: usize,
    /// The frame, or the rule that broke.
    pub frame: Result<Vec<u8>, &'static str>,
}

fn number(bits: &[u8], first: usize, len: usize) -> usize {
    bits[first..first + len]
        .iter()
        .fold(0, |n, &bit| n << 1 | usize::from(bit))
}

fn frame_at(bits: &[u8], rules: PltuRules) -> Result<Vec<u8>, &'static str> {
    let known = |need: usize| {
        if bits.len() < need {
            Err("truncated")
        } else {
            Ok(())
        }
    };
    known(8)?;
    let (len, min) = if number(bits, 0, 2) == 0b10 {
        known(32)?;
        (number(bits, 21, 11) + 1, 5)
    } else if number(bits, 0, 4) == 0b1100 {
        known(32)?;
        if bits[31] == 1 {
            (rules.truncated_len.ok_or("truncated frame")?, 4)
        } else {
            known(48)?;
            (number(bits, 32, 16) + 1, 7)
        }
    } else {
        return Err("version");
    };
    if len < min || len > rules.max_len {
        return Err("length");
    }
    known((len + 4) * 8)?;
    let frame = &bits[..len * 8];
    if crc32(frame) as usize != number(bits, len * 8, 32) {
        return Err("crc");
    }
    Ok((0..len).map(|i| number(frame, i * 8, 8) as u8).collect())
}

pub fn hunt_pltus(bits: &[u8], rules: PltuRules) -> Vec<FoundPltu> {
    let marker: Vec<u8> = (0..24)
        .map(|i| (0x00FA_F320_u32 >> (23 - i) & 1) as u8)
        .collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at + 24 <= bits.len() {
        let Some((inverted, errors)) = marker_at(bits, at, &marker, rules.tolerance, rules.both)
        else {
            at += 1;
            continue;
        };
        let behind: Vec<u8> = bits[at + 24..]
            .iter()
            .map(|bit| bit ^ u8::from(inverted))
            .collect();
        let frame = frame_at(&behind, rules);
        let next = frame
            .as_ref()
            .map_or(at + 1, |frame| at + 24 + (frame.len() + 4) * 8 - 23);
        found.push(FoundPltu {
            at_bit: at as u64,
            inverted,
            errors,
            frame,
        });
        at = next;
    }
    found
}

#[derive(Clone, Debug)]
pub struct CaduRules {
    pub marker: Vec<u8>,
    pub unit_len: usize,
    pub tolerance: usize,
    pub flywheel_tolerance: usize,
    pub flywheel_units: usize,
    pub both: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundCadu {
    pub at_bit: u64,
    pub inverted: bool,
    pub errors: usize,
    pub flywheel: bool,
    pub unit: Vec<u8>,
    pub good: bool,
}

/// All candidates with their verdicts, and whether the end of the stream cut one off.
pub fn hunt_cadus(
    bits: &[u8],
    rules: &CaduRules,
    judge: impl Fn(&[u8]) -> bool,
) -> (Vec<FoundCadu>, bool) {
    let marker_bits = rules.marker.len();
    let total = marker_bits + rules.unit_len * 8;
    let (mut found, mut at) = (Vec::new(), 0);
    let mut wheel: Option<(usize, usize)> = None;
    let turn = |wheel: Option<(usize, usize)>| {
        wheel
            .map(|(at, idle)| (at + total, idle + 1))
            .filter(|&(_, idle)| idle < rules.flywheel_units)
    };
    while at + marker_bits <= bits.len() {
        let flywheel = wheel.is_some_and(|(expected, _)| expected == at);
        let look = |tolerance| marker_at(bits, at, &rules.marker, tolerance, rules.both);
        let hit = look(rules.tolerance).or_else(|| {
            if flywheel {
                look(rules.flywheel_tolerance)
            } else {
                None
            }
        });
        let Some((inverted, errors)) = hit else {
            wheel = if flywheel { turn(wheel) } else { wheel };
            at += 1;
            continue;
        };
        if at + total > bits.len() {
            return (found, true);
        }
        let unit: Vec<u8> = bits[at + marker_bits..at + total]
            .chunks(8)
            .map(|eight| {
                eight
                    .iter()
                    .fold(0, |sum, bit| sum << 1 | bit ^ u8::from(inverted))
            })
            .collect();
        let good = judge(&unit);
        found.push(FoundCadu {
            at_bit: at as u64,
            inverted,
            errors,
            flywheel,
            unit,
            good,
        });
        if good {
            at += total - (marker_bits - 1).min(rules.unit_len * 8);
            let next = found[found.len() - 1].at_bit as usize + total;
            wheel = (rules.flywheel_units > 0).then_some((next, 0));
        } else {
            wheel = if flywheel { turn(wheel) } else { wheel };
            at += 1;
        }
    }
    (found, false)
}
