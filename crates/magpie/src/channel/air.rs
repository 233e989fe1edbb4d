//! Symbols from one antenna to the other: delay, cuts, noise, polarity, losses.
//!
//! What a transmitter does is laid end to end on the time line of the other antenna; what a receiver hears in a stretch is cut out of it.
//! The computer decides on what it sends one exchange ahead, so the time line runs ahead by [`LEAD_US`], the longest stretch there is; the
//! delay of the way comes on top.

use std::collections::VecDeque;
use std::ops::Range;

use magpie_bus::exchange::{MAX_SYMBOLS, Modulation, nibble_of};
use magpie_bus::order::ReturnCode;
use magpie_sim::channel::{Channel, Polarity};
use magpie_sim::random::{Purpose, Stream};

use super::modem::Sent;
use super::tap::{Code, ERASED, Tap};

/// The longest stretch of an exchange, and how far transmitters are ahead.
pub const LEAD_US: u64 = 64_000;
/// Uncoded symbols carry a whole bit, those of the rate-1/2 code half of one, which the channel model assumes.
const UNCODED_GAIN_DB: f64 = 3.0103;
/// Those of the LDPC option carry 16/33 of one, marker included.
const LDPC_GAIN_DB: f64 = -0.1336;
/// Rates beyond this are taken for it.
pub const HIGHEST_RATE: u32 = 8_192_000;

/// How the polarity of a way is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Turn {
    /// As sent.
    #[default]
    Upright,
    /// Every symbol turned over.
    Inverted,
    /// Drawn for each way.
    Random,
}

/// What the channel does.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Seed of every random draw.
    pub seed: u64,
    /// The code from rover to orbiter.
    pub return_code: ReturnCode,
    /// Eb/N0 in dB from rover to orbiter.
    pub return_eb_n0_db: f64,
    /// Eb/N0 in dB from orbiter to rover (no code).
    pub forward_eb_n0_db: f64,
    /// Polarity.
    pub polarity: Turn,
    /// Time from antenna to antenna, in microseconds.
    pub delay_us: u64,
    /// Nothing passes in these times (microseconds since the start).
    pub cuts: Vec<Range<u64>>,
    /// In these times a receiver without a signal takes noise for one (microseconds since the start).
    pub noise: Vec<Range<u64>>,
    /// This part of the frames is lost, either way.
    pub loss: f64,
    /// Mean number of symbols between two symbol slips; 0: none.
    pub slip_every_symbols: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 1,
            return_code: ReturnCode::Convolutional,
            return_eb_n0_db: 9.0,
            forward_eb_n0_db: 13.0,
            polarity: Turn::Upright,
            delay_us: 0,
            cuts: Vec::new(),
            noise: Vec::new(),
            loss: 0.0,
            slip_every_symbols: 0,
        }
    }
}

/// What a receiver is told of a stretch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// There is a carrier.
    pub carrier: bool,
    /// The symbols have the rate that the receiver is set to.
    pub symbol_lock: bool,
    /// Soft symbols in `soft`.
    pub symbols: u16,
    /// Two an octet.
    pub soft: Vec<u8>,
}

/// What a transmitter does for a while, at the time it reaches the other antenna.
#[derive(Debug)]
struct Segment {
    start_us: u64,
    duration_us: u64,
    modulation: Modulation,
    rate: u32,
    symbols: Vec<u8>,
    taken: usize,
}

impl Segment {
    /// When the symbol at this place begins.
    fn time_of(&self, place: usize) -> u64 {
        self.start_us + place as u64 * self.symbol_time().0 / self.symbol_time().1
    }

    /// Length of a symbol as a fraction: by the rate, so that modulation may end within the stretch; but never more than fits into it.
    fn symbol_time(&self) -> (u64, u64) {
        let n = self.symbols.len() as u64;
        if n * 1_000_000 <= u64::from(self.rate) * self.duration_us {
            (1_000_000, u64::from(self.rate))
        } else {
            (self.duration_us, n)
        }
    }

    fn end_us(&self) -> u64 {
        self.start_us + self.duration_us
    }
}

/// One way.
#[derive(Debug)]
pub struct Air {
    segments: VecDeque<Segment>,
    /// Up to here the transmitter has decided.
    decided_to_us: u64,
    channel: Channel,
    eb_n0_db: f64,
    /// From the energy of a bit to that of a symbol, relative to the rate-1/2 code.
    gain_db: f64,
    tap: Tap,
    /// Both on the clock of the modems.
    cuts: Vec<Range<u64>>,
    noise: Vec<Range<u64>>,
    soft: Vec<i8>,
}

