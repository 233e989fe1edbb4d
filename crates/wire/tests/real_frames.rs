//! Walks recordings of real spacecraft and compares what the headers say with the numbers that an independent decoder measured
//! (`<file>.expected.json` beside each file). The recordings lie outside the repository: `MAGPIE_DATA`, else `../shared/data`
//! beside the checkout; without them these tests say so and pass.

use std::collections::BTreeMap;
use std::path::PathBuf;

use magpie_wire::aos::{AosFrame, AosHeader, AosParameters, mpdu::MPdu};
use magpie_wire::first_header::FirstHeader;
use magpie_wire::packet::{PacketError, packet_len};
use magpie_wire::space_packet::{SequenceFlags, SpacePacket};
use magpie_wire::time_code::{Cds, CdsEpoch, CdsFormat, DayLength, SubMillisecond};
use magpie_wire::tm::{TmFrame, TmHeader, TmParameters};
use serde_json::Value;

/// A recording and what is known of it; `None` (and a note) where the data folder is not there.
fn recording(name: &str) -> Option<(Vec<u8>, Value)> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("MAGPIE_DATA").map_or(beside, PathBuf::from);
    if !folder.is_dir() {
        eprintln!("skipped: no recordings in {}", folder.display());
        return None;
    }
    let octets = std::fs::read(folder.join(name)).expect("a recording of the data folder");
    let expected =
        std::fs::read(folder.join(format!("{name}.expected.json"))).expect("its expected values");
    Some((octets, serde_json::from_slice(&expected).expect("JSON")))
}

/// The slow CRC-16 of the FECF, bit by bit: x^16 + x^12 + x^5 + 1, preset FFFF. The crate under test has none.
fn crc16(octets: &[u8]) -> u16 {
    octets.iter().fold(0xFFFF, |crc, &octet| {
        (0..8).fold(crc ^ u16::from(octet) << 8, |crc, _| {
            crc << 1 ^ if crc & 0x8000 == 0 { 0 } else { 0x1021 }
        })
    })
}

/// What is counted for one virtual channel; names as in the JSON.
#[derive(Default)]
struct Channel {
    numbers: BTreeMap<&'static str, u64>,
    last_count: Option<u64>,
    stream: Vec<u8>,
    synchronised: bool,
}

impl Channel {
    fn add(&mut self, name: &'static str, amount: impl Into<u64>) {
        *self.numbers.entry(name).or_default() += amount.into();
    }

    /// Counts a frame with this virtual channel frame count, modulo `2^bits`; `gap` is the crate's own reading of the loss.
    fn count(&mut self, count: u64, bits: u32, gap: impl FnOnce(u64) -> u64) {
        self.add("frames", 1_u8);
        self.numbers.entry("first_vcfc").or_insert(count);
        self.numbers.insert("last_vcfc", count);
        if let Some(last) = self.last_count.replace(count) {
            let missing = gap(last);
            assert_eq!(missing, (count + (1 << bits) - last - 1) % (1 << bits));
            self.add("count_discontinuities", missing != 0);
            self.add("missing_frames_by_count", missing);
        }
    }

    /// Appends a packet zone to the stream; the stream begins at the first packet header.
    fn append(&mut self, first: FirstHeader, zone: &[u8]) {
        self.add("fhp_no_start_2047", first == FirstHeader::NoPacketStart);
        self.add("fhp_idle_only_2046", first == FirstHeader::IdleOnly);
        match (first, first.position()) {
            (FirstHeader::IdleOnly, _) => {}
            (_, Some(at)) if !self.synchronised => {
                self.synchronised = true;
                self.stream.extend_from_slice(&zone[at..]);
            }
            _ if self.synchronised => self.stream.extend_from_slice(zone),
            _ => {}
        }
    }

    /// Compares every number of the JSON that this channel has counted, and the packets if no frame is missing.
    fn check(&self, expected: &Value) {
        for (name, value) in expected.as_object().expect("a channel") {
            if let (Some(value), Some(&counted)) = (value.as_u64(), self.numbers.get(name.as_str()))
            {
                assert_eq!(counted, value, "{name}");
            }
        }
        assert!(self.numbers.contains_key("frames"));
        let packets = &expected["space_packets"];
        if packets.is_object() && expected["count_discontinuities"] == 0 {
            check_packets(&self.stream, packets);
        }
    }
}

