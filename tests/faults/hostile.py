#!/usr/bin/env python3
"""Hostile and mistaken input, given to the real program: hostile.py BINARY

Every recipe of the table is refused with exit code 3 and a message that holds what the table says, within ten seconds of
computing and 1 GiB of memory, and nothing is written. Node and spike files with flipped bytes, cut off or made longer
are read or refused; never is the end a signal, HDF5's own error report, or a run of more than ten seconds.
(Unit tests make the HDF5 files with wrong types, ranks, lengths, links, filters: tests/h5/test_read.cpp,
tests/network/test_sonata_nodes.cpp, tests/store/test_sonata_reader.cpp.)
"""
import pathlib
import random
import resource
import shutil
import subprocess
import sys

import common

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HEAD = "stimgen: 1\nseeds: {network: 1, spikes: 2}\ntime: {stop: 1 s}\n"
CELLS = HEAD + "networks: {populations: {cells: {nodes: 9, properties: {g: {blocks: [a, b]}}}}}\n"
BASE = CELLS + "backgrounds: {b: {population: cells, rate: 1 Hz}}\n"


def rate(text):
    return CELLS + f"backgrounds: {{b: {{population: cells, rate: {text}}}}}\n"


def bomb():
    lines = ["vars:\n  a: &a [x, x, x, x, x, x, x, x, x]\n"]
    for old, new in zip("abcdefgh", "bcdefghi"):
        lines.append(f"  {new}: &{new} [{', '.join(['*' + old] * 9)}]\n")
    return HEAD + "".join(lines)


# name: (recipe, other files {name: content; a str beginning with -> is a symbolic link}, what the message holds)
RECIPES = {
    "deep lists": (HEAD + "vars: " + "[" * 100000 + "]" * 100000, {}, "error"),
    "deep maps": (HEAD + "vars: " + "{a: " * 2000 + "1" + "}" * 2000, {}, "error"),
    "deep indentation": (HEAD + "vars:\n" + "".join(" " * n + "a:\n" for n in range(1, 1500)), {}, "error"),
    "alias bomb": (bomb(), {}, "error"),
    "alias in itself": (HEAD + "vars: {a: &a [*a]}\n", {}, "error"),
    "variables in a circle": (HEAD + "vars: {a: '${b}', b: '${a}'}\nname: '${a}'\n", {}, "error"),
    "a file that includes itself": (HEAD + "include: recipe.yaml\n", {}, "include"),
    "files that include each other": (HEAD + "include: one.yaml\n", {"one.yaml": "include: two.yaml\n",
                                                                     "two.yaml": "include: one.yaml\n"}, "include"),
    "node sets in a circle": (CELLS.replace("networks: {", "networks: {node_sets: sets.json, ") +
                              "backgrounds: {b: {population: cells, node_set: one, rate: 1 Hz}}\n",
                              {"sets.json": '{"one": ["two"], "two": ["three"], "three": ["one"]}'}, "three"),
    "combinations in a circle": (CELLS + "combine: {one: {from: [two]}, two: {from: [one]}}\n", {}, "two"),
    "a combination of itself": (CELLS + "combine: {one: {from: [one]}}\n", {}, "one"),
    "10^15 spikes": (HEAD.replace("1 s", "1e6 s") + rate("1e9 Hz")[len(HEAD):], {}, "about 9e+15 spikes"),
    "10^15 Hz": (rate("1e15 Hz"), {}, "highest rate"),
    "a window of 300,000 years": (HEAD.replace("1 s", "1e13 s") + rate("10 Hz")[len(HEAD):], {}, "longest time"),
    "infinitely many spikes": (HEAD.replace("1 s", "1e300 s") + rate("1e300 Hz")[len(HEAD):], {}, "error"),
    "a rate that is no number": (rate(".nan"), {}, "error"),
    "an infinite rate": (rate(".inf"), {}, "error"),
    "a rate beyond double": (rate("1e400 Hz"), {}, "error"),
    "a rate of 400 digits": (rate("9" * 400 + " Hz"), {}, "error"),
    "a negative rate": (rate("-1 Hz"), {}, "error"),
    "an infinite stdev": (rate("{mean: 5 Hz, stdev: .inf}"), {}, "error"),
    "a window that ends before it starts": (HEAD.replace("{stop: 1 s}", "{start: 2 s, stop: 1 s}") + rate("1 Hz")[len(HEAD):],
                                            {}, "stop"),
    "a seed too large": (BASE.replace("spikes: 2", "spikes: 18446744073709551616"), {}, "seed"),
    "a negative seed": (BASE.replace("spikes: 2", "spikes: -1"), {}, "error"),
    "invalid UTF-8": (BASE.encode() + b"name: \xff\xfe\xc0\x80\n", {}, "UTF-8"),
    "a surrogate": (BASE.encode() + b"name: \xed\xa0\x80\n", {}, "UTF-8"),
    "a NUL": (BASE.encode() + b"name: a\0b\n", {}, "error"),
    "an escape sequence": (BASE.encode() + b"name: a\x1b[31mb\n", {}, "error"),
    "UTF-16": (BASE.encode("utf-16"), {}, "error"),
    "an output above the folder": (rate("1 Hz, output: ../b.h5"), {}, "error"),
    "an output somewhere else": (rate("1 Hz, output: /tmp/stimgen-hostile.h5"), {}, "error"),
    "two tasks with one name": (CELLS + "backgrounds: {b: {population: cells, rate: 1 Hz}, b: {population: cells, rate: 2 Hz}}\n",
                                {}, "b"),
    "two tasks with one output": (BASE + "combine: {b: {from: [b]}}\n", {}, "b"),
    "a name that is a path": (CELLS + "backgrounds: {'../b': {population: cells, rate: 1 Hz}}\n", {}, "name"),
    "an empty recipe": ("", {}, "empty"),
    "two recipes in one file": (BASE + "---\n" + BASE, {}, "error"),
    "a quote that never ends": (BASE + 'name: "abc\n', {}, "error"),
    "a recipe of 65 MiB": ("#" * (65 << 20), {}, "error"),
    "nodes beyond memory": (BASE.replace("nodes: 9", "nodes: 99999999999999"), {}, "nodes"),
}


