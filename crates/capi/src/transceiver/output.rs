//! What an endpoint hands out: channel octets, units, frames, events, times, and what it says of itself.

use magpie_link::clock::DataRate;
use magpie_link::io::Unit;
use magpie_link::transceiver::Output;
use magpie_wire::v3::Qos;

use super::{MagpieTransceiver, at, endpoint};
use crate::error::{MagpieError, answer};
use crate::event::MagpieEvent;
use crate::pointer;
use crate::status::{self, MagpieStats, MagpieStatus, size};

/// TRANSMIT is off. Nothing changes until a directive comes.
pub const MAGPIE_OUTPUT_OFF: u32 = 0;
/// Bare carrier for the time of so many octets; the buffer means nothing.
pub const MAGPIE_OUTPUT_CARRIER_ONLY: u32 = 1;
/// Modulate so many octets of the buffer.
pub const MAGPIE_OUTPUT_MODULATED: u32 = 2;

/// A unit that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct MagpieDelivery {
    /// sizeof(magpie_delivery).
    pub struct_size: u32,
    /// Its octets: how many are in the buffer or, if that was too short, are needed.
    pub len: u32,
    /// When its last frame had come.
    pub received_us: u64,
    /// MAGPIE_UNIT_….
    pub unit: u8,
    /// The port it is for.
    pub port: u8,
    /// The physical channel it came on.
    pub pcid: u8,
    /// MAGPIE_QOS_….
    pub qos: u8,
    /// The sequence number of the frame that completed it.
    pub n_s: u8,
    /// Zero.
    pub reserved: [u8; 3],
}

/// A frame that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct MagpieFrame {
    /// sizeof(magpie_frame).
    pub struct_size: u32,
    /// Its octets: how many are in the buffer or, if that was too short, are needed.
    pub len: u32,
    /// When the last bit of its marker had come.
    pub asm_end_us: u64,
    /// Its bits came turned over.
    pub inverted: u8,
    /// Wrong bits in its marker.
    pub marker_errors: u8,
    /// The data services took its content; not so for supervisory frames, duplicates and frames behind a gap.
    pub taken: u8,
    /// Zero.
    pub reserved: [u8; 5],
}

/// Fills a buffer with the octets that the channel carries from now_us on, writes what to do with them (MAGPIE_OUTPUT_…) and how many they
/// are. They take their time at the data rate; the next call belongs to the end of it.
///
/// # Safety
/// transceiver is null or a handle that is in use nowhere else; octets points to len octets, output and filled to one number each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_fill(
    transceiver: *mut MagpieTransceiver,
    now_us: u64,
    octets: *mut u8,
    len: usize,
    output: *mut u32,
    filled: *mut usize,
) -> MagpieError {
    // SAFETY: the caller's word.
    let end = unsafe { endpoint(transceiver) };
    answer(end.and_then(|end| {
        // SAFETY: the caller's word.
        let (output, filled, buffer) = unsafe {
            (
                pointer::answer_place(output, end)?,
                pointer::answer_place(filled, end)?,
                pointer::output(octets, len, end)?,
            )
        };
        if buffer.is_empty() {
            return Err(MagpieError::Length);
        }
        let (kind, count) = match end.node.fill(at(now_us), buffer) {
            Output::Off => (MAGPIE_OUTPUT_OFF, 0),
            Output::CarrierOnly { octets } => (MAGPIE_OUTPUT_CARRIER_ONLY, octets),
            Output::Modulated { octets } => (MAGPIE_OUTPUT_MODULATED, octets),
        };
        output.write(kind);
        filled.write(count);
        Ok(())
    }))
}

/// The next unit that arrived, copied into the buffer. MAGPIE_ERROR_EMPTY: none. MAGPIE_ERROR_LENGTH: the buffer is too short, delivery->len says
/// how long it must be, and the unit stays.
///
/// # Safety
/// transceiver is null or a handle that is in use nowhere else; buffer points to size octets, delivery to a magpie_delivery.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_poll_delivery(
    transceiver: *mut MagpieTransceiver,
    buffer: *mut u8,
    buffer_size: usize,
    delivery: *mut MagpieDelivery,
) -> MagpieError {
    // SAFETY: the caller's word.
    let end = unsafe { endpoint(transceiver) };
    answer(end.and_then(|end| {
        // SAFETY: the caller's word.
        let (place, buffer) = unsafe {
            (
                pointer::sized_place(delivery, end)?,
                pointer::output(buffer, buffer_size, end)?,
            )
        };
        let mut told = MagpieDelivery {
            struct_size: size::<MagpieDelivery>(),
            len: 0,
            received_us: 0,
            unit: 0,
            port: 0,
            pcid: 0,
            qos: 0,
            n_s: 0,
            reserved: [0; 3],
        };
        let result = match end.node.poll_delivery(buffer) {
            Ok(None) => Err(MagpieError::Empty),
            Ok(Some(unit)) => {
                told.len = count(unit.octets.len());
                told.received_us = unit.received.as_micros();
                told.unit = u8::from(unit.unit == Unit::UserOctets);
                told.port = unit.port_id.get();
                told.pcid = unit.pcid.get();
                told.qos = u8::from(unit.qos == Qos::Expedited);
                told.n_s = unit.n_s.get();
                Ok(())
            }
            Err(short) => {
                told.len = count(short.need);
                Err(MagpieError::Length)
            }
        };
        place.write(told);
        result
    }))
}

