//! Supervisory PDUs, PLCW and directives in them: each unit of a data field is emitted as its own octets.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_fuzz::emitted;
use magpie_wire::spdu::{Spdu, Spdus};

fuzz_target!(|octets: &[u8]| {
    let mut rest = octets;
    for spdu in Spdus::new(octets) {
        let Ok(spdu) = spdu else {
            assert!(Spdu::parse_prefix(rest).is_err());
            return;
        };
        let (own, behind) = rest.split_at(spdu.emitted_len());
        assert_eq!(emitted(own.len(), |out| spdu.emit(out)), own);
        assert_eq!(Spdu::parse(own), Ok(spdu));
        if let Spdu::Directives(directives) = spdu {
            let words: Vec<u8> = directives
                .iter()
                .flat_map(|directive| directive.word().to_be_bytes())
                .collect();
            assert_eq!(words, directives.octets());
        }
        rest = behind;
    }
    assert!(rest.is_empty());
});