/// Walks a stream of space packets; the last one may be cut off by the end of the recording.
fn check_packets(stream: &[u8], expected: &Value) {
    let mut apids: BTreeMap<String, u64> = BTreeMap::new();
    let mut flags: BTreeMap<String, u64> = BTreeMap::new();
    let (mut octets, mut idle, mut rest) = (0, 0, stream);
    let mut secondary: Vec<u16> = Vec::new();
    while let Ok((packet, after)) = SpacePacket::parse_prefix(rest) {
        assert_eq!(packet_len(rest), Ok(packet.octets().len()));
        let header = packet.header();
        *apids.entry(header.apid.get().to_string()).or_default() += 1;
        *flags
            .entry(header.sequence_flags.to_bits().to_string())
            .or_default() += 1;
        idle += u64::from(packet.is_idle());
        octets += packet.octets().len();
        if header.secondary_header && !secondary.contains(&header.apid.get()) {
            secondary.push(header.apid.get());
        }
        rest = after;
    }
    secondary.sort_unstable();
    let cut_off = packet_len(rest);
    assert!(
        cut_off.is_ok() || cut_off.is_err_and(|error| error.missing().is_some()),
        "{cut_off:?}"
    );
    assert_eq!(serde_json::json!(apids), expected["packets_per_apid"]);
    assert_eq!(serde_json::json!(flags), expected["sequence_flags"]);
    assert_eq!(
        serde_json::json!(secondary),
        expected["apids_with_secondary_header"]
    );
    assert_eq!(
        (octets as u64, idle),
        (
            expected["bytes"].as_u64().unwrap(),
            expected["idle_apid_2047"].as_u64().unwrap()
        )
    );
    assert_eq!(
        apids.values().sum::<u64>(),
        expected["packets"].as_u64().unwrap()
    );
}

/// Everything that is counted for a whole recording.
#[derive(Default)]
struct Recording {
    versions: BTreeMap<String, u64>,
    per_channel: BTreeMap<String, u64>,
    fecf_bad: Vec<usize>,
    channels: BTreeMap<String, Channel>,
}

impl Recording {
    fn check(&self, expected: &Value) {
        assert_eq!(serde_json::json!(self.versions), expected["version_field"]);
        assert_eq!(
            serde_json::json!(self.per_channel),
            expected["frames_per_scid_vcid"]
        );
        if expected["fecf_bad_frame_indices"].is_array() {
            assert_eq!(
                serde_json::json!(self.fecf_bad),
                expected["fecf_bad_frame_indices"]
            );
        }
        let channels = expected["virtual_channels"].as_object().expect("channels");
        for (vcid, expected) in channels {
            self.channels[vcid].check(expected);
        }
    }
}

/// Reads a file of TM frames; frames whose FECF fails are counted and their content is left alone.
fn walk_tm(octets: &[u8], expected: &Value, fecf: bool, packets: bool) -> Recording {
    let frame_len = usize::try_from(expected["frame_length"].as_u64().unwrap()).unwrap();
    let scid = expected["spacecraft_id"].as_u64().unwrap();
    let parameters = TmParameters { frame_len, fecf };
    let mut recording = Recording::default();
    for (i, octets) in octets.chunks(frame_len).enumerate() {
        *recording
            .versions
            .entry((octets[0] >> 6).to_string())
            .or_default() += 1;
        let header = TmHeader::parse(octets).expect("every frame of these files is Version-1");
        let name = format!("{}/{}", header.scid, header.vcid);
        *recording.per_channel.entry(name).or_default() += 1;
        let (under_fecf, field) = octets.split_at(octets.len() - 2);
        if fecf && crc16(under_fecf).to_be_bytes() != field {
            recording.fecf_bad.push(i);
            continue;
        }
        let frame = TmFrame::parse(octets, &parameters).expect("a good frame");
        assert_eq!(frame.header(), header);
        assert!(!fecf || frame.fecf() == Some(crc16(frame.octets_under_fecf())));
        if u64::from(header.scid.get()) != scid {
            continue;
        }
        let channel = recording
            .channels
            .entry(header.vcid.to_string())
            .or_default();
        let count = header.vc_frame_count;
        channel.count(count.get().into(), 8, |last| {
            let last = u8::try_from(last).unwrap();
            count
                .gap_since(magpie_wire::seq::VcFrameCount8::new(last))
                .into()
        });
        channel.add("secondary_header_flag_set", header.secondary_header);
        channel.add("ocf_flag_set", header.ocf);
        assert_eq!(frame.ocf().is_some(), header.ocf);
        let first = frame.first_header().expect("packet channels only");
        channel.append(first, if packets { frame.data() } else { &[] });
    }
    recording
}

