"""A second implementation of backgrounds, of `ramp` patterns and of `random` assemblies, after schemas/README.md and with
nothing of stimgen's: spikes(recipe, task) has the bits that `stimgen run` writes. It takes what the tests need of the
recipe language."""

import math
import pathlib
import struct
from fractions import Fraction

import blake3

MASK = 0xFFFFFFFF
UNITS = {"Hz": 1, "kHz": 1000, "us": Fraction(1, 1000), "ms": 1, "s": 1000}


def read_constants():
    """The lists of the first block under `Functions`: a name, then numbers, which may go on in lines of their own."""
    page = (pathlib.Path(__file__).parents[2] / "schemas" / "README.md").read_text(encoding="utf-8")
    constants = {}
    for word in page.split("### Functions")[1].split("```")[1].split()[1:]:
        if "0x" in word:
            numbers.append(float.fromhex(word))
        else:
            numbers = constants[word] = []
    return constants


C = read_constants()
SQRT_HALF, SQRT_3, LOG2_E, LN2_HIGH, LN2_LOW, DENSITY_AT_0 = (
    C[name][0] for name in ("sqrt_half", "sqrt_3", "log2_e", "ln2_high", "ln2_low", "density_at_0")
)


# ---- functions -----------------------------------------------------------------------------------------------------


def horner(coefficients, x):
    result = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        result = result * x + coefficient
    return result


def log_rest(f, p=tuple(C["log"])):
    s = f / (f + 2.0)
    z = s * s
    w = z * z
    return s * (f - z * ((z * p[1] + p[0]) + w * ((z * p[3] + p[2]) + w * ((z * p[5] + p[4]) + w * p[6]))))


def log(x):
    m, k = math.frexp(x)
    if m < SQRT_HALF:
        m, k = 2 * m, k - 1
    f = m - 1.0
    return k * LN2_HIGH + (f - (log_rest(f) - k * LN2_LOW))


def log1p(f):
    return f - log_rest(f) if -0.29 <= f <= 0.41 else log(1.0 + f)


def log1p_minus(f):
    return -log_rest(f) if -0.29 <= f <= 0.41 else log(1.0 + f) - f


def exp(x):
    k = (x * LOG2_E + 1.5 * 2.0**52) - 1.5 * 2.0**52
    high, low = x - k * LN2_HIGH, k * LN2_LOW
    r = high - low
    return math.ldexp(1.0 + (high - (low - r * r * horner(C["exp"], r))), int(k))


def density(z):
    high = struct.unpack("<d", struct.pack("<Q", struct.unpack("<Q", struct.pack("<d", z))[0] >> 27 << 27))[0]
    return DENSITY_AT_0 * exp(-0.5 * high * high) * exp(-0.5 * ((z - high) * (z + high)))


def mills(z):
    return horner(C["mills"], (z - 4.0) / (z + 4.0)) / (z + 1.5)


def tail(z):
    return 1.0 - density(-z) * mills(-z) if z < 0 else density(z) * mills(z)


def hazard(z):
    return density(z) / tail(z) if z < 0 else 1.0 / mills(z)


def upper_quantile(p):
    t = math.sqrt(-2.0 * log(p))
    y = t - horner(C["quantile"], (t - 4.0) / (t + 4.0))
    for _ in range(2):
        v = max(y, 0.0)
        excess = (density(v) * mills(v) - p) / density(v)
        y = v + excess / (1.0 - 0.5 * v * excess)
    return y


def normal(p):
    return upper_quantile(1.0 - p) if p > 0.5 else -upper_quantile(p)


# ---- draws ---------------------------------------------------------------------------------------------------------


class Stream:
    """The words of a stream for one value of the counter's high half."""

    def __init__(self, purpose, seed, name, high=0):
        parts = [part.encode() for part in ("stimgen-stream", "2", purpose, str(seed), name)]
        text = b"".join(len(part).to_bytes(8, "little") + part for part in parts)
        self.words = philox_words(int.from_bytes(blake3.blake3(text).digest()[:8], "little"), high)

    def uniform(self):
        return ((next(self.words) >> 12) + 0.5) * 2.0**-52

    def below(self, n):
        product = next(self.words) * n
        while product & (2**64 - 1) < 2**64 % n:
            product = next(self.words) * n
        return product >> 64

    def shuffle(self, items, steps):
        for i in range(min(steps, len(items) - 1)):
            j = i + self.below(len(items) - i)
            items[i], items[j] = items[j], items[i]


