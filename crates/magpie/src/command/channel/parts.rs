//! Values of several numbers on a command line.

use magpie_radio::channel::{Fade, Pulsed, Tone};

use crate::command::waveform_options::{number, seconds};

/// So many numbers between commas.
fn numbers<const N: usize>(text: &str, form: &str) -> Result<[f64; N], String> {
    let fields = text.split(',').map(|field| number(field.trim()));
    let values: Vec<f64> = fields.collect::<Result<_, _>>().unwrap_or_default();
    values.try_into().map_err(|_| format!("give {form}"))
}

/// `FROM..TO:DB`
pub(super) fn fade(text: &str) -> Result<Fade, String> {
    let parts = text.split_once(':').and_then(|(window, depth)| {
        let (from, to) = window.split_once("..")?;
        Some(Fade {
            from_s: seconds(from).ok()?,
            to_s: seconds(to).ok()?,
            depth_db: number(depth).ok()?,
        })
    });
    parts
        .filter(|fade| fade.from_s < fade.to_s)
        .ok_or_else(|| String::from("give FROM..TO:DB, in seconds and decibels"))
}

/// K in dB, spread in Hz.
#[derive(Debug, Clone, Copy)]
pub(super) struct RiceValues {
    pub(super) k_db: f64,
    pub(super) spread_hz: f64,
}

/// `K,HZ`
pub(super) fn rice(text: &str) -> Result<RiceValues, String> {
    let [k_db, spread_hz] = numbers(text, "K,HZ: decibels and the spread in Hz")?;
    Ok(RiceValues { k_db, spread_hz })
}

/// A second ray.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ray {
    pub(super) delay_s: f64,
    pub(super) gain_db: f64,
    pub(super) phase_rad: f64,
}

/// `US,DB,DEG`
pub(super) fn ray(text: &str) -> Result<Ray, String> {
    let form = "US,DB,DEG: microseconds, 0 to a million, decibels, degrees";
    let [us, gain_db, degrees] = numbers(text, form)?;
    if !(0.0..=1e6).contains(&us) {
        return Err(format!("give {form}"));
    }
    Ok(Ray {
        delay_s: us * 1e-6,
        gain_db,
        phase_rad: degrees.to_radians(),
    })
}

/// Bursts of noise.
#[derive(Debug, Clone, Copy)]
pub(super) struct BurstValues {
    pub(super) period_s: f64,
    pub(super) duration_s: f64,
    pub(super) level_db: f64,
}

/// `PERIOD,DURATION,DB`
pub(super) fn bursts(text: &str) -> Result<BurstValues, String> {
    let form = "PERIOD,DURATION,DB: seconds (the duration the shorter one), seconds, decibels";
    let [period_s, duration_s, level_db] = numbers(text, form)?;
    if !(0.0 < duration_s && duration_s <= period_s) {
        return Err(format!("give {form}"));
    }
    Ok(BurstValues {
        period_s,
        duration_s,
        level_db,
    })
}

/// `HZ,DB,HZ/S`
pub(super) fn tone(text: &str) -> Result<Tone, String> {
    let [offset_hz, level_db, drift_hz_s] =
        numbers(text, "HZ,DB,HZ/S: offset, decibels over the signal, drift")?;
    Ok(Tone {
        offset_hz,
        drift_hz_s,
        level_db,
        pulsed: None,
    })
}

/// `HZ,DB,PERIOD,ON`
pub(super) fn pulsed(text: &str) -> Result<Tone, String> {
    let form = "HZ,DB,PERIOD,ON: offset, decibels over the signal, seconds above 0, seconds";
    let [offset_hz, level_db, period_s, on_s] = numbers(text, form)?;
    if period_s <= 0.0 {
        return Err(format!("give {form}"));
    }
    Ok(Tone {
        offset_hz,
        drift_hz_s: 0.0,
        level_db,
        pulsed: Some(Pulsed { period_s, on_s }),
    })
}

/// A comb of lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct CombValues {
    pub(super) offset_hz: f64,
    pub(super) spacing_hz: f64,
    pub(super) count: u32,
    pub(super) level_db: f64,
}

/// `HZ,SPACING,COUNT,DB`
pub(super) fn comb(text: &str) -> Result<CombValues, String> {
    let form =
        "HZ,SPACING,COUNT,DB: first line, to the next one, how many (1 to 1000), decibels of each";
    let [offset_hz, spacing_hz, lines, level_db] = numbers(text, form)?;
    let count = (1..=1000).find(|&count| (f64::from(count) - lines).abs() < 1e-9);
    let count = count.ok_or_else(|| format!("give {form}"))?;
    Ok(CombValues {
        offset_hz,
        spacing_hz,
        count,
        level_db,
    })
}

/// `I,Q`
pub(super) fn pair(text: &str) -> Result<[f64; 2], String> {
    numbers(text, "I,Q: two numbers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_and_wrong_ones_are_refused_with_their_form() {
        let read = fade("1.5..2:20").unwrap();
        assert!(read.from_s < read.to_s && (read.depth_db - 20.0).abs() < 1e-9);
        for text in ["2..1:20", "1..2", "1..2:x", "-1..2:3", ""] {
            assert!(fade(text).unwrap_err().starts_with("give FROM..TO:DB"));
        }
        assert!(comb("1000,500,4,-10").is_ok());
        assert!(comb("1000,500,4.5,-10").unwrap_err().contains("COUNT"));
        assert!(comb("1000,500,-10").is_err() && comb("1,1,1,1,1").is_err());
        assert!(ray("30,-6,90").is_ok() && ray("-1,0,0").is_err() && ray("nan,0,0").is_err());
        assert!(bursts("0.1,0.2,3").is_err() && bursts("1,0.2,3").is_ok());
        assert!(pulsed("100,0,0,1").is_err() && tone("100,0,-5").is_ok());
        assert!(rice("10,0.5").is_ok() && pair("0.1").is_err());
    }
}
