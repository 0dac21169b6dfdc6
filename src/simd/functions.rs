//! exp, ln and tanh of vectors, written once for all instruction sets.
//!
//! Errors against the exact values, at every level and over the whole range, in units of the last place (ULP): exp at
//! most 1.1, ln 0.9, tanh 2.6; exp_negative 1.2 ε in absolute terms (ε is one ULP of 1), and 2.2 (1 + |x|) ULP. Levels
//! differ among themselves by no more than 1 ULP in exp and ln, 3 in tanh, 1.5 ε in exp_negative. Subnormal arguments
//! and results count; NaN, infinities and zeros are as in IEEE 754.
//!
//! Method: reduction by powers of two after Cody and Waite, and polynomials that are the best for the reduced ranges
//! (|r| ≤ ½ ln 2, |r| ≤ ½ for 2ʳ, and √½ ≤ m ≤ √2).

use super::vector::{Lanes, Vector};
use crate::Float;

/// What the functions need to know of a number type.
pub trait Constants: Lanes {
    /// 1.5 · 2^mantissa + bias of the exponent: added and subtracted again, it rounds to an integer n, and the lowest
    /// bits of the sum are the exponent field of 2ⁿ.
    const ROUND: Self;
    /// 2^mantissa: its lowest bits hold an integer that is or-ed into them.
    const INTEGER: Self;
    /// [`Constants::INTEGER`] + bias of the exponent.
    const INTEGER_BIASED: Self;
    /// log₂ e.
    const LOG2_E: Self;
    /// ln 2, the leading bits.
    const LN2_HIGH: Self;
    /// ln 2, the rest.
    const LN2_LOW: Self;
    /// √2.
    const SQRT_2: Self;
    /// Below this exp is 0.
    const EXP_LOWEST: Self;
    /// Above this exp is ∞.
    const EXP_HIGHEST: Self;
    /// −bias · ln 2: its exponent field is that of 0.
    const EXP_FLUSHED: Self;
    /// (eʳ − 1 − r)/r², from the constant term on.
    const EXP: &'static [Self];
    /// 2ʳ, from the constant term on, which is 1 so that e⁰ is.
    const EXP2: &'static [Self];
    /// (2 atanh s/s − 2)/s² in s², from the constant term on.
    const LN: &'static [Self];
    /// Above this tanh is 1.
    const TANH_HIGHEST: Self;
    /// The smallest normal number.
    const NORMAL: Self;
    /// A power of two that makes every subnormal number normal.
    const SCALE: Self;
    /// log₂ [`Constants::SCALE`].
    const SCALE_LOG2: Self;
    /// 1.
    const ONE: Self;
    /// ½.
    const HALF: Self;
    /// The largest finite number.
    const MAX: Self;
    /// ∞.
    const INFINITY: Self;
    /// −∞.
    const NEG_INFINITY: Self;
    /// NaN.
    const NAN: Self;
    /// From place 16 − i on, numbers whose bits are all set before column i, else 0.
    const BELOW_DIAGONAL: &'static [Self; 32];
    /// From place 16 − i on, a number whose bits are all set in column i, else 0.
    const ON_DIAGONAL: &'static [Self; 32];
}

macro_rules! constants {
    ($type:ident, bias $bias:literal, round $round:literal, integer $integer:literal, ln2 $high:literal $low:literal,
     exp $lowest:literal $highest:literal $flushed:literal $exp:expr, exp2 $exp2:expr,
     ln $ln:expr, tanh $tanh:literal, scale $scale:literal $scale_log2:literal) => {
        impl Constants for $type {
            const ROUND: $type = $round + $bias;
            const INTEGER: $type = $integer;
            const INTEGER_BIASED: $type = $integer + $bias;
            const LOG2_E: $type = core::$type::consts::LOG2_E;
            const LN2_HIGH: $type = $high;
            const LN2_LOW: $type = $low;
            const SQRT_2: $type = core::$type::consts::SQRT_2;
            const EXP_LOWEST: $type = $lowest;
            const EXP_HIGHEST: $type = $highest;
            const EXP_FLUSHED: $type = $flushed;
            const EXP: &'static [$type] = &$exp;
            #[allow(clippy::approx_constant, reason = "the best coefficient is near ln 2")]
            const EXP2: &'static [$type] = &$exp2;
            const LN: &'static [$type] = &$ln;
            const TANH_HIGHEST: $type = $tanh;
            const NORMAL: $type = $type::MIN_POSITIVE;
            const SCALE: $type = $scale;
            const SCALE_LOG2: $type = $scale_log2;
            const ONE: $type = 1.0;
            const HALF: $type = 0.5;
            const MAX: $type = $type::MAX;
            const INFINITY: $type = $type::INFINITY;
            const NEG_INFINITY: $type = $type::NEG_INFINITY;
            const NAN: $type = $type::NAN;
            const BELOW_DIAGONAL: &'static [$type; 32] = &{
                let mut masks = [0.0; 32];
                let mut place = 0;
                while place < 16 {
                    masks[place] = $type::from_bits(!0);
                    place += 1;
                }
                masks
            };
            const ON_DIAGONAL: &'static [$type; 32] = &{
                let mut masks = [0.0; 32];
                masks[16] = $type::from_bits(!0);
                masks
            };
        }
    };
}

