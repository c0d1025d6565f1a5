#!/usr/bin/env python3
"""Counts the tests in a JUnit file of CTest or pytest: count_results.py FILE prints "PASSED FAILED".

A CTest test that ran doctest, or whose output ends in "N passed, M failed", counts as its cases. A skipped or unrun test
counts as failed: none is meant to be.
"""
import re
import sys
import xml.etree.ElementTree as ElementTree

# What doctest calls skipped are the test cases of other suites.
CASES = [
    re.compile(r"test cases: *\d+ *\| *(\d+) passed *\| *(\d+) failed"),
    re.compile(r"(\d+) passed, (\d+) failed\s*\Z"),
]


def count(case):
    """(passed, failed) of one test case of the file."""
    ran = case.get("status", "run") in ("run", "fail")
    broken = not ran or any(case.find(tag) is not None for tag in ("failure", "error", "skipped"))
    output = case.findtext("system-out") or ""
    for pattern in CASES:
        found = pattern.search(output)
        if found:
            failed = int(found[2])
            return int(found[1]), max(failed, 1) if broken else failed
    return (0, 1) if broken else (1, 0)


def main():
    counts = [count(case) for case in ElementTree.parse(sys.argv[1]).iter("testcase")]
    print(sum(passed for passed, _ in counts), sum(failed for _, failed in counts))


main()
