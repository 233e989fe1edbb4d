use proptest::prelude::*;
use std::fs;
use std::path::PathBuf;

use super::*;

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("magpie-sigmf-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, octets: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, octets).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// As GNU Radio's sink of such recordings writes it: floats for whole numbers, keys that are not ours.
const FOREIGN: &str = r#"{
    "global": {"core:datatype": "cf32_le", "core:sample_rate": 48000.0, "core:version": "1.0.0",
               "core:author": "nobody", "core:extensions": [], "core:offset": 0},
    "captures": [{"core:sample_start": 0.0, "core:frequency": 401585625.5, "core:datetime": "2021-11-16T18:50:00Z"}],
    "annotations": [{"core:sample_start": 10, "core:sample_count": 5, "core:freq_lower_edge": -10.5,
                     "core:freq_upper_edge": 20, "core:label": "lock", "antenna:x": 1}]
}"#;

#[test]
fn metadata_of_others_are_read() {
    let meta: Meta = FOREIGN.parse().unwrap();
    assert_eq!(meta.format, Format::Cf32);
    assert_eq!(meta.sample_rate, SampleRate::new(48_000.0).ok());
    assert_eq!(meta.centre_hz(), Some(401_585_625.5));
    assert_eq!(
        meta.annotations,
        [Annotation {
            sample_start: 10,
            sample_count: Some(5),
            edges_hz: Some((-10.5, 20.0)),
            label: Some("lock".into()),
            comment: None,
        }]
    );
    assert_eq!(meta.to_json().parse::<Meta>().unwrap(), meta);
    // A minimal one; the sample rate may come from elsewhere.
    let least: Meta = r#"{"global":{"core:datatype":"cu8"}}"#.parse().unwrap();
    assert_eq!((least.format, least.sample_rate), (Format::Cu8, None));
}

#[test]
fn every_refusal_is_one_line_that_names_the_key() {
    let global = |fields: &str| format!(r#"{{"global":{{"core:datatype":"ci8",{fields}}}}}"#);
    let hash = global(r#""core:sha512":"00""#);
    let cases = [
        ("[1]".to_owned(), "top: must be an object"),
        ("{}".to_owned(), "the object `global` is missing"),
        ("{\"global\":3}".to_owned(), "global: must be an object"),
        ("{\"global\":{}}".to_owned(), "global: core:datatype is missing"),
        (
            r#"{"global":{"core:datatype":"cf64_be"}}"#.to_owned(),
            "global: core:datatype `cf64_be` is not read; cf32_le, ci16_le, ci8 and cu8 are",
        ),
        (
            global(r#""core:num_channels":2"#),
            "global: core:num_channels is 2; one channel is read",
        ),
        (
            global(r#""core:metadata_only":true"#),
            "global: core:metadata_only: there are no samples",
        ),
        (hash, "global: core:sha512 must be 128 hexadecimal digits"),
        (
            global(r#""core:dataset":"../../x""#),
            "global: core:dataset must be a file name without a path",
        ),
        (
            global(r#""core:dataset":".""#),
            "global: core:dataset must be a file name without a path",
        ),
        (
            global(r#""core:sample_rate":"fast""#),
            "global: core:sample_rate must be a number",
        ),
        (
            r#"{"global":{"core:datatype":"ci8"},"captures":[{"core:sample_start":-1}]}"#.to_owned(),
            "captures[0]: core:sample_start must be a whole number, not negative",
        ),
        (
            r#"{"global":{"core:datatype":"ci8"},"captures":[{"core:sample_start":0,"core:header_bytes":8}]}"#
                .to_owned(),
            "captures[0]: core:header_bytes: headers within the samples are not read",
        ),
        (
            r#"{"global":{"core:datatype":"ci8"},"annotations":{}}"#.to_owned(),
            "annotations: must be a list",
        ),
    ];
    for (text, line) in cases {
        let error = text.parse::<Meta>().unwrap_err().to_string();
        assert_eq!(error, format!("SigMF metadata: {line}"), "{text}");
    }
    let rate = global(r#""core:sample_rate":0"#).parse::<Meta>();
    assert_eq!(
        rate.unwrap_err().to_string(),
        "SigMF metadata: core:sample_rate: 0 is no sample rate: it must be from 1 to 1e10 samples a second"
    );
    let cut = FOREIGN[..200].parse::<Meta>().unwrap_err().to_string();
    assert!(cut.starts_with("SigMF metadata: no JSON: EOF"), "{cut}");
}

#[test]
fn a_pair_is_found_by_either_name_and_measured() {
    let folder = Folder::new("pair");
    let meta = folder.write("a.sigmf-meta", FOREIGN.as_bytes());
    let data = folder.write("a.sigmf-data", &[0; 8 * 12 + 3]);
    for name in [&meta, &data] {
        let recording = Recording::open(name).unwrap();
        assert_eq!((recording.samples, recording.trailing), (12, 3));
        // The annotation speaks of samples 10 to 14.
        assert_eq!(recording.missing(), 3);
        assert_eq!(recording.data, data);
    }
    let trailing = FOREIGN.replace("\"core:offset\": 0", "\"core:trailing_bytes\": 3");
    folder.write("a.sigmf-meta", trailing.as_bytes());
    let recording = Recording::open(&meta).unwrap();
    assert_eq!((recording.samples, recording.trailing), (12, 0));
    let other = FOREIGN.replace("\"core:offset\": 0", "\"core:dataset\": \"b.bin\"");
    folder.write("a.sigmf-meta", other.as_bytes());
    folder.write("b.bin", &[0; 8 * 20]);
    let recording = Recording::open(&meta).unwrap();
    assert_eq!((recording.samples, recording.missing()), (20, 0));
}

#[test]
fn half_a_pair_and_an_archive_are_refused() {
    let folder = Folder::new("half");
    let meta = folder.write("a.sigmf-meta", FOREIGN.as_bytes());
    let error = Recording::open(&meta).unwrap_err();
    assert!(matches!(error, SigmfError::Half { .. }), "{error}");
    assert!(error.to_string().contains("a.sigmf-data beside it"));
    let data = folder.write("b.sigmf-data", &[0; 8]);
    let error = Recording::open(&data).unwrap_err().to_string();
    assert!(error.contains("b.sigmf-meta beside it"), "{error}");
    let error = Recording::open(&folder.write("c.sigmf", b"ustar")).unwrap_err();
    assert!(matches!(error, SigmfError::Archive(_)), "{error}");
    let error = Recording::open(&folder.0.join("d.sigmf-meta")).unwrap_err();
    assert!(matches!(error, SigmfError::Io { .. }), "{error}");
    let error = Recording::open(&folder.write("e.txt", b"")).unwrap_err();
    assert!(error.to_string().contains("ends neither in"), "{error}");
    let binary = folder.write("f.sigmf-meta", &[0xFF, 0xFE, 0]);
    assert!(Recording::open(&binary).is_err());
}

proptest! {
    #[test]
    fn every_number_comes_back_as_it_was(rate in 1.0..1e10_f64, frequency in any::<f64>().prop_filter("finite", |f| f.is_finite())) {
        let rate = SampleRate::new(rate).unwrap();
        let meta = Meta::new(Format::Cu8, rate).centred(frequency);
        let again: Meta = meta.to_json().parse().unwrap();
        prop_assert_eq!(again, meta);
    }
}
