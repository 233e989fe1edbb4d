//! TM frames with and without secondary header, OCF and FECF.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_fuzz::emitted;
use magpie_wire::tm::{TmContent, TmFrame, TmParameters};

fuzz_target!(|octets: &[u8]| {
    let Some((&options, octets)) = octets.split_first() else {
        return;
    };
    let parameters = TmParameters {
        frame_len: octets.len(),
        fecf: options & 1 == 1,
    };
    let Ok(frame) = TmFrame::parse(octets, &parameters) else {
        return;
    };
    let content = TmContent {
        secondary: frame.secondary_header().map(|header| header.data()),
        data: frame.data(),
        ocf: frame.ocf(),
    };
    let again = emitted(octets.len(), |out| {
        frame.header().emit(&parameters, &content, out)
    });
    assert_eq!(again, frame.octets_under_fecf());
    assert_eq!(
        parameters.data_len(content.secondary.map(<[u8]>::len), content.ocf.is_some()),
        Some(frame.data().len())
    );
    if let Some(position) = frame.first_header().and_then(|first| first.position()) {
        assert!(position < frame.data().len());
    }
});
