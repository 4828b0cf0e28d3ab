#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
`make test`: run the whole matrix, two at a time, and close with one line.

pytest does the work and writes OUT/test-results.xml; the closing line and the
exit status are taken from that file, so a pytest that died without a result
counts as a failure. A skipped test counts as failed: nothing here may be left out.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as ET

TESTS = pathlib.Path(__file__).resolve().parent / "tests"


def counts(results):
    """(passed, failed) of a JUnit file; (0, 1) when there is none to read."""
    try:
        suites = list(ET.parse(results).getroot().iter("testsuite"))
    except (OSError, ET.ParseError):
        return 0, 1
    total, failed = 0, 0
    for suite in suites:
        total += int(suite.get("tests", 0))
        failed += sum(int(suite.get(key, 0)) for key in ("failures", "errors", "skipped"))
    return total - failed, failed


def main():
    parser = argparse.ArgumentParser(description="Run the tests of k896.")
    parser.add_argument("--out", default="build", help="folder of the build and the results")
    parser.add_argument("pattern", nargs="?", default="", help="run the tests that match (pytest -k)")
    args = parser.parse_args()

    out = pathlib.Path(args.out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    results = out / "test-results.xml"
    results.unlink(missing_ok=True)
    argv = [sys.executable, "-m", "pytest", "-q", "-q", "-p", "no:cacheprovider", "--no-header",
            "-o", "console_output_style=none",
            "--rootdir", str(TESTS), "--junitxml", str(results),
            "-n", str(len(os.sched_getaffinity(0)))]
    if args.pattern:
        argv += ["-k", args.pattern]
    status = subprocess.run(argv + [str(TESTS)], env={**os.environ, "K896_OUT": str(out)},
                            stdin=subprocess.DEVNULL, check=False).returncode

    passed, failed = counts(results)
    if not failed and (status or not passed):
        print(f"pytest ended with status {status} and {passed} tests", file=sys.stderr)
        failed = 1
    print(f"serial logs: {out}/test-logs/; results: {results}", file=sys.stderr, flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
