"""Writes exp.bin, ln.bin and tanh.bin beside it: f64 arguments and correctly rounded results, from mpmath.

    pip install mpmath && python generate.py

A record is 20 bytes, little-endian: x (f64), the f64 nearest to f(x), and what it lacks of f(x), in units of its last
place (f32)."""
import math
import random
import struct
from fractions import Fraction
from pathlib import Path

from mpmath import mp, mpf

mp.prec = 300
LN2, SMALLEST = float(mp.ln(2)), math.ulp(0.0)
random.seed(1)


def magnitudes(low, high, n):
    """n numbers whose base-2 logarithm is uniform between low and high, subnormal ones included."""
    return [math.ldexp(random.uniform(1, 2), random.randint(low, high - 1)) for _ in range(n)]


def uniform(low, high, n):
    return [random.uniform(low, high) for _ in range(n)]


def subnormals(n):
    return [SMALLEST * (1 + random.getrandbits(random.randint(1, 52))) for _ in range(n)]


def around(values):
    """Each value and neighbours of it."""
    for value in values:
        below, above = math.nextafter(value, -math.inf), math.nextafter(value, math.inf)
        yield from (below, value, above, value + 3 * math.ulp(value))


def signed(values):
    return [random.choice((-x, x)) for x in values]


def exp_arguments():
    yield from uniform(-746, 710, 800)
    yield from signed(magnitudes(-60, 9, 400))
    # where x/ln 2 is rounded up or down, and where nothing is left of it
    yield from around(random.randint(-2150, 2048) * LN2 / 2 for _ in range(120))
    yield from around([-1074 * LN2, -1075 * LN2, -1022 * LN2, -1022.5 * LN2, 1024 * LN2, 0.5 * LN2, -0.5 * LN2])
    yield from uniform(-745.2, -744, 100) + uniform(-709, -708, 200) + uniform(709.7, 709.8, 60)
    yield from uniform(-745, -708.4, 150) + signed(subnormals(20))


def ln_arguments():
    yield from magnitudes(-1074, 1024, 800)
    yield from subnormals(200)
    yield from (1 + sign * random.uniform(1, 2) * 2.0**-k for k in range(2, 53) for sign in (-1, 1) for _ in range(4))
    yield from uniform(0.5, 2, 200)
    # where the mantissa is halved, and where the exponent changes
    roots = (math.ldexp(math.sqrt(2), random.randint(-1060, 1022)) for _ in range(60))
    yield from around(list(roots) + [math.sqrt(0.5), math.sqrt(2)])
    powers = (math.ldexp(1.0, random.randint(-1070, 1023)) for _ in range(60))
    yield from (x for x in around(list(powers) + [1.0, 2.0**-1022, 2.0**-1020]) if x > 0)


def tanh_arguments():
    yield from signed(magnitudes(-1074, 5, 400))
    yield from signed(subnormals(80)) + signed(magnitudes(-30, 1, 300))
    yield from uniform(-22, 22, 600)
    yield from around(random.randint(-128, 128) * LN2 / 4 for _ in range(100))
    yield from signed(uniform(18, 25, 100))


def write(name, function, arguments):
    records = bytearray()
    for x in arguments:
        exact = function(mpf(x))
        sign, mantissa, exponent, _ = exact._mpf_
        ratio = Fraction(-mantissa if sign else mantissa) * Fraction(2) ** exponent
        try:
            nearest = float(ratio)
            rest = float((ratio - Fraction(nearest)) / Fraction(math.ulp(nearest)))
        except OverflowError:
            nearest, rest = math.inf, 0.0
        records += struct.pack("<ddf", x, nearest, rest)
    Path(__file__).with_name(name).write_bytes(records)
    print(name, len(records) // 20)


write("exp.bin", mp.exp, exp_arguments())
write("ln.bin", mp.ln, ln_arguments())
write("tanh.bin", mp.tanh, tanh_arguments())
