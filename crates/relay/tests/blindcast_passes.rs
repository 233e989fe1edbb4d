//! What a one-way pass is worth: how many symbols a file takes, and what a repeating carousel makes of the same spoiled passes. The truth is the file that
//! was put in, and counting.

use std::collections::BTreeSet;

use magpie_relay::blindcast::{Limits, Receiver, Sender, SenderConfig, Step};
use magpie_relay::carousel::{Carousel, CarouselConfig, CarouselFile};
use magpie_wire::id::Apid;

/// Files of the whole property; the slice has the first [`SLICE`] of them.
const RUNS: u64 = 1_000;
const SLICE: u64 = 60;

/// A seeded draw (`SplitMix64`), so that every run is the same.
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

fn content(len: usize, seed: u64) -> Vec<u8> {
    let mut draw = Draw(seed);
    (0..len).map(|_| draw.next().to_le_bytes()[3]).collect()
}

/// Sends in passes of `pass_packets` with this loss until the file is whole; the good packets that it took.
fn good_packets(sender: &mut Sender, draw: &mut Draw, percent: u64, pass_packets: u64) -> u64 {
    let mut receiver = Receiver::new(Limits::default());
    let mut packet = vec![0; sender.packet_len()];
    let mut good = 0;
    for pass in 0.. {
        sender.begin_pass(pass);
        for _ in 0..pass_packets {
            if draw.below(100) < percent {
                // Nobody hears it: no need to make it.
                sender.resume(sender.position() + 1);
                continue;
            }
            sender.next_packet(&mut packet).unwrap();
            good += 1;
            receiver.handle_packet(pass, &packet).unwrap();
            loop {
                match receiver.poll_decode() {
                    Step::Nothing => break,
                    Step::Complete(_) => return good,
                    Step::NotYet(_) | Step::Block(_) => {}
                    Step::Undecodable(_) | Step::Mismatch(_) => panic!("good symbols"),
                }
            }
        }
    }
    unreachable!("a pass always follows")
}

/// Run `run`: a file of its own length at a loss of its own, in passes of a length of its own. Says packets taken and source symbols.
fn overhead(run: u64, largest: u64) -> (u64, u64) {
    let mut draw = Draw(run);
    // Every order of magnitude from thousands on alike often.
    let magnitude =
        10_u64.pow(u32::try_from(3 + draw.below(u64::from(largest.ilog10()) - 1)).unwrap());
    let len = 1 + draw.below(magnitude.min(largest));
    let symbol_octets = [64, 200, 1_024][usize::try_from(draw.below(3)).unwrap()];
    let percent = 10 * draw.below(10);
    let config = SenderConfig {
        symbol_octets,
        ..SenderConfig::default()
    };
    let file = content(usize::try_from(len).unwrap(), run);
    let mut sender = Sender::new(config, b"file", &file).unwrap();
    let pass_packets = 10 + draw.below(20_000);
    let taken = good_packets(&mut sender, &mut draw, percent, pass_packets);
    (taken, sender.object().layout.symbols())
}

fn check_overhead(runs: u64, largest: u64) {
    let (mut most, mut sum) = ((0, 0, 0), (0, 0));
    for run in 0..runs {
        let (taken, needed) = overhead(run, largest);
        assert!(
            taken * 100 <= needed * 102 + 500,
            "run {run}: {taken} packets for {needed} symbols"
        );
        most = most.max((taken - needed, run, needed));
        sum = (sum.0 + taken, sum.1 + needed);
    }
    let (extra, run, needed) = most;
    println!(
        "{runs} files: {} packets for {} symbols; most beyond: {extra} for {needed} symbols (run {run})",
        sum.0, sum.1
    );
}

#[test]
fn overhead_is_two_per_cent_and_five_packets_at_most() {
    let quick = std::env::var_os("MAGPIE_QUICK").is_some();
    check_overhead(if quick { SLICE / 10 } else { SLICE }, 300_000);
}