/// Reads a file of AOS frames; frames of another version or spacecraft are counted and left alone.
fn walk_aos(name: &str, parameters: AosParameters, packets: bool) {
    let Some((octets, expected)) = recording(name) else {
        return;
    };
    let frame_len = usize::try_from(expected["frame_length"].as_u64().unwrap()).unwrap();
    let parameters = AosParameters {
        frame_len,
        ..parameters
    };
    let scid = expected["spacecraft_id"].as_u64().unwrap();
    let mut recording = Recording::default();
    for (i, octets) in octets.chunks(frame_len).enumerate() {
        *recording
            .versions
            .entry((octets[0] >> 6).to_string())
            .or_default() += 1;
        let Ok(header) = AosHeader::parse(octets) else {
            continue;
        };
        let name = format!("{}/{}", header.scid, header.vcid);
        *recording.per_channel.entry(name).or_default() += 1;
        let frame = AosFrame::parse(octets, &parameters).expect("a frame of the managed length");
        assert_eq!(frame.header(), header);
        if frame
            .fecf()
            .is_some_and(|fecf| fecf != crc16(frame.octets_under_fecf()))
        {
            recording.fecf_bad.push(i);
            continue;
        }
        if u64::from(header.scid.get()) != scid {
            continue;
        }
        let channel = recording
            .channels
            .entry(header.vcid.to_string())
            .or_default();
        let count = header.vc_frame_count;
        channel.count(count.get().into(), 24, |last| {
            let last = magpie_wire::seq::VcFrameCount24::new(u32::try_from(last).unwrap());
            count.gap_since(last.unwrap()).into()
        });
        channel.add("replay_flag_set", header.replay_flag);
        channel.add("vcfc_cycle_use_flag_set", header.vc_frame_count_usage_flag);
        if packets {
            let mpdu = MPdu::parse(frame.data()).expect("an M_PDU");
            channel.append(mpdu.first_header(), mpdu.packet_zone());
        }
    }
    recording.check(&expected);
}

/// Solar Orbiter: secondary headers, CLCWs, FECF, three virtual channels, two bad frames.
#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn solar_orbiter_tm() {
    //= 132.0-B-3 frame-layout
    //= 132.0-B-3 first-header-pointer
    let Some((octets, expected)) = recording("solar-orbiter/solar_orbiter_frames_1115B.u8") else {
        return;
    };
    let recording = walk_tm(&octets, &expected, true, true);
    recording.check(&expected);
}

/// Its secondary header is the upper part of the virtual channel frame count: 32 bits in all, without a gap.
#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn solar_orbiter_extended_counts() {
    //= 132.0-B-3 secondary-header
    //= 132.0-B-3 extended-vc-frame-count
    let Some((octets, expected)) = recording("solar-orbiter/solar_orbiter_frames_1115B.u8") else {
        return;
    };
    let parameters = TmParameters {
        frame_len: 1115,
        fecf: true,
    };
    let mut last: BTreeMap<u8, u32> = BTreeMap::new();
    let mut good = 0;
    for octets in octets.chunks(1115) {
        let Ok(frame) = TmFrame::parse(octets, &parameters) else {
            continue;
        };
        if frame.fecf() != Some(crc16(frame.octets_under_fecf())) {
            continue;
        }
        good += 1;
        let secondary = frame.secondary_header().expect("every good frame has one");
        let extended = secondary.extended_vc_frame_count().expect("three octets");
        let count = extended << 8 | u32::from(frame.header().vc_frame_count.get());
        if let Some(last) = last.insert(frame.header().vcid.get(), count) {
            assert_eq!(count, last + 1);
        }
        let ocf = frame.ocf().expect("every frame has one");
        let clcw = ocf.clcw().expect("and it is a CLCW");
        assert_eq!((clcw.cop_in_effect, clcw.spare), (1, 0));
    }
    assert_eq!(good, expected["fecf_crc16_ok"].as_u64().unwrap());
}

