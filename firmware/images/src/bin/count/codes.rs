//! The codes: checks, marker hunt, convolutional code, LDPC, Reed–Solomon.

use core::hint::black_box;

use magpie_coding::cadu::{CaduConfig, CaduEncoder};
use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
use magpie_coding::crc::{crc16_fecf, crc32_proximity};
use magpie_coding::pltu::{PltuConfig, PltuEncoder, PltuHunter};
use magpie_coding::reed_solomon::RsCode;
use magpie_coding::viterbi::CompactReceiver;
use static_cell::ConstStaticCell;

use crate::{Bench, ldpc, noise};

/// Octets that are checked, coded, hunted through.
const LEN: usize = 1_024;
/// Octets of a frame in a PLTU.
const FRAME: usize = 256;
const TM_FRAME: usize = 1_115;
const CADU: usize = 4 + 5 * 255;

struct Memory {
    plain: [u8; LEN],
    coded: [u8; 2 * LEN],
    soft: [u8; 8 * LEN],
    pltu: [u8; FRAME + 7],
    frame: [u8; TM_FRAME],
    cadu: [u8; CADU],
}

static MEMORY: ConstStaticCell<Memory> = ConstStaticCell::new(Memory {
    plain: [0; LEN],
    coded: [0; 2 * LEN],
    soft: [0; 8 * LEN],
    pltu: [0; FRAME + 7],
    frame: [0; TM_FRAME],
    cadu: [0; CADU],
});
static HUNTER: ConstStaticCell<PltuHunter> =
    ConstStaticCell::new(PltuHunter::new(PltuConfig::new()));
static RECEIVER: ConstStaticCell<CompactReceiver> =
    ConstStaticCell::new(CompactReceiver::new(G2::Inverted));

#[inline(never)]
pub(crate) fn count(bench: &mut Bench) {
    let memory = MEMORY.take();
    noise(&mut memory.plain);
    let plain = &memory.plain;
    bench.count("CRC-32 of the PLTU, an octet", LEN, || {
        black_box(crc32_proximity(black_box(plain)));
    });
    bench.count("CRC-16 of the FECF, an octet", LEN, || {
        black_box(crc16_fecf(black_box(plain)));
    });
    let mut encoder = ConvolutionalEncoder::new(G2::Inverted);
    let coded = &mut memory.coded;
    bench.count("convolutional encoder, an information bit", LEN * 8, || {
        black_box(encoder.encode_packed(black_box(plain), coded));
    });
    // Each symbol as a nibble: +5 for a one, -5 for a zero.
    for (two, symbols) in memory.soft.iter_mut().zip(
        coded
            .iter()
            .flat_map(|octet| (0..4).map(move |i| octet >> (6 - 2 * i) & 3)),
    ) {
        *two = [0xBB, 0xB5, 0x5B, 0x55][usize::from(symbols)];
    }
    let (receiver, soft) = (RECEIVER.take(), &memory.soft);
    bench.count("soft Viterbi decoder, an information bit", LEN * 8, || {
        receiver.push_packed(black_box(soft), &mut |block| {
            black_box(block.octets());
        });
    });
    hunt(bench, &memory.plain, &mut memory.pltu);
    ldpc::count(bench);
    let config = CaduConfig::reed_solomon(RsCode::E16, 5, TM_FRAME);
    if let Ok(config) = config {
        let encoder = CaduEncoder::new(config);
        let (frame, cadu) = (&memory.frame, &mut memory.cadu);
        bench.count("CADU of a TM frame of 1,115 octets", 1, || {
            black_box(encoder.encode(black_box(frame), cadu).is_ok());
        });
    }
}

#[inline(never)]
fn hunt(bench: &mut Bench, plain: &[u8; LEN], pltu: &mut [u8; FRAME + 7]) {
    let hunter = HUNTER.take();
    bench.count("marker hunt in noise, a bit", LEN * 8, || {
        hunter.handle_octets(black_box(plain), &mut |found| {
            black_box(&found);
        });
    });
    hunter.reset();
    let mut frame = [0; FRAME];
    frame.copy_from_slice(&plain[..FRAME]);
    // A Version-3 header with the length of this frame.
    frame[..5].copy_from_slice(&[0x80, 0x52, 0x08, (FRAME - 1) as u8, 0]);
    let pltu_len = FRAME + 7;
    bench.count("PLTU encoder, an octet of frame", FRAME, || {
        black_box(PltuEncoder::new().encode(black_box(&frame), pltu).is_ok());
    });
    let mut heard = 0;
    bench.count("PLTU receiver, a bit of a good PLTU", pltu_len * 8, || {
        hunter.handle_octets(black_box(pltu), &mut |found| {
            heard += 1;
            black_box(&found);
        });
    });
    assert_eq!(heard, 1, "the PLTU was heard");
}
