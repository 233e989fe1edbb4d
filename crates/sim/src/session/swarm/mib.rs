//! Random managed parameters within what a sane project would choose: timers longer than what they wait for.

use magpie_link::clock::{DataRate, Duration};
use magpie_link::communication::{CommunicationValues, LinkSettings};
use magpie_link::mib::{
    CommChangeResponse, HailResponse, MibBuilder, Packing, SourceDestinationId,
};
use magpie_wire::id::{Pcid, Scid};

use super::super::setup::{ChannelSetup, Duplexing, EndSetup, Setup};
use super::draw::Draw;

/// Rates that the default table has.
const RATES: [u32; 5] = [8_000, 16_000, 32_000, 64_000, 128_000];

/// What both ends must agree on.
struct Common {
    delay_us: u64,
    hailing_rate: u32,
    values: CommunicationValues,
    acquisition_us: u64,
    both: bool,
    pcid: Pcid,
}

/// A setup without loads and faults, and whether both physical channels are used.
pub(super) fn session(draw: &mut Draw, seed: u64, duplexing: Duplexing) -> (Setup, bool) {
    let delay_us = draw
        .one_of(&[0, 1_000, 1_000, 20_000, 20_000, 250_000, 1_300_000])
        .unwrap_or(0);
    let common = Common {
        delay_us,
        hailing_rate: draw.one_of(&RATES).unwrap_or(8_000),
        values: communication_values(draw),
        acquisition_us: draw.between(0, 20_000),
        both: draw.chance(0.3),
        pcid: Pcid::from_bit(draw.chance(0.3)),
    };
    let mut setup = Setup::lab(duplexing, seed);
    let [one, two] = [scid(draw.between(1, 500)), scid(draw.between(501, 1_000))];
    setup.ends = [(one, two), (two, one)].map(|(local, remote)| {
        let mut end = EndSetup::new(parameters(draw, &common, local, remote));
        end.carrier_acquisition_us = common.acquisition_us;
        end.symbol_acquisition_us = common.acquisition_us;
        end
    });
    // What the caller asks for is what the responder gets; without a hail both must have been told the same.
    if duplexing == Duplexing::Simplex {
        let rate = common.values;
        for end in &mut setup.ends {
            end.mib.communication_values = rate;
        }
    }
    let channel = ChannelSetup::sound(delay_us);
    setup.channels = [channel.clone(), channel];
    // Frames of the two ends must fit each other's reassembly.
    let packet = setup
        .ends
        .iter()
        .map(|end| end.mib.maximum_packet_size)
        .max();
    for end in &mut setup.ends {
        end.mib.maximum_packet_size = packet.unwrap_or(4_096);
        end.memory.reassembly = end.mib.maximum_packet_size as usize * 8;
    }
    (setup, common.both)
}

/// Any two rates.
pub(super) fn communication_values(draw: &mut Draw) -> CommunicationValues {
    let mut side = || {
        draw.one_of(&RATES)
            .and_then(LinkSettings::uncoded)
            .unwrap_or(CommunicationValues::DEFAULT.transmitter)
    };
    CommunicationValues {
        transmitter: side(),
        receiver: side(),
    }
}

fn parameters(draw: &mut Draw, common: &Common, local: Scid, remote: Scid) -> MibBuilder {
    let frame = match draw.between(0, 3) {
        0 => draw.between(20, 40),
        1 => draw.between(40, 200),
        _ => draw.between(200, 400),
    };
    let us = Duration::from_micros;
    // Light there and back, and the longest frame of either end at the slowest rate that may be set, 8 kbit/s.
    let round = 2 * common.delay_us + 2 * 407 * 8 * 125;
    let lock = 2 * common.acquisition_us;
    let carrier = draw.between(lock + 1_000, lock + 80_000);
    // In half duplex the other end is deaf until the copies of its token (8 kbit/s at worst) and its tail are out.
    let idle = draw.between(lock + 121_000, lock + 200_000);
    let answer = round + 2 * (lock + 200_000) + 100_000;
    let wait = |draw: &mut Draw| us(draw.between(answer, 2 * answer + 1_000_000));
    let send = draw.between(100_000, 2_000_000);
    let most = if draw.chance(0.5) { 8 } else { 127 };
    let window = draw.between(1, most);
    MibBuilder {
        local_pcid: common.pcid,
        remote_pcid: common.pcid,
        source_destination_id: if draw.chance(0.3) {
            SourceDestinationId::Source
        } else {
            SourceDestinationId::Destination
        },
        test_source: draw.chance(0.2),
        maximum_frame_length: frame as u16,
        maximum_packet_size: 4_096,
        carrier_only_duration: us(carrier),
        acquisition_idle_duration: us(idle),
        tail_idle_duration: us(draw.between(0, 50_000)),
        // The caller's carrier is away from the end of its hail until the answer has come back.
        carrier_loss_timer_duration: wait(draw),
        drop_carrier_duration: us(draw.between(10_000, 1_000_000)),
        hail_wait_duration: wait(draw),
        hail_lifetime: us(draw.between(10 * answer, 20 * answer)),
        hail_response: if draw.chance(0.2) {
            HailResponse::SymbolInlock
        } else {
            HailResponse::ValidFrame
        },
        hailing_data_rate: DataRate::from_bits_per_s(common.hailing_rate)
            .unwrap_or(MibBuilder::new(local, remote).hailing_data_rate),
        communication_values: common.values,
        persistence_wait_time: wait(draw),
        comm_change_waiting_period: if draw.chance(0.5) {
            Duration::ZERO
        } else {
            wait(draw)
        },
        comm_change_lifetime: us(draw.between(3 * answer, 8 * answer)),
        comm_change_response: if draw.chance(0.8) {
            CommChangeResponse::SymbolLockDrop
        } else {
            CommChangeResponse::ValidFrame
        },
        send_duration: us(send),
        receive_duration: us(draw.between(2_000_000 + answer, 4_000_000 + 2 * answer)),
        maximum_failed_token_passes: draw.between(1, 6) as u8,
        plcw_repeat_interval: us(draw.between(50_000, 1_000_000)),
        transmission_window: window as u8,
        // Zero, never, leaves two ends that disagree to the controller.
        synch_timeout: wait(draw),
        resync_local: draw.chance(0.8),
        resync_waiting_period: wait(draw),
        resync_lifetime: us(draw.between(3 * answer, 8 * answer)),
        termination_lifetime: us(draw.between(10 * answer, 20 * answer)),
        both_physical_channels: common.both,
        hail_sets_v_r: true,
        hail_names_caller: draw.chance(0.3),
        packing: if draw.chance(0.3) {
            Packing::PacketPerFrame
        } else {
            Packing::FillFrame
        },
        ..MibBuilder::new(local, remote)
    }
}

fn scid(value: u64) -> Scid {
    Scid::new(value as u16).unwrap_or(Scid::MAX)
}
