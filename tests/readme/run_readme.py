#!/usr/bin/env python3
"""Runs what the documents show: run_readme.py BINARY [--update] [--only DOCUMENT…]

Every *.md of the project counts, and every block in it must be one that is checked here. The line before a block says how:

    ```sh                                   a command: must succeed, in a copy of the tracked files with stimgen on the path
    <!-- file: NAME -->        ```yaml      is written to NAME there; a recipe must pass `stimgen check` without a word
    <!-- more of: NAME -->     ```yaml      goes on with it
    <!-- wrong file: NAME -->  ```yaml      the same for a recipe that is to fail: a result shows how
    <!-- result of: COMMAND -->             is what COMMAND prints, seconds aside; --update rewrites it
    <!-- picture of: COMMAND --svg NAME --> NAME is what COMMAND draws; --update draws it
    <!-- python -->                         runs in the environment of tests/support/setup_venv.sh, in the same folder
    <!-- python: NAME -->                   the same, and is kept as NAME for the commands after it
    <!-- ci: NAME -->                       every line does in a fresh repository, and one fails after the recipe was edited
    <!-- part of: FILE -->                  every line of the block stands in that file, in this order
    <!-- form -->                           the form of a file, with … for what varies: nothing to run
    <!-- not run: WHY -->                   is only parsed, and its files are looked for

Blocks run in order, each document in a copy of its own. Besides, links must lead somewhere, and every command, option and error
code in `code` must exist. BINARY stands in its build folder, where recipes/run_tutorial.sh finds it up to date; beside that
folder is the Python environment. The last line counts the checks.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Run at a small size and with a few programs.
BENCHMARK = "tests/bench/compare.py"
SMALL = " --sizes 1e4 --repeats 1 --limit-s 5 --programs stimgen,stimgen-gzip,numpy-whole,bmtk,write-synced"
BLOCK = re.compile(r"^( *)(?:<!-- ([^\n]*?) -->\n\1)?```(\w*)\n(.*?)^\1```$", flags=re.M | re.S)
PICTURE = re.compile(r"^<!-- picture of: (.*? --svg (\S+)) -->$", flags=re.M)

passed = 0
problems = []


def check(good, problem):
    global passed
    if good:
        passed += 1
    else:
        problems.append(problem)


def tracked_files():
    try:
        listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True,
                                 text=True, check=True).stdout.splitlines()
        return [name for name in listing if (ROOT / name).is_file()]
    except (OSError, subprocess.CalledProcessError):  # not a git checkout
        return [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")
                if path.is_file() and path.relative_to(ROOT).parts[0] not in ("build", ".git")]


def without_seconds(text):
    """Times differ from run to run; so do the blanks that align them."""
    text = re.sub(r"\b\d+(\.\d+)?(e-\d+)? ?(ms|s)\b", "<time>", text)
    return "\n".join(re.sub(r"\s+", " ", line).strip() for line in text.strip().splitlines())


class Checkout:
    """A copy of the tracked files, as a user has them after the build."""

    def __init__(self, temporary, binary):
        self.folder = temporary / "stimgen"
        for name in tracked_files():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, self.folder / name)
        (temporary / "bin").mkdir()
        (temporary / "bin" / "stimgen").symlink_to(binary)
        # As in the checkout: build/release, and build/venv beside it.
        (self.folder / "build").mkdir()
        (self.folder / "build" / "release").symlink_to(binary.parent)
        self.python = binary.parent.parent / "venv" / "bin" / "python"
        (self.folder / "build" / "venv").symlink_to(binary.parent.parent / "venv")
        self.environment = dict(os.environ, PATH=f"{temporary / 'bin'}:{os.environ['PATH']}", HOME=str(temporary),
                                STIMGEN_BUILD=str(binary.parent))

    def run(self, words, **options):
        return subprocess.run(words, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, text=True, **options)

    def bash(self, text, **options):
        return self.run(["bash", "-euo", "pipefail", "-c", text], **options)


class Document:
    """One document and the blocks in it."""

    def __init__(self, name, binary):
        self.name = name
        self.path = ROOT / name
        self.text = self.path.read_text()
        self.binary = binary
        self.recipes = {}  # name: is to pass

    def run(self, update):
        with tempfile.TemporaryDirectory(prefix="stimgen-readme-") as temporary:
            self.checkout = Checkout(pathlib.Path(temporary), self.binary)
            written, at = [], 0
            for block in BLOCK.finditer(self.text):
                how, language, text = block[2] or "", block[3], block[4]
                printed = self.run_block(how, language, textwrap.dedent(text), update)
                if printed is not None:
                    written += [self.text[at:block.start(4)], printed]
                    at = block.end(4)
            for name, passes in self.recipes.items():
                done = self.checkout.run(["stimgen", "check", name], stderr=subprocess.STDOUT)
                if passes:
                    check(done.returncode == 0 and not done.stdout, f"{self.name}: the recipe {name} is wrong:\n{done.stdout}")
                else:
                    check(done.returncode == 3, f"{self.name}: the recipe {name} is not wrong")
            self.draw_pictures(update)
        if update and written:
            self.path.write_text("".join(written) + self.text[at:])
        self.check_links()
        self.check_code()

    def run_block(self, how, language, text, update):
        """What the block should hold, if it is a result and to be updated."""
        kind, _, rest = how.partition(": ")
        if kind == "result of":
            done = self.checkout.run(["bash", "-c", rest], stderr=subprocess.DEVNULL)
            check(update or without_seconds(text) == without_seconds(done.stdout),
                  f"{self.name} does not show what '{rest}' prints:\n{done.stdout}")
            return done.stdout if update else None
        if kind in ("file", "more of", "wrong file"):
            self.write(kind, rest, text)
        elif kind == "python":
            self.run_python(rest, text)
        elif kind == "ci":
            run_ci_snippet(f"{self.name}, {rest}", text, self.binary)
        elif kind == "part of":
            self.check_part(rest, text)
        elif kind == "not run":
            self.check_not_run(rest, language, text)
        elif kind == "form":
            check(language == "text", f"{self.name}: the form of a file is a text block:\n{text}")
        elif language == "sh":
            if BENCHMARK in text:
                text = text.strip() + SMALL
            done = self.checkout.bash(text, stderr=subprocess.PIPE)
            check(done.returncode == 0, f"{self.name}: a command ended with {done.returncode}:\n{text}{done.stderr[-2000:]}")
        else:
            check(False, f"{self.name}: nothing is known of this block, say how it is checked:\n```{language}\n{text}")
        return None

    def write(self, kind, name, text):
        path = self.checkout.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a" if kind == "more of" else "w") as file:
            file.write(text)
        if name.endswith(".yaml") and kind != "more of":
            self.recipes[name] = kind == "file"

    def run_python(self, name, text):
        path = self.checkout.folder / (name or "block.py")
        path.write_text(text)
        if not self.checkout.python.exists():
            check(False, f"{self.name}: {self.checkout.python} is missing; make it with tests/support/setup_venv.sh")
            return
        done = self.checkout.run([self.checkout.python, path], stderr=subprocess.PIPE)
        check(done.returncode == 0, f"{self.name}: a Python block failed:\n{text}{done.stderr}")

    def check_part(self, name, text):
        path = ROOT / name
        lines = iter([line.strip() for line in path.read_text().splitlines()] if path.is_file() else [])
        for line in text.splitlines():
            if line.strip() not in ("", "…"):
                check(any(line.strip() == other for other in lines), f"{self.name}: {name} does not go on with '{line}'")

    def check_not_run(self, why, language, text):
        check(len(why) > 5, f"{self.name}: why is this not run?\n{text}")
        if language != "sh":
            return
        done = self.checkout.run(["bash", "-n", "-c", text], stderr=subprocess.PIPE)
        check(done.returncode == 0, f"{self.name}: bash cannot read\n{text}{done.stderr}")
        for path in re.findall(r"(?<![\w./-])(?:src|tests|recipes|schemas|include)/[\w./-]+", text):
            check((ROOT / path).exists(), f"{self.name}: '{path}' does not exist")

    def draw_pictures(self, update):
        for command, name in PICTURE.findall(self.text):
            (self.checkout.folder / name).unlink(missing_ok=True)
            self.checkout.bash(command, stderr=subprocess.DEVNULL)
            drawn = self.checkout.folder / name
            if update and drawn.is_file():
                shutil.copyfile(drawn, ROOT / name)
            check(drawn.is_file() and (ROOT / name).read_bytes() == drawn.read_bytes(), f"'{command}' draws another picture")

    def check_links(self):
        for target in re.findall(r"\]\(([^)\s]+)\)", without_blocks(self.text)):
            if "://" in target:
                continue
            file, _, anchor = target.partition("#")
            path = (self.path.parent / file) if file else self.path
            check(path.exists(), f"{self.name} links to '{target}', which does not exist")
            if anchor and path.is_file():
                check(anchor in anchors(path.read_text()), f"{self.name} links to '{target}', which is no heading")

    def check_code(self):
        """Commands, options, words to explain and error codes in `code`."""
        for code in re.findall(r"`([^`\n]+)`", without_blocks(self.text)):
            words = code.split()
            explained = re.fullmatch(r"(?:stimgen explain )([a-z_.-]+)|([a-z]+\.[a-z]+-[a-z-]+)", code)
            if explained and self.name != "CHANGELOG.md":  # which names codes of the past
                done = subprocess.run([self.binary, "explain", explained[1] or explained[2]], capture_output=True)
                check(done.returncode == 0, f"{self.name}: '{code}' cannot be explained")
            if words[0] != "stimgen" or len(words) < 2 or not re.fullmatch(r"[a-z]+", words[1]):
                continue
            help_text = subprocess.run([self.binary, words[1], "--help"], capture_output=True, text=True)
            check(help_text.returncode == 0, f"{self.name}: there is no command '{code}'")
            for option in re.findall(r"--[a-z][a-z-]*", code):
                check(option in help_text.stdout, f"{self.name}: '{code}' has no option {option}")


def without_blocks(text):
    return BLOCK.sub("", text)


def anchors(text):
    """The anchors of the headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", without_blocks(text), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


