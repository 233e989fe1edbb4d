//! `magpie packets`: the account does not depend on how the file is cut; and `--guess` finds its way through anything.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_fuzz::pieces;
use magpie_ground::guess::guess;
use magpie_ground::packets::PacketFile;

fn account<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> String {
    let mut file = PacketFile::default();
    for piece in pieces {
        file.push(piece);
    }
    format!("{:?}", file.finish())
}

fuzz_target!(|input: &[u8]| {
    let Some((&cut, octets)) = input.split_first() else {
        return;
    };
    assert_eq!(
        account(pieces(octets, cut)),
        account(std::iter::once(octets))
    );
    let _ = guess(octets, cut & 1 == 0);
});