def limits():
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))


def memory_limits():
    limits()
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))


def call(binary, arguments, folder, sanitized):
    done = subprocess.run([binary, *arguments], cwd=folder, env=common.environment(), stdin=subprocess.DEVNULL,
                          capture_output=True, preexec_fn=limits if sanitized else memory_limits, timeout=120)
    return done.returncode, done.stderr.decode(errors="replace")


def fill(folder, files):
    for name, content in files.items():
        if isinstance(content, str) and content.startswith("->"):
            (folder / name).symlink_to(content[2:])
        else:
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def check_recipes(checks, binary, top, sanitized):
    for number, (name, (recipe, files, held)) in enumerate(RECIPES.items()):
        folder = top / f"recipe-{number}"
        folder.mkdir()
        fill(folder, {**files, "recipe.yaml": recipe})
        before = sorted(path.name for path in folder.rglob("*"))
        code, errors = call(binary, ["run", "recipe.yaml", "-q"], folder, sanitized)
        problems = []
        if code != 3:
            problems.append(f"ended with {code}")
        if held not in errors:
            problems.append(f"the message does not hold '{held}'")
        if len(errors) > 20000 or "HDF5-DIAG" in errors or "\x1b" in errors:
            problems.append(f"a message of {len(errors)} characters, or with control characters")
        after = sorted(path.name for path in folder.rglob("*"))
        if after != before:
            problems.append(f"wrote {set(after) - set(before)}")
        if problems:
            problems.append(repr(errors[:300]))
        checks.no_problems(problems, name)
        shutil.rmtree(folder)


