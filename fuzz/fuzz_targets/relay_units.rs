//! The units of the orbiter: transfer blocks, record packets and the closing record say the same when they are written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::crc::crc16_fecf;
use magpie_relay::block::TransferBlock;
use magpie_relay::record::Record;

/// CUC level 1, 4 + 3 octets (301.0: 0 001 11 11), the form that records are written in.
const P_FIELD: u8 = 0x1F;

/// The octets with a right check behind them, since chance does not find one.
fn checked(octets: &[u8]) -> Vec<u8> {
    [octets, &crc16_fecf(octets).to_be_bytes()].concat()
}

fuzz_target!(|octets: &[u8]| {
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