def philox_words(key, high):
    block = 0
    while True:
        c0, c1, c2, c3 = block & MASK, block >> 32, high & MASK, high >> 32
        k0, k1 = key & MASK, key >> 32
        for _ in range(10):
            a, b = 0xD2511F53 * c0, 0xCD9E8D57 * c2
            c0, c1, c2, c3 = (b >> 32) ^ c1 ^ k0, b & MASK, (a >> 32) ^ c3 ^ k1, a & MASK
            k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
        yield c1 << 32 | c0
        yield c3 << 32 | c2
        block += 1


def quantity(text):
    """A time in ms, a rate in Hz."""
    number, unit = text.split()
    return float(Fraction(number) * UNITS[unit])


def rate_of_node(rate, stream):
    if isinstance(rate, str):
        return quantity(rate)
    if "uniform" in rate:
        low, high = map(quantity, rate["uniform"])
        return low + (high - low) * stream.uniform()
    if "exponential" in rate:
        return -quantity(rate["exponential"]) * log(stream.uniform())
    return MOMENTS[rate.get("distribution", "lognormal")](quantity(rate["mean"]), quantity(rate["stdev"]), stream)


def lognormal_rate(mean, stdev, stream):
    s = stdev / mean
    v = log1p(s * s) if s < 0.5 else log(1.0 + s * s)
    return exp(min(max(log(mean) - 0.5 * v + math.sqrt(v) * normal(stream.uniform()), -700.0), 700.0))


def normal_rate(mean, stdev, stream):
    s = stdev / mean
    mu, sigma, q = mean, stdev, 1.0
    if s >= 1.0 / 36.0:
        a, b = -1.0 / s, 34.0
        for _ in range(80):
            m = 0.5 * (a + b)
            h = hazard(m)
            a, b = (m, b) if math.sqrt(max(1.0 - h * (h - m), 0.0)) / (h - m) < s else (a, m)
        alpha = 0.5 * (a + b)
        sigma = mean / (hazard(alpha) - alpha)
        mu, q = -alpha * sigma, tail(alpha)
    return max(mu - sigma * normal(stream.uniform() * q), 0.0)


def gamma_rate(mean, stdev, stream):
    s = stdev / mean
    a = 1.0 / (s * s)
    d = (a + 1.0 if a < 1 else a) - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        z = normal(stream.uniform())
        x = c * z
        w = x * (3.0 + x * (3.0 + x))
        if x > -1 and w > -1 and log(stream.uniform()) < 0.5 * z * z + d * log1p_minus(w):
            break
    rate = d * (1.0 + w) * (stdev * s)
    if a >= 1:
        return rate
    e = log(stream.uniform()) / a
    return 0.0 if e < -700 else rate * exp(e)


def uniform_rate(mean, stdev, stream):
    low, high = mean - stdev * SQRT_3, mean + stdev * SQRT_3
    return low + (high - low) * stream.uniform()


MOMENTS = {"lognormal": lognormal_rate, "normal": normal_rate, "gamma": gamma_rate, "uniform": uniform_rate}


# ---- rates in time -------------------------------------------------------------------------------------------------


class RateFunction:
    """Segments [start in ms, rate in Hz, slope in Hz per ms]; steps are added from left to right."""

    def __init__(self, start_ms):
        self.start_ms = self.stop_ms = start_ms
        self.segments = []

    def hold(self, rate_hz, until_ms):
        self.ramp(rate_hz, rate_hz, until_ms)

    def ramp(self, from_hz, to_hz, until_ms):
        if until_ms == self.stop_ms:
            return
        slope = (to_hz - from_hz) / (until_ms - self.stop_ms)
        if slope != 0 or not self.segments or self.segments[-1][1:] != [from_hz, 0.0]:
            self.segments.append([self.stop_ms, from_hz, slope])
        self.stop_ms = until_ms

    def inverses(self):
        """(end of the segment in ms, the map from times of the unit-rate process) of all segments that are not silent."""
        cumulative = 0.0
        stops = [segment[0] for segment in self.segments[1:]] + [self.stop_ms]
        for (start, rate, slope), stop in zip(self.segments, stops):
            if rate != 0 or slope != 0:
                yield stop, inverse(start, rate, slope, cumulative)
            duration = stop - start
            cumulative += max((rate + 0.5 * slope * duration) * duration / 1000.0, 0.0)


def inverse(start, rate, slope, cumulative):
    if slope == 0:
        ms_per_spike = min(1000.0 / rate, math.nextafter(math.inf, 0.0))
        return lambda t: start + max(t - cumulative, 0.0) * ms_per_spike
    r, q = rate / 1000.0, 2.0 * (slope / 1000.0)

    def sloped(t):
        x = max(t - cumulative, 0.0)
        return start + (x + x) / max(r + math.sqrt(max(r * r + q * x, 0.0)), 2.0**-1022)

    return sloped