impl Air {
    /// A way for symbols with this code, on a clock that begins at `start_us`. The name tells the two ways of a channel apart.
    pub fn new(settings: &Settings, code: Code, name: &str, start_us: u64) -> Self {
        let mut circumstances = Stream::new(settings.seed, name, Purpose::DeepSpaceChannel);
        let drawn = circumstances.coin();
        let polarity = match settings.polarity {
            Turn::Inverted => Polarity::Inverted,
            Turn::Random if drawn => Polarity::Inverted,
            _ => Polarity::Upright,
        };
        let noise = Stream::new(settings.seed, name, Purpose::UhfChannel);
        let on_clock = |ranges: &[Range<u64>]| {
            let shifted = |range: &Range<u64>| start_us + range.start..start_us + range.end;
            ranges.iter().map(shifted).collect()
        };
        Self {
            segments: VecDeque::new(),
            decided_to_us: start_us + LEAD_US + settings.delay_us,
            channel: Channel::new(noise, polarity).with_slips(settings.slip_every_symbols),
            eb_n0_db: match code {
                Code::None => settings.forward_eb_n0_db + UNCODED_GAIN_DB,
                Code::Convolutional | Code::Ldpc => settings.return_eb_n0_db,
            },
            gain_db: match code {
                Code::None | Code::Convolutional => 0.0,
                Code::Ldpc => LDPC_GAIN_DB,
            },
            tap: Tap::new(code, settings.loss, settings.seed, name),
            cuts: on_clock(&settings.cuts),
            noise: on_clock(&settings.noise),
            soft: Vec::new(),
        }
    }

    /// Eb/N0 from now on, as the channel model takes it (rate-1/2 code).
    pub fn set_eb_n0(&mut self, db: f64) {
        self.eb_n0_db = db;
    }

    /// What was sent.
    pub fn tap(&self) -> &Tap {
        &self.tap
    }

    /// The transmitter has decided on another stretch; a computer that said nothing is off.
    pub fn handle_sent(&mut self, duration_us: u64, sent: Option<Sent>) {
        let start_us = self.decided_to_us;
        self.decided_to_us += duration_us;
        let Some(sent) = sent.filter(|sent| sent.modulation != Modulation::Off) else {
            self.tap.pause();
            return;
        };
        let mut segment = Segment {
            start_us,
            duration_us,
            modulation: sent.modulation,
            rate: sent.transmit_rate.clamp(1, HIGHEST_RATE),
            symbols: sent.symbols,
            taken: 0,
        };
        if sent.modulation == Modulation::Symbols {
            let mut symbols = std::mem::take(&mut segment.symbols);
            segment.symbols.resize(symbols.len(), 0); // its length is what times are reckoned by
            let time = |place: usize| segment.time_of(place + 1);
            self.tap.listen(&mut symbols, time);
            segment.symbols = symbols;
        } else {
            self.tap.pause();
        }
        self.segments.push_back(segment);
    }

    /// The fastest symbols on their way.
    pub fn fastest(&self) -> u32 {
        let rates = self.segments.iter().map(|segment| segment.rate);
        rates.max().unwrap_or(1)
    }

    /// What a receiver set to this rate hears in a stretch. Stretches follow one another without gaps.
    pub fn hear(&mut self, stretch: &Range<u64>, receive_rate: u32) -> Heard {
        let is_cut = self.cuts.iter().any(|cut| cut.contains(&stretch.start));
        let (mut carrier, mut in_lock, mut other_rate) = (false, false, false);
        self.soft.clear();
        while let Some(segment) = self.segments.front_mut() {
            if segment.start_us >= stretch.end {
                break;
            }
            carrier = true;
            let from = segment.taken;
            while segment.taken < segment.symbols.len()
                && segment.time_of(segment.taken) < stretch.end
            {
                segment.taken += 1;
            }
            let symbols = segment.symbols.get(from..segment.taken).unwrap_or(&[]);
            if segment.modulation == Modulation::Symbols && !is_cut {
                if segment.rate == receive_rate {
                    in_lock = true;
                    let eb_n0_db = self.eb_n0_db + self.gain_db;
                    carry(&mut self.channel, symbols, eb_n0_db, &mut self.soft);
                } else {
                    other_rate = true;
                }
            }
            if segment.end_us() > stretch.end {
                break;
            }
            self.segments.pop_front();
        }
        carrier &= !is_cut;
        let fooled = !carrier && self.noise.iter().any(|time| time.contains(&stretch.start));
        if (other_rate && !in_lock) || fooled {
            self.only_noise(stretch, receive_rate);
        }
        self.packed(carrier || fooled, in_lock || fooled)
    }

    /// Noise at the receiver's own rate.
    fn only_noise(&mut self, stretch: &Range<u64>, receive_rate: u32) {
        let time = stretch.end - stretch.start;
        let count = u64::from(receive_rate) * time / 1_000_000;
        let count = usize::try_from(count)
            .unwrap_or(MAX_SYMBOLS)
            .min(MAX_SYMBOLS);
        self.channel.carry(&vec![0; count], None, &mut self.soft);
    }

    fn packed(&mut self, carrier: bool, symbol_lock: bool) -> Heard {
        self.soft.truncate(MAX_SYMBOLS);
        let pack = |pair: &[i8]| match pair {
            [first, second] => nibble_of(*first) << 4 | nibble_of(*second),
            [first] => nibble_of(*first) << 4,
            _ => 0,
        };
        Heard {
            carrier,
            symbol_lock,
            symbols: u16::try_from(self.soft.len()).unwrap_or(u16::MAX),
            soft: self.soft.chunks(2).map(pack).collect(),
        }
    }
}

/// Through the noise; symbols that are erased have no energy.
fn carry(channel: &mut Channel, symbols: &[u8], eb_n0_db: f64, soft: &mut Vec<i8>) {
    for run in symbols.chunk_by(|a, b| (*a == ERASED) == (*b == ERASED)) {
        let energy = (run.first() != Some(&ERASED)).then_some(eb_n0_db);
        channel.carry(run, energy, soft);
    }
}
