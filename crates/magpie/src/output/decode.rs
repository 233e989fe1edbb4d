//! The account of a decoded recording for people.

use std::fmt::Write as _;

use magpie_ground::decode::{CltuReport, CodewordReport, ConvolutionalReport, DecodeReport};

use super::{counted, push_list};
use crate::report::human;

/// The account of a decoded recording.
pub(crate) fn decode_text(report: &DecodeReport) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", counted(report.symbols, "symbol"));
    if let Some(conv) = &report.convolutional {
        push_convolutional(&mut text, conv);
    }
    push_units(&mut text, report);
    for (reason, n) in &report.rejected {
        let _ = write!(text, "refused: {}, {reason}", counted(*n, "unit"));
        let first = report
            .rejected_units
            .iter()
            .find(|unit| unit.reason == *reason);
        if let Some(unit) = first {
            let _ = write!(text, "; the first at bit {}: {}", unit.at_bit, unit.detail);
        }
        text.push('\n');
    }
    if report.invalid_symbols > 0 {
        let invalid = counted(report.invalid_symbols, "symbol");
        let _ = writeln!(
            text,
            "erased: {invalid} that cannot be (not a number, or no bit)"
        );
    }
    if report.trailing_bytes > 0 {
        let trailing = counted(report.trailing_bytes, "octet");
        let _ = writeln!(text, "unfinished: {trailing} at the end, no whole symbol");
    }
    text.trim_end().to_owned()
}

fn push_units(text: &mut String, report: &DecodeReport) {
    if report.markers > 0 {
        let _ = write!(text, "{}", counted(report.markers, "marker"));
        let _ = match report.markers_inverted {
            0 => writeln!(text),
            n if n == report.markers => writeln!(text, ", inverted"),
            n => writeln!(text, ", {} of them inverted", human::count(n)),
        };
    }
    if let Some(cltu) = &report.cltu {
        push_cltus(text, cltu);
    }
    if let Some(codewords) = &report.codewords {
        push_codewords(text, codewords);
    }
    let _ = writeln!(
        text,
        "{} good, {} bad",
        counted(report.frames_good, "frame"),
        human::count(report.frames_bad)
    );
}

fn push_cltus(text: &mut String, cltu: &CltuReport) {
    let _ = write!(text, "{}", counted(cltu.units, "CLTU"));
    for (n, how) in [
        (cltu.ended_by_tail, "ended by the tail"),
        (cltu.ended_by_codeword, "by a codeword beyond repair"),
        (cltu.ended_by_limit, "by the limit of codewords"),
        (cltu.cut_off, "cut off"),
    ] {
        if n > 0 {
            let _ = write!(text, ", {} {how}", human::count(n));
        }
    }
    let _ = match cltu.false_starts {
        0 => writeln!(text),
        n => writeln!(text, "; {} without a codeword", counted(n, "start")),
    };
}

fn push_codewords(text: &mut String, codewords: &CodewordReport) {
    let _ = write!(
        text,
        "{}: {} clean, {} mended, {} beyond repair",
        counted(codewords.codewords, "codeword"),
        human::count(codewords.codewords_clean),
        human::count(codewords.codewords_corrected),
        human::count(codewords.codewords_failed)
    );
    if let Some(symbols) = codewords.corrected_symbols {
        let _ = write!(text, ", {} received wrong", counted(symbols, "symbol"));
    }
    if let Some(mean) = codewords.iterations_mean {
        let _ = write!(text, ", {mean:.1} iterations on average");
    }
    if let Some(most) = codewords.iterations_max {
        let _ = write!(text, ", {most} at the most");
    }
    text.push('\n');
    let mended = codewords
        .corrections_histogram
        .iter()
        .filter(|&(&errors, _)| errors > 0);
    push_list(
        text,
        "  mended symbols",
        mended.map(|(errors, n)| format!("{errors}: {}", human::count(*n))),
    );
}

fn push_convolutional(text: &mut String, conv: &ConvolutionalReport) {
    let bits = counted(conv.bits, "bit");
    if conv.bits_in_lock == 0 {
        let _ = writeln!(text, "Viterbi decoder: {bits}, never in lock");
        return;
    }
    let g2 = match conv.g2_inverted {
        Some(true) => ", G2 inverted",
        Some(false) => ", G2 plain",
        None => "",
    };
    let _ = writeln!(
        text,
        "Viterbi decoder: {bits}, {} in lock, {:.1} % of the symbols wrong there, {}{g2}",
        human::count(conv.bits_in_lock),
        conv.symbol_mismatch * 100.0,
        counted(conv.slips, "slip"),
    );
}