def check_outputs(checks, binary, top, sanitized):
    """Symbolic links are replaced, not followed; inputs are never overwritten."""
    folder = top / "outputs"
    (folder / "stimulus").mkdir(parents=True)
    fill(folder, {"recipe.yaml": BASE, "precious": "mine"})
    (folder / "stimulus" / "b.h5").symlink_to("../precious")
    code, errors = call(binary, ["run", "recipe.yaml", "-q"], folder, sanitized)
    checks.check((folder / "precious").read_text() == "mine", "a symbolic link for an output: what it names was overwritten")
    checks.check(code in (0, 3, 4), f"a symbolic link for an output: {code} {errors[:300]!r}")
    (folder / "stimulus" / "b.h5").unlink()
    code, errors = call(binary, ["run", "recipe.yaml", "-q"], folder, sanitized)
    made = (folder / "stimulus" / "b.h5").read_bytes() if code == 0 else None
    checks.check(made is not None, f"the plain recipe: {code} {errors[:300]!r}")
    fill(folder, {"eat.yaml": CELLS + "combine: {b: {from: [{file: stimulus/b.h5}]}}\n"})
    code, errors = call(binary, ["run", "eat.yaml", "-q"], folder, sanitized)
    checks.check(code == 3 and (folder / "stimulus" / "b.h5").read_bytes() == made,
                 f"an output that is an input, too: {code} {errors[:300]!r}")
    (folder / "link").symlink_to("stimulus/b.h5")
    fill(folder, {"eat.yaml": CELLS + "combine: {b: {from: [{file: link}]}}\n"})
    code, errors = call(binary, ["run", "eat.yaml", "-q"], folder, sanitized)
    checks.check(code == 3 and (folder / "stimulus" / "b.h5").read_bytes() == made,
                 f"an output that is an input by a symbolic link: {code} {errors[:300]!r}")


def damaged(data, generator):
    kind = generator.randrange(4)
    data = bytearray(data)
    if kind == 0:
        return bytes(data[:generator.randrange(len(data))])
    if kind == 1:
        return bytes(data) + bytes(generator.randrange(256) for _ in range(100))
    # In the first part of the file is what describes the rest.
    end = len(data) if kind == 2 else min(4096, len(data))
    for _ in range(generator.choice((1, 1, 2, 8))):
        data[generator.randrange(end)] = generator.randrange(256)
    return bytes(data)


def check_files(checks, binary, top, sanitized, count):
    generator = random.Random(7)
    folder = top / "files"
    shutil.copytree(ROOT / "recipes" / "data" / "network", folder)
    (folder / "nodes.yaml").write_text(HEAD + "networks: {from: circuit_config.json}\n")
    nodes = sorted(folder.glob("*_nodes.h5"))
    call(binary, ["run", ROOT / "recipes" / "tutorial.yaml", "--output", folder / "made", "--only", "baseline", "-q"], folder,
         sanitized)
    spikes = [folder / "made" / "baseline.h5", ROOT / "recipes" / "data" / "recorded_lgn_spikes.h5"]
    for number in range(count):
        if number % 2:
            victim = generator.choice(nodes)
            whole = victim.read_bytes()
            victim.write_bytes(damaged(whole, generator))
            results = [call(binary, ["nodes", "nodes.yaml", victim.name.split("_")[0]], folder, sanitized)]
            victim.write_bytes(whole)
        else:
            victim = generator.choice(spikes)
            (folder / "damaged.h5").write_bytes(damaged(victim.read_bytes(), generator))
            results = [call(binary, [command, "damaged.h5"], folder, sanitized) for command in ("digest", "stats")]
        problems = [f"{code}: {errors[-300:]!r}" for code, errors in results
                    if code not in (0, 3) or "HDF5-DIAG" in errors]
        checks.no_problems(problems, f"damaged {victim.name} {number}")


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    # The address sanitizer reserves more than any limit of addresses allows.
    sanitized = b"__asan_init" in binary.read_bytes()
    checks = common.Checks("hostile input")
    with common.folder_for("hostile") as temporary:
        top = pathlib.Path(temporary)
        check_recipes(checks, binary, top, sanitized)
        check_outputs(checks, binary, top, sanitized)
        check_files(checks, binary, top, sanitized, 200)
    checks.finish()


if __name__ == "__main__":
    main()