#[test]
#[ignore = "minutes: cargo xtask deep blindcast"]
fn overhead_over_many_files_of_up_to_twenty_megabytes() {
    check_overhead(RUNS, 20_000_000);
}

/// One packet of each of the two, as they come out on the same moments of five passes, with the same wrong bits.
struct Spoiled {
    draw: Draw,
    /// One bit of so many is turned, evenly spread gaps; none if it is 0.
    one_of: u64,
}

impl Spoiled {
    /// Turns bits in both packets at the same places.
    fn spoil(&mut self, packets: [&mut [u8]; 2]) {
        let bits = packets[0].len() as u64 * 8;
        let [one, other] = packets;
        if self.one_of == 0 {
            return;
        }
        let mut at = self.draw.below(2 * self.one_of);
        while at < bits {
            let (octet, bit) = (usize::try_from(at / 8).unwrap(), 0x80 >> (at % 8));
            one[octet] ^= bit;
            other[octet] ^= bit;
            at += 1 + self.draw.below(2 * self.one_of);
        }
    }
}

/// Four passes whose data an interface spoils and a fifth one, clean but short. What is still missing of a repeating scheme then does not fit into the fifth
/// pass, whatever it would choose to repeat; the same good packets of a fountain are enough.
#[test]
fn four_corrupted_passes_and_a_short_one_deliver_where_no_repetition_can() {
    const PASS: usize = 1_000;
    const SHORT: usize = 260;
    for seed in 0..4 {
        let file = content(200_000, seed);
        let config = SenderConfig {
            symbol_octets: 200,
            ..SenderConfig::default()
        };
        let mut sender = Sender::new(config, b"sol-196.bin", &file).unwrap();
        let mut repeated = Carousel::new(
            CarouselConfig {
                source: 82,
                destination: 1,
                apid: Apid::new(1024).unwrap(),
                segment_octets: 210,
                first_transaction: 1,
            },
            vec![CarouselFile {
                name: "sol-196.bin".into(),
                octets: file.clone(),
            }],
        )
        .unwrap();
        // One round of the carousel, without the count of the packets: what a receiver must have.
        let mut wanted = BTreeSet::new();
        let mut packet = [0; 300];
        let mut round = repeated.clone();
        while round.rounds() == 0 {
            let len = round.next_packet(&mut packet).unwrap();
            wanted.insert(packet[6..len].to_vec());
        }
        let mut receiver = Receiver::new(Limits::default());
        let (mut blind, mut whole_in) = (vec![0; sender.packet_len()], None);
        let mut missing = wanted.clone();
        let mut spoiled = Spoiled {
            draw: Draw(seed),
            one_of: 1_180,
        };
        for pass in 1..=5 {
            sender.begin_pass(pass);
            if pass == 5 {
                assert!(
                    missing.len() > SHORT,
                    "seed {seed}: {} missing could all be repeated",
                    missing.len()
                );
                spoiled.one_of = 0;
            }
            for _ in 0..if pass == 5 { SHORT } else { PASS } {
                sender.next_packet(&mut blind).unwrap();
                packet.fill(0);
                let len = repeated.next_packet(&mut packet).unwrap();
                let before = packet;
                assert!(len <= blind.len(), "the same time in the air");
                spoiled.spoil([&mut blind, &mut packet[..230]]);
                if before == packet {
                    missing.remove(&packet[6..len]);
                }
                // What is spoiled is refused by its check; the receiver is told of all of it.
                let _ = receiver.handle_packet(pass, &blind);
                while let step @ (Step::NotYet(_) | Step::Complete(_)) = receiver.poll_decode() {
                    if let Step::Complete(_) = step {
                        whole_in = Some(pass);
                    }
                }
            }
        }
        assert_eq!(
            whole_in,
            Some(5),
            "seed {seed}: the short pass completes it"
        );
        assert!(receiver.take_file(sender.object()).unwrap().1 == file);
        assert!(!missing.is_empty(), "seed {seed}: the carousel does not");
    }
}
