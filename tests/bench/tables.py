"""What compare.py prints, and the same as Markdown."""

import math

from jobs import JOBS
from results import FIT_SECONDS

BEGIN, END = "<!-- speed: begin -->", "<!-- speed: end -->"

WITHOUT_TIME = {"missing": "not here", "failed": "failed", "stopped": "stopped", "memory": "too large"}


def power(size):
    """10⁶, 1.5·10⁶."""
    exponent = math.floor(math.log10(size) + 1e-9)
    digits = str(exponent).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    factor = size / 10**exponent
    return f"10{digits}" if abs(factor - 1) < 1e-9 else f"{factor:.3g}·10{digits}"


def three_digits(value):
    """Three significant digits, never as a power."""
    if not value > 0:
        return "0"
    return f"{value:,.{max(0, 2 - math.floor(math.log10(value)))}f}"


def time_and_ratio(results, job, program, size):
    cell = results.cell(job, program.name, size)
    if cell is None:
        return ""
    if cell.outcome not in ("measured", "predicted"):
        return WITHOUT_TIME[cell.outcome]
    about = "" if cell.measured else "≈ "
    text = f"{about}{three_digits(cell.seconds)} s"
    ratio = results.ratio(job, program.name, program.reference, size)
    if program.name == program.reference or math.isnan(ratio):
        return text
    return f"{text} ({about}{three_digits(ratio)} ×)"


def exponent(fit):
    return f"{fit.exponent:.2f} ({power(fit.sizes[0])}–{power(fit.sizes[-1])})" if fit else ""


def rows(results, job, programs):
    """The head and one row a program."""
    sizes = results.sizes(job)
    yield ["program", *map(power, sizes), "M spikes/s", "peak MiB", "bytes/spike", "exponent"]
    for program in programs:
        if job not in program.jobs or not any(results.cell(job, program.name, size) for size in sizes):
            continue
        measured = results.measured(job, program.name)
        last = measured[-1][1] if measured else None
        yield [program.label, *(time_and_ratio(results, job, program, size) for size in sizes),
               three_digits(1e-6 / last.seconds_per_spike) if last else "",
               f"{max(cell.peak_mib for _, cell in measured):.0f}" if last else "",
               f"{last.bytes_per_spike:.1f}" if last else "", exponent(results.fit(job, program.name))]


def explain(limit_s):
    return ("Medians, and in brackets the time per spike against stimgen by_id, all threads, of the same compression. "
            f"≈: not run, since it would take more than {limit_s:g} s; in proportion to the size before. M spikes/s and "
            "bytes/spike: at the largest size that was run; peak MiB: of all sizes. Exponent: of time against spikes, "
            f"least squares over the sizes in brackets, which take more than {FIT_SECONDS:g} s. stimgen is timed from "
            "start to exit and syncs its file; the peers are timed without their imports and do not sync.")


def notes(results, job, programs):
    """Why a cell has no time, once for each program and reason."""
    for program in programs:
        reasons = {}
        for size in results.sizes(job):
            cell = results.cell(job, program.name, size)
            if cell and cell.outcome in WITHOUT_TIME:
                reasons.setdefault(f"{WITHOUT_TIME[cell.outcome]}: {cell.note}", []).append(power(size))
        for reason, sizes in reasons.items():
            yield f"{program.label}, {', '.join(sizes)}: {reason}"


def aligned(lines, right):
    """Columns with two blanks between; those from `right` on end in line."""
    lines = list(lines)
    widths = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join("  ".join(text.ljust(width) if column < right else text.rjust(width)
                               for column, (text, width) in enumerate(zip(line, widths))).rstrip() for line in lines)


def plain(results, programs, limit_s):
    parts = ["\n".join(["", JOBS[job].title, "", aligned(rows(results, job, programs), 1),
                        *notes(results, job, programs)]) for job in JOBS if results.sizes(job)]
    return "\n".join([*parts, "", explain(limit_s)])


def plain_verdicts(lines):
    table = [("", "work", "target", "measured"), *((word, work, wanted, got) for work, wanted, got, word in lines)]
    return "\nTargets\n\n" + aligned(table, len(table[0]))


def markdown(results, programs, machine, limit_s):
    parts = [f"{machine.describe()}; `{machine.command}`"]
    for job in JOBS:
        if results.sizes(job):
            head, *body = rows(results, job, programs)
            lines = [head, ["---", *["---:"] * (len(head) - 1)], *body]
            table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
            parts.append(f"{JOBS[job].title[0].upper()}{JOBS[job].title[1:]}:\n\n{table}")
            parts += [f"* {note}" for note in notes(results, job, programs)]
    return "\n\n".join([*parts, explain(limit_s)])


def write_markdown(path, text):
    """Between the marks of a file that has them, else as the whole file."""
    old = path.read_text() if path.exists() else ""
    if BEGIN in old and END in old:
        before, after = old.split(BEGIN, 1)[0], old.split(END, 1)[1]
        path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
    else:
        path.write_text(text + "\n")
