//! The managed parameters of an endpoint, as C writes them down.
//!
//! Book: 211.0-B-6 annex C, the names; see `magpie_link::mib` for what each means.

use magpie_link::clock::{DataRate, Duration};
use magpie_link::communication::CommunicationValues;
use magpie_link::mib::{
    CommChangeResponse, FrameVersion, HailResponse, Mib, MibBuilder, MibError, Packing,
    Retransmission, SourceDestinationId,
};
use magpie_wire::id::{Pcid, Scid};

use crate::MAGPIE_ABI_VERSION;
use crate::error::{MagpieError, answer};
use crate::pointer::{self, NothingLent};

/// The configuration of an endpoint. Let magpie_config_default fill it in, then change what must be different. Numbers that are switches are 0 or
/// 1; durations are microseconds, and zero means that the timer is not used where the book allows that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct MagpieConfig {
    /// sizeof(magpie_config).
    pub struct_size: u32,
    /// MAGPIE_ABI_VERSION.
    pub abi_version: u32,
    /// This end: 0 to 1023.
    pub local_spacecraft_id: u16,
    /// The other end: 0 to 1023.
    pub remote_spacecraft_id: u16,
    /// Octets, of the frames that this end sends: 7 (Version 4: 10) to 2048.
    pub maximum_frame_length: u16,
    /// The physical channel of frames of this end: 0 or 1.
    pub local_pcid: u8,
    /// The physical channel of received frames: 0 or 1.
    pub remote_pcid: u8,
    /// Whom the frames of this end name: 0 itself, 1 the other end.
    pub source_destination_id: u8,
    /// Compare the source of received frames with the receiving SCID buffer.
    pub test_source: u8,
    /// Frames that may be unacknowledged: 1 to 127.
    pub transmission_window: u8,
    /// Version of the transfer frames: 3 or 4.
    pub frame_version: u8,
    /// Octets of the longest packet, sent and received: 1 to 65542.
    pub maximum_packet_size: u32,
    /// Information bits a second, in a session after the hail, and in simplex: a rate of the tables of the books.
    pub data_rate: u32,
    /// Information bits a second of hails.
    pub hailing_data_rate: u32,
    /// Wrong bits that a marker may have: 0 to 3.
    pub marker_errors: u8,
    /// Frames go both ways on both physical channels.
    pub both_physical_channels: u8,
    /// What answers a hail: 0 a valid frame, 1 symbol lock or a valid frame.
    pub hail_response: u8,
    /// What answers COMM_CHANGE: 0 the first valid frame after symbol lock was lost, 1 a valid frame.
    pub comm_change_response: u8,
    /// A hail of a new session carries SET V(R) = 0.
    pub hail_sets_v_r: u8,
    /// Resynchronise without being asked.
    pub resync_local: u8,
    /// How missing frames are repeated: 0 once a pass, 1 at each request.
    pub retransmission: u8,
    /// How packets go into frames: 0 as many as fit, 1 one a frame.
    pub packing: u8,
    /// Carrier_Only_Duration.
    pub carrier_only_duration_us: u64,
    /// Acquisition_Idle_Duration.
    pub acquisition_idle_duration_us: u64,
    /// Tail_Idle_Duration.
    pub tail_idle_duration_us: u64,
    /// Carrier_Loss_Timer_Duration.
    pub carrier_loss_timer_duration_us: u64,
    /// Drop_Carrier_Duration.
    pub drop_carrier_duration_us: u64,
    /// Hail_Wait_Duration.
    pub hail_wait_duration_us: u64,
    /// Hail_Lifetime.
    pub hail_lifetime_us: u64,
    /// Persistence_Wait_Time.
    pub persistence_wait_time_us: u64,
    /// Comm_Change_Waiting_Period.
    pub comm_change_waiting_period_us: u64,
    /// Comm_Change_Lifetime.
    pub comm_change_lifetime_us: u64,
    /// PLCW_Repeat_Interval.
    pub plcw_repeat_interval_us: u64,
    /// Synch_Timeout.
    pub synch_timeout_us: u64,
    /// Resync_Waiting_Period.
    pub resync_waiting_period_us: u64,
    /// Resync_Lifetime.
    pub resync_lifetime_us: u64,
    /// Send_Duration (half duplex).
    pub send_duration_us: u64,
    /// Receive_Duration (half duplex).
    pub receive_duration_us: u64,
    /// Not of the book: how long an end that has finished hears nothing before it takes the session for over.
    pub termination_lifetime_us: u64,
}

