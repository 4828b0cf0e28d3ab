#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
`make fuzz`: run the fuzz targets of arch/host/fuzz/ under libFuzzer.

    tools/fuzz.py list
    tools/fuzz.py run [TARGET]... [--seconds N]     fuzz; without a target each of them
    tools/fuzz.py replay [TARGET]...                run what is kept, and nothing else
    tools/fuzz.py shrink TARGET FILE                make an input that fails as short as it can be
    tools/fuzz.py keep TARGET FILE                  make FILE a regression input
    tools/fuzz.py merge [TARGET]...                 few inputs that reach what all found so far do

What is kept lies in tools/fuzz/: corpus/TARGET/ holds inputs to start from, few and
short, crashes/TARGET/ each input that once made the kernel fail. What a run finds by
itself grows in OUT/fuzz/corpus/TARGET/, and stays there until merge takes some of it.
"""
import argparse
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEPT = ROOT / "tools" / "fuzz"

MAX_LEN = 4096          # bytes of an input that is tried
KEPT_LEN = 512          # and of one that is kept
INPUT_TIMEOUT = 30      # seconds that one input may take; most take a thousandth
SHRINK_RUNS = 20000     # tries to make one shorter, each time anew


def listing(program):
    """What the program prints when it is called by no target's name: names, and what they are."""
    done = subprocess.run([str(program)], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def targets(program):
    return [line.split()[0] for line in listing(program).splitlines()]


def short(path):
    """A path as one would type it."""
    return os.path.relpath(path)


class Target:
    """One target of the program in @out/wide/, by a link of its name."""

    def __init__(self, out, name):
        self.name = name
        self.folder = out / "fuzz"
        self.program = self.folder / name
        self.found = self.folder / "corpus" / name
        self.corpus = KEPT / "corpus" / name
        self.crashes = KEPT / "crashes" / name
        self.found.mkdir(parents=True, exist_ok=True)
        if not self.program.is_symlink():
            self.program.symlink_to("../wide/k896-fuzz")

    def kept(self):
        """The folders of inputs in the tree."""
        return [folder for folder in (self.corpus, self.crashes) if folder.is_dir()]

    def command(self, *options, paths=()):
        """The command of libFuzzer; an input that fails is written beside the program."""
        return [short(self.program), f"-timeout={INPUT_TIMEOUT}", "-print_final_stats=0",
                f"-artifact_prefix={short(self.folder)}/{self.name}-", *options,
                *(short(path) for path in paths)]

    def fuzz(self, *options, folders=None):
        """The command that fuzzes from all that is there, until @options say to end."""
        if folders is None:
            folders = [self.found, *self.kept()]
        return self.command(f"-max_len={MAX_LEN}", *options, paths=folders)

    def replay(self):
        """The command that runs each input that is kept, once."""
        return self.command("-runs=0", paths=self.kept())

    def failing(self, since):
        """The input that made the program fail, written after the time @since; or None."""
        files = [path for path in self.folder.glob(f"{self.name}-*-*")
                 if path.stat().st_mtime >= since - 1]
        return max(files, key=lambda path: path.stat().st_mtime, default=None)

    def merge(self):
        """
        A few inputs that together reach all that is reached, in place of the corpus.
        Only whether code is reached counts, not how often: so it stays small.
        """
        fresh = self.folder / f"{self.name}.merged"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        status = run(self.command("-set_cover_merge=1", f"-max_len={KEPT_LEN}", "-use_counters=0",
                                  paths=[fresh, *self.kept(), self.found]))
        if not status:
            shutil.rmtree(self.corpus, ignore_errors=True)
            shutil.copytree(fresh, self.corpus)
        shutil.rmtree(fresh)
        return status

    def shrink(self, path):
        """Write what is left of an input that fails as long as a shorter one does, too."""
        shrunk = self.folder / f"{self.name}-shrunk"
        shutil.copy(path, shrunk)
        run(self.command("-minimize_crash=1", f"-runs={SHRINK_RUNS}",
                         f"-exact_artifact_path={short(shrunk)}", paths=[path]))
        print(f"{shrunk.stat().st_size} bytes: {short(shrunk)}")

    def keep(self, path):
        """Make a file a regression input, named by what it holds."""
        data = pathlib.Path(path).read_bytes()
        self.crashes.mkdir(parents=True, exist_ok=True)
        kept = self.crashes / hashlib.sha1(data).hexdigest()[:16]
        kept.write_bytes(data)
        print(short(kept))


def run(command):
    print(" ".join(command), flush=True)
    return subprocess.run(command, check=False).returncode


def fails(target, command):
    """Run @command; when it fails, say what to do about it. Return: did it?"""
    begin = time.time()
    if not run(command):
        return False
    path = target.failing(begin)
    print(f"\n{target.name}: FAILED, the report is above", file=sys.stderr)
    if path:
        tool = f"tools/fuzz.py --out {short(target.folder.parent)}"
        print(f"  the input:          {short(path)}\n"
              f"  to repeat:          {short(target.program)} {short(path)}\n"
              f"  to make it shorter: {tool} shrink {target.name} {short(path)}\n"
              f"  once it is mended:  {tool} keep {target.name} {short(path)}\n"
              "which makes it a regression input of `make test`", file=sys.stderr)
    return True


def positive(text):
    if not text.isdecimal() or not int(text):       # to libFuzzer, 0 is for ever
        raise argparse.ArgumentTypeError(f"{text} is not a whole number above 0")
    return int(text)


def parse_args():
    parser = argparse.ArgumentParser(description="Run the fuzz targets of k896.")
    parser.add_argument("--out", default="build", help="folder of the build")
    parser.add_argument("--seconds", type=positive, default=60, help="how long to fuzz each target")
    parser.add_argument("what", choices=["list", "run", "replay", "shrink", "keep", "merge"])
    parser.add_argument("names", nargs="*", metavar="TARGET")
    args = parser.parse_intermixed_args()

    args.out = pathlib.Path(args.out).resolve()
    args.program = args.out / "wide" / "k896-fuzz"
    if not args.program.exists():
        parser.error(f"{short(args.program)} is not built: make fuzz does that")
    args.files = []
    if args.what in ("shrink", "keep"):
        args.names, args.files = args.names[:1], args.names[1:]
        if not args.files:
            parser.error(f"{args.what} needs a target and a file")
    known = targets(args.program)
    for name in args.names:
        if name not in known:
            parser.error(f"no target is called {name}; there are {', '.join(known)}")
    args.targets = [Target(args.out, name) for name in args.names or known]
    return args


def main():
    args = parse_args()
    if args.what == "list":
        print(listing(args.program), end="")
        print("\nmake fuzz T=TARGET SECONDS=60 runs one, make fuzz SECONDS=60 each in turn")
        return 0
    if args.what in ("shrink", "keep"):
        for path in args.files:
            getattr(args.targets[0], args.what)(path)
        return 0
    if args.what == "merge":
        return any([target.merge() for target in args.targets])
    if args.what == "replay":
        return any([fails(target, target.replay()) for target in args.targets])
    return any([fails(target, target.fuzz(f"-max_total_time={args.seconds}")) for target in args.targets])


if __name__ == "__main__":
    sys.exit(main())
