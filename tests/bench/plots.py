"""Figures of compare.py: time against spikes, and ratios to stimgen."""

import math
import sys
import textwrap

from jobs import JOBS
from programs import FLOOR
from tables import power, three_digits

OURS, PEER_COLOUR, FLOOR_COLOUR = "#d1495b", "#2e86ab", "#8d99ae"
LINE_STYLES = {"write-unsynced": "--", "h5py-arrays": "-."}


def draw(folder, results, programs, machine):
    try:
        import matplotlib
    except ImportError:
        print("no figures: matplotlib cannot be imported", file=sys.stderr)
        return
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "stimgen", "font.size": 9})
    draw_times(folder / "speed_time.svg", results, programs, machine)
    draw_ratios(folder / "speed_ratio.svg", results, programs, machine)


def finish(figure, path, machine):
    caption = "\n".join([machine.describe(), *textwrap.wrap(machine.command, 120)])
    figure.text(0.01, 0.005, caption, fontsize=7, va="bottom")
    figure.savefig(path, metadata={"Date": None})


def panels(results, programs):
    """(title, job, programs) of what is comparable."""
    for job in JOBS:
        for compression in ("none", "gzip"):
            chosen = [program for program in programs
                      if program.compression == compression and results.measured(job, program.name)]
            if chosen and results.sizes(job):
                yield f"{JOBS[job].title}, {'gzip' if compression == 'gzip' else 'no compression'}", job, chosen


def in_figure(program):
    """Variants of stimgen beside the two that others are compared with would only crowd the figure."""
    return not program.is_stimgen or program.name == program.reference or program.order == "by_time"


def draw_times(path, results, programs, machine):
    from matplotlib import pyplot

    shown = [(title, job, list(filter(in_figure, chosen))) for title, job, chosen in panels(results, programs)]
    if not shown:
        return
    lines = math.ceil(len(shown) / 2)
    figure, axes = pyplot.subplots(lines, 2, figsize=(13, 4.2 * lines + 0.4), squeeze=False)
    for axis in axes.flat[len(shown):]:
        axis.set_axis_off()
    for axis, (title, job, chosen) in zip(axes.flat, shown):
        others = iter(pyplot.get_cmap("tab10").colors)
        for program in chosen:
            points = results.measured(job, program.name)
            style = {"color": OURS, "linewidth": 2} if program.is_stimgen else (
                {"color": FLOOR_COLOUR} if program.name in FLOOR else {"color": next(others)})
            dashes = LINE_STYLES.get(program.name, "--" if program.order == "by_time" else "-")
            axis.loglog([size for size, _ in points], [cell.seconds for _, cell in points], marker="o", markersize=3,
                        linestyle=dashes, label=program.label, **style)
            predicted = [(size, cell.seconds) for size in results.sizes(job)
                         if (cell := results.cell(job, program.name, size)) and cell.outcome == "predicted"]
            if predicted and points:
                last = points[-1]
                axis.loglog([last[0], *(size for size, _ in predicted)],
                            [last[1].seconds, *(seconds for _, seconds in predicted)], linestyle=":",
                            linewidth=0.8, **{"color": style["color"]})
        axis.set_title(title, fontsize=9)
        axis.set_xlabel("spikes")
        axis.set_ylabel("time (s); dotted: predicted")
        axis.grid(True, which="major", alpha=0.3)
        axis.legend(fontsize=6, loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    figure.tight_layout(rect=(0, 0.06 if lines == 1 else 0.035, 1, 1))
    finish(figure, path, machine)
    pyplot.close(figure)


def draw_ratios(path, results, programs, machine):
    from matplotlib import pyplot

    bars = []
    for title, job, chosen in panels(results, programs):
        for program in chosen:
            pairs = [(size, results.ratio(job, program.name, program.reference, size))
                     for size, _ in results.measured(job, program.name)]
            known = [(size, ratio) for size, ratio in pairs if not math.isnan(ratio)]
            if known and program.name != program.reference:
                size, ratio = known[-1]
                label = program.label + (f" ({JOBS[job].title})" if job != "baseline" else "")
                colour = OURS if program.is_stimgen else FLOOR_COLOUR if program.name in FLOOR else PEER_COLOUR
                bars.append((ratio, f"{label}, {power(size)}", colour))
    if not bars:
        return
    bars.sort(key=lambda bar: bar[0])
    figure, axis = pyplot.subplots(figsize=(9, 0.26 * len(bars) + 1.5))
    ratios, labels, colours = zip(*bars)
    # From 1, so that what is faster than stimgen points to the left.
    axis.barh(range(len(bars)), [ratio - 1 for ratio in ratios], left=1, color=colours)
    axis.set_xscale("log")
    axis.set_xlim(min(0.5, min(ratios) / 2), max(ratios) * 4)
    for row, ratio in enumerate(ratios):
        axis.text(max(ratio, 1) * 1.08, row, f"{three_digits(ratio)} ×", va="center", fontsize=7)
    axis.axvline(1, color="black", linewidth=0.8)
    axis.set_yticks(range(len(bars)), labels, fontsize=7)
    axis.set_xlabel("time per spike against stimgen of the same compression, at the largest size that was run")
    figure.tight_layout(rect=(0, 0.35 / (0.26 * len(bars) + 1.5), 1, 1))
    finish(figure, path, machine)
    pyplot.close(figure)