/// Fills in a configuration: the values of magpie_link's MibBuilder, 8 kbit/s, exact markers. Both ends must be named.
///
/// # Safety
/// config is null or points to memory for a configuration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn magpie_config_default(
    config: *mut MagpieConfig,
    struct_size: u32,
    local_spacecraft_id: u16,
    remote_spacecraft_id: u16,
) -> MagpieError {
    // SAFETY: the caller's word.
    let place = unsafe { pointer::answer_place(config, &NothingLent) };
    answer(place.and_then(|place| {
        if usize::try_from(struct_size) != Ok(size_of::<MagpieConfig>()) {
            return Err(MagpieError::StructSize);
        }
        let (local, remote) = (scid(local_spacecraft_id)?, scid(remote_spacecraft_id)?);
        if local == remote {
            return Err(MagpieError::Scid);
        }
        place.write(MagpieConfig::of(
            &MibBuilder::new(local, remote),
            struct_size,
        ));
        Ok(())
    }))
}

impl MagpieConfig {
    fn of(mib: &MibBuilder, struct_size: u32) -> Self {
        Self {
            struct_size,
            abi_version: MAGPIE_ABI_VERSION,
            local_spacecraft_id: mib.local_spacecraft_id.get(),
            remote_spacecraft_id: mib.remote_spacecraft_id.get(),
            maximum_frame_length: mib.maximum_frame_length,
            local_pcid: mib.local_pcid.get(),
            remote_pcid: mib.remote_pcid.get(),
            source_destination_id: u8::from(
                mib.source_destination_id == SourceDestinationId::Destination,
            ),
            test_source: u8::from(mib.test_source),
            transmission_window: mib.transmission_window,
            frame_version: 3,
            maximum_packet_size: mib.maximum_packet_size,
            data_rate: 8_000,
            hailing_data_rate: mib.hailing_data_rate.bits_per_s(),
            marker_errors: 0,
            both_physical_channels: u8::from(mib.both_physical_channels),
            hail_response: u8::from(mib.hail_response == HailResponse::SymbolInlock),
            comm_change_response: u8::from(
                mib.comm_change_response == CommChangeResponse::ValidFrame,
            ),
            hail_sets_v_r: u8::from(mib.hail_sets_v_r),
            resync_local: u8::from(mib.resync_local),
            retransmission: u8::from(mib.retransmission == Retransmission::EachRequest),
            packing: u8::from(mib.packing == Packing::PacketPerFrame),
            carrier_only_duration_us: mib.carrier_only_duration.as_micros(),
            acquisition_idle_duration_us: mib.acquisition_idle_duration.as_micros(),
            tail_idle_duration_us: mib.tail_idle_duration.as_micros(),
            carrier_loss_timer_duration_us: mib.carrier_loss_timer_duration.as_micros(),
            drop_carrier_duration_us: mib.drop_carrier_duration.as_micros(),
            hail_wait_duration_us: mib.hail_wait_duration.as_micros(),
            hail_lifetime_us: mib.hail_lifetime.as_micros(),
            persistence_wait_time_us: mib.persistence_wait_time.as_micros(),
            comm_change_waiting_period_us: mib.comm_change_waiting_period.as_micros(),
            comm_change_lifetime_us: mib.comm_change_lifetime.as_micros(),
            plcw_repeat_interval_us: mib.plcw_repeat_interval.as_micros(),
            synch_timeout_us: mib.synch_timeout.as_micros(),
            resync_waiting_period_us: mib.resync_waiting_period.as_micros(),
            resync_lifetime_us: mib.resync_lifetime.as_micros(),
            send_duration_us: mib.send_duration.as_micros(),
            receive_duration_us: mib.receive_duration.as_micros(),
            termination_lifetime_us: mib.termination_lifetime.as_micros(),
        }
    }

