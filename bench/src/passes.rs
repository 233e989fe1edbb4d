//! Passes that a file takes where nothing can be acknowledged: a fountain (`blindcast`) beside a carousel, both as they ship. `cargo xtask passes` starts
//! it and writes docs/blindcast.md.
//!
//! Time is counted in packets: both senders put packets of the same length on the air, the same seeded channel takes the same ones from both. The receiver
//! of the fountain is the shipping one and checks the hash of the file; that of the carousel is as good as can be: it has the file when it has one of
//! each packet of a round. Numbers are whole, so every machine gives the same page.

mod page;

use std::collections::BTreeMap;

use magpie_relay::blindcast::{Limits, PACKET_OVERHEAD, Receiver, Sender, SenderConfig, Step};
use magpie_relay::carousel::{Carousel, CarouselConfig, CarouselFile};
use magpie_wire::id::Apid;

pub use page::{carousel_by_count, fountain_by_count, page};

/// Loss in per cent of the packets.
pub const LOSSES: [u64; 10] = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90];

/// Header of a space packet.
const PACKET_HEADER: usize = 6;
/// Header of a Version-3 frame, marker and CRC-32 of its PLTU.
const FRAME_AROUND: usize = 5 + 7;
/// Header of a File Data PDU with numbers of two octets.
const FILE_DATA_HEADER: usize = 14;
/// What a file is called.
const NAME: &str = "sol-196.bin";

/// How packets are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Each by itself.
    Single,
    /// In outages of so many packets on average, everything in them.
    Outages(u64),
}

/// A table: a file, a pass and a channel.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Octets of the file.
    pub file: usize,
    /// Octets of a symbol.
    pub symbol: u16,
    /// Bits a second.
    pub rate: u64,
    /// Seconds of a pass in which data flow.
    pub seconds: u64,
    /// How packets are lost.
    pub channel: Channel,
    /// Missions that are tried for each loss.
    pub trials: u64,
}

/// The tables of the page.
pub const CASES: [Case; 3] = [
    Case {
        file: 233_000,
        symbol: 200,
        rate: 8_000,
        seconds: 600,
        channel: Channel::Single,
        trials: 200,
    },
    Case {
        file: 233_000,
        symbol: 200,
        rate: 8_000,
        seconds: 600,
        channel: Channel::Outages(40),
        trials: 200,
    },
    Case {
        file: 10_000_000,
        symbol: 1_024,
        rate: 128_000,
        seconds: 600,
        channel: Channel::Single,
        trials: 40,
    },
];

impl Case {
    /// Octets of a packet of both, with its header.
    pub const fn packet(&self) -> usize {
        PACKET_HEADER + PACKET_OVERHEAD + self.symbol as usize
    }

    /// Octets of the file in a packet of the carousel.
    pub const fn segment(&self) -> usize {
        self.packet() - PACKET_HEADER - FILE_DATA_HEADER
    }

    /// Packets that a pass has room for.
    pub const fn pass_packets(&self) -> u64 {
        let bits = (self.packet() + FRAME_AROUND) as u64 * 8;
        self.rate * self.seconds / bits
    }

    /// Packets of a round of the carousel: Metadata, segments, EOF.
    pub const fn round(&self) -> u64 {
        self.file.div_ceil(self.segment()) as u64 + 2
    }
}

/// Passes over the trials, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passes(Vec<u64>);

impl Passes {
    /// Half of the trials took no more.
    pub fn median(&self) -> u64 {
        self.at(50)
    }

    /// 95 of 100 trials took no more.
    pub fn late(&self) -> u64 {
        self.at(95)
    }

    fn at(&self, percent: usize) -> u64 {
        let place = (self.0.len() * percent).div_ceil(100).max(1) - 1;
        self.0.get(place).copied().unwrap_or(0)
    }
}

/// A row: a loss, and what both take.
#[derive(Debug, Clone)]
pub struct Row {
    /// Per cent of the packets.
    pub loss: u64,
    /// Passes of the fountain.
    pub fountain: Passes,
    /// Good packets of the fountain beyond the source symbols, the most of all trials.
    pub beyond: u64,
    /// Passes of the carousel.
    pub carousel: Passes,
}

/// A seeded draw (`SplitMix64`).
#[derive(Debug, Clone)]
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

/// Says of one packet after the other whether it is lost.
#[derive(Debug, Clone)]
struct Air {
    draw: Draw,
    channel: Channel,
    loss: u64,
    out: bool,
}

