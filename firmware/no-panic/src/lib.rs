#![no_std]
use core::panic::PanicInfo;
use magpie_wire::v3::V3Frame;
use magpie_coding::reed_solomon::ReedSolomon;
#[panic_handler]
fn halt(_: &PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
#[unsafe(no_mangle)]
pub extern "C" fn v3_parse(octets: &&[u8]) -> usize {
    V3Frame::parse(octets).map_or(0, |f| f.data_field().len())
}
#[unsafe(no_mangle)]
pub extern "C" fn rs_decode(rs: &ReedSolomon, block: &mut &mut [u8]) -> bool {
    rs.decode(block).is_ok()
}
