//! The files that the rover sends: the user's own, or a synthetic picture.
//!
//! The picture is made here, pixel by pixel, from hashed value noise: a horizon, far hills, dunes and stones under a pale sky. It is
//! **not** a photograph and no data of any mission; its name says so. Only additions, multiplications and square roots are used, so every
//! machine makes the same octets.
//!
//! ```
//! let picture = magpie_sim::payload::synthetic_picture(660, 353);
//! assert_eq!(picture.octets.len(), 15 + 660 * 353); // about the 233 kB that came back on 20 November 2021
//! ```

/// One file for the rover to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// Name of the file, as the rover announces it.
    pub name: String,
    /// Content.
    pub octets: Vec<u8>,
}

/// A Mars-like landscape as binary PGM (`P5`, 8 bit), `width` × `height` pixels.
pub fn synthetic_picture(width: u32, height: u32) -> Payload {
    let mut octets = format!("P5\n{width} {height}\n255\n").into_bytes();
    octets.reserve(width as usize * height as usize);
    for y in 0..height {
        for x in 0..width {
            octets.push(pixel(x, y, f64::from(width), f64::from(height)));
        }
    }
    Payload {
        name: String::from("synthetic-mars-horizon.pgm"),
        octets,
    }
}

/// Grey value of one pixel: sky, two chains of hills, then the ground with dunes and stones.
fn pixel(x: u32, y: u32, width: f64, height: f64) -> u8 {
    let u = f64::from(x) / width;
    let v = f64::from(y) / height;
    let grain = (hash(x, y, 9) - 0.5) * 0.035;
    let far = 0.40 - 0.060 * ridge(u * 3.1, 1);
    let near = 0.47 - 0.075 * ridge(u * 2.3 + 7.0, 2);
    let level = if v < far {
        sky(u, v)
    } else if v < near {
        let haze = (near - v) / (near - far + 1e-9);
        0.50 + 0.06 * haze + 0.05 * (noise(u * 40.0, v * 60.0, 3) - 0.5)
    } else {
        ground(u, v, near)
    };
    let value = (level + grain).clamp(0.0, 1.0) * 255.0;
    // In range by the clamp.
    value as u8
}

/// Dusty sky, brighter near the horizon and around a low sun.
fn sky(u: f64, v: f64) -> f64 {
    let (dx, dy) = ((u - 0.72) * 1.9, v - 0.16);
    let from_sun = (dx * dx + dy * dy).sqrt();
    let disc = smooth((0.022 - from_sun) / 0.006);
    let glow = 0.16 / (1.0 + 60.0 * from_sun * from_sun);
    0.56 + 0.38 * v + glow + 0.5 * disc + 0.03 * (noise(u * 5.0, v * 18.0, 4) - 0.5)
}

/// Ground in perspective: the nearer, the larger and darker the dunes; stones with a lit and a shaded side.
fn ground(u: f64, v: f64, near: f64) -> f64 {
    let depth = 1.0 / (v - near + 0.035);
    let (gx, gy) = ((u - 0.5) * depth * 2.2, depth * 1.6);
    let slope = fractal(gx + 0.05, gy * 2.2, 5) - fractal(gx - 0.05, gy * 2.2, 5);
    let dust = fractal(gx * 3.0, gy * 3.0, 6) - 0.5;
    let mut level = 0.46 - 0.16 * (v - near) + 1.1 * slope + 0.10 * dust;
    for size in [2.2, 5.0] {
        level += stone(gx * size, gy * size, v - near);
    }
    level
}

/// Light and shade of the stone in this cell of the ground grid, if there is one.
fn stone(gx: f64, gy: f64, nearness: f64) -> f64 {
    let (cx, cy) = (gx.floor(), gy.floor());
    let (ix, iy) = (lattice(cx), lattice(cy));
    if hash(ix, iy, 7) > 0.16 || nearness < 0.02 {
        return 0.0;
    }
    let (dx, dy) = (gx - cx - 0.3 - 0.4 * hash(ix, iy, 8), gy - cy - 0.5);
    let radius = 0.10 + 0.16 * hash(ix, iy, 10);
    let r = (dx * dx + dy * dy * 1.6).sqrt() / radius;
    if r < 1.0 {
        0.30 * (dx / radius) * (1.0 - 0.4 * r) - 0.08
    } else {
        // The sun stands to the right, so the shadow falls to the left.
        let shadow = 1.0
            - ((dx + 1.2 * radius) * (dx + 1.2 * radius) + dy * dy * 4.0).sqrt() / (1.3 * radius);
        -0.16 * shadow.max(0.0)
    }
}

/// A chain of hills, 0..1.
fn ridge(u: f64, layer: u32) -> f64 {
    0.6 * noise(u, 0.5, layer)
        + 0.28 * noise(u * 2.7, 1.5, layer)
        + 0.12 * noise(u * 9.0, 2.5, layer)
}

/// Four octaves of value noise, 0..1.
fn fractal(x: f64, y: f64, layer: u32) -> f64 {
    let (mut sum, mut weight, mut scale) = (0.0, 0.5, 1.0);
    for _ in 0..4 {
        sum += weight * noise(x * scale, y * scale, layer);
        weight *= 0.5;
        scale *= 2.1;
    }
    sum
}

/// Value noise, 0..1: hashed lattice points, smoothly joined.
fn noise(x: f64, y: f64, layer: u32) -> f64 {
    let (x0, y0) = (x.floor(), y.floor());
    let (fx, fy) = (smooth(x - x0), smooth(y - y0));
    let (ix, iy) = (lattice(x0), lattice(y0));
    let (jx, jy) = (ix.wrapping_add(1), iy.wrapping_add(1));
    let top = hash(ix, iy, layer) * (1.0 - fx) + hash(jx, iy, layer) * fx;
    let bottom = hash(ix, jy, layer) * (1.0 - fx) + hash(jx, jy, layer) * fx;
    top * (1.0 - fy) + bottom * fy
}

/// The lattice index of a floored coordinate; negative ones wrap.
fn lattice(floored: f64) -> u32 {
    floored as i64 as u32
}

fn smooth(t: f64) -> f64 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// An integer hash of a lattice point, 0..1.
fn hash(x: u32, y: u32, layer: u32) -> f64 {
    let mut h =
        x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ layer.wrapping_mul(0xC2B2_AE3D);
    h = (h ^ (h >> 15)).wrapping_mul(0x2C1B_3C6D);
    h = (h ^ (h >> 12)).wrapping_mul(0x297A_2D39);
    h ^= h >> 15;
    f64::from(h) / 4_294_967_296.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_a_whole_pgm_with_contrast() {
        let picture = synthetic_picture(660, 353);
        assert!(picture.octets.starts_with(b"P5\n660 353\n255\n"));
        assert_eq!(picture.octets.len(), 15 + 660 * 353);
        assert!(picture.name.contains("synthetic"));
        let pixels = &picture.octets[15..];
        let mut histogram = [0u32; 256];
        for &p in pixels {
            histogram[usize::from(p)] += 1;
        }
        assert!(
            histogram.iter().filter(|&&n| n > 0).count() > 120,
            "a flat picture would hide wrong octets"
        );
    }

    #[test]
    fn the_same_picture_every_time() {
        assert_eq!(synthetic_picture(40, 30), synthetic_picture(40, 30));
        assert_ne!(
            synthetic_picture(40, 30).octets,
            synthetic_picture(41, 30).octets
        );
    }
}
