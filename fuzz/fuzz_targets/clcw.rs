//! CLCW: only the three spare bits are not kept.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_fuzz::without_clcw_spare;
use magpie_wire::clcw::Clcw;
use magpie_wire::ocf::Ocf;

fuzz_target!(|word: [u8; 4]| {
    let ocf = Ocf::parse(word);
    assert_eq!(
        ocf.to_octets().unwrap().to_vec(),
        without_clcw_spare(&word, Some(word))
    );
    if let Ok(clcw) = Clcw::parse(&word) {
        assert_eq!(ocf.clcw(), Some(&clcw));
        assert_eq!(Clcw::parse(&clcw.to_octets().unwrap()), Ok(clcw));
    }
});
