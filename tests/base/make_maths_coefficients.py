#!/usr/bin/env python3
"""Computes the polynomial coefficients of src/base (log_kernel.hpp, exp_kernel.hpp, normal_kernel.hpp) by Remez exchange
and prints them as C++ hexadecimal constants. Needs mpmath. Run by hand when a polynomial changes; the constants are part of the format."""

import mpmath as mp

mp.mp.dps = 60


def remez(function, weight, low, high, count):
    """Coefficients c[0..count-1] of the polynomial p that minimises max |weight(x) (p(x) - function(x))| on [low, high],
    and that maximum."""
    low, high = mp.mpf(low), mp.mpf(high)
    points = [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * i / count) for i in range(count + 1)]
    grid_size = 60 * count
    grid = [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * i / grid_size) for i in range(grid_size + 1)]
    values = [function(x) for x in grid]
    weights = [weight(x) for x in grid]
    for _ in range(30):
        rows = mp.matrix(count + 1, count + 1)
        right = mp.matrix(count + 1, 1)
        for i, x in enumerate(points):
            for j in range(count):
                rows[i, j] = x**j
            rows[i, count] = (-1) ** i / weight(x)
            right[i] = function(x)
        solution = mp.lu_solve(rows, right)
        coefficients = [solution[j] for j in range(count)]
        level = abs(solution[count])

        errors = [w * (mp.polyval(coefficients[::-1], x) - v) for x, v, w in zip(grid, values, weights)]
        extremes = []
        for x, error in zip(grid, errors):
            if extremes and (error > 0) == (extremes[-1][1] > 0):
                if abs(error) > abs(extremes[-1][1]):
                    extremes[-1] = (x, error)
            else:
                extremes.append((x, error))
        while len(extremes) > count + 1:
            extremes.pop(0 if abs(extremes[0][1]) < abs(extremes[-1][1]) else -1)
        largest = max(abs(e) for e in errors)
        if len(extremes) < count + 1 or largest < level * mp.mpf("1.01"):
            break
        points = [x for x, _ in extremes]
    return coefficients, largest


def show(title, coefficients, error):
    print(f"// {title}: error 2^{float(mp.log(error, 2)):.1f}")
    for c in coefficients:
        print(f"  {float(c).hex()},  // {mp.nstr(c, 12)}")
    print()


def show_constant(name, value):
    print(f"{name} = {float(value).hex()}")


def log_series():
    """2 atanh(s) = 2 s + s z P(z), z = s², for s = f / (2 + f), f in [sqrt(1/2) - 1, sqrt(2) - 1]."""
    top = (3 - 2 * mp.sqrt(2)) ** 2 * mp.mpf("1.0001")

    def target(z):
        if z < mp.mpf("1e-12"):
            return 2 * (mp.mpf(1) / 3 + z / 5 + z * z / 7)
        s = mp.sqrt(z)
        return (2 * mp.atanh(s) / s - 2) / z

    coefficients, error = remez(target, lambda z: z / 2, mp.mpf("1e-9"), top, 7)
    show("log, P(z), relative to the logarithm", coefficients, error)


def exp_series():
    """e^r = 1 + r + r² Q(r) for |r| <= ln(2)/2."""
    half = mp.log(2) / 2 * mp.mpf("1.0001")

    def target(r):
        if abs(r) < mp.mpf("1e-15"):
            return mp.mpf(1) / 2 + r / 6
        return (mp.exp(r) - 1 - r) / r**2

    coefficients, error = remez(target, lambda r: r * r / mp.exp(r) + mp.mpf("1e-9"), -half, half, 10)
    show("exp, Q(r), relative to the exponential", coefficients, error)


def mills(z):
    """Mills' ratio of the standard normal, Q(z) / density(z)."""
    return mp.sqrt(mp.pi / 2) * mp.exp(z * z / 2) * mp.erfc(z / mp.sqrt(2))


MILLS_CENTRE = mp.mpf(4)
MILLS_OFFSET = mp.mpf("1.5")
MILLS_COUNT = 25


def mills_series():
    """Mills' ratio = h(t) / (z + offset), t = (z - centre) / (z + centre), z >= 0."""

    def target(t):
        z = MILLS_CENTRE * (1 + t) / (1 - t)
        return mills(z) * (z + MILLS_OFFSET)

    top = (mp.mpf(40) - MILLS_CENTRE) / (mp.mpf(40) + MILLS_CENTRE)
    coefficients, error = remez(target, lambda t: 1 / target(t), mp.mpf(-1), top, MILLS_COUNT)
    show("Mills' ratio, h(t), relative", coefficients, error)


QUANTILE_CENTRE = mp.mpf(4)
QUANTILE_COUNT = 9


def quantile_series():
    """y with Q(y) = p, for t = sqrt(-2 ln p), as y = t - g(w), w = (t - centre) / (t + centre)."""

    def target(w):
        t = QUANTILE_CENTRE * (1 + w) / (1 - w)
        log_p = -t * t / 2
        y = mp.findroot(lambda v: mp.log(mp.erfc(v / mp.sqrt(2)) / 2) - log_p, t - mp.log(t + 1) / (t + 1))
        return t - y

    to_w = lambda t: (t - QUANTILE_CENTRE) / (t + QUANTILE_CENTRE)
    low, high = to_w(mp.sqrt(2 * mp.log(2)) * mp.mpf("0.9999")), to_w(mp.mpf("37.3"))
    coefficients, error = remez(target, lambda w: mp.mpf(1), low, high, QUANTILE_COUNT)
    show("normal quantile, first value, g(w), absolute", coefficients, error)


def split_ln2():
    high = mp.mpf(int(mp.floor(mp.log(2) * mp.mpf(2) ** 41))) / mp.mpf(2) ** 41  # 41 bits: k·high is exact for |k| < 2^12
    show_constant("ln2 high", high)
    show_constant("ln2 low", mp.log(2) - high)
    show_constant("1/ln2", 1 / mp.log(2))
    show_constant("1/sqrt(2 pi)", 1 / mp.sqrt(2 * mp.pi))
    show_constant("sqrt(1/2)", mp.sqrt(mp.mpf(1) / 2))
    show_constant("sqrt(3)", mp.sqrt(mp.mpf(3)))


if __name__ == "__main__":
    split_ln2()
    log_series()
    exp_series()
    mills_series()
    quantile_series()
