//! The LDPC option from PLTUs to PLTUs over a noisy channel, with slips and turned phases.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::large_stack_arrays,
    reason = "small numbers of a test"
)]

use magpie_coding::cadu::TmRandomizer;
use magpie_coding::crc::crc32_proximity;
use magpie_coding::ldpc::{
    LdpcBlock, LdpcChannel, LdpcCode, LdpcDecoder, LdpcError, LdpcReceiver, ProxLdpcSender,
};
use magpie_coding::pltu::{PltuConfig, PltuEvent, PltuHunter};
use magpie_coding::randomizer::Randomizer;
use magpie_coding::soft;
use std::ops::RangeInclusive;

type Receiver<const OCTETS: usize> = LdpcReceiver<Vec<i8>, Vec<i8>, OCTETS>;

fn receiver<const OCTETS: usize>(channel: LdpcChannel) -> Receiver<OCTETS> {
    let symbols = vec![0; LdpcReceiver::symbols_len(channel)];
    let decoder = vec![0; LdpcDecoder::memory_len(channel.code())];
    LdpcReceiver::new(channel, symbols, decoder).expect("enough memory")
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    fn noise(&mut self, deviation: f64) -> f64 {
        let sum: f64 = (0..12)
            .map(|_| self.next() as f64 / (1_u64 << 53) as f64)
            .sum();
        (sum - 6.0) * deviation
    }
}

/// A V3 frame of `len` octets with its number in front of the data, as a PLTU.
fn pltu(number: u16, len: usize) -> Vec<u8> {
    let [high, low] = ((len - 1) as u16).to_be_bytes();
    let mut frame = vec![0x80, 0x00, high, low, 0x00];
    frame.extend(number.to_be_bytes());
    frame.extend((frame.len()..len).map(|i| (i * 31 + usize::from(number)) as u8));
    let crc = crc32_proximity(&frame).to_be_bytes();
    [&[0xFA, 0xF3, 0x20], &frame[..], &crc].concat()
}

const FRAMES: u16 = 60;

/// Acquisition, frames of many lengths with idle cut anywhere between, tail.
fn sent() -> Vec<i8> {
    sent_with_places().0
}

/// The symbols, and for each frame the blocks of 1024 bits that it touches.
fn sent_with_places() -> (Vec<i8>, Vec<RangeInclusive<usize>>) {
    let mut octets = Vec::new();
    let (mut places, mut bits) = (Vec::new(), 3000);
    let mut sink = |unit: &[u8; 264]| octets.extend_from_slice(unit);
    let mut sender = ProxLdpcSender::new();
    sender.send_idle(3000, &mut sink);
    for number in 0..FRAMES {
        let pltu = pltu(number, 7 + usize::from(number) * 13 % 400);
        let idle = usize::from(number % 5) * 11;
        sender.send(&pltu, &mut sink);
        sender.send_idle(idle, &mut sink);
        places.push(bits / 1024..=(bits + pltu.len() * 8 - 1) / 1024);
        bits += pltu.len() * 8 + idle;
    }
    sender.send_idle(500, &mut sink);
    sender.flush(&mut sink);
    assert_eq!(sender.pending_bits(), 0);
    let symbols = soft::symbols(&octets).map(|symbol| symbol / 4);
    (symbols.collect(), places)
}

/// Numbers of the frames that come out.
fn received(symbols: &[i8], piece: usize) -> Vec<u16> {
    let mut receiver = receiver::<128>(LdpcChannel::PROX1);
    let mut hunter = PltuHunter::new(PltuConfig::new());
    let mut numbers = Vec::new();
    for piece in symbols.chunks(piece) {
        receiver.push(piece, &mut |block| {
            hunter.handle_octets(block.message, &mut |event| {
                if let PltuEvent::Frame { octets, .. } = event {
                    numbers.push(u16::from_be_bytes([octets[5], octets[6]]));
                }
            });
        });
    }
    numbers
}

fn all() -> Vec<u16> {
    (0..FRAMES).collect()
}

