//! Symbols made here by encoders of the tests' own (a shift register by the polynomials of the book), except LDPC, whose encoder has vectors of its own.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    clippy::large_stack_arrays
)] // small numbers, and figures that are exact

use magpie_coding::ldpc::ProxLdpcSender;
use magpie_coding::soft;

use super::*;

/// Seeded noise of a normal distribution: xorshift64*, sums of twelve.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40) as f32 / (1 << 24) as f32
    }

    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.next()).sum::<f32>() - 6.0
    }
}

/// A Version-3 frame of so many octets whose data count up from `fill`.
fn frame(len: usize, fill: u8) -> Vec<u8> {
    let mut frame = vec![0x80, 0, ((len - 1) >> 8) as u8, (len - 1) as u8, fill];
    frame.extend((0..len - 5).map(|at| fill.wrapping_add(at as u8)));
    frame
}

/// CRC-32 of the facts (211.2-B-3): polynomial 00A00805, preset zero, bit by bit.
fn crc(octets: &[u8]) -> [u8; 4] {
    let mut register = 0_u32;
    for bit in soft::bits(octets) {
        let feed = register >> 31 ^ u32::from(bit);
        register = register << 1 ^ if feed == 1 { 0x00A0_0805 } else { 0 };
    }
    register.to_be_bytes()
}

/// Idle, PLTUs with idle between, idle: bits.
fn stream(frames: &[Vec<u8>], acquisition: usize) -> Vec<u8> {
    let idle = [0x35, 0x2E, 0xF8, 0x53];
    let mut octets = idle.repeat(acquisition);
    for frame in frames {
        octets.extend([0xFA, 0xF3, 0x20]);
        octets.extend(frame);
        octets.extend(crc(frame));
        octets.extend(idle.repeat(3));
    }
    octets.extend(idle.repeat(40));
    soft::bits(&octets).collect()
}

/// K = 7, 171 and 133 (octal), the second inverted, by the book's figure.
fn convolved(bits: &[u8]) -> Vec<u8> {
    let mut register = 0_u8;
    let mut out = Vec::new();
    for &bit in bits {
        register = register >> 1 | bit << 6;
        out.push((register & 0o171).count_ones() as u8 & 1);
        out.push(((register & 0o133).count_ones() as u8 & 1) ^ 1);
    }
    out
}

fn ldpc(bits: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut sender = ProxLdpcSender::new();
    sender.send_bits(bits, &mut |unit| out.extend(soft::bits(unit)));
    sender.flush(&mut |unit| out.extend(soft::bits(unit)));
    out
}

fn coded(coding: Coding, bits: &[u8]) -> Vec<u8> {
    match coding {
        Coding::Uncoded => bits.to_vec(),
        Coding::Convolutional => convolved(bits),
        Coding::Ldpc => ldpc(bits),
    }
}

/// Soft symbols with noise of this deviation (in amplitudes), scaled as a receiver does.
fn received(symbols: &[u8], deviation: f32, turned: bool, seed: u64) -> Vec<i8> {
    let mut dice = Dice(seed);
    let sign = if turned { -40.0 } else { 40.0 };
    symbols
        .iter()
        .map(|&symbol| {
            let sent = f32::from(symbol) * 2.0 - 1.0;
            (sign * (sent + deviation * dice.normal())).clamp(-127.0, 127.0) as i8
        })
        .collect()
}

fn noise(count: usize, seed: u64) -> Vec<i8> {
    let mut dice = Dice(seed);
    (0..count)
        .map(|_| (40.0 * dice.normal()).clamp(-127.0, 127.0) as i8)
        .collect()
}

type Found = Vec<(u64, bool, Vec<u8>)>;

