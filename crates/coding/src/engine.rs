//! Which instructions a codec computes with.
//!
//! Every fast codec has one scalar form, which is the definition, and vector forms that give the same bits. [`Engine::best`] is what a codec
//! takes unless told; tests and benchmarks name another. An [`Engine`] can only be had if the machine has its instructions, so holding one is
//! the proof that the vector code may be called. Without the `std` feature there is only [`Engine::SCALAR`]. No book rules this.
//!
//! ```
//! use magpie_coding::engine::Engine;
//!
//! assert_eq!(Engine::named("scalar"), Some(Engine::SCALAR));
//! assert!(Engine::available().any(|engine| engine == Engine::best()));
//! ```

/// A set of instructions that this machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Engine(Kind);

/// The sets known, from slow to fast. The vector ones are made by [`Engine::available`] alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// Portable code.
    Scalar,
    /// SSSE3, SSE4.1 and PCLMULQDQ.
    Sse41,
    /// AVX2, BMI1, BMI2, POPCNT and what [`Kind::Sse41`] has.
    Avx2,
    /// AVX-512 F, BW, VL, DQ, VBMI, GFNI, VPCLMULQDQ and what [`Kind::Avx2`] has.
    Avx512,
    /// NEON on a 64-bit ARM.
    Neon,
}

const KINDS: [Kind; 5] = [
    Kind::Scalar,
    Kind::Sse41,
    Kind::Avx2,
    Kind::Avx512,
    Kind::Neon,
];

impl Engine {
    /// Portable code, on every machine.
    pub const SCALAR: Self = Self(Kind::Scalar);

    /// The fastest that this machine has.
    pub fn best() -> Self {
        Self::available().last().unwrap_or(Self::SCALAR)
    }

    /// All that this machine has, from slow to fast.
    pub fn available() -> impl Iterator<Item = Self> {
        KINDS.into_iter().filter(|&kind| is_there(kind)).map(Self)
    }

    /// The one of this [`name`](Self::name), if the machine has it.
    pub fn named(name: &str) -> Option<Self> {
        Self::available().find(|engine| engine.name() == name)
    }

    /// `scalar`, `sse4.1`, `avx2`, `avx512` or `neon`.
    pub const fn name(self) -> &'static str {
        match self.0 {
            Kind::Scalar => "scalar",
            Kind::Sse41 => "sse4.1",
            Kind::Avx2 => "avx2",
            Kind::Avx512 => "avx512",
            Kind::Neon => "neon",
        }
    }

    /// For the dispatch to vector code.
    #[cfg_attr(
        not(feature = "std"),
        allow(dead_code, reason = "nothing to choose from")
    )]
    pub(crate) const fn kind(self) -> Kind {
        self.0
    }
}

impl Default for Engine {
    fn default() -> Self {
        Self::best()
    }
}

impl core::fmt::Display for Engine {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

fn is_there(kind: Kind) -> bool {
    kind == Kind::Scalar || has(kind)
}

#[cfg(all(feature = "std", target_arch = "x86_64"))]
fn has(kind: Kind) -> bool {
    use std::arch::is_x86_feature_detected as x86;
    let sse41 = || x86!("ssse3") && x86!("sse4.1") && x86!("pclmulqdq");
    let avx2 = || sse41() && x86!("avx2") && x86!("bmi1") && x86!("bmi2") && x86!("popcnt");
    match kind {
        Kind::Sse41 => sse41(),
        Kind::Avx2 => avx2(),
        Kind::Avx512 => {
            avx2()
                && x86!("avx512f")
                && x86!("avx512bw")
                && x86!("avx512vl")
                && x86!("avx512dq")
                && x86!("avx512vbmi")
                && x86!("gfni")
                && x86!("vpclmulqdq")
        }
        Kind::Scalar | Kind::Neon => false,
    }
}

#[cfg(all(feature = "std", target_arch = "aarch64"))]
fn has(kind: Kind) -> bool {
    kind == Kind::Neon && std::arch::is_aarch64_feature_detected!("neon")
}

#[cfg(not(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn has(_: Kind) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::Engine;

    #[test]
    fn scalar_is_always_there_and_first() {
        assert_eq!(Engine::available().next(), Some(Engine::SCALAR));
        assert_eq!(Engine::named("sse9"), None);
        for engine in Engine::available() {
            assert_eq!(Engine::named(engine.name()), Some(engine));
            assert!(engine <= Engine::best());
        }
    }

    /// So that a test of every engine is one of the vector code: each 64-bit ARM has NEON.
    #[cfg(all(feature = "std", target_arch = "aarch64"))]
    #[test]
    fn neon_is_found() {
        assert_eq!(Engine::best().name(), "neon");
    }
}
