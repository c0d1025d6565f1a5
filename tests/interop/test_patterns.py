"""`stimgen rates` against bmtool's generators: the same rate functions, but for the defects that each test names."""

import math
import random
from bisect import bisect_right
from fractions import Fraction

import numpy as np
import pytest
from bmtool.stimulus import generators
from reference_rates import boundaries, cycle_count, rate_at, step_time
from support import csv_rows, stimgen, write_recipe

SETTINGS = 24
TIMES = 120
NODES_PER_GROUP = 24
CLEARANCE = 1e-7  # seconds kept from every corner, where bmtool's own rounding decides


# ---- settings ------------------------------------------------------------------------------------------------------


def decimal(rng, low, high, step):
    """A random multiple of `step` in [low, high]; decimal text such as "0.3" that no double holds exactly."""
    low, high, step = Fraction(low), Fraction(high), Fraction(step)
    return low + step * rng.randint(0, int((high - low) / step))


def ramp_window(rng, on):
    cuts = sorted(rng.sample(range(0, 11), 2))
    return on * cuts[0] / 10, on * cuts[1] / 10


def draw_setting(kind, rng):
    groups = rng.randint(1, 6)
    select = list(range(groups))
    if rng.random() < 0.5:
        select = rng.sample(select, rng.randint(1, groups))
    if kind == "fade":
        groups = rng.randint(2, 6)
        select = rng.sample(range(groups), 2 * rng.randint(1, groups // 2))
    on = decimal(rng, "0.1", "1.2", "0.1")
    off_time = decimal(rng, "0", "0.6", "0.1")
    start = decimal(rng, "0", "1.5", "0.1")
    whole = rng.randint(1, 7)
    # Often a whole number of cycles exactly, often a part of a cycle more.
    stop = start + whole * (on + off_time) + (decimal(rng, "0", "0.3", "0.05") if rng.random() < 0.5 else 0)
    hz = lambda: decimal(rng, "0", "90", "0.5")
    setting = {
        "type": kind,
        "groups": groups,
        "select": select,
        "on": on,
        "off_time": off_time,
        "start": start,
        "stop": stop,
        "cycles": rng.randint(1, whole) if rng.random() < 0.25 else None,
        "rates": {"off": hz(), "silent": hz()},
    }
    rates = setting["rates"]
    if kind in ("long", "short"):
        rates["burst"] = hz()
    if kind == "short":
        setting["rounds"] = rng.choice([Fraction(1), Fraction(2), Fraction(3, 2), Fraction(5, 4), Fraction(1, 2)])
    if kind == "ramp":
        rates.update({"from": hz(), "to": hz()})
        setting["ramp"] = ramp_window(rng, on)
    if kind == "join":
        rates["on"] = hz()
        setting["steps"] = rng.choice([1, 4, 7, 20])
        setting["direction"] = rng.choice(["join", "quit"])
        setting["ramp"] = ramp_window(rng, on)
        if setting["direction"] == "quit":
            # bmtool leaves a step early (test_quit_...): its window is moved by a step, which must fit in the on-time.
            start, stop = setting["ramp"]
            setting["ramp"] = (start, start + (on - start) * setting["steps"] / (setting["steps"] + 1))
    if kind == "fade":
        rates["silent"] = Fraction(0)  # bmtool has no other
        rates["out"] = {"from": hz(), "to": hz()}
        rates["in"] = {"from": hz(), "to": hz()}
        setting["ramp"] = ramp_window(rng, on)
    if kind == "loop":
        rates["off"] = rates["silent"]  # bmtool has one rate for both
        setting["select"] = list(range(groups))  # and no selection
        setting["cycles"] = None
        inner = sorted(rng.sample(range(1, 10), rng.randint(0, 3)))
        at = [Fraction(0), *(on * i / 10 for i in inner), on]
        if inner and rng.random() < 0.5:
            at.insert(1, at[1])  # a step
        setting["points"] = [(t, hz()) for t in at]
    return setting


def settings(kind):
    rng = random.Random(f"stimgen interop {kind}")
    return [draw_setting(kind, rng) for _ in range(SETTINGS)]


# ---- ours ----------------------------------------------------------------------------------------------------------


def seconds(value):
    return f"{float(value)!r} s"


def hertz(value):
    if isinstance(value, dict):
        return {key: hertz(inner) for key, inner in value.items()}
    return f"{float(value)!r} Hz"


def pattern_keys(setting):
    keys = {
        "type": setting["type"],
        "assemblies": "groups",
        "start": seconds(setting["start"]),
        "stop": seconds(setting["stop"]),
        "off_time": seconds(setting["off_time"]),
        "select": setting["select"],
        "rates": {key: hertz(value) for key, value in setting["rates"].items()},
    }
    if setting["type"] != "loop":
        keys["on_time"] = seconds(setting["on"])
    if setting["cycles"] is not None:
        keys["cycles"] = setting["cycles"]
    if "rounds" in setting:
        keys["rounds"] = float(setting["rounds"])
    if "ramp" in setting:
        keys["ramp"] = {"start": seconds(setting["ramp"][0]), "stop": seconds(setting["ramp"][1])}
    for key in ("steps", "direction"):
        if key in setting:
            keys[key] = setting[key]
    if "points" in setting:
        keys["points"] = [{"at": seconds(at), "rate": hertz(rate)} for at, rate in setting["points"]]
    return keys


def recipe_of(patterns, groups):
    return {
        "networks": {
            "populations": {
                "thalamus": {
                    "nodes": NODES_PER_GROUP * groups,
                    "properties": {"group": {"blocks": list(range(groups))}},
                }
            }
        },
        "assemblies": {"groups": {"population": "thalamus", "method": "property", "property": "group"}},
        "patterns": patterns,
    }


class Curve:
    """A rate function as `stimgen rates` prints it: vertices in time order, two at one time for a jump."""

    def __init__(self, rows):
        self.times = [float(row["time_ms"]) / 1000 for row in rows]
        self.rates = [float(row["rate_hz"]) for row in rows]
        assert self.times == sorted(self.times)

    def at(self, time):
        """Right-continuous; 0 outside the window."""
        right = bisect_right(self.times, time)
        if right == 0 or right == len(self.times):
            return 0.0
        share = (time - self.times[right - 1]) / (self.times[right] - self.times[right - 1])
        return self.rates[right - 1] + share * (self.rates[right] - self.rates[right - 1])


def our_curves(recipe, task):
    """{(group, subgroup or None): Curve}. Groups are numbered from 0, and their labels are the property's values."""
    rows = csv_rows(stimgen("rates", recipe, task).stdout)
    assert list(rows[0]) == ["group", "label", "subgroup", "time_ms", "rate_hz"]
    by_curve = {}
    for row in rows:
        assert row["group"] == row["label"]
        by_curve.setdefault((int(row["group"]), int(row["subgroup"]) if row["subgroup"] else None), []).append(row)
    return {key: Curve(rows) for key, rows in by_curve.items()}


# ---- bmtool's ------------------------------------------------------------------------------------------------------


def bmtool_traces(setting, n_cycles="exact", **more):
    """{(group, step or None): function of time} from bmtool's generator.

    n_cycles: bmtool counts cycles by floor division of floats and loses the last whole one for about a third of the
    settings, so the exact count is given to it unless the test is about the count itself ("own").
    """
    kind, rates = setting["type"], setting["rates"]
    keys = {"off_time": setting["off_time"], "t_start": setting["start"], "t_stop": setting["stop"]}
    keys = {name: float(time) for name, time in keys.items()}
    if kind == "loop":
        on_times = [float(at) for at, _ in setting["points"]][1:]
        keys["on_times"] = on_times
        keys["firing_rate"] = [float(rates["silent"]), *(float(rate) for _, rate in setting["points"])]
    else:
        keys["on_time"] = float(setting["on"])
        keys["assembly_index"] = setting["select"]
        if n_cycles == "exact":
            keys["n_cycles"] = cycle_count(setting)
    names = {"long": ["off", "burst", "silent"], "short": ["off", "burst", "silent"],
             "ramp": ["off", "from", "to", "silent"], "join": ["off", "on", "silent"]}
    if kind in names:
        keys["firing_rate"] = [float(rates[name]) for name in names[kind]]
    if kind == "fade":
        keys["off_rate"] = float(rates["off"])
        keys["firing_rate"] = [float(rates[way][end]) for way in ("out", "in") for end in ("from", "to")]
    if kind == "short":
        keys["n_rounds"] = float(setting["rounds"])
    if "ramp" in setting:
        keys["ramp_on_time"], keys["ramp_off_time"] = (float(time) for time in setting["ramp"])
    if kind == "join":
        keys["n_steps"] = setting["steps"]
        keys["quit"] = setting["direction"] == "quit"
    keys.update(more)
    traces = getattr(generators, f"get_fr_{kind}")(setting["groups"], **keys)
    # What BMTK's generator does with a trace: linear interpolation between its points.
    function = lambda trace: lambda time: float(np.interp(time, trace["times"], trace["firing_rate"]))
    return {
        (trace.get("assembly", number), trace.get("step")): function(trace) for number, trace in enumerate(traces)
    }


# ---- comparisons ---------------------------------------------------------------------------------------------------


def random_times(setting, rng):
    corners = np.array([float(time) for time in boundaries(setting)])
    times = [rng.uniform(0, float(setting["stop"])) for _ in range(TIMES)]
    return [time for time in times if np.min(np.abs(corners - time)) > CLEARANCE]


def bmtool_is_right_until(setting):
    """The end of what bmtool's loop makes: its count of cycles cannot be given to it, and it may lose the last."""
    if setting["type"] != "loop":
        return setting["stop"]
    times = [float(setting[key]) for key in ("on", "off_time", "start", "stop")]
    length, count = generators.get_stim_cycle(*times)
    return setting["stop"] if count == cycle_count(setting) else float(setting["start"]) + count * length


def assert_same(ours, expected, where):
    assert math.isclose(ours, expected, rel_tol=1e-6, abs_tol=1e-6), (where, ours, expected)


def compare(kind, folder):
    """All drawn settings of a kind: ours equals the definition and bmtool's generator at random times."""
    rng = random.Random(f"times {kind}")
    drawn = settings(kind)
    compared = 0
    for groups in range(1, 7):
        chosen = {f"p{i}": setting for i, setting in enumerate(drawn) if setting["groups"] == groups}
        if not chosen:
            continue
        patterns = {name: pattern_keys(setting) for name, setting in chosen.items()}
        recipe = write_recipe(folder, recipe_of(patterns, groups), f"{kind}_{groups}.yaml")
        for name, setting in chosen.items():
            curves = our_curves(recipe, name)
            assert {group for group, _ in curves} == set(range(groups))
            theirs = bmtool_traces(setting, **shifted_quit(setting))
            right_until = bmtool_is_right_until(setting)
            for group in range(groups):
                steps = [step for other, step in curves if other == group]
                assert steps == (list(range(setting["steps"])) if kind == "join" else [None])
                for step in steps:
                    ours = curves[(group, step)]
                    # bmtool gives one trace to a group that is not selected: its sub-groups are all alike.
                    their_step = step if group in setting["select"] else None
                    for time in random_times(setting, rng):
                        where = (setting, group, step, time)
                        assert_same(ours.at(time), float(rate_at(setting, group, time, step)), where)
                        if time < right_until:
                            assert_same(ours.at(time), theirs[(group, their_step)](time), where)
            compared += 1
    assert compared == SETTINGS


def shifted_quit(setting):
    """bmtool's quit starts with one step already gone: moved by the length of a step it is right."""
    if setting.get("direction") != "quit":
        return {}
    start, stop = setting["ramp"]
    step = (stop - start) / setting["steps"]
    return {"ramp_on_time": float(start + step), "ramp_off_time": float(stop + step)}


@pytest.mark.parametrize("kind", ["long", "short", "ramp", "join", "fade", "loop"])
def test_rates_equal_bmtool(kind, tmp_path):
    compare(kind, tmp_path)


# ---- where bmtool is wrong -----------------------------------------------------------------------------------------


WHOLE = (Fraction(0), Fraction(1))


def setting_of(kind, **changes):
    """A plain setting to change: two groups, three cycles of 1 s + 0.5 s from 1 s."""
    setting = {
        "type": kind, "groups": 2, "select": [0, 1], "on": Fraction(1), "off_time": Fraction(1, 2),
        "start": Fraction(1), "stop": Fraction(11, 2), "cycles": None,
        "rates": {"off": Fraction(3), "silent": Fraction(1)},
    }  # fmt: skip
    setting["rates"].update(changes.pop("rates", {}))
    return {**setting, **changes}


def ours(setting, folder, **changes):
    keys = pattern_keys(setting)
    keys.update(changes)
    return our_curves(write_recipe(folder, recipe_of({"task": keys}, setting["groups"])), "task")


def test_last_whole_cycle_is_kept(tmp_path):
    # 0.6 s holds three cycles of 0.1 s + 0.1 s. bmtool: 0.6 // 0.2 = 2 in floating point, and the last cycle is silent.
    setting = setting_of("long", on=Fraction(1, 10), off_time=Fraction(1, 10), start=Fraction(0), stop=Fraction(6, 10),
                         select=[0], rates={"burst": Fraction(50)})  # fmt: skip
    assert bmtool_traces(setting, n_cycles="own")[(0, None)](0.45) == 1
    assert ours(setting, tmp_path)[(0, None)].at(0.45) == 50


def test_no_whole_cycle_is_lost_over_many_settings(tmp_path):
    # bmtool loses one in about a third of such settings; many patterns of one recipe are asked here.
    rng = random.Random("whole cycles")
    patterns, chosen, lost = {}, {}, 0
    for i in range(60):
        on, off_time = decimal(rng, "0.1", "1", "0.1"), decimal(rng, "0", "1", "0.1")
        start, cycles = decimal(rng, "0", "1", "0.1"), rng.randint(1, 12)
        setting = setting_of("long", on=on, off_time=off_time, start=start, stop=start + cycles * (on + off_time),
                             rates={"burst": Fraction(50), "off": Fraction(50), "silent": Fraction(0)})  # fmt: skip
        middle = float(start + (cycles - 1) * (on + off_time) + on / 2)
        lost += bmtool_traces(setting, n_cycles="own")[(0, None)](middle) == 0
        patterns[f"p{i}"], chosen[f"p{i}"] = pattern_keys(setting), middle
    assert lost > 10
    recipe = write_recipe(tmp_path, recipe_of(patterns, 2))
    for name, middle in chosen.items():
        assert our_curves(recipe, name)[(0, None)].at(middle) == 50, patterns[name]


def test_join_gives_every_group_its_own_steps(tmp_path):
    # bmtool's generate_stimulus zips groups with the groups x steps traces: group 1 gets the second step of group 0,
    # for all its nodes, and turns on in the cycle of group 0.
    setting = setting_of("join", steps=4, direction="join", ramp=WHOLE, rates={"on": Fraction(50)})
    zipped = dict(zip(range(2), bmtool_traces(setting).values()))
    assert zipped[1](1.9) == 50 and zipped[1](3.4) == 3
    curves = ours(setting, tmp_path)
    assert len(curves) == 2 * 4
    for step in range(4):
        for group, cycle_start in [(0, 1.0), (1, 2.5)]:
            turns_on = cycle_start + step / 4
            assert curves[(group, step)].at(turns_on + 0.01) == 50
            assert step == 0 or curves[(group, step)].at(turns_on - 0.01) == 1
        assert curves[(1, step)].at(1.9) == 3


def test_quit_starts_with_all_nodes(tmp_path):
    # bmtool: the first sub-group to leave is gone at the start, so the group is never whole.
    setting = setting_of("join", steps=4, direction="quit", ramp=WHOLE, rates={"on": Fraction(50)})
    theirs = bmtool_traces(setting)
    assert [theirs[(0, step)](1.01) for step in range(4)] == [50, 50, 50, 1]
    curves = ours(setting, tmp_path)
    assert [curves[(0, step)].at(1.01) for step in range(4)] == [50, 50, 50, 50]
    for step in range(4):
        leaves = 1 + float(step_time(setting, step))
        assert curves[(0, step)].at(leaves - 0.01) == 50
        assert curves[(0, step)].at(leaves + 0.01) == 1


def test_fade_has_no_hidden_rate(tmp_path):
    # bmtool: groups outside the pair fire at 10 Hz unless a separate argument, off_rate, says otherwise.
    setting = setting_of("fade", groups=3, select=[0, 1], ramp=WHOLE,
                         rates={"out": {"from": 50, "to": 0}, "in": {"from": 0, "to": 50}})  # fmt: skip
    hidden = generators.get_fr_fade(3, firing_rate=(50, 0, 0, 50), t_stop=5.5, t_start=1.0, assembly_index=[0, 1])[2]
    assert np.interp(1.5, hidden["times"], hidden["firing_rate"]) == 10
    only_named = {"rates": {"out": {"from": "50 Hz", "to": "0 Hz"}, "in": {"from": "0 Hz", "to": "50 Hz"}}}
    curve = ours(setting, tmp_path, **only_named)[(2, None)]
    assert [curve.at(time) for time in (0.5, 1.5, 2.2, 5.4)] == [0, 0, 0, 0]


def test_rates_are_named_not_padded(tmp_path):
    # bmtool pads short tuples on the right for long, on the left for ramp: ramp(50) puts 50 Hz into the silence.
    padded = generators.get_fr_ramp(1, firing_rate=(50,), t_start=1.0, t_stop=4.0)[0]
    assert np.interp(0.5, padded["times"], padded["firing_rate"]) == 50
    ramp = {"type": "ramp", "assemblies": "groups", "start": "1 s", "stop": "4 s", "on_time": "1 s"}
    recipe = recipe_of({"task": {**ramp, "off_time": "0.5 s", "rates": {"to": "50 Hz"}}}, 1)
    # A ramp without its first rate is a mistake that is reported, with the key, not a padded tuple.
    wrong = stimgen("rates", write_recipe(tmp_path, recipe), "task", expect=3)
    assert "from" in wrong.stderr
    recipe["patterns"]["task"]["rates"] = {"from": "0 Hz", "to": "50 Hz"}
    curve = our_curves(write_recipe(tmp_path, recipe), "task")[(0, None)]
    assert [curve.at(time) for time in (0.5, 1.5, 2.2)] == pytest.approx([0, 25, 0])


def test_wrong_selections_are_errors(tmp_path):
    # bmtool lets a group that does not exist pass (nothing fires in its turn), and drops the last of an odd number of
    # groups of a fade.
    wrong_index = setting_of("long", select=[0, 7], rates={"burst": Fraction(50)})
    theirs = bmtool_traces(wrong_index)
    assert [theirs[(group, None)](2.9) for group in (0, 1)] == [3, 3]
    recipe = write_recipe(tmp_path, recipe_of({"task": pattern_keys(wrong_index)}, 2))
    assert "7" in stimgen("rates", recipe, "task", expect=3).stderr

    odd = setting_of("fade", groups=3, select=[0, 1, 2], ramp=WHOLE,
                     rates={"out": {"from": Fraction(50), "to": Fraction(0)},
                            "in": {"from": Fraction(0), "to": Fraction(50)}})  # fmt: skip
    theirs = bmtool_traces(odd)
    assert {theirs[(2, None)](start + 0.5) for start in (1.0, 2.5, 4.0)} == {3}
    recipe = write_recipe(tmp_path, recipe_of({"task": pattern_keys(odd)}, 3))
    stimgen("rates", recipe, "task", expect=3)


def test_cycles_that_do_not_fit_are_an_error(tmp_path):
    # bmtool runs past t_stop: its trace goes back in time at the end.
    setting = setting_of("long", cycles=5, rates={"burst": Fraction(50)})
    trace = generators.get_fr_long(2, (3, 50, 1), 1.0, 0.5, 1.0, 5.5, n_cycles=5)[0]
    assert trace["times"] != sorted(trace["times"])
    recipe = write_recipe(tmp_path, recipe_of({"task": pattern_keys(setting)}, 2))
    assert "cycles" in stimgen("rates", recipe, "task", expect=3).stderr
