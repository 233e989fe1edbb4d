//! What was asked for, beside what is.

use super::figures::{Measured, exact};

const KIB: f64 = 1_024.0;
/// Octets of the frame in the yardstick: a packet of 263 octets and the header.
const FRAME: f64 = 268.0;
/// Bits of its PLTU: marker and check besides.
const PLTU_BITS: f64 = (FRAME + 7.0) * 8.0;

/// One quantity with its limit.
pub(crate) struct Ask {
    pub(crate) what: &'static str,
    pub(crate) limit: f64,
    /// What it is on a target.
    figure: fn(&Measured) -> Option<f64>,
}

impl Ask {
    /// The figure, if that target has it.
    pub(crate) fn figure(&self, measured: &Measured) -> Option<f64> {
        (self.figure)(measured)
    }
}

fn count(measured: &Measured, name: &str) -> Option<f64> {
    measured.figures.instructions.get(name).copied()
}

/// Without what ran in functions that copy memory.
fn without_copy(measured: &Measured, name: &str) -> Option<f64> {
    Some(count(measured, name)? - measured.copying.get(name)?)
}

/// A whole frame on its way out: built, in a PLTU with marker and check.
fn whole_out(measured: &Measured) -> Option<f64> {
    let frame = count(measured, "frame out, sequence controlled, 263 octets")?;
    Some(frame + FRAME * count(measured, "PLTU encoder, an octet of frame")?)
}

/// A whole frame on its way in: found, checked, taken, its data ready for the user.
fn whole_in(measured: &Measured) -> Option<f64> {
    let frame = count(measured, "frame in, sequence controlled, 263 octets")?;
    Some(frame + PLTU_BITS * count(measured, "PLTU receiver, a bit of a good PLTU")?)
}

/// All of them, in the order of the table.
pub(crate) const ASKS: &[Ask] = &[
    Ask {
        what: "rover: flash, octets",
        limit: 64.0 * KIB,
        figure: |m| Some(exact(m.figures.rover.flash)),
    },
    Ask {
        what: "rover: static RAM, octets",
        limit: 24.0 * KIB,
        figure: |m| Some(exact(m.figures.rover.ram)),
    },
    Ask {
        what: "rover: stack, octets",
        limit: 4.0 * KIB,
        figure: |m| Some(exact(m.figures.rover.stack)),
    },
    Ask {
        what: "orbiter: flash, octets",
        limit: 96.0 * KIB,
        figure: |m| Some(exact(m.figures.orbiter.flash)),
    },
    Ask {
        what: "orbiter: static RAM, octets",
        limit: 64.0 * KIB,
        figure: |m| Some(exact(m.figures.orbiter.ram)),
    },
    Ask {
        what: "orbiter: stack, octets",
        limit: 6.0 * KIB,
        figure: |m| Some(exact(m.figures.orbiter.stack)),
    },
    Ask {
        what: "one link endpoint without buffers, octets",
        limit: 4.0 * KIB,
        figure: |m| {
            m.octets
                .get("a link endpoint without buffers")
                .map(|&octets| exact(octets))
        },
    },
    Ask {
        what: "Viterbi decoder, instructions an information bit",
        limit: 500.0,
        figure: |m| count(m, "soft Viterbi decoder, an information bit"),
    },
    Ask {
        what: "frame out without code and copy, instructions",
        limit: 2_000.0,
        figure: |m| without_copy(m, "frame out, sequence controlled, 263 octets"),
    },
    Ask {
        what: "frame in without code and copy, instructions",
        limit: 2_000.0,
        figure: |m| without_copy(m, "frame in, sequence controlled, 263 octets"),
    },
    Ask {
        what: "CRC-32, instructions an octet (no table)",
        limit: 8.0,
        figure: |m| count(m, "CRC-32 of the PLTU, an octet"),
    },
    Ask {
        what: "contest, a tenth: frame of 268 octets out with PLTU, instructions",
        limit: 10_000.0,
        figure: whole_out,
    },
    Ask {
        what: "contest, a tenth: PLTU of 268 octets in to the user, instructions",
        limit: 10_000.0,
        figure: whole_in,
    },
    Ask {
        what: "contest, a tenth: memory of a session without its queues, octets",
        limit: 5_000.0,
        figure: |m| {
            m.octets
                .get("a link endpoint without buffers")
                .map(|&octets| exact(octets))
        },
    },
];
