//! What is told to an endpoint: directives, units to send, what the radio heard.

use magpie_link::clock::Duration;
use magpie_link::communication::CommunicationValues;
use magpie_link::endpoint::SubmitError;
use magpie_link::mac::{DirectiveError, Duplex, LocalDirective, Mode, PhyStatus};
use magpie_link::transceiver::Observation;
use magpie_wire::id::PortId;
use magpie_wire::v3::Qos;

use super::{MagpieTransceiver, at, endpoint};
use crate::config::{choice, scid, switch};
use crate::error::{MagpieError, answer};
use crate::frames::Label;
use crate::pointer;

/// SET MODE; the argument is MAGPIE_MODE_….
pub const MAGPIE_SET_MODE: u32 = 0;
/// SET DUPLEX, before the session; the argument is MAGPIE_DUPLEX_….
pub const MAGPIE_SET_DUPLEX: u32 = 1;
/// SET INITIALIZE MODE; the argument is 0.
pub const MAGPIE_SET_INITIALIZE_MODE: u32 = 2;
/// LOAD COMMUNICATION VALUE BUFFER; the argument is bits a second for both directions, uncoded.
pub const MAGPIE_LOAD_DATA_RATE: u32 = 3;
/// LOCAL COMM_CHANGE; the argument is 0.
pub const MAGPIE_LOCAL_COMM_CHANGE: u32 = 4;
/// LOCAL NO MORE DATA; the argument is 0.
pub const MAGPIE_LOCAL_NO_MORE_DATA: u32 = 5;
/// SET RECEIVING SCID BUFFER; the argument is a spacecraft identifier, or MAGPIE_NO_SCID to empty it.
pub const MAGPIE_SET_RECEIVING_SCID: u32 = 6;

/// No spacecraft.
pub const MAGPIE_NO_SCID: u32 = 0xFFFF_FFFF;

/// Transmitter and receiver off.
pub const MAGPIE_MODE_INACTIVE: u8 = 0;
/// Listens for a hail.
pub const MAGPIE_MODE_CONNECTING_L: u8 = 1;
/// Hails.
pub const MAGPIE_MODE_CONNECTING_T: u8 = 2;
/// Data services run.
pub const MAGPIE_MODE_ACTIVE: u8 = 3;

/// Both ways at once.
pub const MAGPIE_DUPLEX_FULL: u8 = 0;
/// Both ways in turn.
pub const MAGPIE_DUPLEX_HALF: u8 = 1;
/// Only out.
pub const MAGPIE_DUPLEX_SIMPLEX_TRANSMIT: u8 = 2;
/// Only in.
pub const MAGPIE_DUPLEX_SIMPLEX_RECEIVE: u8 = 3;

/// The sequence-controlled service: complete and in order.
pub const MAGPIE_QOS_SEQUENCE_CONTROLLED: u8 = 0;
/// The expedited service: at once and without acknowledgement.
pub const MAGPIE_QOS_EXPEDITED: u8 = 1;

/// A space packet or an encapsulation packet.
pub const MAGPIE_UNIT_PACKET: u8 = 0;
/// Octets that only the user understands, in one frame.
pub const MAGPIE_UNIT_OCTETS: u8 = 1;

/// A directive of the local controller: MAGPIE_SET_MODE and those behind it.
///
/// # Safety
/// transceiver is null or a handle that is in use nowhere else.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_directive(
    transceiver: *mut MagpieTransceiver,
    now_us: u64,
    directive: u32,
    argument: u32,
) -> MagpieError {
    // SAFETY: the caller's word.
    let end = unsafe { endpoint(transceiver) };
    answer(end.and_then(|end| {
        let directive = local_directive(directive, argument)?;
        let done = end.node.handle_directive(at(now_us), directive);
        done.map_err(|why| match why {
            DirectiveError::QueueFull => MagpieError::Full,
            DirectiveError::ReservedDataRate => MagpieError::DataRate,
            _ => MagpieError::State,
        })
    }))
}

fn local_directive(directive: u32, argument: u32) -> Result<LocalDirective, MagpieError> {
    let named = || u8::try_from(argument).map_err(|_| MagpieError::Value);
    Ok(match directive {
        MAGPIE_SET_MODE => LocalDirective::SetMode(choice(
            named()?,
            [
                Mode::Inactive,
                Mode::ConnectingL,
                Mode::ConnectingT,
                Mode::Active,
            ],
        )?),
        MAGPIE_SET_DUPLEX => LocalDirective::SetDuplex(choice(
            named()?,
            [
                Duplex::Full,
                Duplex::Half,
                Duplex::SimplexTransmit,
                Duplex::SimplexReceive,
            ],
        )?),
        MAGPIE_LOAD_DATA_RATE => LocalDirective::LoadCommunicationValueBuffer(
            CommunicationValues::uncoded(argument).ok_or(MagpieError::DataRate)?,
        ),
        MAGPIE_SET_RECEIVING_SCID if argument == MAGPIE_NO_SCID => {
            LocalDirective::SetReceivingScidBuffer(None)
        }
        MAGPIE_SET_RECEIVING_SCID => {
            let number = u16::try_from(argument).map_err(|_| MagpieError::Scid)?;
            LocalDirective::SetReceivingScidBuffer(Some(scid(number)?))
        }
        _ if argument != 0 => return Err(MagpieError::Value),
        MAGPIE_SET_INITIALIZE_MODE => LocalDirective::SetInitializeMode,
        MAGPIE_LOCAL_COMM_CHANGE => LocalDirective::LocalCommChange,
        MAGPIE_LOCAL_NO_MORE_DATA => LocalDirective::LocalNoMoreData,
        _ => return Err(MagpieError::Value),
    })
}

