//! `docs/curves/README.md`: what was measured, against what it is held, what is lost.

use std::fmt::Write as _;

use magpie_sim::curve::catalogue;
use magpie_sim::curve::csv::Made;
use magpie_sim::curve::figure::{Curve, loss};

/// Where a curve is read.
const BER: f64 = 1e-5;

/// Where two curves are compared: the smallest of these that both reach.
const RATES: [f64; 6] = [1e-5, 3e-5, 1e-4, 1e-3, 1e-2, 3e-2];

const HEAD: &str = "# Error rates of the codes

Written by `cargo xtask curves`; do not edit. Antipodal symbols in white Gaussian noise, Eb/N0 counted for information bits; the decoders that ship, on octets
(`i8`), on the fastest engine (all engines give the same bits). Every frame has its own random message and noise from the seed, so the counts can be had
again on any machine: the first line of a `.csv` is the command, its columns are the counts, the rates with their 95 % intervals (Wilson's; for bits widened by
how much they come in bursts), and the theory where there is one.

| What a curve is held against | Where it is from |
|---|---|
| uncoded | exact, Q(√(2 Eb/N0)) |
| K = 7 | maximum likelihood in floating point, the whole frame traced back, on the same frames. Drawn beside it: the union bound of the weight spectrum, computed from the trellis (own computation; its first terms are the published ones), an upper bound that is tight at low rates |
| concatenated | the same with an inner decoder in floating point |
| Reed–Solomon | binomial sum over independent wrong octets, exact but for wrong corrections |
| BCH | binomial sum, single errors corrected |
| LDPC | belief propagation in floating point (sum-product, layered in the same order), at most 50 iterations like the decoder that ships, on the same frames |
| turbo | log-MAP in floating point, 10 iterations like the decoder that ships, on the same frames |

Lost: how many dB more than that the decoder needs, at 10⁻⁵ or at the lowest bit-error rate that both curves reach with twenty wrong frames or more at a point. Negative: less than the bound, or within
the noise of the measurement.
";

/// The whole page.
pub fn write(curves: &[(Made, Curve<'_>)]) -> String {
    let mut text = HEAD.to_owned();
    for family in catalogue::FAMILIES {
        let members: Vec<&(Made, Curve<'_>)> = curves
            .iter()
            .filter(|(_, curve)| family.has(&curve.scheme.name()))
            .collect();
        if members.is_empty() {
            continue;
        }
        let _ = write!(
            text,
            "\n## {}\n\n![bit-error rates]({name}.svg)\n\n[Frame-error rates]({name}-frames.svg)\n\n\
             | Code | 10⁻⁵ at, dB | held against | there at, dB | lost, dB | last point: Eb/N0, bits wrong, frames wrong | |\n|---|--:|---|--:|--:|---|---|\n",
            family.title,
            name = family.name
        );
        for (_, curve) in members.iter().copied() {
            if curve.scheme.name() == curve.scheme.stream_name() {
                row(&mut text, curve, curves);
            }
        }
    }
    text
}

fn row(text: &mut String, curve: &Curve<'_>, curves: &[(Made, Curve<'_>)]) {
    let db = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |db| format!("{db:.2}"));
    let name = curve.scheme.name();
    let reference = curve.scheme.reference();
    let reference = reference.and_then(|name| curves.iter().find(|(made, _)| made.code == name));
    let (against, there, lost) = if let Some((_, reference)) = reference {
        let lost = loss(curve, reference, &RATES);
        ("floating point".to_owned(), reference.at_ber(BER), lost)
    } else {
        let there = curve.theory_at_ber(BER);
        let both = curve.at_ber(BER).zip(there);
        let lost = both.map(|(here, there)| (here - there, BER));
        (curve.scheme.theory_name().to_owned(), there, lost)
    };
    let lost = lost.map_or_else(
        || "–".to_owned(),
        |(lost, at)| {
            let at = if at > BER {
                format!(" at {at:.0e}")
            } else {
                String::new()
            };
            format!("{lost:+.2}{at}").replace('-', "−")
        },
    );
    let end = curve.points.last().map_or_else(String::new, |point| {
        format!(
            "{} dB: {:.1e}, {} of {}",
            point.eb_n0_db,
            point.ber(),
            point.counts.frame_errors,
            point.counts.frames
        )
    });
    let _ = writeln!(
        text,
        "| {} | {} | {} | {} | {lost} | {end} | [csv]({name}.csv) |",
        curve.scheme.title(),
        db(curve.at_ber(BER)),
        if against.is_empty() { "–" } else { &against },
        db(there)
    );
}
