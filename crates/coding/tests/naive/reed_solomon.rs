//! Reed–Solomon from the definition: shift-and-add field, long division by the product of (x - root), Horner for the syndromes, and a
//! decoder that tries every place.

/// Product in GF(256) with x^8 = x^7 + x^2 + x + 1.
pub fn mul(a: u8, b: u8) -> u8 {
    let (mut product, mut a) = (0, u32::from(a));
    for bit in 0..8 {
        if b >> bit & 1 == 1 {
            product ^= a;
        }
        a <<= 1;
        if a & 0x100 != 0 {
            a ^= 0x187;
        }
    }
    product as u8
}

pub fn power(base: u8, exponent: usize) -> u8 {
    (0..exponent).fold(1, |product, _| mul(product, base))
}

/// The roots of g(x): alpha^(11 j), j = 128-E … 127+E.
pub fn roots(e: usize) -> Vec<u8> {
    (128 - e..128 + e).map(|j| power(2, 11 * j % 255)).collect()
}

/// g(x), highest power first.
pub fn generator(e: usize) -> Vec<u8> {
    let mut g = vec![1];
    for root in roots(e) {
        let mut next = g.clone();
        next.push(0);
        for (i, &c) in g.iter().enumerate() {
            next[i + 1] ^= mul(c, root);
        }
        g = next;
    }
    g
}

/// Check symbols of `message` by long division, conventional basis.
pub fn check_symbols(e: usize, message: &[u8]) -> Vec<u8> {
    let g = generator(e);
    let mut dividend = message.to_vec();
    dividend.extend(vec![0; 2 * e]);
    for i in 0..message.len() {
        let factor = dividend[i];
        for (j, &c) in g.iter().enumerate() {
            dividend[i + j] ^= mul(factor, c);
        }
    }
    dividend.split_off(message.len())
}

/// Value at every root of g, conventional basis; all zero for a codeword.
pub fn syndromes(e: usize, word: &[u8]) -> Vec<u8> {
    roots(e)
        .iter()
        .map(|&root| word.iter().fold(0, |sum, &c| mul(sum, root) ^ c))
        .collect()
}

/// The eight rows of the transformation to the dual basis, for 0x80 first.
const ROWS: [u8; 8] = [0x8D, 0xEF, 0xEC, 0x86, 0xFA, 0x99, 0xAF, 0x7B];

pub fn to_dual(u: u8) -> u8 {
    (0..8)
        .filter(|i| u >> (7 - i) & 1 == 1)
        .fold(0, |z, i| z ^ ROWS[i])
}

pub fn from_dual(z: u8) -> u8 {
    (0..=255)
        .find(|&u| to_dual(u) == z)
        .expect("the transformation is one to one")
}

/// Frame and check symbols at interleaving depth `depth`, on the channel.
pub fn encode_block(e: usize, dual: bool, depth: usize, frame: &[u8]) -> Vec<u8> {
    let mut block = frame.to_vec();
    block.resize(frame.len() + 2 * e * depth, 0);
    for codeword in 0..depth {
        let mut message = Vec::new();
        for s in (0..frame.len()).filter(|s| s % depth == codeword) {
            message.push(if dual { from_dual(frame[s]) } else { frame[s] });
        }
        for (i, check) in check_symbols(e, &message).into_iter().enumerate() {
            block[frame.len() + i * depth + codeword] = if dual { to_dual(check) } else { check };
        }
    }
    block
}

/// Codeword number `codeword` of a block, in the conventional basis.
pub fn codeword(block: &[u8], dual: bool, depth: usize, codeword: usize) -> Vec<u8> {
    let of_it = (0..block.len()).filter(|s| s % depth == codeword);
    of_it
        .map(|s| if dual { from_dual(block[s]) } else { block[s] })
        .collect()
}

/// The codeword within two wrong symbols of `word`, by trying every place and every value there; `None` if there is none. Conventional
/// basis, shortened words welcome.
pub fn brute_force(e: usize, word: &[u8]) -> Option<Vec<u8>> {
    let s = syndromes(e, word);
    if s.iter().all(|&s| s == 0) {
        return Some(word.to_vec());
    }
    let roots = roots(e);
    // what an error of value 1 at each place adds to each syndrome
    let effect: Vec<Vec<u8>> = (0..word.len())
        .map(|at| {
            roots
                .iter()
                .map(|&root| power(root, word.len() - 1 - at))
                .collect()
        })
        .collect();
    let rest = |at: usize, value: u8, s: &[u8]| -> Vec<u8> {
        s.iter()
            .zip(&effect[at])
            .map(|(s, effect)| s ^ mul(value, *effect))
            .collect()
    };
    for first in 0..word.len() {
        for value in 1..=255 {
            let left = rest(first, value, &s);
            if left.iter().all(|&s| s == 0) {
                let mut corrected = word.to_vec();
                corrected[first] ^= value;
                return Some(corrected);
            }
            for second in first + 1..word.len() {
                // one error explains what is left if it explains each syndrome with the same value
                let same =
                    |i: usize| mul(left[0], effect[second][i]) == mul(left[i], effect[second][0]);
                if (1..left.len()).all(same) {
                    let other = (1..=255).find(|&v| mul(v, effect[second][0]) == left[0])?;
                    let mut corrected = word.to_vec();
                    corrected[first] ^= value;
                    corrected[second] ^= other;
                    return Some(corrected);
                }
            }
        }
    }
    None
}

/// Check symbols (the message being zero) that have these syndromes: one symbol after the other by Newton's interpolation at the roots.
pub fn word_with_syndromes(e: usize, syndromes: &[u8]) -> Vec<u8> {
    let roots = roots(e);
    // lowest power first
    let value = |of: &[u8], x: u8| of.iter().rev().fold(0, |sum, &c| mul(sum, x) ^ c);
    let (mut word, mut basis) = (vec![0; 2 * e], vec![1]);
    for (&root, &wanted) in roots.iter().zip(syndromes) {
        let missing = wanted ^ value(&word, root);
        let step = (0..=255)
            .find(|&c| mul(c, value(&basis, root)) == missing)
            .expect("the basis vanishes at earlier roots only");
        for (w, &b) in word.iter_mut().zip(&basis) {
            *w ^= mul(step, b);
        }
        // times (x + root)
        basis.insert(0, 0);
        for i in 0..basis.len() - 1 {
            basis[i] ^= mul(basis[i + 1], root);
        }
    }
    word.reverse();
    word
}