#[test]
fn the_stream_begins_with_idle_behind_the_marker() {
    //= 211.2-B-3 ldpc-acquisition
    //= 211.2-B-3 ldpc-randomizer
    //= 211.2-B-3 ldpc
    let mut units = Vec::new();
    let mut sender = ProxLdpcSender::new();
    sender.send_idle(1023, &mut |unit| units.push(*unit));
    assert_eq!((units.len(), sender.pending_bits()), (0, 1023));
    sender.flush(&mut |unit| units.push(*unit));
    let [unit] = units.as_mut_slice() else {
        panic!("{} units", units.len())
    };
    assert_eq!(unit[..8], 0x0347_76C7_2728_95B0_u64.to_be_bytes());
    assert_eq!(
        unit[8..12],
        [0x35 ^ 0xFF, 0x2E ^ 0x39, 0xF8 ^ 0x9E, 0x53 ^ 0x5A]
    );
    Randomizer::tc().apply(&mut unit[8..]);
    assert_eq!(unit[8..136], [0x35, 0x2E, 0xF8, 0x53].repeat(32));
}

/// Bits, octets and idle in any mixture make the same stream.
#[test]
fn bits_and_octets_make_one_stream() {
    let octets: Vec<u8> = (0..700_u32).map(|i| (i * i / 7) as u8).collect();
    let mut by_bits = Vec::new();
    let mut sender = ProxLdpcSender::new();
    sender.send_idle(13, &mut |unit| by_bits.push(*unit));
    let bits: Vec<u8> = soft::bits(&octets).collect();
    for piece in bits.chunks(37) {
        sender.send_bits(piece, &mut |unit| by_bits.push(*unit));
    }
    sender.flush(&mut |unit| by_bits.push(*unit));
    let mut by_octets = Vec::new();
    let mut sender = ProxLdpcSender::new();
    sender.send_idle(13, &mut |unit| by_octets.push(*unit));
    for piece in octets.chunks(99) {
        sender.send(piece, &mut |unit| by_octets.push(*unit));
    }
    sender.flush(&mut |unit| by_octets.push(*unit));
    assert_eq!(by_bits.len(), 6);
    assert!(by_bits == by_octets);
}

#[test]
fn frames_pass_a_clean_channel_however_it_is_cut() {
    let symbols = sent();
    for piece in [1, 977, usize::MAX] {
        assert_eq!(received(&symbols, piece), all());
    }
    let inverted: Vec<i8> = symbols.iter().map(|symbol| -symbol).collect();
    assert_eq!(received(&inverted, 4000), all());
}

/// Eb/N0 = 2.5 dB, so Es/N0 = −0.5 dB and a deviation of 0.749 of the symbol; in front of it noise alone.
#[test]
fn frames_pass_at_the_noise_of_the_book_s_working_point() {
    let mut random = Random(11);
    let mut symbols: Vec<i8> = (0..5000).map(|_| random.noise(25.0) as i8).collect();
    symbols.extend(
        sent()
            .iter()
            .map(|&symbol| (f64::from(symbol) + random.noise(31.0 * 0.749)) as i8),
    );
    assert_eq!(received(&symbols, 3333), all());
}

/// One to eight symbols lost or won in every fourth block, and the phase turned over in between: only frames of those blocks are lost.
#[test]
fn slips_cost_the_blocks_they_hit() {
    let (symbols, places) = sent_with_places();
    let mut random = Random(3);
    let mut slipped = Vec::new();
    let mut sign = 1;
    for (number, unit) in symbols.chunks(2112).enumerate() {
        let mut unit: Vec<i8> = unit
            .iter()
            .map(|&symbol| (f64::from(symbol * sign) + random.noise(20.0)) as i8)
            .collect();
        if number % 4 == 3 {
            let at = 70 + random.next() as usize % 2000;
            let by = 1 + random.next() as usize % 8;
            if random.next().is_multiple_of(2) {
                unit.drain(at..at + by);
            } else {
                unit.splice(at..at, vec![17; by]);
            }
            sign = -sign;
        }
        slipped.extend(unit);
    }
    let mut receiver = receiver::<128>(LdpcChannel::PROX1);
    let mut good = 0;
    receiver.push(&slipped, &mut |block: LdpcBlock<'_>| {
        good += usize::from(block.good);
    });
    let blocks = symbols.len() / 2112;
    assert!(good >= blocks - blocks.div_ceil(4), "{good} of {blocks}");
    let got = received(&slipped, 500);
    for (number, mut blocks) in (0..FRAMES).zip(places) {
        if blocks.all(|block| block % 4 != 3) {
            assert!(got.contains(&number), "frame {number}");
        }
    }
}

