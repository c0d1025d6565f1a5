#!/usr/bin/env python3
"""Writes maths_reference.txt: correctly rounded values of the functions of src/base/maths.hpp, one a line as
'function argument value', both as hexadecimal doubles. Needs mpmath. Usage: make_reference.py > maths_reference.txt"""

import random
import struct

import mpmath as mp

mp.mp.dps = 60
rng = random.Random(20240101)


def from_bits(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def emit(name, function, arguments):
    for x in arguments:
        print(name, float(x).hex(), float(function(mp.mpf(x))).hex())


def near(x, steps):
    bits = struct.unpack("<Q", struct.pack("<d", x))[0]
    return [from_bits(bits + d) for d in range(-steps, steps + 1)]


def log_arguments():
    yield from near(1.0, 20)
    yield from near(0.5**0.5, 5)
    yield from near(2.0**0.5, 5)
    yield from (2.0**k for k in range(-1022, 1024, 11))
    yield from (2.2250738585072014e-308, 1.7976931348623157e308, 2.0**-53, 1 - 2.0**-53)
    yield from (1 + s * 2.0**-e for e in range(1, 53) for s in (0.75, -0.49))
    yield from (from_bits(rng.randrange(0x0010000000000000, 0x7FF0000000000000)) for _ in range(700))
    yield from ((2 * rng.getrandbits(52) + 1) * 2.0**-53 for _ in range(700))


def tail(z):
    return mp.erfc(z / mp.sqrt(2)) / 2


def quantile(p):
    """-y with tail(y) = p, for p <= 1/2."""
    start = mp.sqrt(-2 * mp.log(p))
    y = mp.findroot(lambda v: mp.log(tail(v)) - mp.log(p), start - mp.log(start + 1) / (start + 1))
    return -y


emit("log", mp.log, log_arguments())
small = [s * 10.0**-e for e in range(1, 18) for s in (1.37, -1.37)] + [rng.uniform(-0.9, 3) for _ in range(200)]
emit("log_one_plus", mp.log1p, small)
emit("log_one_plus_minus", lambda f: mp.log1p(f) - f, small)
emit("exp", mp.exp, [0.0, 700.0, -700.0, 0.34657359027997264, -0.34657359027997264])
emit("exp", mp.exp, [s * 10.0**-e for e in range(0, 18, 2) for s in (1, -1)])
emit("exp", mp.exp, [rng.uniform(-700, 700) for _ in range(500)] + [rng.uniform(-1, 1) for _ in range(300)])
points = [0.0, 37.0, -37.0] + [rng.uniform(-37, 37) for _ in range(300)] + [rng.uniform(-4, 4) for _ in range(300)]
emit("normal_tail", tail, points)
emit("normal_density", mp.npdf, points)
emit("normal_hazard", lambda z: mp.npdf(z) / tail(z), points)
probabilities = [10.0**-e for e in range(1, 291, 7)] + [rng.uniform(0, 0.5) for _ in range(300)]
probabilities += [2.0**-e for e in range(2, 60)] + [0.5 - 2.0**-e for e in range(3, 54, 3)]
emit("normal_quantile", quantile, probabilities)
