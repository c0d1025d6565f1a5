#!/usr/bin/env python3
"""Runs what README.md shows: run_readme.py BINARY

* every command of the ```sh blocks, in a copy of the tracked files with the binary on the path: none may fail;
* every line of the CI snippets (<!-- ci: … -->), in a repository with a recipe and its lock;
* a block after <!-- result of: COMMAND --> is what the command prints to standard output (seconds aside; --update rewrites
  it), where the block after <!-- file: NAME --> is a file; a picture of a command is what it draws;
* the reference names every key of `stimgen schema`, every error code of the sources and every command of `stimgen --help`;
* links point to files that are there.

BINARY stands in its build folder, where recipes/run_tutorial.sh finds it up to date; beside that folder is the Python
environment of tests/support/setup_venv.sh. The last line counts the checks.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
README = ROOT / "README.md"
# The command that runs this script.
NOT_AGAIN = "bash tests/run_all.sh"
# Run at a small size and with a few programs.
BENCHMARK = "tests/bench/compare.py"
SMALL = " --sizes 1e4 --repeats 1 --limit-s 5 --programs stimgen,stimgen-gzip,numpy-whole,bmtk,write-synced"

passed = 0
problems = []


def check(good, problem):
    global passed
    if good:
        passed += 1
    else:
        problems.append(problem)


def copy_tree(target):
    """The files that a checkout has, without what was built."""
    try:
        listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True,
                                 text=True, check=True).stdout.splitlines()
        files = [name for name in listing if (ROOT / name).is_file()]
    except (OSError, subprocess.CalledProcessError):  # not a git checkout
        files = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")
                 if path.is_file() and path.relative_to(ROOT).parts[0] not in ("build", ".git")]
    for name in files:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)


def without_seconds(text):
    """Times differ from run to run; so do the blanks that align them."""
    text = re.sub(r"\b\d+(\.\d+)?(e-\d+)? ?(ms|s)\b", "<time>", text)
    return "\n".join(re.sub(r"\s+", " ", line).strip() for line in text.strip().splitlines())


def run_commands(readme, binary, update):
    with tempfile.TemporaryDirectory(prefix="stimgen-readme-") as temporary:
        folder = pathlib.Path(temporary) / "stimgen"
        copy_tree(folder)
        bin_folder = pathlib.Path(temporary) / "bin"
        bin_folder.mkdir()
        (bin_folder / "stimgen").symlink_to(binary)
        # As in the checkout: build/release, and build/venv beside it.
        (folder / "build").mkdir()
        (folder / "build" / "release").symlink_to(binary.parent)
        (folder / "build" / "venv").symlink_to(binary.parent.parent / "venv")
        environment = dict(os.environ, PATH=f"{bin_folder}:{os.environ['PATH']}", HOME=temporary,
                           STIMGEN_BUILD=str(binary.parent))
        for block in re.findall(r"^```sh\n(.*?)^```", readme, flags=re.M | re.S):
            if block.strip() == NOT_AGAIN:
                continue
            if BENCHMARK in block:
                block = block.strip() + SMALL
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=folder, env=environment,
                                  capture_output=True, text=True)
            check(done.returncode == 0, f"a command ended with {done.returncode}:\n{block}{done.stderr[-2000:]}")

        for name, text in re.findall(r"^<!-- file: (\S+) -->\n```yaml\n(.*?)^```", readme, flags=re.M | re.S):
            (folder / name).write_text(text)

        def result(found):
            done = subprocess.run(["bash", "-c", found[2]], cwd=folder, env=environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
            check(update or without_seconds(found[4]) == without_seconds(done.stdout),
                  f"README.md does not show what '{found[2]}' prints:\n{done.stdout}")
            return found[1] + found[3] + done.stdout + found[5]

        shown = re.compile(r"(^<!-- result of: (.*?) -->\n)(```\w+\n)(.*?)(^```)", flags=re.M | re.S)
        updated = shown.sub(result, readme)
        check(len(shown.findall(readme)) >= 2, "README.md shows no results")
        if update:
            README.write_text(updated)
        for command, name in re.findall(r"^<!-- picture of: (.*? --svg (\S+)) -->", readme, flags=re.M):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, check=True)
            if update:
                (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / name, ROOT / name)
            check((ROOT / name).read_bytes() == (folder / name).read_bytes(), f"'{command}' draws another picture")


CI_RECIPE = """stimgen: 1
seeds: {network: 1, spikes: 2}
time: {stop: 1 s}
networks: {populations: {cells: {nodes: 20}}}
backgrounds: {base: {population: cells, rate: 5 Hz}}
output: {directory: stimulus}
"""


def ci_lines(block):
    """The commands of a CI snippet: `- run: …` of GitHub, the list under `script:` of GitLab."""
    return re.findall(r"^ *- run: (.*)$", block, flags=re.M) or re.findall(r"^ *- (?!uses:)(.*)$", block, flags=re.M)


def run_ci_snippets(readme, binary):
    """Each line must do in a fresh checkout of a repository with recipe and lock, and fail after the recipe was edited alone."""
    snippets = re.findall(r"<!-- ci: (\w+) -->\n```yaml\n(.*?)^```", readme, flags=re.M | re.S)
    check({name for name, _ in snippets} == {"github", "gitlab"}, "a CI snippet is missing")
    for name, block in snippets:
        with tempfile.TemporaryDirectory(prefix="stimgen-ci-") as temporary:
            folder = pathlib.Path(temporary) / "checkout"
            folder.mkdir()
            bin_folder = pathlib.Path(temporary) / "bin"
            bin_folder.mkdir()
            (bin_folder / "stimgen").symlink_to(binary)
            environment = dict(os.environ, PATH=f"{bin_folder}:{os.environ['PATH']}")
            (folder / "recipe.yaml").write_text(CI_RECIPE)
            (folder / ".gitignore").write_text("stimulus/\n")

            def line(command):
                return subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=folder, env=environment,
                                      capture_output=True, text=True)

            identity = "git -c user.name=ci -c user.email=ci@example.org"
            made = line(f"git init -q . && stimgen run recipe.yaml && git add . && {identity} commit -qm stimulus && rm -r stimulus")
            check(made.returncode == 0, f"the repository of the {name} snippet was not made:\n{made.stderr}")
            lines = ci_lines(block)
            check(len(lines) >= 3, f"the {name} snippet has no commands")
            for command in lines:
                done = line(command)
                check(done.returncode == 0, f"{name}: '{command}' ended with {done.returncode}:\n{done.stdout}{done.stderr}")
            (folder / "recipe.yaml").write_text(CI_RECIPE.replace("5 Hz", "6 Hz"))
            check(any(line(command).returncode != 0 for command in lines),
                  f"the {name} snippet does not see a recipe that was edited without its lock")


def schema_keys(schema):
    """All property names, in whatever part of the schema."""
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name == "properties" and isinstance(value, dict):
                for key, sub in value.items():
                    yield key
                    yield from schema_keys(sub)
            elif name not in ("examples", "default", "enum", "const"):
                yield from schema_keys(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from schema_keys(value)


def error_codes():
    """Texts such as "recipe.unknown-key" in the sources, but for keys such as "rates.burst" and file names."""
    keys = {"assemblies", "backgrounds", "bounds", "defaults", "groups", "networks", "output", "patterns", "ramp", "rates",
            "seeds", "time", "values", "vars"}
    found = set()
    for path in [*(ROOT / "src").rglob("*.cpp"), *(ROOT / "src").rglob("*.hpp")]:
        found.update(code for code in re.findall(r'"([a-z]+\.[a-z][a-z0-9-]*)"', path.read_text())
                     if code.split(".")[0] not in keys and code not in {"recipe.yaml", "state.json", "stimgen.lock", "report.html"})
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    binary = options.binary.resolve()
    readme = README.read_text()

    run_commands(readme, binary, options.update)
    run_ci_snippets(readme, binary)

    reference = readme.split("\n## Reference\n")[1].split("\n## Speed\n")[0]
    code_spans = " ".join(re.findall(r"`([^`]+)`", reference))
    schema = json.loads(subprocess.run([binary, "schema"], capture_output=True, text=True, check=True).stdout)
    for key in sorted(set(schema_keys(schema))):
        check(re.search(rf"(?<![\w]){re.escape(key)}(?![\w])", code_spans),
              f"the reference does not name the key '{key}' of the schema")
    codes = error_codes()
    listed = set(re.findall(r"^\| `([a-z]+\.[a-z0-9-]+)` \|", reference.split("### Error codes")[1], flags=re.M))
    for code in sorted(codes | listed):
        check(code in listed, f"the reference does not list the error code '{code}'")
        check(code in codes, f"the reference lists the error code '{code}', which no source has")
    help_text = subprocess.run([binary, "--help"], capture_output=True, text=True, check=True).stdout
    for command in re.findall(r"^  ([a-z]+) ", help_text, flags=re.M):
        check(re.search(rf"`stimgen {command}\b", reference), f"the reference does not name the command '{command}'")
        command_help = subprocess.run([binary, command, "--help"], capture_output=True, text=True, check=True).stdout
        for option in sorted(set(re.findall(r"--[a-z][a-z-]+", command_help))):
            check(option in reference, f"the reference does not name the option '{option}' of '{command}'")
    for target in re.findall(r"\]\(([^)#]+)\)", readme):
        if "://" not in target:
            check((ROOT / target).exists(), f"README.md links to '{target}', which does not exist")

    for problem in problems:
        print(f"FAILED {problem}")
    print(f"README: {passed} passed, {len(problems)} failed")
    return 1 if problems else 0


sys.exit(main())
