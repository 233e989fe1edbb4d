//! CLCW: every word is written as it was read, spare bits too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_wire::clcw::Clcw;
use magpie_wire::ocf::Ocf;

fuzz_target!(|word: [u8; 4]| {
    let ocf = Ocf::parse(word);
    assert_eq!(ocf.to_octets(), Ok(word));
    if let Ok(clcw) = Clcw::parse(&word) {
        assert_eq!((ocf.clcw(), clcw.to_octets()), (Some(&clcw), Ok(word)));
    }
});
