"""Changes one thing in stimgen.lock: python edit.py KEY… VALUE."""

import json
import sys

lock = json.load(open("stimgen.lock"))
*path, last, value = sys.argv[1:]
inner = lock["recipes"]["recipe.yaml"]
for key in path:
    inner = inner[key]
assert last in inner
inner[last] = json.loads(value)
json.dump(lock, open("stimgen.lock", "w"), indent=2, sort_keys=True)
