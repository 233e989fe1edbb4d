//! A signal whose symbols are known, block by block, through a channel to a receiver.

use magpie_radio::channel::Chain;
use magpie_radio::modulate::Modulator;
use magpie_radio::receive::{Event, Hear};
use magpie_radio::waveform::{Modulation, Waveform};
use magpie_radio::{Iq, SampleRate};

/// Samples made at a time, some.
const BLOCK: f64 = 32_768.0;

/// Proximity-1's modulation at these rates.
///
/// # Panics
/// If the rates do not go together: a fault of the experiment.
pub(super) fn modulator(symbol_rate: f64, sample_rate: SampleRate) -> Modulator {
    let waveform = Waveform::new(Modulation::PROXIMITY, symbol_rate).expect("a rate of the book");
    Modulator::new(waveform, sample_rate).expect("enough samples a symbol")
}

/// Symbol `index` of a stream that anybody can compute: splitmix64 (Steele, Lea, Flood 2014).
pub(super) fn symbol(seed: u64, index: u64) -> u8 {
    let mut z = seed.wrapping_add((index / 64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> (index % 64) & 1) as u8
}

/// Sends `count` symbols of the stream `seed` through the channel; `heard` gets the blocks.
pub(super) fn send(
    modulator: &mut Modulator,
    channel: &mut Chain,
    seed: u64,
    count: u64,
    heard: &mut dyn FnMut(&[Iq]),
) {
    let per_symbol = modulator.sample_rate().hz() / modulator.waveform().symbol_rate();
    let at_once = ((BLOCK / per_symbol) as u64).max(1);
    let (mut symbols, mut block) = (Vec::new(), Vec::new());
    let mut sent = 0;
    while sent < count {
        let next = (sent + at_once).min(count);
        symbols.clear();
        symbols.extend((sent..next).map(|index| symbol(seed, index)));
        block.clear();
        modulator.push_symbols(&symbols, &mut block);
        channel.process(&mut block);
        heard(&block);
        sent = next;
    }
    block.clear();
    modulator.finish(&mut block);
    channel.finish(&mut block);
    heard(&block);
}

/// Counts wrong symbols of the stream `seed`, sent from sample `begin` on at an even pace.
#[derive(Debug, Clone, Default)]
pub(super) struct Judge {
    seed: u64,
    begin: f64,
    period: f64,
    /// Symbols with a decision.
    pub(super) decided: u64,
    /// Of them wrong.
    pub(super) wrong: u64,
    /// Symbols exactly in the middle.
    pub(super) erased: u64,
    /// How many symbols the receiver's count is ahead of what was sent; the first one told sets it.
    pub(super) shift: Option<i64>,
    /// Changes of that: symbols slipped, or a new count.
    pub(super) slips: u64,
}

impl Judge {
    /// For a stream that begins at this sample.
    pub(super) fn new(seed: u64, begin: f64, period: f64) -> Self {
        Self {
            seed,
            begin,
            period,
            ..Self::default()
        }
    }

    /// Takes what a receiver tells.
    pub(super) fn take(&mut self, event: Event<'_>) {
        if let Event::Symbols { first, at, soft } = event {
            let index = ((at - self.begin) / self.period).round() as i64;
            let shift = first as i64 - index;
            if self
                .shift
                .replace(shift)
                .is_some_and(|before| before != shift)
            {
                self.slips += 1;
            }
            self.judge(index, soft);
        }
    }

    /// Judges symbols of which the first one was sent as number `index`.
    pub(super) fn judge(&mut self, index: i64, soft: &[i8]) {
        for (&soft, index) in soft.iter().zip(index..) {
            match (soft, u64::try_from(index)) {
                (0, _) => self.erased += 1,
                (_, Err(_)) => {}
                (soft, Ok(index)) => {
                    self.decided += 1;
                    self.wrong += u64::from(u8::from(soft > 0) != symbol(self.seed, index));
                }
            }
        }
    }

    /// Part of the decisions that are wrong; a symbol in the middle is half wrong.
    pub(super) fn rate(&self) -> f64 {
        let wrong = self.wrong as f64 + 0.5 * self.erased as f64;
        wrong / (self.decided + self.erased).max(1) as f64
    }
}

/// Lets a receiver hear a block.
pub(super) fn hear(receiver: &mut dyn Hear, block: &[Iq], sink: &mut dyn FnMut(Event<'_>)) {
    receiver.push(block, sink);
}
