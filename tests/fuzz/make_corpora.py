#!/usr/bin/env python3
"""Writes the corpora that the fuzzers start from into corpus/: make_corpora.py BINARY (stimgen itself)

One folder for each fuzz_<name>.cpp. The recipes and node files of recipes/ are taken as they are by run.sh.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"

HEAD = "stimgen: 1\nseeds: {network: 1, spikes: 2}\ntime: {stop: 1 s}\n"
CELLS = HEAD + "networks: {populations: {cells: {nodes: 9, properties: {g: {blocks: [a, b]}, r: {linspace: [0, 9]}}}}}\n"
SETS = "assemblies: {sets: {population: cells, method: property, property: g}}\n"

RECIPES = {
    "empty": "",
    "comment": "# nothing\n",
    "background": CELLS + "backgrounds: {b: {population: cells, rate: {mean: 5 Hz, stdev: 1 Hz}}}\n",
    "rates": CELLS + "backgrounds: {b: {population: cells, group_by: g, rates: {a: [1, 2], b: {uniform: [0, 3]}}}}\n",
    "patterns": CELLS + SETS + "patterns:\n  l: {type: long, assemblies: sets, on_time: 0.2 s, rates: {burst: 9 Hz}}\n"
    "  s: {type: short, assemblies: sets, on_time: 0.2 s, rounds: 2.5, rates: {burst: 9 Hz}}\n"
    "  j: {type: join, assemblies: sets, on_time: 0.2 s, steps: 3, rates: {on: 9 Hz}}\n"
    "  f: {type: fade, assemblies: sets, on_time: 0.2 s, rates: {out: 9 Hz, in: 3 Hz}}\n"
    "  p: {type: loop, assemblies: sets, on_time: 1 s, points: [{at: 0 s, rate: 1 Hz}, {at: 0.9 s, rate: 4 Hz}]}\n",
    "grid": CELLS + "assemblies: {g: {population: cells, method: grid, grid: [2, 2], x: r, y: r}}\n",
    "random": CELLS + "assemblies: {g: {population: cells, method: random, count: 2, fraction: 0.5}}\n",
    "combine": CELLS + "backgrounds: {b: {population: cells, rate: 1 Hz}}\ncombine: {all: {from: [b, {task: b, shift: 1 s}]}}\n",
    "variables": HEAD + "vars: {a: 1 Hz, b: '${a}', c: ['${b}']}\nname: '${b}'\n",
    "variables_cycle": HEAD + "vars: {a: '${b}', b: '${a}'}\nname: '${a}'\n",
    "include_self": HEAD + "include: recipe.yaml\n",
    "include_up": HEAD + "include: [../../etc/passwd, /dev/zero, .]\n",
    "deep_lists": "a: " + "[" * 400,
    "deep_maps": "{a: " * 400,
    "alias_bomb": "a: &a [x, x, x, x, x, x, x, x]\n"
    + "".join(f"{new}: &{new} [{', '.join(['*' + old] * 8)}]\n" for old, new in zip("abcdefgh", "bcdefghi")),
    "alias_cycle": "a: &a [*a]\n",
    "merge": "d: &d {nodes: 3}\nnetworks: {populations: {c: {<<: *d}}}\nstimgen: 1\n",
    "duplicate": "stimgen: 1\nstimgen: 1\n",
    "two_documents": "stimgen: 1\n---\nstimgen: 1\n",
    "open_quote": 'stimgen: 1\nname: "abc\nseeds: 1\n',
    "tags": "stimgen: !!int '1'\nname: !!python/object:a.b x\n",
    "numbers": CELLS + "backgrounds: {b: {population: cells, rate: .inf}, c: {population: cells, rate: 1e-400}}\n",
    "outputs": CELLS + "backgrounds: {b: {population: cells, rate: 1 Hz, file: ../b.h5}}\noutput: {directory: /dev/null}\n",
    "bad_utf8": b"stimgen: 1\nname: \xff\xc0\x80\xed\xa0\x80\n",
    "control": b"stimgen: 1\nname: a\x00b\x1b[31m\n",
    "utf16": "stimgen: 1\n".encode("utf-16"),
    "bom_crlf": b"\xef\xbb\xbfstimgen: 1\r\nseeds: 1\r\n",
    "tab": "stimgen: 1\ntime:\n\tstop: 1\n",
}

SCALARS = ["", "0", "-0", "1", "0.1 s", "50 Hz", "0.5 kHz", "500 ms", "250 us", "1e3", "1.5e-7 Hz", "1e400", "1e-400",
           "4.9e-324", "1.7976931348623157e308 s", "1.7976931348623157e308 kHz", ".nan", ".inf", "-.inf", "nan", "inf",
           "010", "0o10", "0x1F", "1_000", "1,000", "12:30:45", "5 ", " 5", "+5", "1.", ".5", "1e", "9223372036854775807",
           "9223372036854775808", "-9223372036854775808", "18446744073709551615", "18446744073709551616", "true", "no",
           "Hz", "50Hz", "50  Hz", "50 hz", "-1 Hz", "a.b-c_d", "1" * 400, "0." + "0" * 400 + "1", "1e99999999999",
           "0.1e-99999999999 s", "\N{MICRO SIGN}s", "5 \N{MICRO SIGN}s"]

NODE_SETS = ['{"a": {"kind": "PN"}}', '{"a": {"kind": ["PN", "PV"], "layer": {"$gte": 2}}}', '{"a": ["b"], "b": ["a"]}',
             '{"a": ["a"]}', '{"a": ["none"]}', '{"a": {"kind": {"$regex": "(P+)+V"}}}', '{"a": {"kind": {"$regex": "[" }}}',
             '{"a": {"node_id": [0, 1, 2]}}', '{"a": {"population": "cells"}}', '{"a": {"depth": {"$lt": 1e999}}}',
             '{"a": {"depth": NaN}}', "[" * 300, '{"a":' * 300, '{"a": {}, "a": {}}', '{"\\ud800": {}}', "null", "", "{}",
             '{"a": {"layer": {"$in": [1, "x", null, true]}}}', '{"a": {"node_id": {"$gt": 99999999999999999999}}}',
             '{"a": {"node_id": -1}}', '{"a": {"layer": {"$ne": 1}}}', '{"a": {"kind": null}}']
WHERE = ["{kind: PN}", "{layer: [1, 2]}", "{depth: {$gt: 0.5, $lte: 1}}", "{kind: {$regex: 'P.*'}}", "{nothing: 1}",
         "{layer: {$in: [1, 3]}}", "{node_id: [1, 2, 99]}", "[]", "{kind: {$regex: '(a*)*b'}}", "{layer: {$eq: 1e300}}"]

SPIKES = """\
stimgen: 1
seeds: {network: 1, spikes: 2}
time: {stop: 1 s}
networks: {populations: {cells: {nodes: 3}, others: {nodes: 2}}}
backgrounds: {b: {population: cells, rate: 5 Hz}, c: {population: others, rate: 2 Hz}, silent: {population: cells, rate: 0 Hz}}
combine: {all: {from: [b, c]}}
"""
SPIKE_OUTPUTS = {"by_id": "{}", "by_time": "{sort: by_time, compression: none}"}


def write(target, name, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    shutil.rmtree(CORPUS, ignore_errors=True)
    for name, text in RECIPES.items():
        write("recipe", name, text)
    for number, text in enumerate(SCALARS):
        write("scalars", f"plain-{number:02}", b"\0" + text.encode())
    write("scalars", "quoted", b"\x01" + b"5 Hz")
    for number, text in enumerate(NODE_SETS):
        write("node_sets", f"sets-{number:02}", b"\0" + text.encode())
    for number, text in enumerate(WHERE):
        write("node_sets", f"where-{number:02}", b"\x01" + text.encode())
    with tempfile.TemporaryDirectory() as temporary:
        top = pathlib.Path(temporary)
        for layout, output in SPIKE_OUTPUTS.items():
            recipe = top / f"{layout}.yaml"
            recipe.write_text(SPIKES + f"output: {output}\n")
            subprocess.run([binary, "run", recipe, "--output", top / layout, "--quiet"], check=True, cwd=top,
                           stdout=subprocess.DEVNULL)
            for path in sorted((top / layout).glob("*.h5")):
                write("spikes", f"{layout}-{path.stem}", path.read_bytes())
    print(f"{sum(path.is_file() for path in CORPUS.rglob('*'))} files")


main()