/// INTEGRAL: packets of version 4, refused by name; frames of only idle data.
#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn integral_tm() {
    //= 133.0-B-2 primary-header
    //= 132.0-B-3 packet-version-numbers
    let Some((octets, expected)) = recording("integral/integral_frames_890B.u8") else {
        return;
    };
    walk_tm(&octets, &expected, false, false).check_headers(&expected);
    let parameters = TmParameters {
        frame_len: 890,
        fecf: false,
    };
    let mut starts = 0;
    for octets in octets.chunks(890) {
        let frame = TmFrame::parse(octets, &parameters).expect("a good frame");
        if let Some(FirstHeader::At(at)) = frame.first_header() {
            let packet = packet_len(&frame.data()[usize::from(at)..]);
            assert_eq!(packet, Err(PacketError::Version { version: 4 }));
            starts += 1;
        }
    }
    assert!(starts > 20, "{starts} packet starts");
}

impl Recording {
    /// As [`Recording::check`], but nothing about packets.
    fn check_headers(&self, expected: &Value) {
        let mut expected = expected.clone();
        for channel in expected["virtual_channels"]
            .as_object_mut()
            .expect("channels")
            .values_mut()
        {
            channel["space_packets"] = Value::Null;
        }
        self.check(&expected);
    }
}

const CNSA: AosParameters = AosParameters {
    frame_len: 0,
    fhec: false,
    insert_zone_len: 8,
    ocf: false,
    fecf: false,
};
const WITH_FECF: AosParameters = AosParameters {
    insert_zone_len: 0,
    fecf: true,
    ..CNSA
};

/// Chang'e-5 and Tianwen-2: insert zone of 8 octets, `M_PDU`s, stray frames of other versions.
#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn cnsa_aos() {
    //= 732.0-B-4 primary-header
    //= 732.0-B-4 m-pdu
    walk_aos("change5/ATA_2021-08-29_ce5_frames_220B.u8", CNSA, true);
    walk_aos(
        "change5/Bochum_2020-12-02_8463_ce5_frames_220B.u8",
        CNSA,
        true,
    );
    walk_aos("tianwen2/dwingeloo_2026_05_25_19_43_00_892B.u8", CNSA, true);
    walk_aos("tianwen2/tianwen-2_2026_05_25_16_03_18_892B.u8", CNSA, true);
    walk_aos("tianwen2/tianwen2_2026_05_26_11_53_49_892B.u8", CNSA, true);
}

/// EMM Hope (no `M_PDU`) and Mars 2020 (`M_PDU`, one bad FECF).
#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn aos_with_fecf() {
    //= 732.0-B-4 frame-layout
    walk_aos("emm/emm_frames_223B.u8", WITH_FECF, false);
    walk_aos("mars2020/safemode_frames_223B.u8", WITH_FECF, true);
}

/// JPSS-1: a file of bare packets, each with a CDS time (16-bit day, microseconds) as its secondary header.
#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn jpss_packets() {
    //= 133.0-B-2 data-length
    //= 133.0-B-2 sequence-flags
    //= 301.0-B-4 cds-t-field
    let name = "jpss/J01_G011_LZ_2021-04-09T00-00-00Z_V01.DAT1";
    let Some((octets, expected)) = recording(name) else {
        return;
    };
    check_packets(&octets, &expected);
    let format = CdsFormat {
        epoch: CdsEpoch::Ccsds,
        day_length: DayLength::Bits16,
        sub_millisecond: SubMillisecond::Microseconds,
    };
    // Days from 1958-01-01 to the date in the file's name: 63 years with 15 leap days (1960 to 2016, 2020 the 16th), then
    // 31 + 28 + 31 + 8 days of 2021.
    let day_of_file = 63 * 365 + 16 + 98;
    let (mut last, mut rest) = (None, &octets[..]);
    while let Ok((packet, after)) = SpacePacket::parse_prefix(rest) {
        assert_eq!(packet.header().sequence_flags, SequenceFlags::Unsegmented);
        let (time, _) = Cds::parse_prefix(format, packet.data()).expect("a time");
        assert!(
            (day_of_file - 1..=day_of_file + 1).contains(&time.day()),
            "day {}",
            time.day()
        );
        let now = (time.day(), time.picosecond_of_day());
        assert!(last.is_none_or(|last| last < now), "time goes on");
        last = Some(now);
        rest = after;
    }
    assert!(rest.is_empty());
}