def unit_times(stream):
    last = 0.0
    while True:
        g = [-log(stream.uniform()) for _ in range(4)]
        yield last + g[0]
        yield last + (g[0] + g[1])
        yield last + ((g[0] + g[1]) + g[2])
        last = last + ((g[0] + g[1]) + (g[2] + g[3]))
        yield last


def train(rates, stream):
    inverses = rates.inverses()
    stop, time_at = next(inverses, (None, None))
    last = math.nextafter(rates.start_ms, math.inf)
    for t in unit_times(stream):
        while stop is not None and not max(time_at(t), last) < stop:
            stop, time_at = next(inverses, (None, None))
        if stop is None:
            return
        last = max(time_at(t), last)
        yield last


# ---- tasks ---------------------------------------------------------------------------------------------------------


def background_rates(recipe, name):
    """(node, rate function) of all nodes."""
    task = recipe["backgrounds"][name]
    start = quantity(task.get("start", recipe["time"].get("start", "0 s")))
    for node in range(recipe["networks"]["populations"][task["population"]]["nodes"]):
        rates = RateFunction(start)
        drawn = Stream("rate", recipe["seeds"]["network"], task.get("stream", name), node)
        rates.hold(rate_of_node(task["rate"], drawn), quantity(recipe["time"]["stop"]))
        yield node, rates


def groups_of(recipe, name):
    """The groups of a `random` assembly set."""
    task, seed = recipe["assemblies"][name], recipe["seeds"]["network"]
    nodes = list(range(recipe["networks"]["populations"][task["population"]]["nodes"]))
    Stream("assembly", seed, name).shuffle(nodes, len(nodes))
    count, at = task["count"], 0
    for group in range(count):
        size = len(nodes) // count + (group < len(nodes) % count)
        members, at = sorted(nodes[at : at + size]), at + size
        kept = math.floor(Fraction(str(task.get("fraction", 1))) * size + Fraction(1, 2))
        if kept < size:
            Stream("fraction", seed, name, group).shuffle(members, kept)
        yield sorted(members[:kept])


def picoseconds(text):
    return math.floor(Fraction(repr(quantity(text))) * 10**9 + Fraction(1, 2))


def ramp_rates(recipe, name):
    task, rates = recipe["patterns"][name], recipe["patterns"][name]["rates"]
    window_start = picoseconds(recipe["time"].get("start", "0 s"))
    start = picoseconds(task["start"]) if "start" in task else window_start
    stop, on, off = picoseconds(recipe["time"]["stop"]), picoseconds(task["on_time"]), picoseconds(task["off_time"])
    offsets = [picoseconds(task["ramp"]["start"]), picoseconds(task["ramp"]["stop"]), on]
    cycles = (stop - start) // (on + off)
    if task.get("fit") == "on_time":
        cycles = (stop - start - on) // (on + off) + 1
    groups = list(groups_of(recipe, task["assemblies"]))
    silent, between = quantity(rates.get("silent", "0 Hz")), quantity(rates.get("off", "0 Hz"))
    low, high = quantity(rates["from"]), quantity(rates["to"])
    for group, nodes in enumerate(groups):
        function = RateFunction(window_start / 10**9)  # of whole numbers, / is rounded once
        for cycle in range(cycles):
            begin = start + cycle * (on + off)
            function.hold(silent, begin / 10**9)
            ramp_start, ramp_stop, end = ((begin + offset) / 10**9 for offset in offsets)
            if cycle % len(groups) == group:
                function.hold(low, ramp_start)
                function.ramp(low, high, ramp_stop)
                function.hold(high, end)
            else:
                function.hold(between, end)
        function.hold(silent, stop / 10**9)
        yield from ((node, function) for node in nodes)


def on_grid(time, resolution):
    k = max(math.ceil(time / resolution) - 1, 1)
    while k * resolution < time:
        k += 1
    return k * resolution


def spikes(recipe, name):
    """[(node, time in ms), …] in the order of the file."""
    section = "backgrounds" if name in recipe.get("backgrounds", {}) else "patterns"
    rates = (background_rates if section == "backgrounds" else ramp_rates)(recipe, name)
    stream_name = recipe[section][name].get("stream", name)
    output = recipe["output"]
    made = []
    for node, function in rates:
        times = train(function, Stream("spikes", recipe["seeds"]["spikes"], stream_name, node))
        if "resolution" in output:
            times = (on_grid(time, quantity(output["resolution"])) for time in times)
        made += [(node, time) for time in times]
    return sorted(made, key=lambda spike: spike[::-1] if output.get("sort") == "by_time" else spike)