/// The next accepted frame, without marker and CRC-32, copied into the buffer, of at least 2048 octets to be safe. Answers as
/// magpie_poll_delivery does. Only with memory for frames.
///
/// # Safety
/// transceiver is null or a handle that is in use nowhere else; buffer points to size octets, frame to a magpie_frame.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_poll_frame(
    transceiver: *mut MagpieTransceiver,
    buffer: *mut u8,
    buffer_size: usize,
    frame: *mut MagpieFrame,
) -> MagpieError {
    // SAFETY: the caller's word.
    let end = unsafe { endpoint(transceiver) };
    answer(end.and_then(|end| {
        // SAFETY: the caller's word.
        let (place, buffer) = unsafe {
            (
                pointer::sized_place(frame, end)?,
                pointer::output(buffer, buffer_size, end)?,
            )
        };
        let need = end.frames.next_len();
        let mut told = MagpieFrame {
            struct_size: size::<MagpieFrame>(),
            len: count(need.unwrap_or(0)),
            asm_end_us: 0,
            inverted: 0,
            marker_errors: 0,
            taken: 0,
            reserved: [0; 5],
        };
        let result = match need.map(|need| buffer.get_mut(..need)) {
            None => Err(MagpieError::Empty),
            Some(None) => Err(MagpieError::Length),
            Some(Some(octets)) => {
                let label = end.frames.pop(octets);
                told.asm_end_us = label.asm_end;
                told.inverted = u8::from(label.inverted);
                told.marker_errors = label.marker_errors;
                told.taken = u8::from(label.taken);
                Ok(())
            }
        };
        place.write(told);
        result
    }))
}

/// The next event. MAGPIE_ERROR_EMPTY: none.
///
/// # Safety
/// transceiver is null or a handle that is in use nowhere else; event points to a magpie_event.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_poll_event(
    transceiver: *mut MagpieTransceiver,
    event: *mut MagpieEvent,
) -> MagpieError {
    // SAFETY: the caller's word.
    let end = unsafe { endpoint(transceiver) };
    answer(end.and_then(|end| {
        // SAFETY: the caller's word.
        let place = unsafe { pointer::sized_place(event, end) }?;
        let next = end.node.poll_event().ok_or(MagpieError::Empty)?;
        place.write(next.into());
        Ok(())
    }))
}

/// When magpie_timeout or magpie_fill has something to do by itself. MAGPIE_ERROR_EMPTY: never.
///
/// # Safety
/// transceiver is null or a handle that is in use nowhere else; at_us points to one number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_poll_timeout(
    transceiver: *mut MagpieTransceiver,
    at_us: *mut u64,
) -> MagpieError {
    // SAFETY: the caller's word.
    let end = unsafe { endpoint(transceiver) };
    answer(end.and_then(|end| {
        // SAFETY: the caller's word.
        let place = unsafe { pointer::answer_place(at_us, end) }?;
        place.write(
            end.node
                .poll_timeout()
                .ok_or(MagpieError::Empty)?
                .as_micros(),
        );
        Ok(())
    }))
}

/// READ STATUS.
///
/// # Safety
/// transceiver is null or a handle that is in use nowhere else; status points to a magpie_status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_read_status(
    transceiver: *mut MagpieTransceiver,
    status: *mut MagpieStatus,
) -> MagpieError {
    // SAFETY: the caller's word.
    let end = unsafe { endpoint(transceiver) };
    answer(end.and_then(|end| {
        // SAFETY: the caller's word.
        let place = unsafe { pointer::sized_place(status, end) }?;
        let rates = [end.node.rate(), end.node.receive_rate()].map(DataRate::bits_per_s);
        place.write(status::status(&end.node, rates));
        Ok(())
    }))
}

/// The counters.
///
/// # Safety
/// transceiver is null or a handle that is in use nowhere else; stats points to a magpie_stats.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_read_stats(
    transceiver: *mut MagpieTransceiver,
    stats: *mut MagpieStats,
) -> MagpieError {
    // SAFETY: the caller's word.
    let end = unsafe { endpoint(transceiver) };
    answer(end.and_then(|end| {
        // SAFETY: the caller's word.
        let place = unsafe { pointer::sized_place(stats, end) }?;
        place.write(status::stats(end.node.stats(), end.frames.dropped));
        Ok(())
    }))
}

/// Octets of the longest unit that magpie_submit would take now.
///
/// # Safety
/// transceiver is null or a handle that is in use nowhere else; room points to one number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_send_room(
    transceiver: *mut MagpieTransceiver,
    qos: u8,
    room: *mut usize,
) -> MagpieError {
    // SAFETY: the caller's word.
    let end = unsafe { endpoint(transceiver) };
    answer(end.and_then(|end| {
        // SAFETY: the caller's word.
        let place = unsafe { pointer::answer_place(room, end) }?;
        let qos = crate::config::choice(qos, [Qos::SequenceControlled, Qos::Expedited])?;
        place.write(end.node.send_room(qos));
        Ok(())
    }))
}

/// Units have at most 65,542 octets.
fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