impl Air {
    fn new(channel: Channel, loss: u64, seed: u64) -> Self {
        let mut draw = Draw(seed);
        let out = draw.below(100) < loss;
        Self {
            draw,
            channel,
            loss,
            out,
        }
    }

    fn is_lost(&mut self) -> bool {
        match self.channel {
            Channel::Single => self.draw.below(100) < self.loss,
            Channel::Outages(len) => {
                let was = self.out;
                // An outage ends with chance 1 / len, one begins so that `loss` of the time is outage.
                self.out = if was {
                    self.draw.below(len) != 0
                } else {
                    self.draw.below(len * (100 - self.loss)) < self.loss
                };
                was
            }
        }
    }
}

/// Passes until the file is whole, and the good packets that it took.
fn fountain(case: &Case, sender: &mut Sender, mut air: Air) -> Option<(u64, u64)> {
    let mut receiver = Receiver::new(Limits::default());
    let mut packet = vec![0; sender.packet_len()];
    let mut good = 0;
    for pass in 0..u16::MAX {
        sender.begin_pass(pass);
        for _ in 0..case.pass_packets() {
            if air.is_lost() {
                sender.resume(sender.position() + 1);
                continue;
            }
            good += 1;
            sender.next_packet(&mut packet).ok()?;
            receiver.handle_packet(pass, &packet).ok()?;
            loop {
                match receiver.poll_decode() {
                    Step::Nothing => break,
                    Step::Complete(_) => return Some((u64::from(pass) + 1, good)),
                    _ => {}
                }
            }
        }
    }
    None
}

/// What a packet of a carousel's round is, by its place in the round; `None` if the round is not as long as it should be.
fn round(case: &Case, file: &[u8]) -> Option<u64> {
    let config = CarouselConfig {
        source: 82,
        destination: 1,
        apid: Apid::new(1024)?,
        segment_octets: u16::try_from(case.segment()).ok()?,
        first_transaction: 1,
    };
    let file = CarouselFile {
        name: NAME.to_owned(),
        octets: file.to_vec(),
    };
    let mut carousel = Carousel::new(config, vec![file]).ok()?;
    let mut packet = vec![0; carousel.longest_packet()];
    let mut packets = BTreeMap::new();
    while carousel.rounds() == 0 {
        let len = carousel.next_packet(&mut packet).ok()?;
        packets.insert(packet.get(PACKET_HEADER..len)?.to_vec(), len);
    }
    let longest = packets.values().max().copied().unwrap_or(0);
    (longest == case.packet()).then_some(packets.len() as u64)
}

/// Passes until one of each packet of the round was good; the carousel goes on in a pass where it was at the end of the one before.
fn carousel(case: &Case, round: u64, mut air: Air) -> u64 {
    let mut missing = round;
    let mut have = vec![false; round as usize];
    let mut sent = 0;
    while missing > 0 {
        let place = (sent % round) as usize;
        sent += 1;
        if !air.is_lost()
            && let Some(slot) = have.get_mut(place)
            && !core::mem::replace(slot, true)
        {
            missing -= 1;
        }
    }
    sent.div_ceil(case.pass_packets())
}

/// The rows of a case; `shrink` tries so many times fewer missions.
///
/// # Errors
/// If a sender refuses the file, or a carousel is not as long as it should be.
pub fn measure(case: &Case, shrink: u64) -> Result<Vec<Row>, String> {
    let mut draw = Draw(case.file as u64);
    let file: Vec<u8> = (0..case.file).map(|_| draw.next() as u8).collect();
    let config = SenderConfig {
        symbol_octets: case.symbol,
        ..SenderConfig::default()
    };
    let mut sender = Sender::new(config, NAME.as_bytes(), &file).map_err(|why| why.to_string())?;
    let symbols = sender.object().layout.symbols();
    let round = round(case, &file)
        .filter(|&round| round == case.round())
        .ok_or("the carousel is not as long as it should be")?;
    LOSSES
        .iter()
        .map(|&loss| {
            let (mut ours, mut theirs, mut beyond) = (Vec::new(), Vec::new(), 0);
            for trial in 0..(case.trials / shrink).max(1) {
                let air = Air::new(case.channel, loss, trial * 100 + loss);
                let (passes, good) =
                    fountain(case, &mut sender, air.clone()).ok_or("the fountain ran dry")?;
                beyond = beyond.max(good - symbols);
                ours.push(passes);
                theirs.push(carousel(case, round, air));
            }
            ours.sort_unstable();
            theirs.sort_unstable();
            Ok(Row {
                loss,
                fountain: Passes(ours),
                beyond,
                carousel: Passes(theirs),
            })
        })
        .collect()
}
