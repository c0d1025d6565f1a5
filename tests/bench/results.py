"""Measurements of many programs at many sizes: medians, predictions, ratios and exponents."""

import csv
import dataclasses
import math
import statistics

# Shorter runs measure how a program starts, not how it grows.
FIT_SECONDS = 0.1


@dataclasses.dataclass(frozen=True)
class Measurement:
    """One run, or why there was none. A row of the CSV file."""

    job: str
    program: str
    spikes_asked: int
    # measured, predicted (over the time limit), stopped (by it), memory (predicted too large), failed, missing
    outcome: str
    repeat: int = 0
    spikes: int = 0
    seconds: float = math.nan  # stimgen: the whole process; others: the work without imports
    process_seconds: float = math.nan
    peak_mib: float = math.nan
    file_bytes: int = 0
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Cell:
    """One program at one size."""

    outcome: str
    seconds: float
    seconds_per_spike: float
    peak_mib: float
    bytes_per_spike: float
    runs: int
    note: str

    @property
    def measured(self):
        return self.outcome == "measured"


@dataclasses.dataclass(frozen=True)
class Fit:
    """Time ∝ spikes^exponent, by least squares of the logarithms."""

    exponent: float
    sizes: list


class Results:
    def __init__(self):
        self.rows = []

    def add(self, row):
        self.rows.append(row)

    def write_csv(self, path):
        with open(path, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(field.name for field in dataclasses.fields(Measurement))
            writer.writerows(dataclasses.astuple(row) for row in self.rows)

    def sizes(self, job):
        return sorted({row.spikes_asked for row in self.rows if row.job == job})

    def cell(self, job, program, size):
        """None if the program was not asked for this."""
        rows = [row for row in self.rows if (row.job, row.program, row.spikes_asked) == (job, program, size)]
        runs = [row for row in rows if row.outcome == "measured"]
        if not runs:
            if not rows:
                return None
            row = rows[-1]
            return Cell(row.outcome, row.seconds, row.seconds / size, row.peak_mib, math.nan, 0, row.note)
        seconds = statistics.median(row.seconds for row in runs)
        spikes = runs[-1].spikes
        return Cell("measured", seconds, seconds / spikes, max(row.peak_mib for row in runs),
                    runs[-1].file_bytes / spikes, len(runs), "")

    def measured(self, job, program):
        """(size, cell) by size."""
        cells = [(size, self.cell(job, program, size)) for size in self.sizes(job)]
        return [(size, cell) for size, cell in cells if cell and cell.measured]

    def at(self, job, program, size):
        """The cell if it was measured."""
        cell = self.cell(job, program, size)
        return cell if cell and cell.measured else None

    def predict(self, job, program, size):
        """(seconds, peak MiB) at a larger size, in proportion to the last; NaN where too little is known."""
        known = [(at, cell) for at, cell in self.measured(job, program) if at < size]
        if not known:
            return math.nan, math.nan
        last, cell = known[-1]
        seconds = cell.seconds * size / last
        if len(known) < 2:
            return seconds, math.nan
        before, smaller = known[-2]
        growth = max(0.0, cell.peak_mib - smaller.peak_mib) / (last - before)
        return seconds, cell.peak_mib + growth * (size - last)

    def ratio(self, job, program, reference, size):
        """Time per spike against `reference` at the same size; a prediction counts. NaN if unknown."""
        cell, other = self.cell(job, program, size), self.at(job, reference, size)
        return cell.seconds_per_spike / other.seconds_per_spike if cell and other else math.nan

    def fit(self, job, program, smallest=0):
        """None for fewer than two sizes that take longer than FIT_SECONDS."""
        points = [(size, cell.seconds) for size, cell in self.measured(job, program)
                  if cell.seconds > FIT_SECONDS and size >= smallest]
        if len(points) < 2:
            return None
        x, y = [math.log(size) for size, _ in points], [math.log(seconds) for _, seconds in points]
        mean_x, mean_y = statistics.fmean(x), statistics.fmean(y)
        exponent = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y)) / sum((a - mean_x) ** 2 for a in x)
        return Fit(exponent, [size for size, _ in points])