    /// The durations of this configuration, everything else as it was.
    fn durations(&self, mib: MibBuilder) -> MibBuilder {
        let us = Duration::from_micros;
        MibBuilder {
            carrier_only_duration: us(self.carrier_only_duration_us),
            acquisition_idle_duration: us(self.acquisition_idle_duration_us),
            tail_idle_duration: us(self.tail_idle_duration_us),
            carrier_loss_timer_duration: us(self.carrier_loss_timer_duration_us),
            drop_carrier_duration: us(self.drop_carrier_duration_us),
            hail_wait_duration: us(self.hail_wait_duration_us),
            hail_lifetime: us(self.hail_lifetime_us),
            persistence_wait_time: us(self.persistence_wait_time_us),
            comm_change_waiting_period: us(self.comm_change_waiting_period_us),
            comm_change_lifetime: us(self.comm_change_lifetime_us),
            plcw_repeat_interval: us(self.plcw_repeat_interval_us),
            synch_timeout: us(self.synch_timeout_us),
            resync_waiting_period: us(self.resync_waiting_period_us),
            resync_lifetime: us(self.resync_lifetime_us),
            send_duration: us(self.send_duration_us),
            receive_duration: us(self.receive_duration_us),
            termination_lifetime: us(self.termination_lifetime_us),
            ..mib
        }
    }

    /// The same as managed parameters, every value checked.
    pub(crate) fn mib(&self) -> Result<Mib, MagpieError> {
        if self.abi_version != MAGPIE_ABI_VERSION {
            return Err(MagpieError::AbiVersion);
        }
        let (local, remote) = (
            scid(self.local_spacecraft_id)?,
            scid(self.remote_spacecraft_id)?,
        );
        let mib = MibBuilder {
            local_pcid: pcid(self.local_pcid)?,
            remote_pcid: pcid(self.remote_pcid)?,
            source_destination_id: choice(
                self.source_destination_id,
                [
                    SourceDestinationId::Source,
                    SourceDestinationId::Destination,
                ],
            )?,
            test_source: switch(self.test_source)?,
            maximum_frame_length: self.maximum_frame_length,
            maximum_packet_size: self.maximum_packet_size,
            transmission_window: self.transmission_window,
            frame_version: choice(
                self.frame_version.wrapping_sub(3),
                [FrameVersion::V3, FrameVersion::V4],
            )?,
            communication_values: CommunicationValues::uncoded(self.data_rate)
                .ok_or(MagpieError::DataRate)?,
            hailing_data_rate: DataRate::from_bits_per_s(self.hailing_data_rate)
                .ok_or(MagpieError::DataRate)?,
            both_physical_channels: switch(self.both_physical_channels)?,
            hail_response: choice(
                self.hail_response,
                [HailResponse::ValidFrame, HailResponse::SymbolInlock],
            )?,
            comm_change_response: choice(
                self.comm_change_response,
                [
                    CommChangeResponse::SymbolLockDrop,
                    CommChangeResponse::ValidFrame,
                ],
            )?,
            hail_sets_v_r: switch(self.hail_sets_v_r)?,
            resync_local: switch(self.resync_local)?,
            retransmission: choice(
                self.retransmission,
                [Retransmission::OncePerPass, Retransmission::EachRequest],
            )?,
            packing: choice(self.packing, [Packing::FillFrame, Packing::PacketPerFrame])?,
            ..self.durations(MibBuilder::new(local, remote))
        };
        mib.build().map_err(refused)
    }
}

fn refused(why: MibError) -> MagpieError {
    match why {
        MibError::SameSpacecraft { .. } => MagpieError::Scid,
        MibError::OutOfRange { .. } | MibError::TooLong { .. } => MagpieError::Range,
    }
}

pub(crate) fn scid(number: u16) -> Result<Scid, MagpieError> {
    Scid::new(number).ok_or(MagpieError::Scid)
}

fn pcid(number: u8) -> Result<Pcid, MagpieError> {
    choice(number, [Pcid::Pcid0, Pcid::Pcid1])
}

pub(crate) fn switch(number: u8) -> Result<bool, MagpieError> {
    choice(number, [false, true])
}

/// The thing that a number names.
pub(crate) fn choice<T: Copy, const N: usize>(number: u8, of: [T; N]) -> Result<T, MagpieError> {
    of.get(usize::from(number))
        .copied()
        .ok_or(MagpieError::Value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_configuration_is_the_default_of_the_link() {
        let (local, remote) = (Scid::new(0x52).unwrap(), Scid::new(0x29).unwrap());
        let builder = MibBuilder::new(local, remote);
        let config = MagpieConfig::of(&builder, 0);
        assert_eq!(config.mib().unwrap(), builder.build().unwrap());
    }

    #[test]
    fn no_octet_of_it_lies_between_the_fields() {
        assert_eq!(size_of::<MagpieConfig>(), 40 + 17 * 8);
    }
}
