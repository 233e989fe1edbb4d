//! Queqiao-1, the relay satellite with a faulty encoder: 3,282 real RS(252,220) codewords, strict and with corrections in the fill.
//!
//! Expected histograms: the JSON beside the recording, measured by an independent decoder.

#![allow(clippy::cast_possible_truncation, reason = "small numbers of a test")]

mod common;

use magpie_coding::reed_solomon::{CodewordOutcome, FillPolicy, ReedSolomon, RsCode};
use std::collections::BTreeMap;

const CODEWORD: usize = 252;

fn histogram(recording: &[u8], policy: FillPolicy) -> BTreeMap<String, u64> {
    let rs = ReedSolomon::new(RsCode::E16, 1, 3)
        .expect("valid")
        .with_fill_policy(policy);
    assert_eq!(rs.block_len(), CODEWORD);
    let mut histogram = BTreeMap::new();
    for received in recording.chunks_exact(CODEWORD) {
        let mut block = received.to_vec();
        let report = rs.decode(&mut block).expect("the length fits");
        let key = match report.codewords()[0] {
            CodewordOutcome::Corrected { symbols } => symbols.to_string(),
            CodewordOutcome::Uncorrectable => {
                assert_eq!(
                    block, received,
                    "an uncorrectable codeword stays as received"
                );
                "-1".to_owned()
            }
        };
        *histogram.entry(key).or_default() += 1;
    }
    histogram
}

fn figures(json: &serde_json::Value) -> BTreeMap<String, u64> {
    let entries = json.as_object().expect("a histogram");
    entries
        .iter()
        .map(|(key, n)| (key.clone(), n.as_u64().expect("a count")))
        .collect()
}

#[test]
#[cfg_attr(no_recordings, ignore = "no recordings: set MAGPIE_DATA")]
fn strict_and_allowed_histograms_are_those_of_the_independent_decoder() {
    //= 131.0-B rs-virtual-fill
    let name = "queqiao1/queqiao_rs_codewords_252B.u8";
    let Some((recording, expected)) = common::recording(name) else {
        return;
    };
    let strict = histogram(&recording, FillPolicy::Strict);
    assert_eq!(strict, figures(&expected["rs_symbol_errors_histogram"]));
    let allowed = histogram(&recording, FillPolicy::AllowCorrection);
    let key = "rs_symbol_errors_histogram_if_corrections_in_virtual_fill_are_allowed";
    assert_eq!(allowed, figures(&expected[key]));
}
