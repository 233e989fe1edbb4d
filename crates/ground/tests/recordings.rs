//! Real recordings: the numbers an independent decoder measured, and what `guess` makes of the files.

use std::fs;
use std::path::{Path, PathBuf};

use magpie_ground::demux::{Demux, FramesReport, Spacecraft};
use magpie_ground::frames::{FrameKind, FrameSpec};
use magpie_ground::guess::{Guess, guess};
use serde_json::Value;

/// The folder of recordings, if it is there. In CI a missing folder beside an existing `shared` is an error.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("MAGPIE_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    if folder.is_dir() {
        return Some(folder);
    }
    let must = std::env::var_os("CI").is_some() && folder.parent().is_some_and(Path::is_dir);
    assert!(!must, "{} is missing", folder.display());
    eprintln!("skipped: no recordings in {}", folder.display());
    None
}

fn read(data: &Path, file: &str) -> (Vec<u8>, Value) {
    let path = data.join(file);
    let expected = fs::read_to_string(data.join(format!("{file}.expected.json"))).unwrap();
    (
        fs::read(&path).unwrap(),
        serde_json::from_str(&expected).unwrap(),
    )
}

fn account(octets: &[u8], spec: FrameSpec, scid: u16) -> FramesReport {
    let len = spec.frame_len.unwrap();
    let mut demux = Demux::new(spec, Spacecraft::Only(scid));
    for (index, frame) in octets.chunks_exact(len).enumerate() {
        demux.handle_frame((index * len) as u64, frame, &mut |_| {});
    }
    demux.finish((octets.len() % len) as u64)
}

fn agrees(report: &FramesReport, expected: &Value) {
    assert_eq!(report.frames, expected["frames"]);
    for (id, channel) in expected["virtual_channels"].as_object().unwrap() {
        let ours = serde_json::to_value(&report.virtual_channels[id]).unwrap();
        for key in [
            "frames",
            "first_vcfc",
            "last_vcfc",
            "count_discontinuities",
            "missing_frames_by_count",
            "replay_flag_set",
            "ocf_flag_set",
        ] {
            if !channel[key].is_null() {
                assert_eq!(ours[key], channel[key], "channel {id}, {key}");
            }
        }
        for key in ["packets", "bytes", "packets_per_apid", "sha256_of_packets"] {
            if !channel["space_packets"].is_null() {
                assert_eq!(
                    ours["space_packets"][key], channel["space_packets"][key],
                    "channel {id}, {key}"
                );
            }
        }
    }
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn aos_with_insert_zone() {
    let Some(data) = data() else { return };
    for (file, scid) in [
        ("tianwen2/dwingeloo_2026_05_25_19_43_00_892B.u8", 237),
        ("tianwen2/tianwen2_2026_05_26_11_53_49_892B.u8", 237),
        ("change5/ATA_2021-08-29_ce5_frames_220B.u8", 108),
    ] {
        let (octets, expected) = read(&data, file);
        let len = usize::try_from(expected["frame_length"].as_u64().unwrap()).unwrap();
        let spec = FrameSpec {
            insert_zone: 8,
            ..FrameSpec::new(FrameKind::Aos, Some(len))
        };
        agrees(&account(&octets, spec, scid), &expected);
        assert_eq!(guess(&octets, true).guess, Guess::Frames(spec), "{file}");
    }
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn tm_with_secondary_header_ocf_and_fecf() {
    let Some(data) = data() else { return };
    let (octets, expected) = read(&data, "solar-orbiter/solar_orbiter_frames_1115B.u8");
    let spec = FrameSpec {
        fecf: true,
        ..FrameSpec::new(FrameKind::Tm, Some(1115))
    };
    let report = account(&octets, spec, 650);
    agrees(&report, &expected);
    assert_eq!(report.fecf_crc16_bad, expected["fecf_crc16_bad"].as_u64());
    assert_eq!(guess(&octets, true).guess, Guess::Frames(spec));
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn packets_of_an_old_version_are_refused_by_name() {
    let Some(data) = data() else { return };
    let (octets, expected) = read(&data, "integral/integral_frames_890B.u8");
    let scid = u16::try_from(expected["spacecraft_id"].as_u64().unwrap()).unwrap();
    let report = account(&octets, FrameSpec::new(FrameKind::Tm, Some(890)), scid);
    let by_version = report.virtual_channels.values().filter(|channel| {
        channel
            .dropped
            .contains_key(&magpie_ground::extract::Drop::PacketVersion)
    });
    assert!(by_version.count() > 0, "INTEGRAL's packets have version 4");
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn units_and_packets_are_not_taken_for_frames() {
    let Some(data) = data() else { return };
    let (cadus, _) = read(&data, "snpp/snpp_synchronized_cadus.dat");
    assert_eq!(guess(&cadus, true).guess, Guess::Cadus { stride: 1024 });
    let (packets, _) = read(&data, "jpss/J01_G011_LZ_2021-04-09T00-00-00Z_V01.DAT1");
    assert_eq!(guess(&packets, true).guess, Guess::Packets);
    let (codewords, _) = read(&data, "queqiao1/queqiao_rs_codewords_252B.u8");
    assert_eq!(guess(&codewords, true).guess, Guess::Unknown);
}
