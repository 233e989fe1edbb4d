//! The delivered file as a picture, with the missing parts left transparent (the page shows a hatching through them).
//!
//! Understood: binary PGM (`P5`) and PPM (`P6`), one or two octets a sample, comments in the header. A picture needs its header: without the
//! first octets nobody knows its width. Left out: ASCII variants and every other format.

use std::ops::Range;

use super::Coverage;

/// A picture found in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture<'a> {
    width: usize,
    height: usize,
    maximum: u32,
    /// Samples a pixel: 1 is grey, 3 is colour.
    channels: usize,
    /// Where the header ends.
    start: usize,
    octets: &'a [u8],
}

/// Pictures larger than this are not shown: a report is no image viewer, and a foreign header must not cost memory.
const PIXEL_LIMIT: usize = 16 << 20;

impl<'a> Picture<'a> {
    /// Reads the header of a PGM or PPM; nothing if the octets are no picture or the header says more than there is room for.
    pub(super) fn parse(octets: &'a [u8]) -> Option<Self> {
        let channels = match octets.get(..2)? {
            b"P5" => 1,
            b"P6" => 3,
            _ => return None,
        };
        let (width, at) = header_number(octets, 2)?;
        let (height, at) = header_number(octets, at)?;
        let (maximum, at) = header_number(octets, at)?;
        let fits = width
            .checked_mul(height)
            .is_some_and(|pixels| (1..=PIXEL_LIMIT).contains(&pixels));
        let maximum = u32::try_from(maximum)
            .ok()
            .filter(|max| (1..=0xFFFF).contains(max))?;
        octets.get(at).filter(|after| after.is_ascii_whitespace())?;
        fits.then_some(Self {
            width,
            height,
            maximum,
            channels,
            start: at + 1,
            octets,
        })
    }

    /// Width and height in pixels.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Is the header within what arrived? Without it, nobody could show anything.
    pub(super) fn is_readable(&self, covered: &Coverage) -> bool {
        covered.has(&(0..self.start))
    }

    /// The picture as PNG; pixels outside of `covered` are transparent.
    pub(super) fn to_png(&self, covered: &Coverage) -> Option<Vec<u8>> {
        let colour = if self.channels == 3 {
            png::ColorType::Rgba
        } else {
            png::ColorType::GrayscaleAlpha
        };
        let mut samples = Vec::with_capacity(self.width * self.height * (self.channels + 1));
        for pixel in 0..self.width * self.height {
            self.push_pixel(pixel, covered, &mut samples);
        }
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(
            &mut file,
            u32::try_from(self.width).ok()?,
            u32::try_from(self.height).ok()?,
        );
        encoder.set_color(colour);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().ok()?;
        writer.write_image_data(&samples).ok()?;
        writer.finish().ok()?;
        Some(file)
    }

    fn push_pixel(&self, pixel: usize, covered: &Coverage, samples: &mut Vec<u8>) {
        let depth = if self.maximum > 0xFF { 2 } else { 1 };
        let place: Range<usize> = self.start + pixel * self.channels * depth
            ..self.start + (pixel + 1) * self.channels * depth;
        match self
            .octets
            .get(place.clone())
            .filter(|_| covered.has(&place))
        {
            Some(octets) => {
                samples.extend(
                    octets
                        .chunks(depth)
                        .map(|sample| self.to_eight_bits(sample)),
                );
                samples.push(0xFF);
            }
            None => samples.extend(std::iter::repeat_n(0, self.channels + 1)),
        }
    }

    fn to_eight_bits(&self, sample: &[u8]) -> u8 {
        let value = sample
            .iter()
            .fold(0, |value, octet| value << 8 | u32::from(*octet));
        u8::try_from(value.min(self.maximum) * 0xFF / self.maximum).unwrap_or(0xFF)
    }
}

/// The next decimal number of a header, and where it ends; blanks and comments before it are skipped.
fn header_number(octets: &[u8], mut at: usize) -> Option<(usize, usize)> {
    loop {
        match octets.get(at)? {
            b'#' => at += octets.get(at..)?.iter().position(|octet| *octet == b'\n')?,
            blank if blank.is_ascii_whitespace() => at += 1,
            _ => break,
        }
    }
    let digits = octets
        .get(at..)?
        .iter()
        .take(8)
        .take_while(|octet| octet.is_ascii_digit())
        .count();
    let text = std::str::from_utf8(octets.get(at..at + digits)?).ok()?;
    Some((text.parse().ok()?, at + digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(png: &[u8]) -> (png::ColorType, Vec<u8>) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(png))
            .read_info()
            .expect("a PNG");
        let mut samples = vec![0; reader.output_buffer_size().expect("small")];
        let info = reader.next_frame(&mut samples).expect("whole");
        (info.color_type, samples)
    }

    #[test]
    fn grey_with_a_hole() {
        // By hand: 3 by 2 pixels, the fourth and fifth octet behind the header are missing.
        let file = b"P5\n# made by hand\n3 2\n255\n\x00\x40\x80\xC0\xF0\xFF";
        let header = file.len() - 6;
        let picture = Picture::parse(file).expect("a picture");
        assert_eq!(picture.size(), (3, 2));
        let covered: Coverage = [0..header + 3, header + 5..header + 6]
            .into_iter()
            .collect();
        assert!(picture.is_readable(&covered) && !picture.is_readable(&Coverage::none()));
        let (colour, samples) = decode(&picture.to_png(&covered).expect("png"));
        assert_eq!(colour, png::ColorType::GrayscaleAlpha);
        assert_eq!(
            samples,
            [0, 255, 0x40, 255, 0x80, 255, 0, 0, 0, 0, 0xFF, 255]
        );
    }

    #[test]
    fn colour_and_sixteen_bits() {
        let (colour, samples) = decode(
            &Picture::parse(b"P6 1 1 255\nabc")
                .expect("ppm")
                .to_png(&Coverage::whole(99))
                .expect("png"),
        );
        assert_eq!(
            (colour, samples),
            (png::ColorType::Rgba, b"abc\xFF".to_vec())
        );
        let (_, samples) = decode(
            &Picture::parse(b"P5 2 1 1023\n\x03\xFF\x02\x00")
                .expect("16 bit")
                .to_png(&Coverage::whole(99))
                .expect("png"),
        );
        assert_eq!(samples, [255, 255, 127, 255]); // 512 * 255 / 1023 = 127.6
    }

    #[test]
    fn what_is_no_picture() {
        let files: [&[u8]; 9] = [
            b"",
            b"P5",
            b"P4 1 1 1\n",
            b"P5 0 1 255\n",
            b"P5 1 1 0\n",
            b"P5 1 1 70000\n",
            b"P5 99999999 99999999 255\n",
            b"P5 1 1 255",
            b"P5 # no end",
        ];
        assert!(files.into_iter().all(|file| Picture::parse(file).is_none()));
        // The header promises more pixels than the file has: those pixels are missing, nothing else happens.
        let (_, samples) = decode(
            &Picture::parse(b"P5 2 1 255\n\x07")
                .expect("short")
                .to_png(&Coverage::whole(99))
                .expect("png"),
        );
        assert_eq!(samples, [7, 255, 0, 0]);
    }
}
