extern crate std;

use super::{LdpcCltuConfig, LdpcCltuEncoder, LdpcCltuReceiver, LdpcTail};
use crate::asm::Polarity;
use crate::cltu::{CltuEncodeError, CltuEnd, CltuEvent, CltuStats};
use crate::ldpc::{LdpcCode, LdpcDecoder, LdpcError};
use crate::soft;
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

/// Origin: CLTUs that Yamcs 5.12.8 (`Ldpc64CltuGenerator`, with its tail) makes of these frames.
const FOREIGN_SHORT: [[&str; 2]; 4] = [
    [
        "000102030405060708090A0B0C0D",
        "034776C7272895B0FF389C596CEC00F25810B726A5BF6A96F730945164E453A052D322025C763A3155555556AAAAAAAA5555555555555555",
    ],
    [
        "102D4A6784A1BEDBF815324F6C89A6C3E0FD1A37",
        "034776C7272895B0EF14D43DEC48B82E3E8C39F5479D88B3072CAC150460A036541295CAD7E67E621FC4846D3DBC53A0A8DDE33818BE37B455555556AAAAAAAA55\
         55555555555555",
    ],
    [
        "22F60000FF00",
        "034776C7272895B0DDCF9E5A97E953A04CAA20293AB1D54755555556AAAAAAAA5555555555555555",
    ],
    [
        "0102030405060780402010080402018142241818244281",
        "034776C7272895B0FE3B9D5E6DEF01755D05BB6118CC3460BF198E526CEB0774BED5B55E75BF4BC3BD1D86424CAB87A08286EAA787F3970655555556AAAAAAAA55\
         55555555555555",
    ],
];

/// Origin: as above, `Ldpc256CltuGenerator`.
const FOREIGN_LONG: [[&str; 2]; 3] = [
    [
        "102D4A6784A1BEDBF815324F6C89A6C3E0FD1A37",
        "034776C7272895B0EF14D43DEC48B82E949C1DEE5DD7AE03B255A1991B9792B833896D81ADD30568F51C2FE5DB9148171631155380531F174953C1062A78864372\
         28CDFC3C20BFD0",
    ],
    [
        "0102030405060780402010080402018142241818244281",
        "034776C7272895B0FE3B9D5E6DEF01752CA93FA9355C0941108CA3B66A8046B833896D81ADD3056812625CCAE0C846381EF4AD708DA1E24CD7D046A3EB553D1811\
         FA7B35866E2051",
    ],
    [
        "030A11181F262D343B424950575E656C737A81888F969DA4ABB2B9C0C7CED5DCE3EAF1F8FF060D14",
        "034776C7272895B0FC338F4277CF2BC157CB66F166006DAC21D23A26C1545A49CD6E81143F4885E159DFCA693B10DD36DF438F9B4237583C52E9763B34F68834CA\
         5D414C34C65A571CD36FA297EF0BE139DC7AF4640B5D9507FDEEFB1B9792B833896D81ADD3056815F206EAA2908C71DDCD91FCAF0B79A0EBCE911B695BB4E4DDEB\
         ABB0D86179ED",
    ],
];

fn unhex(text: &str) -> Vec<u8> {
    let digit = |c: u8| (c as char).to_digit(16).expect("a hexadecimal digit") as u8;
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}

fn foreign() -> Vec<(LdpcCltuConfig, LdpcCltuEncoder, Vec<u8>, Vec<u8>)> {
    let short = FOREIGN_SHORT.map(|row| {
        (
            LdpcCltuConfig::short(),
            LdpcCltuEncoder::short(LdpcTail::B4),
            row,
        )
    });
    let long = FOREIGN_LONG.map(|row| (LdpcCltuConfig::long(), LdpcCltuEncoder::long(), row));
    let all = short.into_iter().chain(long);
    all.map(|(config, encoder, [frames, cltu])| (config, encoder, unhex(frames), unhex(cltu)))
        .collect()
}

/// The events of a receiver put together: (first bit, inverted, data, end).
type Found = (u64, bool, Vec<u8>, Option<(u64, CltuEnd, u32)>);