/// What the physical layer says of the receiver, 0 or 1 each; may be told again without change.
///
/// # Safety
/// transceiver is null or a handle that is in use nowhere else.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_phy_status(
    transceiver: *mut MagpieTransceiver,
    now_us: u64,
    carrier_acquired: u8,
    symbol_inlock_status: u8,
) -> MagpieError {
    // SAFETY: the caller's word.
    let end = unsafe { endpoint(transceiver) };
    answer(end.and_then(|end| {
        let status = PhyStatus {
            carrier_acquired: switch(carrier_acquired)?,
            symbol_inlock_status: switch(symbol_inlock_status)?,
        };
        end.node.handle_phy_status(at(now_us), status);
        Ok(())
    }))
}

/// Lets every timer expire whose time has come. magpie_fill does it too.
///
/// # Safety
/// transceiver is null or a handle that is in use nowhere else.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_timeout(
    transceiver: *mut MagpieTransceiver,
    now_us: u64,
) -> MagpieError {
    // SAFETY: the caller's word.
    let end = unsafe { endpoint(transceiver) };
    answer(end.map(|end| end.node.handle_timeout(at(now_us))))
}

/// Queues a unit for sending: port 0 to 7, MAGPIE_QOS_…, MAGPIE_UNIT_…. It is copied. MAGPIE_ERROR_FULL is back-pressure: it is still yours.
///
/// # Safety
/// transceiver is null or a handle that is in use nowhere else; octets points to len octets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_submit(
    transceiver: *mut MagpieTransceiver,
    now_us: u64,
    port: u8,
    qos: u8,
    unit: u8,
    octets: *const u8,
    len: usize,
) -> MagpieError {
    // SAFETY: the caller's word.
    let end = unsafe { endpoint(transceiver) };
    answer(end.and_then(|end| {
        // SAFETY: the caller's word.
        let octets = unsafe { pointer::input(octets, len, end) }?;
        let port = PortId::new(port).ok_or(MagpieError::Value)?;
        let qos = choice(qos, [Qos::SequenceControlled, Qos::Expedited])?;
        let submitted = if choice(unit, [false, true])? {
            end.node.submit_octets(at(now_us), port, qos, octets)
        } else {
            end.node.submit(at(now_us), port, qos, octets)
        };
        submitted.map_err(|why| match why {
            SubmitError::QueueFull { .. } => MagpieError::Full,
            SubmitError::NotAPacket => MagpieError::NotAPacket,
            SubmitError::Empty | SubmitError::TooLong { .. } => MagpieError::UnitLength,
            SubmitError::NoSequenceControlledService => MagpieError::NoService,
            SubmitError::OtherPcid { .. } => MagpieError::Value,
            SubmitError::NoMoreData | SubmitError::ReceiveOnly => MagpieError::NoMoreData,
        })
    }))
}

/// Channel octets that came, in pieces of any size, the bits in any phase and polarity; now_us is when the last of them had come. Writes how
/// many were taken: fewer only if the memory for deliveries or for frames is nearly full. Poll then, and give the rest with the same now_us.
///
/// # Safety
/// transceiver is null or a handle that is in use nowhere else; octets points to len octets, taken to one number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_handle_octets(
    transceiver: *mut MagpieTransceiver,
    now_us: u64,
    octets: *const u8,
    len: usize,
    taken: *mut usize,
) -> MagpieError {
    // SAFETY: the caller's word.
    let end = unsafe { endpoint(transceiver) };
    answer(end.and_then(|end| {
        // SAFETY: the caller's word.
        let (octets, taken) = unsafe {
            (
                pointer::input(octets, len, end)?,
                pointer::answer_place(taken, end)?,
            )
        };
        taken.write(end.hear(now_us, octets));
        Ok(())
    }))
}

/// The stream has ended, or lock was lost: what is incomplete is rejected.
///
/// # Safety
/// transceiver is null or a handle that is in use nowhere else.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_finish(
    transceiver: *mut MagpieTransceiver,
    now_us: u64,
) -> MagpieError {
    // SAFETY: the caller's word.
    let end = unsafe { endpoint(transceiver) };
    answer(end.map(|end| {
        let frames = &mut end.frames;
        end.node.finish(at(now_us), &mut |seen| keep(frames, &seen));
    }))
}

impl MagpieTransceiver {
    /// Hands octets to the receiver, no more than the memory for frames has room for whatever they bring.
    fn hear(&mut self, now_us: u64, octets: &[u8]) -> usize {
        let mut taken = 0;
        while let Some(rest) = octets.get(taken..).filter(|rest| !rest.is_empty()) {
            let most = self.frames.octets_allowed().unwrap_or(rest.len());
            let piece = rest.get(..most.min(rest.len())).unwrap_or(rest);
            if piece.is_empty() {
                break;
            }
            let behind = (rest.len() - piece.len()) as u64 * 8;
            let later: Duration = self.node.receive_rate().duration_of_bits(behind);
            let frames = &mut self.frames;
            let n = self
                .node
                .handle_octets(at(now_us) - later, piece, &mut |seen| keep(frames, &seen));
            taken += n;
            if n < piece.len() {
                break;
            }
        }
        taken
    }
}

/// An accepted frame goes where it waits to be polled.
fn keep(frames: &mut crate::frames::FrameQueue, seen: &Observation<'_>) {
    if let Observation::Frame {
        frame,
        taken,
        facts,
    } = seen
    {
        let label = Label {
            inverted: facts.inverted,
            taken: *taken,
            marker_errors: facts.marker_errors,
            asm_end: facts.asm_end.as_micros(),
        };
        frames.push(label, frame.octets());
    }
}
