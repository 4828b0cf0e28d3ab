#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
`make mutate`: do the tests notice when mm/ is wrong?

Makes mutants of mm/*.c and of the functions in mm/*.h (mutation/mutants.py says which),
builds each, and runs the suites as a Linux process until one of them fails: the mutant
is killed. One that passes everything has survived, and is either a test that is missing or a
change that makes no difference. Of those that the compiler turns into the same code as the
original, or as another mutant, nothing is counted; those that are equivalent for a
reason that only people see stand, with it, in mutation/equivalent.txt.

Results are kept in OUT/results.json, by what all sources held: a run that was
interrupted goes on where it was. Reports: OUT/report.txt and OUT/report.json.
"""
import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import queue
import random
import shlex
import sys
import threading
import time

from mutation import build, mutants, trial

ROOT = pathlib.Path(__file__).resolve().parent.parent
EQUIVALENT = ROOT / "tools" / "mutation" / "equivalent.txt"

SAVE_EVERY = 50         # mutants

KILLED, LATE, SURVIVED = "killed", "time ran out", "survived"
SAME_CODE, TWIN, STATED, NOT_C = "same code", "twin", "stated", "does not build"


def sources():
    """The files that are mutated."""
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "mm").glob("*.[ch]"))


def digest_of_all(commands):
    """Of all that a result depends on, but for the mutant itself."""
    digest = hashlib.sha256(repr(commands).encode())
    for folder in ("arch", "kernel", "mm", "tools/mutation"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".c", ".h", ".asm", ".ld", ".py"):
                digest.update(path.read_bytes())
    digest.update((ROOT / "tools" / "bootstory.py").read_bytes())
    return digest.hexdigest()


def read_equivalent(text):
    """
    {mutant's name: reason}. Groups are separated by an empty line: the reason, each of its
    lines with a # in front, and then the mutants' names, one a line.
    """
    stated, reason, open_group = {}, "", False
    for line in text.splitlines():
        if line.startswith("#"):
            reason = f"{reason} {line[1:].strip()}" if open_group else line[1:].strip()
            open_group = True
        elif line.strip():
            stated[line.strip()] = reason
            open_group = False
        else:
            reason, open_group = "", False
    return stated


class Score:
    """What became of the mutants of one file."""

    def __init__(self):
        self.count = collections.Counter()

    @property
    def counted(self):
        return self.count[KILLED] + self.count[LATE] + self.count[SURVIVED]

    @property
    def percent(self):
        dead = self.count[KILLED] + self.count[LATE]
        return 100 * dead / self.counted if self.counted else 100.0

    def row(self, name):
        same = self.count[SAME_CODE] + self.count[TWIN] + self.count[STATED]
        return (f"{name:24} {self.counted:7} {self.count[KILLED]:7} {self.count[LATE]:7} "
                f"{self.count[SURVIVED]:8} {same:10} {self.percent:7.1f} %")


HEADING = (f"{'file':24} {'mutants':>7} {'killed':>7} {'late':>7} {'survived':>8} "
           f"{'equivalent':>10} {'score':>9}")


class Campaign:
    """One call of this program: which mutants, what became of them."""

    def __init__(self, args, plain, watched):
        self.args = args
        self.out = pathlib.Path(args.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.store = self.out / "results.json"
        self.digest = digest_of_all((plain, watched))
        self.known = self._load()
        self.stated = read_equivalent(EQUIVALENT.read_text(encoding="utf-8"))
        self.plain = build.Builder(ROOT, self.out / "plain", plain)
        self.watched = build.Builder(ROOT, self.out / "watched", watched)
        self.trial = self.watch = None
        self.workers = queue.SimpleQueue()
        for number in range(args.jobs):
            self.workers.put(self.out / "work" / str(number))
        self.results = {}       # name: (mutant, verdict, what told)
        self.by_code = {}       # digest of objects: name of the mutant that had it first
        self.begin = self.deadline = time.monotonic()
        self.lock = threading.Lock()
        self.chosen = 0

    def _load(self):
        try:
            kept = json.loads(self.store.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return kept["results"] if kept.get("digest") == self.digest else {}

    def _save(self):
        kept = {"digest": self.digest, "results": self.known}
        new = self.store.with_suffix(".new")
        new.write_text(json.dumps(kept, indent=0), encoding="utf-8")
        new.replace(self.store)

    # --- which mutants ----------------------------------------------------------------------

    def choose(self):
        """The mutants of this run, in the order of their trial."""
        chosen, every = [], []
        rand = random.Random(self.args.seed)
        for path in self.args.files or sources():
            found = mutants.mutants_of(path, (ROOT / path).read_text(encoding="utf-8"))
            every += found
            if self.args.left:
                before = self._survivors_before()
                found = [mutant for mutant in found if mutant.name in before]
            if self.args.number and self.args.number < len(found):
                found = rand.sample(found, self.args.number)
            if self.args.seconds:
                rand.shuffle(found)
            chosen.append(found)
        if self.args.seconds:           # a sample of all files, whenever time runs out
            chosen = [mutant for turn in range(max(map(len, chosen), default=0))
                      for found in chosen for mutant in found[turn:turn + 1]]
        else:
            chosen = [mutant for found in chosen for mutant in found]
        self.gone = self._stale(every)
        return chosen

    def _survivors_before(self):
        report = json.loads((self.out / "report.json").read_text(encoding="utf-8"))
        return {name for name, entry in report["mutants"].items() if entry["verdict"] == SURVIVED}

    def _stale(self, every):
        """Entries of equivalent.txt that no mutant has the name of."""
        names = {mutant.name for mutant in every}
        files = set(self.args.files or sources())
        return [name for name in self.stated if name.split(":")[0] in files and name not in names]

    # --- one mutant -------------------------------------------------------------------------

    def _try(self, mutant):
        """Return (verdict, what told)."""
        work = self.workers.get()
        try:
            changed, code = self.plain.compile_mutant(work, mutant)
            if not changed and not mutants.for_sanitizers(mutant):
                return SAME_CODE, ""
            if changed:
                first = self.by_code.setdefault(code, mutant.name)
                if first != mutant.name:
                    return TWIN, first
                killed = self._tried(self.trial, self.plain.link(work, changed),
                                     self.trial.runs(mutant.path))
                if killed:
                    return killed
            changed, _ = self.watched.compile_mutant(work, mutant)
            if not changed:
                return SURVIVED, ""
            return self._tried(self.watch, self.watched.link(work, changed),
                               self.watch.quick_runs(mutant.path)) or (SURVIVED, "")
        except build.DoesNotBuild as err:
            return NOT_C, str(err).strip().splitlines()[0] if str(err).strip() else ""
        finally:
            self.workers.put(work)

    @staticmethod
    def _tried(trial_, program, runs):
        """Return (verdict, what told) when a run kills the mutant, else None."""
        for run in runs:
            wrong, late = trial_.judge(program, run)
            if wrong:
                return (LATE if late else KILLED), f"{run}: {wrong}"
        return None

    def _verdict(self, mutant):
        if time.monotonic() > self.deadline:
            return
        known = self.known.get(mutant.name) or list(self._try(mutant))
        with self.lock:
            self.known[mutant.name] = known
        verdict, told = known
        if verdict == SURVIVED and mutant.name in self.stated:
            verdict, told = STATED, self.stated[mutant.name]
        with self.lock:
            self.results[mutant.name] = (mutant, verdict, told)
            if self.args.verbose:
                print(f"{verdict}: {mutant}" + (f" [{told}]" if told else ""), flush=True)
            if len(self.results) % SAVE_EVERY == 0:
                print(f"# {len(self.results)} of {self.chosen}", flush=True)
                self._save()

    def _measure(self):
        """How the kernel does without a mutant."""
        program = self.plain.link(self.out / "plain" / "original", {})
        self.trial = trial.Trial(program, self.args.jobs)
        self.trial.measure_all()
        program = self.watched.link(self.out / "watched" / "original", {})
        self.watch = trial.Trial(program, self.args.jobs, self.trial.slow)

    def run(self):
        chosen = self.choose()
        self.chosen = len(chosen)
        if any(mutant.name not in self.known for mutant in chosen):
            self._measure()
        self.deadline = time.monotonic() + (self.args.seconds or 1e9)
        try:
            with concurrent.futures.ThreadPoolExecutor(self.args.jobs) as pool:
                for done in pool.map(self._verdict, chosen):
                    del done
        finally:
            self._save()

    # --- reporting --------------------------------------------------------------------------

    def scores(self):
        files = collections.defaultdict(Score)
        for mutant, verdict, _ in self.results.values():
            files[mutant.path].count[verdict] += 1
        return files

    def wrong_statements(self):
        """Of equivalent.txt: what is gone, and what a test tells apart."""
        killed = [name for name, (_, verdict, _) in self.results.items()
                  if name in self.stated and verdict in (KILLED, LATE)]
        return ([f"equivalent.txt: no such mutant any more: {name}" for name in self.gone] +
                [f"equivalent.txt: killed, so not equivalent: {name}" for name in killed])

    def report(self):
        """The report's text; also written down."""
        files = self.scores()
        total = Score()
        for score in files.values():
            total.count += score.count
        lines = [HEADING]
        lines += [files[path].row(path) for path in sorted(files)]
        lines += [total.row("all"), ""]
        survivors = sorted((entry for entry in self.results.values() if entry[1] == SURVIVED),
                           key=lambda entry: (entry[0].path, entry[0].start))
        lines += [f"survived: {mutant}" for mutant, _, _ in survivors]
        lines += self.wrong_statements()
        text = "\n".join(lines) + "\n"
        (self.out / "report.txt").write_text(text, encoding="utf-8")
        (self.out / "report.json").write_text(json.dumps({
            "files": {path: dict(score.count) | {"score": round(score.percent, 1)}
                      for path, score in files.items()},
            "mutants": {name: {"line": mutant.line, "kind": mutant.kind, "verdict": verdict,
                               "told": told}
                        for name, (mutant, verdict, told) in self.results.items()},
        }, indent=1), encoding="utf-8")
        return text


def natural(text):
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is not a whole number")
    return int(text)


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description="Mutation tests of mm/.")
    parser.add_argument("--out", default="build/mutate", help="scratch folder")
    parser.add_argument("--number", type=natural, default=0, help="mutants of each file; 0: all")
    parser.add_argument("--seed", type=natural, default=1, help="of the sample")
    parser.add_argument("--seconds", type=float, default=0, help="begin no mutant after so long")
    parser.add_argument("--left", action="store_true", help="only what survived the last time")
    parser.add_argument("--least", type=float, default=0, help="fail when a file scores less")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--verbose", action="store_true", help="a line for each mutant")
    parser.add_argument("--build", nargs=5, action="append", required=True,
                        metavar=("COMPILE", "OBJECTS", "PROCESS", "LOCALIZE", "LINK"),
                        help="how the Makefile builds the plain program; then the watched one")
    parser.add_argument("files", nargs="*", help="files of mm/; all when none is named")
    args = parser.parse_args(argv)
    for path in args.files:
        if path not in sources():
            parser.error(f"{path} is none of mm/*.c and mm/*.h")
    if args.left and not (pathlib.Path(args.out) / "report.json").exists():
        parser.error("nothing is left of a time before: there is no report of it")
    return args


def main(argv=None):
    args = parse_arguments(argv)
    os.chdir(ROOT)
    campaign = Campaign(args, *(build.Commands(*map(shlex.split, words)) for words in args.build))
    campaign.run()
    print(campaign.report(), end="")
    print(f"{len(campaign.results)} of {campaign.chosen} mutants in "
          f"{time.monotonic() - campaign.begin:.0f} s; report: {campaign.out}/report.txt")
    low = [path for path, score in campaign.scores().items() if score.percent < args.least]
    return 1 if low or campaign.wrong_statements() else 0


if __name__ == "__main__":
    sys.exit(main())
