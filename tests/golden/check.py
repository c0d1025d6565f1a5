#!/usr/bin/env python3
"""Runs the recipes and compares the content digests of all spike files with digests.txt.

    check.py BINARY            with 1 and with 8 threads; the files of both runs must be identical byte for byte
    check.py BINARY --update   writes digests.txt anew: a new recipe adds lines; others change only with a new stream or
                                  format version

The recipes are those in recipes/ and those beside this script. The last line counts the comparisons.
"""
import argparse
import filecmp
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DIGESTS = HERE / "digests.txt"


def run(binary, arguments, folder):
    done = subprocess.run([binary, *arguments], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"stimgen {' '.join(map(str, arguments))} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def make_all(binary, recipes, threads, folder):
    """Runs every recipe into folder/<recipe>; returns {"recipe/file.h5#population": digest}."""
    digests = {}
    for recipe in recipes:
        run(binary, ["run", recipe, "--output", folder / recipe.stem, "-j", str(threads), "--quiet"], folder)
        files = sorted(str(path.relative_to(folder)) for path in (folder / recipe.stem).rglob("*.h5"))
        for line in run(binary, ["digest", *files], folder).splitlines():
            digest, name = line.split(maxsplit=1)
            digests[name] = digest
    return digests


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    binary = options.binary.resolve()
    recipes = sorted([*(ROOT / "recipes").glob("*.yaml"), *HERE.glob("*.yaml")], key=lambda path: path.stem)

    with tempfile.TemporaryDirectory(prefix="stimgen-golden-") as temporary:
        folders = {threads: pathlib.Path(temporary) / f"threads-{threads}" for threads in (1, 8)}
        made = {}
        for threads, folder in folders.items():
            folder.mkdir()
            made[threads] = make_all(binary, recipes, threads, folder)

        if options.update:
            DIGESTS.write_text("".join(f"{made[1][name]}  {name}\n" for name in sorted(made[1])))
        expected = {}
        for line in DIGESTS.read_text().splitlines():
            digest, name = line.split(maxsplit=1)
            expected[name] = digest

        passed, problems = 0, []
        for threads, digests in made.items():
            for name in sorted(expected.keys() | digests.keys()):
                if expected.get(name) == digests.get(name):
                    passed += 1
                else:
                    problems.append(f"{name}, {threads} threads: expected {expected.get(name, 'no such file')}, "
                                    f"got {digests.get(name, 'no such file')}")
        for path in sorted(folders[1].rglob("*.h5")):
            name = path.relative_to(folders[1])
            if filecmp.cmp(path, folders[8] / name, shallow=False):
                passed += 1
            else:
                problems.append(f"{name}: the files of 1 and 8 threads are not the same bytes")

    for problem in problems:
        print(f"FAILED {problem}")
    print(f"golden digests: {passed} passed, {len(problems)} failed")
    return 1 if problems or not passed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as error:
        print(f"FAILED {error}\ngolden digests: 0 passed, 1 failed")
        sys.exit(1)
