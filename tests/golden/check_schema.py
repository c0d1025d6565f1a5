#!/usr/bin/env python3
"""Holds schemas/recipe.schema.json against the program and the recipes against the schema: check_schema.py BINARY

    check_schema.py BINARY --update    writes the schema anew

Needs jsonschema and PyYAML. The last line counts the checks.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCHEMA = ROOT / "schemas" / "recipe.schema.json"


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core types: `on`, `off` and dates are text, as they are for editors and for stimgen."""


CoreLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers
            if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:int")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
CoreLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
CoreLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()

    made = subprocess.run([options.binary.resolve(), "schema"], capture_output=True, text=True, check=True).stdout
    if options.update:
        SCHEMA.parent.mkdir(exist_ok=True)
        SCHEMA.write_text(made)
    passed, problems = 0, []

    def check(good, problem):
        nonlocal passed
        if good:
            passed += 1
        else:
            problems.append(problem)

    check(SCHEMA.read_text() == made, f"{SCHEMA.relative_to(ROOT)} is out of date: write it with `stimgen schema`")
    schema = json.loads(made)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    recipes = sorted([*(ROOT / "recipes").glob("*.yaml"), *(ROOT / "tests" / "golden").glob("*.yaml")])
    for recipe in recipes:
        errors = [f"{recipe.relative_to(ROOT)}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
                  for error in validator.iter_errors(yaml.load(recipe.read_text(), CoreLoader))]
        check(not errors, "\n       ".join(errors))
        if recipe.parent.name == "recipes":
            first = recipe.read_text().splitlines()[0]
            check(first == "# yaml-language-server: $schema=../schemas/recipe.schema.json",
                  f"{recipe.name} does not name the schema in its first line")

    for problem in problems:
        print(f"FAILED {problem}")
    print(f"schema: {passed} passed, {len(problems)} failed")
    return 1 if problems else 0


sys.exit(main())