constants!(f32, bias 127.0, round 12_582_912.0, integer 8_388_608.0,
    ln2 0.693_359_4 -2.121_944_4e-4,
    exp -104.0 89.0 -88.029_69 [
        0.5, 0.166_665_2, 0.041_666_205, 0.008_368_918, 0.001_395_054,
    ],
    exp2 [1.0, 0.693_147, 0.240_222_42, 0.055_507_34, 0.009_671_513, 0.001_326_472_4],
    ln [0.666_666_7, 0.400_003_4, 0.285_359_94, 0.236_185_9],
    tanh 10.0, scale 16_777_216.0 24.0);
constants!(f64, bias 1023.0, round 6_755_399_441_055_744.0, integer 4_503_599_627_370_496.0,
    ln2 0.693_147_180_369_123_8 1.908_214_929_270_587_7e-10,
    exp -746.0 710.0 -709.089_565_712_824_1 [
        0.500_000_000_000_001, 0.166_666_666_666_666_75, 0.041_666_666_666_521_55, 0.008_333_333_333_322_172,
        0.001_388_888_894_795_693, 0.000_198_412_698_866_999_26, 2.480_148_717_137_107e-5,
        2.755_724_221_351_069e-6, 2.763_271_422_803_64e-7, 2.511_009_630_403_349e-8,
    ],
    exp2 [
        1.0, 0.693_147_180_559_949_2, 0.240_226_506_959_091_1, 0.055_504_108_664_482_194, 0.009_618_129_107_982_05,
        0.001_333_355_822_574_948, 0.000_154_035_299_949_268_3, 1.525_265_945_489_869_8e-5, 1.321_565_336_722_510_4e-6,
        1.020_831_798_253_268e-7, 7.038_213_175_910_889e-9,
    ],
    ln [
        0.666_666_666_666_672, 0.399_999_999_995_178, 0.285_714_287_298_763_74, 0.222_221_990_189_643_9,
        0.181_835_757_402_38, 0.153_130_474_926_863_82, 0.148_117_664_921_133_9,
    ],
    tanh 22.0, scale 18_014_398_509_481_984.0 54.0);

/// c₀ + c₁ v + c₂ v² + …
#[inline(always)]
fn polynomial<V: Vector<Element: Float>>(v: V, coefficients: &'static [V::Element]) -> V {
    let (last, rest) = coefficients.split_last().expect("a polynomial has coefficients");
    let mut sum = v.like(*last);
    for &c in rest.iter().rev() {
        sum = sum.mul_add(v, v.like(c));
    }
    sum
}

/// [`Constants::ROUND`] + n, n = x log₂ e to the nearest integer; and eʳ − 1 for r = x − n ln 2.
#[inline(always)]
fn reduced<V: Vector<Element: Float>>(x: V) -> (V, V) {
    let round = x.like(V::Element::ROUND);
    let rounded = x.mul_add(x.like(V::Element::LOG2_E), round);
    let n = rounded.sub(round);
    let r = n.neg_mul_add(x.like(V::Element::LN2_HIGH), x);
    let r = n.neg_mul_add(x.like(V::Element::LN2_LOW), r);
    (rounded, polynomial(r, V::Element::EXP).mul_add(r.mul(r), r))
}

