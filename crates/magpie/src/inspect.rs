//! One structure of the books taken apart for a reader: every field under its book name, what it means, and every rule that is broken.
//!
//! The views of `magpie-wire` exist only if the octets are valid. An inspector is wanted most when they are not, so each structure has a table of its
//! fields here (`walk::Spec`), read from whatever bits exist; what is wrong is still said by the strict parsers (`verdict`), not by a second opinion.
//! Where a book wants more than the parsers ask for (spare bits of an AOS header, say), the rule is written out beside the table.
//!
//! Left out: bitstream data units (`B_PDU`), security headers, the layout of what belongs to a mission (secondary headers, status reports).
//!
//! ```
//! use magpie::inspect::{Settings, Structure, inspect};
//! let plcw = inspect(Structure::Plcw, &[0xB3, 0x2A], &Settings::default());
//! let v_r = plcw.fields.last().unwrap();
//! assert_eq!((v_r.name, v_r.value), ("Report Value", Some(42)));
//! assert!(plcw.is_sound());
//! ```

mod aos;
mod directive;
pub mod hex;
mod node;
mod ocf;
mod packet;
mod pltu;
mod spdu;
mod tc;
pub mod text;
mod tm;
mod uslp;
mod v3;
mod verdict;
mod walk;

use clap::ValueEnum;

pub use node::{Fault, Field, Node};
use walk::Part;

/// The structures that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Structure {
    /// Proximity-1 Version-3 transfer frame (211.0).
    V3,
    /// Proximity link transmission unit: marker, frame, CRC-32 (211.2).
    Pltu,
    /// Supervisory protocol data unit (211.0).
    Spdu,
    /// Proximity link control word, 16 bits (211.0).
    Plcw,
    /// TM transfer frame (132.0).
    Tm,
    /// AOS transfer frame (732.0).
    Aos,
    /// TC transfer frame (232.0).
    Tc,
    /// USLP transfer frame (732.1).
    Uslp,
    /// Communications link control word (232.0).
    Clcw,
    /// Space packet (133.0) or encapsulation packet (133.1).
    Packet,
}

/// What the two ends have agreed on, because the octets do not say it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "managed parameters, each of its own"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// Frames end with a frame error control field (TM, AOS, TC, USLP).
    pub fecf: bool,
    /// Octets of the insert zone (AOS, USLP).
    pub insert_zone: usize,
    /// Data frames carry a segment header (TC).
    pub segment_header: bool,
    /// Frames carry an operational control field (AOS; the others say it themselves).
    pub ocf: bool,
    /// The header ends with a frame header error control field (AOS).
    pub fhec: bool,
    /// The data field holds no packets (AOS).
    pub no_mpdu: bool,
    /// Octets of a truncated frame (USLP, alone or in a PLTU).
    pub truncated_len: Option<usize>,
}

impl Settings {
    /// The first setting that says nothing about this structure, by the name of its option.
    pub fn misplaced(&self, structure: Structure) -> Option<&'static str> {
        use Structure::{Aos, Pltu, Tc, Tm, Uslp};
        let options: [(&str, bool, &[Structure]); 7] = [
            ("--fecf", self.fecf, &[Tm, Aos, Tc, Uslp]),
            ("--insert-zone", self.insert_zone > 0, &[Aos, Uslp]),
            ("--segment-header", self.segment_header, &[Tc]),
            ("--ocf", self.ocf, &[Aos]),
            ("--fhec", self.fhec, &[Aos]),
            ("--no-mpdu", self.no_mpdu, &[Aos]),
            (
                "--truncated-len",
                self.truncated_len.is_some(),
                &[Uslp, Pltu],
            ),
        ];
        options
            .into_iter()
            .find(|(_, set, of)| *set && !of.contains(&structure))
            .map(|(option, ..)| option)
    }
}

/// Takes `octets` apart as `structure`, as far as they go.
pub fn inspect(structure: Structure, octets: &[u8], settings: &Settings) -> Node {
    let part = Part::whole(octets);
    match structure {
        Structure::V3 => v3::frame(part),
        Structure::Pltu => pltu::unit(part, settings),
        Structure::Spdu => spdu::single(part),
        Structure::Plcw => spdu::plcw(part),
        Structure::Tm => tm::frame(part, settings),
        Structure::Aos => aos::frame(part, settings),
        Structure::Tc => tc::frame(part, settings),
        Structure::Uslp => uslp::frame(part, settings, uslp::Link::Any),
        Structure::Clcw => ocf::clcw(part),
        Structure::Packet => packet::packet(part, packet::End::Here),
    }
}
