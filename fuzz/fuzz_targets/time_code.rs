//! CUC and CDS: P-field and T-field are emitted as the same octets.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_fuzz::emitted;
use magpie_wire::time_code::TimeCode;

fuzz_target!(|octets: &[u8]| {
    let Ok((code, rest)) = TimeCode::parse(octets) else {
        return;
    };
    let mut again = match &code {
        TimeCode::Cuc(p_field, _) => emitted(octets.len(), |out| p_field.emit(out)),
        TimeCode::Cds(p_field, _) => emitted(octets.len(), |out| p_field.emit(out)),
    };
    again.extend(match &code {
        TimeCode::Cuc(_, time) => emitted(octets.len(), |out| time.emit(out)),
        TimeCode::Cds(_, time) => emitted(octets.len(), |out| time.emit(out)),
    });
    assert_eq!([&again, rest].concat(), octets);
});
