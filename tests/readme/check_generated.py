#!/usr/bin/env python3
"""Holds the files of schemas/ that stimgen prints itself: check_generated.py BINARY [--update]

--update writes them anew. The last line counts the checks.
"""
import pathlib
import subprocess
import sys

SCHEMAS = pathlib.Path(__file__).resolve().parent.parent.parent / "schemas"
GENERATED = {
    "recipe.schema.json": ["schema"],
    "reference.md": ["schema", "--reference"],
}


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    update = "--update" in sys.argv[2:]
    failed = 0
    for name, words in GENERATED.items():
        printed = subprocess.run([binary, *words], capture_output=True, check=True).stdout
        path = SCHEMAS / name
        if update:
            path.write_bytes(printed)
        elif not path.is_file() or path.read_bytes() != printed:
            failed += 1
            print(f"FAILED schemas/{name} is not what 'stimgen {' '.join(words)}' prints; renew it with "
                  "python3 tests/readme/check_generated.py BINARY --update")
    print(f"generated files: {len(GENERATED) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
