//! The counters of a link as messages.

use magpie_bus::FromComputer;
use magpie_link::stats::Stats;

/// Hands out every counter that is not zero, and the main ones in any case.
pub fn tell(stats: &Stats, out: &mut impl FnMut(&FromComputer<'_>)) {
    let main = [
        ("frames_sent", stats.frames_sent),
        ("frames_accepted", stats.frames_accepted),
        ("frames_retransmitted", stats.frames_retransmitted),
        ("frames_missing", stats.frames_missing),
        ("frames_cut", stats.frames_cut),
        ("plcws_sent", stats.plcws_sent),
        ("plcws_accepted", stats.plcws_accepted),
        ("units_submitted", stats.units_submitted),
        ("bits_ignored", stats.bits_ignored),
    ];
    for (name, value) in main {
        tell_one(name, value, out);
    }
    for (reason, value) in stats.rejections() {
        tell_one(reason.name(), value, out);
    }
}

/// Hands out one counter; what is above 2^32 is told as 2^32 - 1.
pub fn tell_one(name: &str, value: u64, out: &mut impl FnMut(&FromComputer<'_>)) {
    let value = u32::try_from(value).unwrap_or(u32::MAX);
    out(&FromComputer::Counter { name, value });
}