/// Pushes in blocks of these lengths, in turn.
fn push(frames: &mut Frames, first: u64, soft: &[i8], lengths: &[usize], found: &mut Found) {
    let (mut first, mut rest) = (first, soft);
    for &length in lengths.iter().cycle() {
        let (now, later) = rest.split_at(length.min(rest.len()));
        frames.push(first, now, &mut |good| {
            found.push((good.at_symbol, good.inverted, good.octets.to_vec()));
        });
        first += now.len() as u64;
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
}

fn heard(soft: &[i8], lengths: &[usize]) -> (Verdict, Found) {
    let (mut frames, mut found) = (Frames::new(None, G2Choice::Auto), Vec::new());
    push(&mut frames, 0, soft, lengths, &mut found);
    let verdict = frames.finish(&mut |good| {
        found.push((good.at_symbol, good.inverted, good.octets.to_vec()));
    });
    (verdict, found)
}

fn frames_of(found: &Found) -> Vec<Vec<u8>> {
    found.iter().map(|(_, _, octets)| octets.clone()).collect()
}

fn some_frames(count: u8) -> Vec<Vec<u8>> {
    (0..count)
        .map(|n| frame(20 + 37 * usize::from(n), n))
        .collect()
}

#[test]
fn every_coding_is_recognised_behind_noise_and_in_either_polarity() {
    let sent = some_frames(8);
    let bits = stream(&sent, 40);
    // Deviations at which each coding makes no error to speak of: 11 dB uncoded, 4 dB (Eb/N0) convolutional, 3 dB LDPC.
    for (coding, deviation) in [
        (Coding::Uncoded, 0.2),
        (Coding::Convolutional, 0.63),
        (Coding::Ldpc, 0.7),
    ] {
        for turned in [false, true] {
            let mut soft = noise(3001, 5);
            soft.extend(received(&coded(coding, &bits), deviation, turned, 9));
            soft.extend(noise(1500, 6));
            let (verdict, found) = heard(&soft, &[1000]);
            assert_eq!(frames_of(&found), sent, "{coding} {turned}");
            assert_eq!(verdict.codings, [coding]);
            let inverted = if turned { 8 } else { 0 };
            let tally = &verdict.tally;
            assert_eq!((tally.good, tally.good_inverted), (8, inverted), "{coding}");
            assert_eq!((tally.bad, tally.markers), (0, 8), "{coding}: {tally:?}");
            assert!(found.iter().all(|&(_, inverted, _)| inverted == turned));
        }
    }
}

#[test]
fn frames_have_their_place() {
    let sent = some_frames(3);
    let bits = stream(&sent, 40);
    // The first marker is behind 40 words of idle; the units have 27, 64 and 101 octets, 12 of idle between them.
    let octets = [160, 160 + 27 + 12, 160 + 27 + 12 + 64 + 12];
    for (coding, symbols_an_octet) in [(Coding::Uncoded, 8), (Coding::Convolutional, 16)] {
        let mut soft = noise(501, 7);
        soft.extend(received(&coded(coding, &bits), 0.1, false, 3));
        let (_, found) = heard(&soft, &[777]);
        let places: Vec<u64> = found.iter().map(|&(at, ..)| at).collect();
        let expected: Vec<u64> = octets
            .iter()
            .map(|at| 501 + at * symbols_an_octet)
            .collect();
        assert_eq!(places, expected, "{coding}");
    }
    let (_, found) = heard(&received(&ldpc(&bits), 0.1, false, 3), &[777]);
    for (&(at, ..), octet) in found.iter().zip(octets) {
        // 128 octets a block of 2112 symbols, of which 64 are its marker.
        let block = octet / 128 * 2112 + 64;
        let exact = block + octet % 128 * 16;
        assert_eq!(at, exact);
    }
}

#[test]
fn idle_alone_names_the_coding_and_noise_does_not() {
    let bits = stream(&[], 400);
    for (coding, deviation) in [
        (Coding::Uncoded, 0.4),
        (Coding::Convolutional, 0.7),
        (Coding::Ldpc, 0.7),
    ] {
        let soft = received(&coded(coding, &bits), deviation, true, 11);
        let (verdict, found) = heard(&soft, &[512]);
        assert_eq!(
            (verdict.codings.as_slice(), found.len()),
            (&[coding][..], 0)
        );
    }
    let (verdict, found) = heard(&noise(100_000, 13), &[4096]);
    assert_eq!((verdict.codings.len(), found.len()), (0, 0));
    assert_eq!(verdict.tally, Tally::default());
    let (verdict, _) = heard(&[0; 50_000], &[4096]);
    assert_eq!(verdict.codings, []);
}

#[test]
fn a_bad_frame_is_counted_and_the_next_one_found() {
    let sent = some_frames(5);
    let bits = stream(&sent, 40);
    let mut soft = received(&bits, 0.1, false, 17);
    // Within the second frame's data.
    let at = (160 + 27 + 12 + 20) * 8;
    soft[at..at + 9]
        .iter_mut()
        .for_each(|symbol| *symbol = -*symbol);
    let (verdict, found) = heard(&soft, &[100]);
    assert_eq!(found.len(), 4);
    assert_eq!((verdict.tally.good, verdict.tally.bad), (4, 1));
    assert_eq!(verdict.tally.rejected.get("crc-32"), Some(&1));
    // Cut off within the last frame.
    let whole = received(&bits, 0.1, false, 17);
    let (verdict, found) = heard(&whole[..whole.len() - 40 * 32 - 300], &[100]);
    assert_eq!(found.len(), 4);
    assert_eq!(verdict.tally.rejected.get("cut-off-at-the-end"), Some(&1));
}

#[test]
fn a_new_count_opens_the_question_again() {
    let sent = some_frames(4);
    let bits = stream(&sent, 40);
    let (mut frames, mut found) = (Frames::new(None, G2Choice::Auto), Vec::new());
    let first = received(&bits, 0.1, false, 19);
    push(&mut frames, 0, &first, &[300], &mut found);
    assert_eq!(frames.decided(), Some(Coding::Uncoded));
    assert_eq!(frames.so_far(), (4, 0));
    frames.new_count(&mut |_| unreachable!());
    let second = received(&convolved(&bits), 0.5, true, 23);
    push(&mut frames, 0, &second, &[300], &mut found);
    // The same count, another coding without a word: the silence opens the question.
    let next = second.len() as u64;
    let third: Vec<i8> = noise(150_000, 29)
        .into_iter()
        .chain(received(&ldpc(&bits), 0.5, false, 31))
        .collect();
    push(&mut frames, next, &third, &[300], &mut found);
    let verdict = frames.finish(&mut |good| {
        found.push((good.at_symbol, good.inverted, good.octets.to_vec()));
    });
    assert_eq!(verdict.codings, Coding::ALL);
    assert_eq!(verdict.tally.good, 12);
    assert_eq!(
        frames_of(&found),
        [sent.clone(), sent.clone(), sent].concat()
    );
    assert!(found[8].0 >= next + 150_000, "{:?}", found[8]);
}

#[test]
fn numbers_left_out_are_erasures_and_numbers_seen_are_passed_over() {
    let sent = some_frames(4);
    let soft = received(&convolved(&stream(&sent, 40)), 0.3, false, 37);
    let (mut frames, mut found) = (Frames::new(None, G2Choice::Auto), Vec::new());
    push(&mut frames, 90, &soft[..3000], &[256], &mut found);
    // Ten symbols are missing, which the code mends; then some come twice.
    push(
        &mut frames,
        90 + 3010,
        &soft[3010..5000],
        &[256],
        &mut found,
    );
    push(&mut frames, 90 + 4990, &soft[4990..], &[256], &mut found);
    let verdict = frames.finish(&mut |good| {
        found.push((good.at_symbol, good.inverted, good.octets.to_vec()));
    });
    assert_eq!(frames_of(&found), sent);
    assert_eq!(verdict.tally.symbols, soft.len() as u64);
    assert!(verdict.tally.erased >= 10);
    // A jump beyond all measure is a new count, not a gigabyte of zeros.
    let mut frames = Frames::new(Some(Coding::Uncoded), G2Choice::Auto);
    frames.push(0, &soft, &mut |_| ());
    frames.push(u64::MAX - 10_000, &soft[..100], &mut |_| ());
    assert!(frames.finish(&mut |_| ()).tally.symbols < 1 << 20);
}

#[test]
fn blocks_do_not_matter() {
    let sent = some_frames(6);
    let bits = stream(&sent, 20);
    for coding in Coding::ALL {
        let mut soft = noise(777, 41);
        soft.extend(received(&coded(coding, &bits), 0.5, false, 43));
        let whole = heard(&soft, &[soft.len()]);
        for lengths in [&[1][..], &[17, 3000, 1], &[4097]] {
            assert_eq!(heard(&soft, lengths), whole, "{coding} {lengths:?}");
        }
    }
}
