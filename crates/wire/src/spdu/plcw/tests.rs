use super::*;

/// All 65,536 words against the table of bits, read with shifts instead of the crate's bit fields.
//= 211.0-B-6 3.2.4.3.2
#[test]
fn every_word() {
    for word in 0..=0xFFFF_u16 {
        let plcw = Plcw::from_word(word);
        if word >> 14 != 0b10 {
            assert_eq!(plcw, None, "{word:04X}");
            continue;
        }
        let plcw = plcw.unwrap();
        assert_eq!(plcw.retransmit, word & 0x2000 != 0);
        assert_eq!(u16::from(plcw.pcid.get()), word >> 12 & 1);
        assert_eq!(plcw.reserved_spare, word & 0x0800 != 0);
        assert_eq!(u16::from(plcw.expedited_frame_counter.get()), word >> 8 & 7);
        assert_eq!(u16::from(plcw.report_value.get()), word & 0xFF);
        assert_eq!(plcw.word(), word);
        assert_eq!(plcw.check().is_err(), word & 0x0800 != 0);
    }
}

/// Origin: b32a and 837f of the public ccsds-sc2 vectors (as the facts cite them), 8000 computed there.
//= 211.0-B-6 3.2.4.3.2
#[test]
fn vectors_of_the_facts() {
    let all = Plcw {
        retransmit: true,
        pcid: Pcid::Pcid1,
        reserved_spare: false,
        expedited_frame_counter: ExpeditedFrameCounter::new(3).unwrap(),
        report_value: SeqNum::new(42),
    };
    assert_eq!(all.word(), 0xB32A);
    let second = Plcw {
        expedited_frame_counter: ExpeditedFrameCounter::new(3).unwrap(),
        report_value: SeqNum::new(127),
        ..Plcw::default()
    };
    assert_eq!(second.word(), 0x837F);
    assert_eq!(Plcw::default().word(), 0x8000);
}