fn receive(config: LdpcCltuConfig, symbols: &[i8], cut: usize) -> (Vec<Found>, CltuStats) {
    let mut found: Vec<Found> = Vec::new();
    let memory = vec![0; LdpcDecoder::memory_len(config.code())];
    let mut receiver = LdpcCltuReceiver::new(config, memory).expect("enough memory");
    let mut note = |event: CltuEvent<'_>| match event {
        CltuEvent::Start {
            at_bit, inverted, ..
        } => found.push((at_bit, inverted, Vec::new(), None)),
        CltuEvent::Codeword { octets, .. } => {
            found.last_mut().expect("begun").2.extend_from_slice(octets);
        }
        CltuEvent::End {
            at_bit,
            reason,
            codewords,
        } => {
            let end = &mut found.last_mut().expect("begun").3;
            assert_eq!(end.replace((at_bit, reason, codewords)), None);
        }
    };
    for piece in symbols.chunks(cut) {
        receiver.handle_symbols(piece, &mut note);
    }
    receiver.finish(&mut note);
    (found, *receiver.stats())
}

#[test]
fn cltus_are_those_of_another_encoder() {
    //= 231.0-B cltu-ldpc-start
    //= 231.0-B cltu-ldpc-randomizer
    //= 231.0-B cltu-ldpc-tail
    for (_, encoder, frames, cltu) in foreign() {
        let mut out = vec![0; encoder.cltu_len(frames.len())];
        assert_eq!(
            (encoder.encode(&frames, &mut out), &out),
            (Ok(cltu.len()), &cltu)
        );
        let short = CltuEncodeError::Buffer {
            need: cltu.len(),
            have: cltu.len() - 1,
        };
        assert_eq!(encoder.encode(&frames, &mut out[1..]), Err(short));
    }
    let bare = LdpcCltuEncoder::short(LdpcTail::None);
    assert_eq!(bare.encode(&[], &mut [0; 9]), Err(CltuEncodeError::Empty));
    let (mut with, mut without) = ([0; 40], [0; 24]);
    assert_eq!(bare.encode(&[7; 8], &mut without), Ok(24));
    assert_eq!(
        LdpcCltuEncoder::short(LdpcTail::B4Cor1).encode(&[7; 8], &mut with),
        Ok(40)
    );
    assert_eq!(with[..24], without);
    assert_eq!(with[24..], unhex("63A1ED72C6AC79E25555555555555555"));
}

#[test]
fn cltus_of_another_encoder_are_received_in_either_polarity() {
    for (config, _, frames, cltu) in foreign() {
        for turned in [false, true] {
            let mut symbols: Vec<i8> = soft::symbols(&cltu).collect();
            if turned {
                for symbol in &mut symbols {
                    *symbol = -*symbol;
                }
            }
            let (found, stats) = receive(config, &symbols, 1000);
            let (at_bit, inverted, data, end) = &found[0];
            assert_eq!(
                (*at_bit, *inverted, &data[..frames.len()]),
                (0, turned, &frames[..])
            );
            assert!(data[frames.len()..].iter().all(|&fill| fill == 0x55));
            let reason = if config.code() == LdpcCode::Tc128 {
                CltuEnd::Tail { errors: 0 }
            } else {
                CltuEnd::Deactivated { have_bits: 0 }
            };
            assert_eq!(end.map(|end| end.1), Some(reason));
            assert_eq!((stats.starts, stats.corrected), (1, 0));
            let upright = config.with_polarity(Polarity::Normal);
            assert_eq!(
                receive(upright, &symbols, 1000).0.len(),
                usize::from(!turned)
            );
        }
    }
}

#[test]
fn too_little_memory_is_said() {
    let need = LdpcDecoder::compact_len(LdpcCode::Tc128);
    let error = LdpcCltuReceiver::new(LdpcCltuConfig::short(), vec![0; need - 1]).err();
    assert_eq!(
        error,
        Some(LdpcError::Memory {
            need,
            have: need - 1
        })
    );
}

/// A linear congruence; the sum of twelve uniform numbers is near enough to normal.
struct Random(u64);

impl Random {
    fn next(&mut self) -> i32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 48) as i32
    }

    /// Normal with standard deviation 1000.
    fn noise(&mut self) -> i32 {
        ((0..12).map(|_| self.next()).sum::<i32>() - 6 * 65_536) / 66
    }

    /// Symbols of amplitude 40 in noise of this deviation in thousandths of the amplitude.
    fn channel(&mut self, octets: &[u8], deviation: i32) -> Vec<i8> {
        let bits: Vec<u8> = soft::bits(octets).collect();
        let symbol = |bit| if bit == 1 { 40 } else { -40 };
        bits.iter()
            .map(|&bit| {
                (symbol(bit) + self.noise() * deviation * 40 / 1_000_000).clamp(-127, 127) as i8
            })
            .collect()
    }
}

