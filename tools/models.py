#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
`make test-models`: every model (kernel/lib/model.h) for long, on the host and in QEMU.

Both run the same operations, which a seed decides, and must end in the same digest of
what the allocators did. Prints of each model how many operations there were, the digests
and the seconds; fails when a model was left, or when the digests differ.
"""
import argparse
import pathlib
import random
import re
import subprocess
import sys
import time

import qemu

ROOT = pathlib.Path(__file__).resolve().parent.parent


def names():
    """The models, as mm/tests/model_test.c announces them."""
    source = (ROOT / "mm" / "tests" / "model_test.c").read_text(encoding="utf-8")
    return re.findall(r"^MODEL_SUITE\((\w+), \d+\);$", source, re.M)


def options(model, seed, operations):
    """The kernel's command line for a run of one model."""
    return [f"selftest={model}", f"seed={seed}", f"model_ops={operations}"]


def digest_of(text, model, seed, operations):
    """The digest that a run of one model printed, None when it did not come to its end."""
    found = re.findall(rf"^ *# {model}: seed={seed} ops={operations} digest=(0x[0-9a-f]{{8}})\r?$",
                       text, re.M)
    passed = re.search(rf"^ok 1 {model}\r?$", text, re.M)
    return found[0] if len(found) == 1 and passed else None


def run(argv, model, seed, operations):
    """Return (digest, seconds) of a run, whose log is printed when it fails."""
    begin = time.monotonic()
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    digest = digest_of(done.stdout, model, seed, operations)
    if not digest:
        print(done.stdout, file=sys.stderr)
    return digest, time.monotonic() - begin


def compare(host, kernel, model, seed, operations):
    """Run one model in both worlds, print its row; return whether they agree."""
    words = options(model, seed, operations)
    worlds = [[host, "--map", "pc64", *words],
              qemu.command(kernel=kernel, append=" ".join([*words, "exit=1"]))]
    told = [run(argv, model, seed, operations) for argv in worlds]
    print(f"{model:18} {operations:12}" +
          "".join(f" {digest or 'FAILED':>11} {seconds:8.1f} s" for digest, seconds in told), flush=True)
    return told[0][0] is not None and told[0][0] == told[1][0]


def positive(text):
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text} is not a whole number above 0")
    return int(text)


def main():
    parser = argparse.ArgumentParser(description="Run the models on the host and in QEMU.")
    parser.add_argument("--host", required=True, help="the kernel as a Linux process")
    parser.add_argument("--kernel", required=True, help="the kernel")
    parser.add_argument("--ops", type=positive, default=1_000_000, help="operations of each model")
    parser.add_argument("--seed", type=positive, help="another one each time when none is given")
    parser.add_argument("models", nargs="*", metavar="MODEL", help="all when none is named")
    args = parser.parse_args()
    for model in args.models:
        if model not in names():
            parser.error(f"no model is called {model}; there are {', '.join(names())}")

    seed = args.seed or random.SystemRandom().randrange(1, 1 << 32)
    print(f"seed={seed}\n{'model':18} {'operations':>12} {'host':>11} {'':10} {'QEMU':>11}")
    differ = [model for model in args.models or names()
              if not compare(args.host, args.kernel, model, seed, args.ops)]
    for model in differ:
        print(f"{model}: not the same; to repeat: make test-models T={model} OPS={args.ops} SEED={seed}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
