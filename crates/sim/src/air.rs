//! The way from antenna to antenna: symbol by symbol, or as samples of the waveform.

use magpie_coding::convolutional::{ConvolutionalEncoder, G2};

use crate::channel::{Channel, Profile};
use crate::orbiter::Orbiter;
use crate::rover::{Emission, Rover};
use crate::waves::Waves;

/// Symbols carried at once: a sixteenth of a second at 8 kbit/s, short against the fading.
const PIECE_SYMBOLS: usize = 1_000;

/// The way on the symbol clock of the window.
pub(crate) struct Air {
    way: Way,
    /// Symbols since the start of the window.
    pub(crate) at: u64,
    symbol_rate: f64,
    /// Eb/N0 over time while the rover modulated: seconds into the window, dB.
    pub(crate) eb_n0: Vec<(f64, f64)>,
}

enum Way {
    Symbols {
        channel: Box<Channel>,
        soft: Vec<i8>,
    },
    Samples(Box<Waves>),
}

impl Air {
    /// Symbols through a channel that gives soft symbols.
    pub(crate) fn symbols(channel: Channel, symbol_rate: f64) -> Self {
        let (channel, soft) = (Box::new(channel), Vec::new());
        Self::new(Way::Symbols { channel, soft }, symbol_rate)
    }

    /// Samples of the waveform through a channel to a receiver.
    pub(crate) fn samples(waves: Waves, symbol_rate: f64) -> Self {
        Self::new(Way::Samples(Box::new(waves)), symbol_rate)
    }

    fn new(way: Way, symbol_rate: f64) -> Self {
        Self {
            way,
            at: 0,
            symbol_rate,
            eb_n0: Vec::new(),
        }
    }

    /// Only noise for so many symbols.
    pub(crate) fn silence(
        &mut self,
        symbols: u64,
        orbiter: &mut Orbiter,
        report: &mut impl FnMut(u64),
    ) {
        self.unmodulated(symbols, None, orbiter, report);
    }

    /// Nothing, or the carrier at the Eb/N0 that the profile has for the data.
    fn unmodulated(
        &mut self,
        symbols: u64,
        carrier: Option<&Profile>,
        orbiter: &mut Orbiter,
        report: &mut impl FnMut(u64),
    ) {
        let zeros = [0; PIECE_SYMBOLS];
        let mut left = symbols;
        while left > 0 {
            let piece = zeros
                .get(..usize::try_from(left).unwrap_or(usize::MAX))
                .unwrap_or(&zeros);
            match &mut self.way {
                // Without modulation a receiver of symbols has nothing but noise.
                Way::Symbols { channel, soft } => {
                    soft.clear();
                    channel.carry(piece, None, soft);
                    orbiter.listen(soft);
                }
                Way::Samples(waves) => {
                    let t = self.at as f64 / self.symbol_rate;
                    let level = carrier.map(|profile| profile.at(t));
                    waves.carry_none(piece.len(), level, orbiter);
                }
            }
            self.at += piece.len() as u64;
            left -= piece.len() as u64;
            report(self.at);
        }
    }

    /// The rover's whole transmission, at the Eb/N0 of the profile.
    pub(crate) fn transmission(
        &mut self,
        rover: &mut Rover,
        profile: &Profile,
        orbiter: &mut Orbiter,
        report: &mut impl FnMut(u64),
    ) {
        let mut encoder = ConvolutionalEncoder::new(G2::Inverted);
        let mut symbols = Vec::new();
        while let Some(emission) = rover.next_emission() {
            match emission {
                Emission::CarrierOnly(octets) => {
                    self.unmodulated(octets as u64 * 16, Some(profile), orbiter, report);
                }
                Emission::Octets(octets) => {
                    symbols.clear();
                    symbols.extend(encoder.encode_octets(&octets));
                    for piece in symbols.chunks(PIECE_SYMBOLS) {
                        let t = self.at as f64 / self.symbol_rate;
                        let eb_n0_db = profile.at(t);
                        self.eb_n0.push((t, eb_n0_db));
                        self.carry(piece, eb_n0_db, orbiter);
                    }
                    report(self.at);
                }
            }
        }
    }

    fn carry(&mut self, symbols: &[u8], eb_n0_db: f64, orbiter: &mut Orbiter) {
        match &mut self.way {
            Way::Symbols { channel, soft } => {
                soft.clear();
                channel.carry(symbols, Some(eb_n0_db), soft);
                orbiter.listen(soft);
            }
            Way::Samples(waves) => waves.carry(symbols, eb_n0_db, orbiter),
        }
        self.at += symbols.len() as u64;
    }

    /// The window is over: what is still on its way arrives.
    pub(crate) fn close(&mut self, orbiter: &mut Orbiter) {
        if let Way::Samples(waves) = &mut self.way {
            waves.close(orbiter);
        }
    }
}
