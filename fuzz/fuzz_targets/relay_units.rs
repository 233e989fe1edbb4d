//! The units of the orbiter: transfer blocks, record packets and the closing record say the same when they are written again; a store with any octets
//! is resumed or refused, and sent to its end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::crc::crc16_fecf;
use magpie_relay::block::TransferBlock;
use magpie_relay::downlink::{Downlink, DownlinkConfig};
use magpie_relay::record::Record;
use magpie_relay::recorder::Track;
use magpie_relay::store::{LentStore, Store};
use magpie_relay::time::Instant;
use magpie_wire::id::{Scid, Vcid};

/// CUC level 1, 4 + 3 octets (301.0: 0 001 11 11), the form that records are written in.
const P_FIELD: u8 = 0x1F;

/// The octets with a right check behind them, since chance does not find one.
fn checked(octets: &[u8]) -> Vec<u8> {
    [octets, &crc16_fecf(octets).to_be_bytes()].concat()
}

/// What a computer does after its reset with whatever its store holds.
fn resume(octets: &[u8]) {
    let mut store = LentStore::new(vec![0; octets.len() + 100]);
    store.append(octets).unwrap();
    if let Ok(track) = Track::resume(&mut store) {
        assert_eq!(track.closing().octets, store.len());
        track.close(Instant::ZERO, &mut store).unwrap();
    }
    let len = usize::try_from(store.len()).unwrap();
    let config = DownlinkConfig {
        frame_len: 12 + 13 + usize::from(octets.first().copied().unwrap_or(0)),
        ..DownlinkConfig::new(Scid::new(65).unwrap())
    };
    let mut downlink = Downlink::new(config, [(Vcid::new(1).unwrap(), store)]).unwrap();
    let mut frame = [0; 12 + 13 + 255];
    for _ in 0..len.div_ceil(13) + 2 {
        downlink.next_frame(&mut frame).unwrap();
    }
    assert!(downlink.is_finished());
}

fuzz_target!(|octets: &[u8]| {
    resume(octets);
    let _ = TransferBlock::content_of_damaged(octets);
    for octets in [octets.to_vec(), checked(octets)] {
        if let Ok(block) = TransferBlock::parse(&octets) {
            assert_eq!(TransferBlock::content_of_damaged(&octets), block.content());
            let again = block.header().to_block(block.content());
            assert_eq!(TransferBlock::parse(&again), Ok(block));
        }
        if let Ok(record) = Record::parse(&octets) {
            let again = record.header().to_packet(record.body()).unwrap();
            // A time code of another form than the one we write may be longer than ours can say.
            if octets[6] == P_FIELD {
                assert_eq!(Record::parse(&again), Ok(record));
            }
        }
    }
});