/// In noise, one CLTU behind the other with idle between them. Deviation 0.6 is Eb/N0 = 4.4 dB at rate 1/2: one bit in 20 is wrong, and either code
/// fails in less than one codeword of a thousand (their curves in the books), so of 2 × 60 CLTUs next to none may be lost.
#[test]
fn cltus_come_through_noise() {
    for (config, encoder) in [
        (
            LdpcCltuConfig::short(),
            LdpcCltuEncoder::short(LdpcTail::B4),
        ),
        (LdpcCltuConfig::long(), LdpcCltuEncoder::long()),
    ] {
        let mut random = Random(5);
        let (mut symbols, mut sent) = (Vec::new(), Vec::new());
        for number in 0..60_u8 {
            let frame: Vec<u8> = (0..60_u8).map(|i| i.wrapping_mul(7) ^ number).collect();
            let mut cltu = vec![0x55; encoder.cltu_len(frame.len())];
            assert!(encoder.encode(&frame, &mut cltu).is_ok());
            cltu.extend([0x55; 65]); // idle, a whole block and more
            symbols.extend(random.channel(&cltu, 600));
            sent.push(frame);
        }
        let (found, stats) = receive(config, &symbols, 777);
        let whole = found.iter().filter(|cltu| cltu.2.len() >= 60).count();
        let right = found
            .iter()
            .filter(|cltu| sent.iter().any(|frame| cltu.2.starts_with(frame)))
            .count();
        assert!(
            right >= 58 && right == whole,
            "{right} of {whole}: {stats:?}"
        );
        assert!(stats.corrected * 10 > stats.codewords * 9);
    }
}

/// Idle in either phase and noise: how often a block that is no codeword is taken for one.
#[test]
fn what_is_no_codeword_ends_a_cltu() {
    for config in [LdpcCltuConfig::short(), LdpcCltuConfig::long()] {
        let start: Vec<i8> = soft::symbols(&unhex("034776C7272895B0")).collect();
        for idle in [[90, -90], [-90, 90]] {
            let symbols = [&start[..], &idle.repeat(600)].concat();
            let (found, stats) = receive(config, &symbols, 64);
            assert!(found.iter().all(|cltu| cltu.2.is_empty()), "{stats:?}");
        }
        for value in [0, 127, -127, -128] {
            let symbols = [&start[..], &[value; 1200]].concat();
            let (found, _) = receive(config, &symbols, 64);
            let end = Some((64, CltuEnd::Uncorrectable, 0));
            assert_eq!(found, [(0, false, Vec::new(), end)], "{value}");
        }
        let mut random = Random(9);
        let mut taken = 0;
        for _ in 0..1000 {
            let noise: Vec<i8> = (0..512)
                .map(|_| (random.noise() / 25).clamp(-127, 127) as i8)
                .collect();
            let (found, _) = receive(config, &[&start[..], &noise].concat(), 64);
            taken += u32::from(!found[0].2.is_empty());
        }
        assert_eq!(taken, 0, "{:?}", config.code());
    }
}

proptest! {
    #[test]
    fn events_do_not_depend_on_how_the_stream_is_cut(
        frames in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..50), 1..4),
        long: bool, cut in 1..700_usize, seed: u64, gap in 0..40_usize, limit in 1..5_u32, deviation in 0..900_i32,
    ) {
        let (config, encoder) = if long {
            (LdpcCltuConfig::long(), LdpcCltuEncoder::long())
        } else {
            (LdpcCltuConfig::short(), LdpcCltuEncoder::short(LdpcTail::B4Cor1))
        };
        let config = config.with_max_codewords(limit).with_max_iterations(8);
        let (mut random, mut symbols) = (Random(seed), Vec::new());
        for frame in &frames {
            let mut cltu = vec![0; encoder.cltu_len(frame.len())];
            prop_assert!(encoder.encode(frame, &mut cltu).is_ok());
            cltu.truncate(cltu.len().saturating_sub(gap / 3));
            symbols.extend(random.channel(&cltu, deviation));
            symbols.extend(vec![random.next() as i8; gap]);
        }
        let whole = receive(config, &symbols, symbols.len());
        prop_assert_eq!(whole.1.bits, symbols.len() as u64);
        let counted = [whole.1.ended_tail, whole.1.ended_uncorrectable, whole.1.ended_too_long, whole.1.ended_deactivated];
        prop_assert_eq!(whole.0.len() as u64, counted.iter().sum::<u64>());
        prop_assert_eq!(receive(config, &symbols, cut), whole);
    }
}
