#!/usr/bin/env python3
"""Runs the recipes of this comparison with one program and prints the digest and the bytes of every file made.

    digests.py FOLDER [--threads N] [--shuffle SEED] [--shards N] -- COMMAND…   COMMAND is stimgen with what runs it, if anything

The recipes are every_feature.yaml beside this script, as it is, in order of time on a grid, and the golden one with
several chunks. --shuffle writes the tasks of each section, and the sections, in another order. --shards makes every
spike task in N parts, each by a process of its own, and joins them. A line is "content DIGEST FILE#POPULATION"
or "bytes SHA256 FILE".
"""
import argparse
import hashlib
import pathlib
import random
import re
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
VARIANTS = {"by-id": (HERE / "every_feature.yaml", []),
            "by-time": (HERE / "every_feature.yaml", ["output.sort=by_time", "output.compression=none",
                                                      "output.resolution=0.1 ms"]),
            "chunks": (HERE.parent / "golden" / "large.yaml", ["time.stop=9 s"])}


def shuffled(text, generator):
    """The recipe with its sections and their entries (lines that begin with two spaces and a name) in another order."""
    sections = re.split(r"(?m)^(?=[a-z])", text)
    head, sections = sections[0], sections[1:]
    result = []
    for section in sections:
        entries = re.split(r"(?m)^(?=  [a-z_]+:)", section)
        if section.startswith(("backgrounds:", "patterns:", "assemblies:", "combine:")):
            rest = entries[1:]
            generator.shuffle(rest)
            section = entries[0].rstrip("\n") + "\n" + "".join(entry.rstrip("\n") + "\n" for entry in rest) + "\n"
        result.append(section)
    generator.shuffle(result)
    return head + "".join(result)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--shuffle", type=int)
    parser.add_argument("--shards", type=int, default=0)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    top = options.folder.resolve()
    top.mkdir(parents=True, exist_ok=True)
    for variant, (recipe, sets) in VARIANTS.items():
        text = recipe.read_text()
        if options.shuffle is not None:
            other = shuffled(text, random.Random(options.shuffle))
            assert sorted(other.split()) == sorted(text.split()) and other != text
            text = other
        path = top / f"{variant}.yaml"
        path.write_text(text)
        # What is up to date would not be made again.
        shutil.rmtree(top / variant, ignore_errors=True)
        (top / "stimgen.lock").unlink(missing_ok=True)
        words = [word for one in sets for word in ("--set", one)]
        # The last one of all parts first, and at last the run that joins.
        for shard in [*range(options.shards, 0, -1), None]:
            parts = list((top / variant / "shards").glob("*.h5"))
            if options.shards and shard is None and (not parts or len(parts) % options.shards != 0):
                raise SystemExit(f"{len(parts)} parts were made of {path.name}")
            done = subprocess.run([*options.command, "run", path.name, "--output", variant, "-j", str(options.threads),
                                   "--quiet", *words, *([] if shard is None else ["--shard", f"{shard}/{options.shards}"])],
                                  cwd=top, capture_output=True, text=True)
            if done.returncode != 0 or "run.unusable-parts" in done.stderr:
                raise SystemExit(f"{' '.join(options.command)} ended with {done.returncode} on {path.name}:\n{done.stderr}")
        files = sorted(str(file.relative_to(top)) for file in (top / variant).glob("*.h5"))
        done = subprocess.run([*options.command, "digest", *files], cwd=top, capture_output=True, text=True, check=True)
        for line in done.stdout.splitlines():
            print("content", *line.split())
        for file in files:
            print("bytes", hashlib.sha256((top / file).read_bytes()).hexdigest(), file)


main()
