//! SigMF: metadata that are taken can be written and read again, unchanged; a recording whose metadata lie about its samples is told as it is.
#![no_main]

use std::fs;
use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use magpie_radio::sigmf::{Capture, Meta, Recording};

/// A folder for the two files of this process.
fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("magpie-fuzz-sigmf-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder");
    folder
}

/// Opens a recording of `octets` octets that `text` describes.
fn open(text: &str, meta: &Meta, octets: u64) {
    let folder = folder();
    let (path, samples) = (folder.join("x.sigmf-meta"), folder.join("x.sigmf-data"));
    let data = meta
        .dataset
        .as_ref()
        .map_or(samples, |name| folder.join(name));
    assert_eq!(
        data.parent(),
        Some(folder.as_path()),
        "outside of the folder"
    );
    // A name that this system cannot have, or that of the metadata themselves.
    if data == path
        || fs::File::create(&data)
            .and_then(|file| file.set_len(octets))
            .is_err()
    {
        return;
    }
    fs::write(&path, text).expect("a file");
    let recording = Recording::open(&path).expect("both files are there");
    assert_eq!((&recording.meta, &recording.data), (meta, &data));
    let size = meta.format.octets() as u64;
    let there = octets.saturating_sub(meta.trailing_bytes);
    assert_eq!(recording.samples * size + recording.trailing, there);
    assert!(recording.trailing < size);
    let _ = recording.missing();
    fs::remove_file(&data).expect("it was there");
    assert!(Recording::open(&path).is_err(), "half a recording");
}

fuzz_target!(|input: &[u8]| {
    let Some((&[low, high], text)) = input.split_first_chunk() else {
        return;
    };
    let Ok(text) = str::from_utf8(text) else {
        return;
    };
    let Ok(meta) = text.parse::<Meta>() else {
        return;
    };
    assert!(meta.captures.len() + meta.annotations.len() <= text.len());
    let again: Meta = meta
        .to_json()
        .parse()
        .expect("what was read can be written");
    let mut expected = meta.clone();
    if expected.captures.is_empty() {
        expected.captures.push(Capture::default());
    }
    assert_eq!(again, expected);
    open(text, &meta, u64::from(u16::from_le_bytes([low, high])));
});
