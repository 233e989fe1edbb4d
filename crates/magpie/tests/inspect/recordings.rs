//! Frames of real spacecraft: what an independent decoder counted over a whole file must come out of the fields, frame by frame.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use magpie::inspect::{Node, Settings, Structure, inspect};
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

fn frames(
    file: &str,
    structure: Structure,
    len: usize,
    settings: Settings,
) -> Option<(Vec<Node>, Value)> {
    let path = data()?.join(file);
    let octets = fs::read(&path).unwrap();
    let expected = fs::read_to_string(format!("{}.expected.json", path.display())).unwrap();
    let frames = octets
        .chunks_exact(len)
        .map(|frame| inspect(structure, frame, &settings));
    Some((frames.collect(), serde_json::from_str(&expected).unwrap()))
}

fn value(node: &Node, field: &str) -> u64 {
    node.value(field).unwrap().0
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn solar_orbiter() {
    let settings = Settings {
        fecf: true,
        ..Settings::default()
    };
    let file = "solar-orbiter/solar_orbiter_frames_1115B.u8";
    let Some((frames, expected)) = frames(file, Structure::Tm, 1115, settings) else {
        return;
    };
    let mut channels = BTreeMap::new();
    let mut wrong = Vec::new();
    for (index, frame) in frames.iter().enumerate() {
        let scid = value(frame, "Spacecraft ID");
        let vcid = value(frame, "Virtual Channel ID");
        *channels.entry(format!("{scid}/{vcid}")).or_insert(0) += 1;
        if frame.faults.iter().any(|fault| fault.rule == "fecf") {
            wrong.push(index);
        } else {
            assert!(frame.is_sound(), "frame {index}: {frame:#?}");
            assert_eq!(value(frame, "Operational Control Field Flag"), 1);
        }
    }
    assert_eq!(
        serde_json::json!(channels),
        expected["frames_per_scid_vcid"]
    );
    assert_eq!(serde_json::json!(wrong), expected["fecf_bad_frame_indices"]);
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn tianwen_2() {
    let settings = Settings {
        insert_zone: 8,
        ..Settings::default()
    };
    let file = "tianwen2/dwingeloo_2026_05_25_19_43_00_892B.u8";
    let Some((frames, expected)) = frames(file, Structure::Aos, 892, settings) else {
        return;
    };
    let mut channels = BTreeMap::new();
    for frame in &frames {
        let scid = value(frame, "Spacecraft ID");
        let vcid = value(frame, "Virtual Channel ID");
        *channels.entry(format!("{scid}/{vcid}")).or_insert(0) += 1;
        if (scid, value(frame, "Transfer Frame Version Number")) == (237, 1) {
            let zone = frame
                .fields
                .iter()
                .find(|field| field.name == "Insert Zone");
            assert!(zone.unwrap().raw.ends_with("300B")); // as the README of the recordings says
        }
    }
    assert_eq!(
        serde_json::json!(channels),
        expected["frames_per_scid_vcid"]
    );
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn emm_hope() {
    let settings = Settings {
        fecf: true,
        no_mpdu: true,
        ..Settings::default()
    };
    let file = "emm/emm_frames_223B.u8";
    let Some((frames, expected)) = frames(file, Structure::Aos, 223, settings) else {
        return;
    };
    let wrong = frames.iter().filter(|frame| !frame.is_sound()).count();
    assert_eq!(frames.len() - wrong, expected["fecf_crc16_ok"]);
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn integral_packets_are_refused_by_name() {
    let file = "integral/integral_frames_890B.u8";
    let Some((frames, _)) = frames(file, Structure::Tm, 890, Settings::default()) else {
        return;
    };
    let details: Vec<&str> = frames
        .iter()
        .flat_map(|frame| &frame.children)
        .filter(|child| child.structure == "packet")
        .flat_map(|packet| &packet.faults)
        .map(|fault| fault.detail.as_str())
        .collect();
    assert!(details.contains(&"packet version 4, expected 0"));
}
