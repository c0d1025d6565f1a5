"""The six patterns as the recipe language defines them, in exact rational arithmetic: the judge where bmtool is wrong.

A setting is a dict: type, groups (how many), select (list), on, off_time, start, stop, cycles (or None), rates (dict of
Hz), and by type: rounds; ramp (start, stop in the on-time); steps, direction; points. Times are seconds, Fractions.
"""

import math
from fractions import Fraction


def cycle_count(setting):
    """Whole cycles that fit; `loop` repeats while its on-time still fits."""
    if setting["cycles"] is not None:
        return setting["cycles"]
    room = setting["stop"] - setting["start"]
    if setting["type"] == "loop":
        room += setting["off_time"]
    return math.floor(room / (setting["on"] + setting["off_time"]))


def _ramp_value(first, last, ramp, offset):
    start, stop = ramp
    if offset < start:
        return first
    if offset >= stop:
        return last
    return first + (last - first) * (offset - start) / (stop - start)


def step_time(setting, step):
    """When sub-group `step` of a join or quit switches, within the on-time."""
    start, stop = setting["ramp"]
    position = step if setting["direction"] == "join" else setting["steps"] - step
    return start + position * (stop - start) / setting["steps"]


def _driven(setting, group, cycle, offset, step):
    """The rate of `group` at `offset` in the on-time of `cycle`, or None if the cycle does not drive it."""
    kind, rates, select = setting["type"], setting["rates"], setting["select"]
    count = len(select)
    if kind == "short":
        slots = math.ceil(setting["rounds"] * count)
        slot = math.floor(offset * slots / setting["on"])
        return rates["burst"] if select[slot % count] == group else None
    if kind == "fade":
        pair = cycle % (count // 2)
        for place, way in enumerate(("out", "in")):
            if select[2 * pair + place] == group:
                return _ramp_value(rates[way]["from"], rates[way]["to"], setting["ramp"], offset)
        return None
    if select[cycle % count] != group:
        return None
    if kind == "long":
        return rates["burst"]
    if kind == "ramp":
        return _ramp_value(rates["from"], rates["to"], setting["ramp"], offset)
    if kind == "join":
        joined = setting["direction"] == "join"
        return rates["on"] if (offset >= step_time(setting, step)) == joined else rates["silent"]
    points = setting["points"]
    last = max(i for i, (at, _) in enumerate(points) if at <= offset)
    (start, first), (stop, second) = points[last], points[last + 1]
    return first + (second - first) * (offset - start) / (stop - start)


def rate_at(setting, group, time, step=None):
    """r(time) in Hz, right-continuous. `time` in seconds, exact."""
    time = Fraction(time)
    rates = setting["rates"]
    if time >= setting["stop"] or time < 0:
        return Fraction(0)
    if time < setting["start"]:
        return rates["silent"]
    cycle, offset = divmod(time - setting["start"], setting["on"] + setting["off_time"])
    if cycle >= cycle_count(setting) or offset >= setting["on"]:
        return rates["silent"]
    driven = _driven(setting, group, int(cycle), offset, step)
    return rates["off"] if driven is None else driven


def boundaries(setting):
    """Times in seconds at which some rate function of the setting may have a corner: no comparison goes there."""
    offsets = {Fraction(0), setting["on"]}
    if setting["type"] == "short":
        slots = math.ceil(setting["rounds"] * len(setting["select"]))
        offsets |= {setting["on"] * slot / slots for slot in range(slots)}
    if "ramp" in setting:
        offsets |= set(setting["ramp"])
    if setting["type"] == "join":
        offsets |= {step_time(setting, step) for step in range(setting["steps"])}
    if setting["type"] == "loop":
        offsets |= {at for at, _ in setting["points"]}
    length = setting["on"] + setting["off_time"]
    starts = [setting["start"] + cycle * length for cycle in range(cycle_count(setting) + 1)]
    return sorted({start + offset for start in starts for offset in offsets} | {Fraction(0), setting["stop"]})
