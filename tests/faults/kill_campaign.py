#!/usr/bin/env python3
"""Kills runs at random moments (SIGKILL): kill_campaign.py BINARY [--kills N] [--seed S]

After each kill every file under a final name must be whole and right: the bytes of the undisturbed run or, where there
were older files, those. The next run must end in the undisturbed state and leave nothing else in the folder, and
`stimgen digest` of it must say the same. Every other kill strikes a run that replaces older files.
"""
import argparse
import pathlib
import random
import shutil
import subprocess
import time

import common


def digests(binary, folder):
    files = sorted(path.name for path in folder.glob("*.h5"))
    return subprocess.run([binary, "digest", *files], cwd=folder, capture_output=True, text=True, check=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    binary = options.binary.resolve()
    generator = random.Random(options.seed)
    checks = common.Checks("kill campaign")

    with common.folder_for("kills") as temporary:
        top = pathlib.Path(temporary)
        wanted, older, recipe = common.before_and_after_an_edit(binary, top)
        wanted_digests = digests(binary, top / "undisturbed")
        # Moments are drawn over the time a run takes now: it is measured again and again.
        seconds, early, late, left_behind = 0.1, 0, 0, 0
        for number in range(options.kills):
            folder = top / "out"
            shutil.rmtree(folder, ignore_errors=True)
            if number % 2:
                shutil.copytree(top / "older", folder)
            arguments = ["-j", str(generator.choice((1, 2, 3)))]
            process = common.start(binary, recipe, folder, *arguments)
            time.sleep(generator.uniform(0, 1.05 * seconds))
            process.kill()
            code, _ = common.finish(process)
            found = common.contents(folder)
            early += found == (older if number % 2 else {})
            late += code == 0
            left_behind += bool(common.litter(folder))
            checks.no_problems(common.whole_files(found, wanted, older if number % 2 else {}), f"kill {number}")

            begin = time.monotonic()
            code, errors = common.run(binary, recipe, folder, *arguments)
            seconds = 0.8 * seconds + 0.2 * (time.monotonic() - begin)
            problems = []
            if code != 0:
                problems.append(f"ended with {code}: {errors}")
            if common.contents(folder) != wanted:
                problems.append("the files are not those of an undisturbed run")
            left = common.litter(folder) + common.litter(recipe.parent)
            if left:
                problems.append(f"left behind: {', '.join(left)}")
            if number % 10 == 0 and digests(binary, folder) != wanted_digests:
                problems.append("the digests are not those of an undisturbed run")
            checks.no_problems(problems, f"the run after kill {number}")
        print(f"{options.kills} kills: {early} before the first file was in place, {late} after the end; "
              f"{left_behind} left a temporary or the marker of a run, all swept by the next one")
        checks.check(options.kills < 20 or early + late < options.kills, "no kill struck between the first file and the last")
        checks.check(options.kills < 20 or left_behind > 0, "no kill struck while a file was being written")
    checks.finish()


if __name__ == "__main__":
    main()