CI_RECIPE = """stimgen: 1
seeds: {network: 1, spikes: 2}
time: {stop: 1 s}
networks: {populations: {cells: {nodes: 20}}}
backgrounds: {base: {population: cells, rate: 5 Hz}}
output: {directory: stimulus}
"""


def ci_lines(block):
    """The commands of a CI snippet: `- run: …` of GitHub, the lists under `before_script:` and `script:` of GitLab."""
    return re.findall(r"^ *- run: (.*)$", block, flags=re.M) or re.findall(r"^ *- (?!uses:)(.*)$", block, flags=re.M)


def is_installation(command):
    return not command.startswith("stimgen ") and "stimgen.lock" not in command


def run_ci_snippet(name, block, binary):
    """Installation: the files it names are there. Each line after it must do in a fresh checkout of a repository with recipe and
    lock, and one must fail after the recipe was edited alone."""
    lines = ci_lines(block)
    installation = [command for command in lines if is_installation(command)]
    lines = [command for command in lines if not is_installation(command)]
    check(lines and installation and block.index(installation[-1]) < block.index(lines[0]), f"{name}: nothing is installed")
    for path in re.findall(r"\.\./stimgen/((?!build)\S+)", " ".join(installation)):
        check((ROOT / path).exists(), f"{name}: '{path}' does not exist")
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
        check(made.returncode == 0, f"{name}: the repository was not made:\n{made.stderr}")
        check(len(lines) >= 3, f"{name}: there are no commands")
        for command in lines:
            done = line(command)
            check(done.returncode == 0, f"{name}: '{command}' ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        (folder / "recipe.yaml").write_text(CI_RECIPE.replace("5 Hz", "6 Hz"))
        check(any(line(command).returncode != 0 for command in lines),
              f"{name}: a recipe that was edited without its lock goes unseen")


def check_table_of_commands(binary):
    readme = (ROOT / "README.md").read_text()
    help_text = subprocess.run([binary, "--help"], capture_output=True, text=True, check=True).stdout
    for command in re.findall(r"^  ([a-z]+) ", help_text, flags=re.M):
        check(re.search(rf"^\| `stimgen {command}\b", readme, flags=re.M), f"README.md does not list the command '{command}'")
    check(readme.count("\n") <= 250, "README.md is longer than 250 lines")


def check_tables_of_kinds():
    """Every pattern and grouping method, and every recipe, is in the table that says what it means or shows."""
    meanings = (ROOT / "schemas" / "README.md").read_text()
    for kind in re.findall(r"^#### (?:type|method): (`[a-z]+`)$", (ROOT / "schemas" / "reference.md").read_text(), flags=re.M):
        check(re.search(rf"^\| {kind} \|", meanings, flags=re.M), f"no table of schemas/README.md says what {kind} means")
    cookbook = (ROOT / "recipes" / "README.md").read_text()
    for recipe in sorted((ROOT / "recipes").glob("*.yaml")):
        check(f"({recipe.name})" in cookbook, f"recipes/README.md does not list {recipe.name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--only", nargs="+", default=[])
    options = parser.parse_args()
    binary = options.binary.resolve()
    # reference.md shows the examples of the commands' help: tests/readme/check_generated.py holds it.
    documents = [name for name in sorted(tracked_files())
                 if name.endswith(".md") and not name.startswith("third_party/") and name != "schemas/reference.md"]
    for name in options.only or documents:
        Document(name, binary).run(options.update)
    check_table_of_commands(binary)
    check_tables_of_kinds()
    for problem in problems:
        print(f"FAILED {problem}")
    print(f"documents: {passed} passed, {len(problems)} failed")
    return 1 if problems else 0


sys.exit(main())
