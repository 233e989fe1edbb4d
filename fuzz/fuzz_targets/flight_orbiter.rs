//! The orbiter's program: whatever records its flash holds, and whatever its modem and its operator say, it answers as it should and goes on.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_fuzz::flight::{fly, lent, messages};
use magpie_orbiter::{Decoders, Device, LdpcMemory, Memory, Orbiter};
use magpie_store::{RamFlash, Store};

const SEGMENTS: usize = 8;
const ERASE: usize = 4_096;
type Flash = RamFlash<Vec<u8>, 8, ERASE>;

/// A flash with the records that the input begins with: how many, then kind, length and content of each. None: not formatted either.
fn flash<'i>(input: &mut &'i [u8]) -> Flash {
    let blank = Flash::new(vec![0xFF; SEGMENTS * ERASE]);
    let first = |rest: &'i [u8]| rest.split_first().map_or((0, rest), |(&n, rest)| (n, rest));
    let (records, mut rest) = first(input);
    let records = records % 8;
    if records == 0 {
        *input = rest;
        return blank;
    }
    let mut store = Store::<_, SEGMENTS>::new(blank);
    store.format().expect("a blank flash takes everything");
    for _ in 0..records {
        let (kind, behind) = first(rest);
        let (len, behind) = first(behind);
        let (content, behind) = behind.split_at(usize::from(len).min(behind.len()));
        let _ = store.append(kind, &[content]);
        rest = behind;
    }
    *input = rest;
    store.into_flash()
}

fuzz_target!(|input: &[u8]| {
    let mut input = input;
    let device = Device::<_, SEGMENTS>::new(flash(&mut input));
    lent(LdpcMemory::new(), |ldpc| {
        lent(
            (device, Decoders::new(ldpc), Memory::new()),
            |(device, decoders, memory)| {
                let mut orbiter = Orbiter::new();
                orbiter.start(device, decoders, memory);
                fly(&mut orbiter, messages(input));
            },
        );
    });
});
