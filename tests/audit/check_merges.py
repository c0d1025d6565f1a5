#!/usr/bin/env python3
"""What `git merge` makes of a lock, with real git: check_merges.py BINARY

Two branches edit a recipe and run it, and are merged. Where they edit different tasks, the lock merges without a word and is the
one that a run writes. Everything else that a merge can leave behind is refused at its place or mended by a run, never
believed. The last line counts the checks.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HEAD = "stimgen: 1\nseeds: 1\ntime: {stop: 200 ms}\nnetworks:\n  populations:\n    cells: {nodes: 8, properties: {kind: {cycle: [A, B]}}}\n"
TASKS = ("bg_a", "bg_b", "bg_c", "bg_d")
PLACE = re.compile(r"stimgen\.lock:\d+:\d+: ")


def recipe(rates, combine=()):
    """A recipe whose tasks are lines far apart, so that git merges the recipe where it merges anything."""
    tasks = "".join(f"\n  # {'-' * 20} {name}\n\n\n  {name}:\n    population: cells\n    rate: {rate} Hz\n\n\n"
                    for name, rate in sorted(rates.items()))
    combined = f"combine:\n  all: {{from: [{', '.join(combine)}]}}\n" if combine else ""
    return HEAD + "backgrounds:\n" + tasks + combined + "output: {directory: out, compression: none}\n"


class Repository:
    def __init__(self, binary, path):
        self.binary, self.path, self.lock = binary, path, path / "stimgen.lock"
        path.mkdir()
        self.git("init", "-q", "-b", "ours")
        (path / ".gitignore").write_text("/out/\n")

    def git(self, *words, check=True):
        options = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null"]
        return subprocess.run(["git", *options, *words], cwd=self.path, check=check, capture_output=True, text=True)

    def stimgen(self, *words):
        done = subprocess.run([self.binary, words[0], "recipe.yaml", *words[1:]], cwd=self.path, text=True, capture_output=True)
        return done.returncode, done.stdout + done.stderr

    def commit(self, text):
        (self.path / "recipe.yaml").write_text(text)
        code, said = self.stimgen("run", "-q")
        assert code == 0, said
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a step")

    def merge(self, base, ours, theirs, recipe_after=None):
        """Whether the lock merged without a conflict. The recipe afterwards is the one given, if git cannot make it."""
        self.commit(base)
        self.git("checkout", "-q", "-b", "theirs")
        self.commit(theirs)
        self.git("checkout", "-q", "ours")
        if ours != base:
            self.commit(ours)
        self.git("merge", "-q", "--no-edit", "--no-ff", "theirs", check=False)
        conflicts = self.git("diff", "--name-only", "--diff-filter=U").stdout.split()
        if recipe_after is not None:
            (self.path / "recipe.yaml").write_text(recipe_after)
        assert recipe_after is not None or "recipe.yaml" not in conflicts, "the recipe does not merge"
        return "stimgen.lock" not in conflicts

    def written_anew(self):
        """The lock that a run writes without one."""
        kept = self.lock.read_text()
        self.lock.unlink()
        code, said = self.stimgen("run", "-q")
        assert code == 0, said
        fresh = self.lock.read_text()
        self.lock.write_text(kept)
        return fresh


def check_right(repository):
    """The lock as it is belongs to the recipe: a run makes what is to be made and leaves it alone."""
    lock = repository.lock.read_text()
    code, said = repository.stimgen("run", "-q")
    assert code == 0, said
    assert repository.lock.read_text() == lock, "the run changed the lock"
    check_proven(repository)


def check_proven(repository):
    for words in (("run", "--locked", "-q"), ("verify",)):
        code, said = repository.stimgen(*words)
        assert code == 0, f"{words}: {said}"
    assert repository.lock.read_text() == repository.written_anew(), "not the lock that a run writes"


def check_refused(repository, word):
    """No command believes the lock; each says where it is wrong and what to do. Then deleting it is enough."""
    lock = repository.lock.read_text()
    for words in (("run", "-q"), ("run", "--locked", "-q"), ("verify",), ("plan",)):
        code, said = repository.stimgen(*words)
        assert code == 3 and PLACE.search(said) and word in said and "run again" in said, f"{words}: {code} {said}"
    assert repository.lock.read_text() == lock, "a refused lock was written to"
    repository.lock.unlink()
    assert repository.stimgen("run", "-q")[0] == 0
    check_proven(repository)


def check_noticed(repository):
    """A whole lock of another recipe: it is noticed, and a run mends it."""
    for words in (("run", "--locked", "-q"), ("verify",)):
        code, said = repository.stimgen(*words)
        assert code == 1, f"{words}: {code} {said}"
    assert repository.stimgen("run", "-q")[0] == 0
    check_proven(repository)


BASE = dict.fromkeys(TASKS, 20)


def different_tasks(repository):
    """Both sides edit, tasks that stand side by side in the lock."""
    assert repository.merge(recipe(BASE), recipe({**BASE, "bg_b": 30}), recipe({**BASE, "bg_c": 40}))
    check_right(repository)


def first_and_last(repository):
    assert repository.merge(recipe(BASE), recipe({**BASE, "bg_a": 30}), recipe({**BASE, "bg_d": 40}))
    check_right(repository)


def one_side(repository):
    assert repository.merge(recipe(BASE), recipe(BASE), recipe({**BASE, "bg_c": 40}))
    check_right(repository)


def last_edited_and_one_behind_it_added(repository):
    """A new task behind the last one puts a comma behind that."""
    ours, theirs = {**BASE, "bg_d": 30}, {**BASE, "bg_e": 40}
    assert repository.merge(recipe(BASE), recipe(ours), recipe(theirs), recipe({**ours, "bg_e": 40}))
    check_right(repository)


def last_removed_and_one_before_it_edited(repository):
    ours = {name: rate for name, rate in BASE.items() if name != "bg_d"}
    assert repository.merge(recipe(BASE), recipe(ours), recipe({**BASE, "bg_c": 40}), recipe({**ours, "bg_c": 40}))
    check_right(repository)


def added_in_two_places(repository):
    ours, theirs = {**BASE, "bg_a2": 30}, {**BASE, "bg_c2": 40}
    assert repository.merge(recipe(BASE), recipe(ours), recipe(theirs), recipe({**ours, **theirs}))
    check_right(repository)


def edited_and_one_before_it_added(repository):
    ours, theirs = {**BASE, "bg_b2": 30}, {**BASE, "bg_c": 40, "bg_b": 50}
    assert repository.merge(recipe(BASE), recipe(ours), recipe(theirs), recipe({**ours, **theirs}))
    check_right(repository)


def last_set_edited_and_one_behind_it_added(repository):
    """Assemblies and populations take more than a line each, too."""
    def sets(fraction, more=""):
        return recipe(BASE) + f"assemblies:\n  halves: {{population: cells, method: random, count: 2, fraction: {fraction}}}\n\n\n{more}"

    more = "  thirds: {population: cells, method: random, count: 3}\n"
    assert repository.merge(sets(1), sets(0.5), sets(1, more), sets(0.5, more))
    check_right(repository)


def the_same_edit(repository):
    assert repository.merge(recipe(BASE), recipe({**BASE, "bg_b": 30}), recipe({**BASE, "bg_b": 30}))
    check_right(repository)


def the_same_task(repository):
    """Marks are left in the lock, and then the wrong side is taken."""
    ours = recipe({**BASE, "bg_b": 30})
    assert not repository.merge(recipe(BASE), ours, recipe({**BASE, "bg_b": 40}), ours)
    marked = repository.lock.read_text()
    assert json_of(marked) is None
    check_refused(repository, "conflict marks")
    repository.git("checkout", "-q", "--theirs", "stimgen.lock")
    check_noticed(repository)


def added_in_one_place(repository):
    ours, theirs = {**BASE, "bg_e": 30}, {**BASE, "bg_f": 40}
    assert not repository.merge(recipe(BASE), recipe(ours), recipe(theirs), recipe({**ours, **theirs}))
    check_refused(repository, "conflict marks")


def parts_of_one_combination(repository):
    """Only the entry of the combination is in conflict; with either side of it, a run mends it."""
    parts = ["bg_a", "bg_d"]
    assert not repository.merge(recipe(BASE, parts), recipe({**BASE, "bg_a": 30}, parts), recipe({**BASE, "bg_d": 40}, parts))
    marked = repository.lock.read_text()
    assert marked.count("<<<<<<<") == 1
    for keep in (r"\1", r"\2"):
        repository.lock.write_text(re.sub(r"<<<<<<<[^\n]*\n(.*?)=======\n(.*?)>>>>>>>[^\n]*\n", keep, marked, flags=re.S))
        locked = json.loads(repository.lock.read_text())["recipes"]["recipe.yaml"]["tasks"]
        assert locked["bg_a"]["keys"]["rate"] == "30 Hz" and locked["bg_d"]["keys"]["rate"] == "40 Hz"
        check_noticed(repository)


def half_of_the_marks(repository):
    """Someone took a side and overlooked a mark."""
    ours = recipe({**BASE, "bg_b": 30})
    repository.merge(recipe(BASE), ours, recipe({**BASE, "bg_b": 40}), ours)
    for mark in ("<<<<<<<", "=======", ">>>>>>>"):
        marked = repository.lock.read_text()
        lines = [line for line in marked.splitlines(keepends=True)
                 if line.startswith(mark) or not line.startswith(("<<<<<<<", "=======", ">>>>>>>"))]
        repository.lock.write_text("".join(lines))
        for words in (("run", "-q"), ("verify",)):
            code, said = repository.stimgen(*words)
            assert code == 3 and PLACE.search(said), f"{mark} {words}: {code} {said}"
        repository.lock.write_text(marked)


def lock_of_the_other_side(repository):
    """The recipe is ours, the lock theirs."""
    ours = recipe({**BASE, "bg_b": 30})
    repository.merge(recipe(BASE), ours, recipe({**BASE, "bg_b": 40}), ours)
    repository.git("checkout", "-q", "--theirs", "stimgen.lock")
    check_noticed(repository)


def union_of_different_tasks(repository):
    (repository.path / ".gitattributes").write_text("stimgen.lock merge=union\n")
    assert repository.merge(recipe(BASE), recipe({**BASE, "bg_b": 30}), recipe({**BASE, "bg_c": 40}))
    check_right(repository)


def union_of_the_same_task(repository):
    """Both lines of the file are kept: no JSON, as there is no comma between them."""
    (repository.path / ".gitattributes").write_text("stimgen.lock merge=union\n")
    ours = recipe({**BASE, "bg_b": 30})
    assert repository.merge(recipe(BASE), ours, recipe({**BASE, "bg_b": 40}), ours)
    check_refused(repository, "stimgen.lock")


def union_with_an_entry_twice(repository):
    """As text, both sides' entries of one task; JSON parsers would take the last and say nothing."""
    repository.commit(recipe(BASE))
    text = repository.lock.read_text()
    entry = re.search(r'    "bg_b": \{\n.*?\n    \},\n', text, flags=re.S).group()
    assert json.loads(text.replace(entry, entry + entry)) == json.loads(text)
    repository.lock.write_text(text.replace(entry, entry + entry))
    line = text[: text.index(entry)].count("\n") + entry.count("\n") + 1
    code, said = repository.stimgen("verify")
    assert code == 3 and f"stimgen.lock:{line}:5: 'bg_b' is here for the second time" in said, said
    check_refused(repository, "keep one of the two")


