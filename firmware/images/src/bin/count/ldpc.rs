//! The LDPC option: encoder, synchroniser, decoder.

use core::hint::black_box;

use magpie_coding::ldpc::{LdpcChannel, LdpcCode, PROX_UNIT_LEN, SmallLdpcDecoder, encode};
use magpie_coding::soft;
use magpie_orbiter::{LdpcMemory, UnitReceiver};
use static_cell::ConstStaticCell;

use crate::{Bench, noise};

const CODE: LdpcCode = LdpcCode::Prox1;
const MESSAGE: usize = CODE.message_len();
/// Symbols of a unit.
const UNIT: usize = PROX_UNIT_LEN * 8;

struct Memory {
    message: [u8; MESSAGE],
    unit: [u8; PROX_UNIT_LEN],
    soft: [i8; UNIT],
    octets: [u8; UNIT],
    decoder: SmallLdpcDecoder,
}

static MEMORY: ConstStaticCell<Memory> = ConstStaticCell::new(Memory {
    message: [0; MESSAGE],
    unit: [0; PROX_UNIT_LEN],
    soft: [0; UNIT],
    octets: [0; UNIT],
    decoder: SmallLdpcDecoder::new(),
});
static RECEIVER: ConstStaticCell<LdpcMemory> = ConstStaticCell::new(LdpcMemory::new());

#[inline(never)]
pub(crate) fn count(bench: &mut Bench) {
    let memory = MEMORY.take();
    noise(&mut memory.message);
    let (message, unit) = (&memory.message, &mut memory.unit);
    let name = "LDPC encoder, a codeblock of 1,024 bits with marker and randomizer";
    bench.count(name, 1, || {
        black_box(LdpcChannel::PROX1.encode(black_box(message), unit).is_ok());
    });
    receive(bench, memory);
    decode(bench, memory);
}

/// A clean unit, and noise in which there is none.
#[inline(never)]
fn receive(bench: &mut Bench, memory: &mut Memory) {
    let Some(mut receiver) = UnitReceiver::new(RECEIVER.take()) else {
        return;
    };
    noise(&mut memory.octets);
    for (symbol, octet) in memory.soft.iter_mut().zip(&memory.octets) {
        *symbol = octet.cast_signed() >> 4;
    }
    let soft = &memory.soft;
    bench.count("LDPC synchroniser in noise, a symbol", UNIT, || {
        receiver.push(black_box(soft), &mut |_| ());
    });
    receiver.reset();
    for (place, symbol) in memory.soft.iter_mut().zip(soft::symbols(&memory.unit)) {
        *place = symbol.signum() * 5;
    }
    let (soft, mut good) = (&memory.soft, 0);
    bench.count("LDPC receiver, a symbol of clean units", UNIT, || {
        receiver.push(black_box(soft), &mut |_| good += 1);
    });
    assert_eq!(good, 1, "the unit was received");
}

/// Symbols of which one in twelve is wrong, as at 2.5 dB: some iterations, every check looked at in each.
#[inline(never)]
fn decode(bench: &mut Bench, memory: &mut Memory) {
    let mut codeword = [0; CODE.codeword_len()];
    assert!(encode(CODE, &memory.message, &mut codeword).is_ok());
    let Some(soft) = memory.soft.first_chunk_mut() else {
        return;
    };
    for ((place, symbol), octet) in soft
        .iter_mut()
        .zip(soft::symbols(&codeword))
        .zip(&memory.octets)
    {
        // The sum of two dice, and of the symbol.
        let dice = i8::try_from((octet >> 4) + (octet & 15)).unwrap_or(0) - 15;
        *place = (symbol.signum() * 8 + dice).clamp(-7, 7);
    }
    let mut out = [0; MESSAGE];
    let first = memory.decoder.decode(soft, &mut out, 50);
    assert!(out == memory.message, "decoded");
    let Some(iterations @ 3..) = first else {
        panic!("too few iterations to divide by");
    };
    let name = "LDPC decoder, an iteration of a codeblock of 1,024 bits";
    bench.count(name, iterations.into(), || {
        black_box(memory.decoder.decode(black_box(soft), &mut out, 50));
    });
}
