//! TC frames of all types, one after the other as in a CLTU.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_fuzz::emitted;
use magpie_wire::EmitError;
use magpie_wire::tc::{TcFrame, TcParameters, TcType, tc_frame_len};

fuzz_target!(|octets: &[u8]| {
    let Some((&options, octets)) = octets.split_first() else {
        return;
    };
    let parameters = TcParameters {
        segment_header: options & 1 == 1,
        fecf: options & 2 == 2,
    };
    let mut rest = octets;
    while let Ok((frame, behind)) = TcFrame::parse_prefix(rest, &parameters) {
        let own = frame.octets();
        assert_eq!(
            (own.len() + behind.len(), tc_frame_len(own)),
            (rest.len(), Ok(own.len()))
        );
        if frame.header().frame_type == TcType::Ad || frame.header().n_s.get() == 0 {
            let again = emitted(own.len(), |out| {
                frame.header().emit(&parameters, &frame.body(), out)
            });
            assert_eq!(again, frame.octets_under_fecf());
        } else {
            // Type B frames have no number: one is tolerated on reception and never sent.
            let mut out = vec![0; own.len()];
            assert_eq!(
                frame.header().emit(&parameters, &frame.body(), &mut out),
                Err(EmitError::Inconsistent)
            );
        }
        rest = behind;
    }
});