/// eˣ.
#[inline(always)]
pub(crate) fn exp<V: Vector<Element: Float>>(x: V) -> V {
    // In this order NaN stays.
    let x = x.like(V::Element::EXP_LOWEST).max(x);
    let x = x.like(V::Element::EXP_HIGHEST).min(x);
    let (rounded, rest) = reduced(x);
    // 2ⁿ in two factors, since it may be beyond the normal numbers.
    let round = x.like(V::Element::ROUND);
    let n = rounded.sub(round);
    let first = n.mul_add(x.like(V::Element::HALF), round);
    let second = n.sub(first.sub(round)).add(round);
    rest.add(x.like(V::Element::ONE)).mul(first.shift_left()).mul(second.shift_left())
}

/// eˣ for x ≤ 0, and 0 from about where that would be subnormal (at a factor of √2 below): fewer steps than [`exp`],
/// for terms of a sum that 1 is among.
#[inline(always)]
pub(crate) fn exp_negative<V: Vector<Element: Float>>(x: V) -> V {
    // There 2ⁿ becomes 0 by itself. In this order NaN stays.
    let x = x.like(V::Element::EXP_FLUSHED).max(x);
    let (log2_e, round) = (x.like(V::Element::LOG2_E), x.like(V::Element::ROUND));
    // 2ⁿ 2ʳ, n + r = x log₂ e.
    let rounded = x.mul_add(log2_e, round);
    let r = x.mul_add(log2_e, round.sub(rounded));
    polynomial(r, V::Element::EXP2).mul(rounded.shift_left())
}

/// ln x; NaN for x < 0.
#[inline(always)]
pub(crate) fn ln<V: Vector<Element: Float>>(x: V) -> V {
    let constant = |value: V::Element| x.like(value);
    let (one, zero) = (constant(V::Element::ONE), constant(V::Element::default()));
    let normal = constant(V::Element::NORMAL);
    let scaled = x.select_less(normal, x.mul(constant(V::Element::SCALE)), x);
    let bias = constant(V::Element::INTEGER_BIASED);
    let bias = x.select_less(normal, bias.add(constant(V::Element::SCALE_LOG2)), bias);
    // x = 2ⁿ m with 1 ≤ m < 2, then √½ ≤ m < √2.
    let n = scaled.shift_right().bit_or(constant(V::Element::INTEGER)).sub(bias);
    let mask = constant(V::Element::from_bits((1 << V::Element::MANTISSA) - 1));
    let m = scaled.bit_and(mask).bit_or(one);
    let root = constant(V::Element::SQRT_2);
    let n = root.select_less(m, n.add(one), n);
    let m = root.select_less(m, m.mul(constant(V::Element::HALF)), m);
    // ln(1 + f) = f − f²/2 + s (f²/2 + R(s²)) with s = f/(2 + f).
    let f = m.sub(one);
    let s = f.div(m.add(one));
    let s2 = s.mul(s);
    let half_square = f.mul(f).mul(constant(V::Element::HALF));
    let series = polynomial(s2, V::Element::LN).mul_add(s2, half_square);
    let low = s.mul_add(series, n.mul(constant(V::Element::LN2_LOW)));
    let value = n.mul_add(constant(V::Element::LN2_HIGH), f.sub(half_square.sub(low)));
    let value = x.select_less(constant(V::Element::INFINITY), value, x);
    let value = x.select_less(constant(V::Element::from_bits(1)), constant(V::Element::NEG_INFINITY), value);
    x.select_less(zero, constant(V::Element::NAN), value)
}

/// tanh x.
#[inline(always)]
pub(crate) fn tanh<V: Vector<Element: Float>>(x: V) -> V {
    let constant = |value: V::Element| x.like(value);
    let (one, zero) = (constant(V::Element::ONE), constant(V::Element::default()));
    let sign = constant(V::Element::from_bits(SIGN >> (64 - 8 * size_of::<V::Element>())));
    let magnitude = x.bit_and(constant(V::Element::from_bits(!SIGN >> (64 - 8 * size_of::<V::Element>()))));
    let u = constant(V::Element::TANH_HIGHEST).min(magnitude);
    // With t = e⁻²ᵘ − 1: tanh u = −t/(2 + t).
    let (rounded, rest) = reduced(zero.sub(u.add(u)));
    let power = rounded.shift_left();
    let t = rest.mul_add(power, power.sub(one));
    zero.sub(t).div(one.add(one).add(t)).bit_or(x.bit_and(sign))
}

/// The sign among 64 bits.
const SIGN: u64 = 1 << 63;

#[cfg(test)]
mod tests;