def two_recipes(repository):
    """Blocks of two recipes in one lock, one edited on each side."""
    (repository.path / "other.yaml").write_text(recipe(BASE).replace("directory: out", "directory: out/other"))

    def run_other():
        assert subprocess.run([repository.binary, "run", "other.yaml", "-q"], cwd=repository.path, capture_output=True).returncode == 0

    repository.commit(recipe(BASE))
    run_other()
    repository.git("add", "-A")
    repository.git("commit", "-q", "-m", "another recipe")
    repository.git("checkout", "-q", "-b", "theirs")
    repository.commit(recipe({**BASE, "bg_a": 40}))
    repository.git("checkout", "-q", "ours")
    other = repository.path / "other.yaml"
    other.write_text(other.read_text().replace("20 Hz", "30 Hz"))
    run_other()
    repository.git("commit", "-q", "-a", "-m", "a step")
    repository.git("merge", "-q", "--no-edit", "--no-ff", "theirs")
    lock = repository.lock.read_text()
    assert repository.stimgen("run", "-q")[0] == 0
    run_other()
    assert repository.lock.read_text() == lock


def json_of(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


CASES = (different_tasks, first_and_last, one_side, last_edited_and_one_behind_it_added, last_removed_and_one_before_it_edited,
         added_in_two_places, edited_and_one_before_it_added, last_set_edited_and_one_behind_it_added, the_same_edit, the_same_task, added_in_one_place,
         parts_of_one_combination, half_of_the_marks, lock_of_the_other_side, union_of_different_tasks, union_of_the_same_task,
         union_with_an_entry_twice, two_recipes)


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="stimgen-merges-") as temporary:
        for case in CASES:
            try:
                case(Repository(binary, pathlib.Path(temporary) / case.__name__))
            except (AssertionError, subprocess.CalledProcessError) as error:
                failed += 1
                print(f"FAILED {case.__name__}: {error!r}")
    print(f"lock merges: {len(CASES) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
