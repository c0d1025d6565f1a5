#!/usr/bin/env python3
"""Counts the tests in a JUnit file of CTest or pytest: count_results.py FILE prints "PASSED FAILED".

A CTest test that ran doctest counts as its test cases. A skipped or unrun test counts as failed: none is meant to be.
"""
import re
import sys
import xml.etree.ElementTree as ElementTree

DOCTEST = re.compile(r"test cases: *(\d+) *\| *(\d+) passed *\| *(\d+) failed *\| *(\d+) skipped")


def main():
    passed = failed = 0
    for case in ElementTree.parse(sys.argv[1]).iter("testcase"):
        ran = case.get("status", "run") in ("run", "fail")
        broken = not ran or any(case.find(tag) is not None for tag in ("failure", "error", "skipped"))
        output = case.findtext("system-out") or ""
        doctest = DOCTEST.findall(output)
        if doctest:
            # `skipped` there are the test cases that belong to other suites.
            cases_passed = sum(int(found[1]) for found in doctest)
            cases_failed = sum(int(found[2]) for found in doctest)
            passed += cases_passed
            failed += max(cases_failed, 1 if broken else 0)
        elif broken:
            failed += 1
        else:
            passed += 1
    print(passed, failed)


main()
