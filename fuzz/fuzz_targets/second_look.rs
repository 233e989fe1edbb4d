//! The second look at soft symbols: what it gives was sent, or stands there with a good CRC; nothing twice, and the account is right.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
use magpie_coding::crc::crc32_proximity;
use magpie_coding::viterbi::G2Choice;
use magpie_ground::second_look::{SecondLook, Seen, frames};

const IDLE: [u8; 4] = [0x35, 0x2E, 0xF8, 0x53];

/// A version-3 frame of `len` octets, of which no two numbers have the same.
fn frame(len: usize, number: u8) -> Vec<u8> {
    let mut frame = vec![0x80, 0, 0, (len - 1) as u8, number];
    frame.extend((5..len).map(|k| (k as u8).wrapping_mul(37) ^ number));
    frame
}

fn unit(frame: &[u8]) -> Vec<u8> {
    let crc = crc32_proximity(frame).to_be_bytes();
    [&[0xFA, 0xF3, 0x20], frame, &crc].concat()
}

fn encode(octets: &[u8], g2: G2) -> Vec<i8> {
    let mut encoder = ConvolutionalEncoder::new(g2);
    let symbols = encoder.encode_octets(octets);
    symbols.map(|bit| if bit == 1 { 40 } else { -40 }).collect()
}

/// Puts what the octets say on the symbols: turned, erased, weak, any, left out.
fn spoil(soft: &mut Vec<i8>, edits: &[u8]) {
    for &[low, high, what, value] in edits.as_chunks::<4>().0 {
        let at = usize::from(u16::from_le_bytes([low, high])) % soft.len().max(1);
        let run = 1 + usize::from(what >> 3);
        if what & 7 == 7 {
            soft.drain(at..(at + run).min(soft.len()));
            continue;
        }
        for (index, symbol) in soft.iter_mut().skip(at).take(run).enumerate() {
            let fresh = (u32::from(value) + 1)
                .wrapping_mul(index as u32 + 1)
                .wrapping_mul(0x9E37_79B9);
            *symbol = match what & 7 {
                0 => -*symbol,
                1 => -*symbol / 8,
                2 => 0,
                3 => value.cast_signed().max(-127),
                4 => *symbol / 20,
                _ => ((fresh >> 24) as u8).cast_signed().max(-127),
            };
        }
    }
}

/// Do the symbols look like this unit somewhere, whatever is before it? By chance half of them would agree.
fn stands_there(soft: &[i8], frame: &[u8]) -> bool {
    [G2::Inverted, G2::Plain].into_iter().any(|g2| {
        let model = encode(&unit(frame), g2);
        soft.windows(model.len()).any(|soft| {
            let (mut agree, mut all) = (0_i32, 0_i32);
            for (&soft, &model) in soft.iter().zip(&model) {
                agree += i32::from(soft) * i32::from(model).signum();
                all += i32::from(soft).abs();
            }
            all > 0 && 5 * agree.abs() >= all
        })
    })
}

fuzz_target!(|input: &[u8]| {
    let Some((&[options, count, len, paths], edits)) = input.split_first_chunk() else {
        return;
    };
    let (count, len) = (count % 4, 6 + usize::from(len % 40));
    let sent: Vec<Vec<u8>> = (0..count).map(|number| frame(len, number)).collect();
    let g2 = if options & 1 == 0 {
        G2::Inverted
    } else {
        G2::Plain
    };
    let mut octets = IDLE.repeat(8);
    for frame in &sent {
        octets.extend(unit(frame));
        octets.extend(&IDLE[..usize::from(options >> 1 & 3)]);
    }
    octets.extend(IDLE.repeat(8));
    let mut soft = if options & 0x80 == 0 {
        encode(&octets, g2)
    } else {
        Vec::new()
    };
    if options & 0x40 != 0 {
        soft.iter_mut().for_each(|symbol| *symbol = -*symbol);
    }
    if soft.is_empty() {
        // Nothing but what the input says.
        soft = edits
            .iter()
            .map(|octet| octet.cast_signed().max(-127))
            .collect();
    } else {
        spoil(&mut soft, edits);
    }
    let look = SecondLook {
        paths: usize::from(paths % 64),
        g2: if options & 1 == 0 {
            G2Choice::Inverted
        } else {
            G2Choice::Plain
        },
        ..SecondLook::new()
    };
    let mut found: Vec<Vec<u8>> = Vec::new();
    let seen = frames(&soft, &look, &mut |frame| found.push(frame.to_vec()));
    assert_eq!(seen.first + seen.second, found.len() as u64);
    assert!(seen.inverted <= found.len() as u64);
    assert!(found.iter().map(|frame| 7 + frame.len()).sum::<usize>() * 16 <= soft.len() + 128);
    for frame in &found {
        assert!(
            sent.contains(frame) || stands_there(&soft, frame),
            "{frame:02X?}"
        );
    }
    for frame in &sent {
        assert!(
            found.iter().filter(|found| *found == frame).count() <= 1,
            "{frame:02X?} twice"
        );
    }
    if edits.is_empty() && options & 0x80 == 0 {
        let all = Seen {
            first: count.into(),
            inverted: seen.inverted,
            ..Seen::default()
        };
        assert_eq!((found, seen), (sent, all));
    }
});