/// Erasures satisfy every check; they are not taken for blocks, and nothing else is.
#[test]
fn silence_and_full_scale_are_no_blocks() {
    for value in [0, 127, -128, 1] {
        let mut receiver = receiver::<128>(LdpcChannel::PROX1);
        let mut symbols = sent();
        symbols.truncate(2112 * 2);
        symbols.extend([value; 2112 * 12]);
        let mut good = 0;
        let mut all = 0;
        receiver.push(&symbols, &mut |block| {
            all += 1;
            good += u32::from(block.good);
        });
        assert_eq!(good, 2, "{value}");
        // The flywheel turns on for four blocks.
        assert_eq!(all, 6, "{value}");
        assert!(!receiver.is_locked());
    }
}

#[test]
fn telemetry_channels_pass_frames() {
    //= 131.0-B csm-ldpc
    //= 131.0-B asm-tm
    //= 131.0-B randomizer-scope
    for code in LdpcCode::ALL {
        for randomizer in [TmRandomizer::None, TmRandomizer::Short, TmRandomizer::Long] {
            let Some(channel) = LdpcChannel::telemetry(code, randomizer) else {
                assert!(matches!(code, LdpcCode::Tc128 | LdpcCode::Tc512));
                continue;
            };
            let frame: Vec<u8> = (0..code.message_len()).map(|i| (i * 7 + 3) as u8).collect();
            let mut unit = vec![0; channel.unit_len()];
            channel.encode(&frame, &mut unit).expect("right lengths");
            let mut stream = vec![9; 40];
            for _ in 0..2 {
                stream.extend(soft::symbols(&unit).map(|symbol| symbol / 3));
            }
            for symbol in stream.iter_mut().skip(300).step_by(211) {
                *symbol = -*symbol;
            }
            let mut receiver = receiver::<2048>(channel);
            let mut frames = Vec::new();
            receiver.push(&stream, &mut |block| {
                assert!(block.good);
                frames.push(block.message.to_vec());
            });
            assert!(
                frames == [&frame[..]; 2],
                "{} {randomizer:?}",
                code.qc().name
            );
        }
    }
}

#[test]
fn memories_that_are_too_small_are_refused() {
    let channel = LdpcChannel::PROX1;
    let enough = LdpcReceiver::symbols_len(channel);
    assert_eq!(enough, 2112 + 16);
    let decoder = LdpcDecoder::compact_len(channel.code());
    let new =
        |symbols, decoder| Receiver::<128>::new(channel, vec![0; symbols], vec![0; decoder]).err();
    assert_eq!(new(enough, decoder), None);
    let (need, have) = (enough, enough - 1);
    assert_eq!(
        new(enough - 1, decoder),
        Some(LdpcError::Memory { need, have })
    );
    let (need, have) = (decoder, decoder - 1);
    assert_eq!(
        new(enough, decoder - 1),
        Some(LdpcError::Memory { need, have })
    );
    let small = Receiver::<127>::new(channel, vec![0; enough], vec![0; decoder]);
    assert_eq!(
        small.err(),
        Some(LdpcError::MessageLen {
            need: 128,
            have: 127
        })
    );
    let mut unit = [0; 263];
    let error = LdpcError::CodewordLen {
        need: 264,
        have: 263,
    };
    assert_eq!(channel.encode(&[0; 128], &mut unit), Err(error));
}
