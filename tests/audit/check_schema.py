#!/usr/bin/env python3
"""Checks locks that `stimgen run` writes against schemas/lock.schema.json: check_schema.py BINARY

Locks of recipes with every kind of entry must pass, and locks that were changed in one place must not. The schema uses a part
of JSON Schema that is read here, with the standard library alone. The last line counts the checks.
"""
import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCHEMA = json.loads((ROOT / "schemas" / "lock.schema.json").read_text())
KNOWN = {"$schema", "$ref", "title", "description", "definitions", "type", "required", "additionalProperties", "properties",
         "pattern", "enum", "const", "items", "uniqueItems", "minimum"}
TYPES = {"object": dict, "array": list, "string": str, "integer": int}


def problems(value, schema, place="lock"):
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if "$ref" in schema:
        yield from problems(value, SCHEMA["definitions"][schema["$ref"].rsplit("/", 1)[1]], place)
    if "type" in schema and (not isinstance(value, TYPES[schema["type"]]) or isinstance(value, bool)):
        yield f"{place} is not of type {schema['type']}"
        return
    if "const" in schema and value != schema["const"] or "enum" in schema and value not in schema["enum"]:
        yield f"{place} is {value!r}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{place} does not match {schema['pattern']}"
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{place} is too small"
    for item in value if isinstance(value, list) else []:
        yield from problems(item, schema.get("items", {}), place + "[]")
    if schema.get("uniqueItems") and len(set(value)) != len(value):
        yield f"{place} has an item twice"
    if isinstance(value, dict):
        for key in schema.get("required", []):
            if key not in value:
                yield f"{place} has no {key}"
        for key, member in value.items():
            inner = schema.get("properties", {}).get(key, schema.get("additionalProperties", {}))
            if inner is False:
                yield f"{place} has {key}"
            elif inner is not True:
                yield from problems(member, inner, f"{place}.{key}")


def changes(value):
    """The value with one thing wrong, for every place in it that the schema speaks of."""
    if isinstance(value, dict):
        for key in value:
            for changed in changes(value[key]):
                yield {**value, key: changed}
    elif isinstance(value, list):
        yield value + value if value else None
    elif isinstance(value, int):
        yield -1
        yield "1"
    else:
        yield 1


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    passed, failed = 0, 0
    for recipe in ("tutorial.yaml", "combine.yaml", "rates_from_csv.yaml", "sonata_network.yaml"):
        with tempfile.TemporaryDirectory(prefix="stimgen-schema-") as temporary:
            folder = pathlib.Path(temporary)
            subprocess.run(["cp", "-r", ROOT / "recipes", folder], check=True)
            (folder / "recipes" / "stimgen.lock").unlink(missing_ok=True)
            subprocess.run([binary, "run", folder / "recipes" / recipe, "-q"], check=True, stdout=subprocess.DEVNULL)
            lock = json.loads((folder / "recipes" / "stimgen.lock").read_text())
        found = list(problems(lock, SCHEMA))
        for changed in [copy.deepcopy(lock), *changes(lock)][1:]:
            if not list(problems(changed, SCHEMA)):
                found.append(f"{recipe}: a change goes unseen")
        passed += not found
        failed += bool(found)
        for problem in found[:5]:
            print(f"FAILED {recipe}: {problem}")
    print(f"lock schema: {passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
