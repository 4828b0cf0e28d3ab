# SPDX-License-Identifier: MIT
"""
What the system tests stand on: builds of the kernel, boots of a build, sessions.

Everything is written under build/: the builds of the matrix in build/test/NAME
(the default one in build/ itself, as `make` leaves it), every serial log in
build/test-logs/NAME.log, beside the QEMU command line that made it.
"""
import contextlib
import dataclasses
import fcntl
import functools
import os
import pathlib
import shlex
import subprocess
import sys
import time
import zlib

import pexpect
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import iso as iso_tool      # noqa: E402 (found by the line above)
import ktap                 # noqa: E402
import qemu                 # noqa: E402
import skips                # noqa: E402

OUT = pathlib.Path(os.environ.get("K896_OUT", ROOT / "build")).resolve()
LOGS = OUT / "test-logs"

VARIANTS = {
    "O2": [],
    "O0": ["OPT=-O0"],
    "Os": ["OPT=-Os"],
    "clang": ["LLVM=1"],
    # The two compilers call kernel/ubsan.c in different ways.
    "ubsan": ["UBSAN=1"],
    "ubsan-clang": ["UBSAN=1", "LLVM=1", "OPT=-O1"],
    "coverage": ["COVERAGE=1"],
}
TAIL = 40       # lines of a log that a failure shows
WIDTH = 160     # and columns
PATIENCE = 100  # seconds that a session waits for an answer: on a busy machine the guest is slow


def clean_env():
    """The environment without what a make above us left in it: its flags and job server."""
    return {key: value for key, value in os.environ.items()
            if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MAKE_TERMOUT",
                           "MAKE_TERMERR", "O", "OPT", "LLVM", "UBSAN", "COVERAGE", "V",
                           "KERNEL_ARGS", "MEM", "T", "WINDOW", "BREAK", "SECONDS", "OPS", "SEED",
                           "F", "N", "LEFT", "LEAST")}


def make(*args, root=ROOT, timeout=600):
    """Run make; return the finished process, its output (both streams) in stdout."""
    return subprocess.run(["make", "--no-print-directory", "-C", str(root), *args], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=clean_env(), timeout=timeout, check=False)


def goal(path):
    """The Makefile's own name of a file below OUT: it has none from the root if OUT is inside."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def tail(text, lines=TAIL):
    return "\n".join(line[:WIDTH] for line in ktap.clean(text)[-lines:])


@contextlib.contextmanager
def locked(name):
    """One holder at a time, over all workers of the test run."""
    OUT.mkdir(parents=True, exist_ok=True)
    with open(OUT / f".{name}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@functools.cache
def build(variant="O2"):
    """Build a variant unless it is up to date; return its folder."""
    folder = OUT if variant == "O2" else OUT / "test" / variant
    with locked(f"build-{variant}"):
        done = make("-j2", f"O={folder}", *VARIANTS[variant], "kernel")
    LOGS.mkdir(parents=True, exist_ok=True)
    (LOGS / f"build-{variant}.log").write_text(done.stdout, encoding="utf-8")
    if done.returncode or "warning:" in done.stdout:
        pytest.fail(f"building {variant} failed or warned:\n{tail(done.stdout)}", pytrace=False)
    return folder


@functools.cache
def symbols(elf):
    """The symbol table of an ELF file: {name: address}."""
    listing = subprocess.run(["nm", str(elf)], stdout=subprocess.PIPE, text=True, check=True)
    fields = [line.split() for line in listing.stdout.splitlines()]
    return {f[2]: int(f[0], 16) for f in fields if len(f) == 3}


def nr_suites(elf):
    table = symbols(elf)
    return (table["__kunit_suites_end"] - table["__kunit_suites_start"]) // 4


@dataclasses.dataclass(frozen=True)
class Config:
    """
    One way to boot. @via: "kernel" (QEMU's loader) or "iso" (GRUB); @args: the
    kernel's command line; @commands: of GRUB, before it loads the kernel; @lacks:
    sets of cases, from skips.py, that cannot run in this configuration.
    """
    name: str
    via: str = "kernel"
    mem: str = "64M"
    machine: str = "pc"
    cpu: str | None = None
    variant: str = "O2"
    args: str = ""
    modules: tuple = ()
    commands: tuple = ()
    extra: tuple = ()
    lacks: tuple = ()
    timeout: int = 120

    @property
    def skips(self):
        return frozenset().union(*self.lacks, *skips.by_options(self.args, self.extra),
                                 *skips.by_variant(self.variant))

    @property
    def elf(self):
        return build(self.variant) / "k896.elf"

    def command(self, args, timeout=None):
        """The QEMU command line of this configuration, with @args for the kernel."""
        where = {}
        if self.via == "iso":
            path = LOGS / f"{self.name}.iso"
            LOGS.mkdir(parents=True, exist_ok=True)
            iso_tool.make(str(path), str(self.elf), args, self.modules, self.commands)
            where["iso"] = str(path)
        else:
            where.update(kernel=str(self.elf), append=args, modules=self.modules)
        return qemu.command(**where, mem=self.mem, machine=self.machine, cpu=self.cpu,
                            timeout=timeout, extra=self.extra)


@dataclasses.dataclass
class Run:
    """A boot that has ended: QEMU's status (or ktap.EXIT_HANG) and the serial log."""
    status: int
    text: str
    seconds: float

    @property
    def lines(self):
        return ktap.clean(self.text)

    def fail(self, problems):
        """Fail the test with what is wrong and the end of the log."""
        listed = "\n".join(f"  - {problem}" for problem in problems)
        pytest.fail(f"{listed}\nthe log's last lines:\n{tail(self.text)}", pytrace=False)


def seed_of(name):
    """A seed of its own for each configuration, the same in every run."""
    return zlib.crc32(name.encode()) or 1


def boot(config, args="", until=None):
    """
    Boot and wait until QEMU leaves, or, when @until is given, until that text
    came over the serial line: for guests that end in a halt.
    """
    args = f"{config.args} {args}".strip()
    argv = config.command(args, timeout=config.timeout)
    LOGS.mkdir(parents=True, exist_ok=True)
    (LOGS / f"{config.name}.cmd").write_text(shlex.join(argv) + "\n", encoding="utf-8")
    path = LOGS / f"{config.name}.log"
    begin = time.monotonic()
    with open(path, "wb") as log:
        with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log,
                              stderr=subprocess.STDOUT) as process:
            if until is not None:
                while process.poll() is None and until not in read_log(path):
                    time.sleep(0.05)
                time.sleep(0.2)         # what the guest says behind it
                process.terminate()
            status = process.wait()
    if status in (124, 137):            # timeout(1): the time ran out
        status = ktap.EXIT_HANG
    return Run(status, read_log(path), time.monotonic() - begin)


def read_log(path):
    return path.read_bytes().decode("utf-8", "replace")


def self_test(config, which="all", args=""):
    """Boot, run self-tests, judge; fail the test unless all is as it should be."""
    run = boot(config, f"selftest={which} exit=1 seed={seed_of(config.name)} {args}")
    suites, expected = nr_suites(config.elf), config.skips
    names = set(which.split(",")) - {"all", "soak"}
    if names:
        suites = len(names)
        expected = {path for path in expected if path.split(".")[0] in names}
    problems = ktap.judge(run.status, run.text, skips=expected, suites=suites)
    if problems:
        run.fail(problems)
    return run


class Session:
    """A dialogue with the prompt of a running kernel, its log kept like any other."""

    PROMPT = "k896> "

    def __init__(self, config, args="selftest=none"):
        argv = config.command(f"{config.args} {args}".strip(), timeout=config.timeout)
        LOGS.mkdir(parents=True, exist_ok=True)
        self.path = LOGS / f"{config.name}.log"
        self.log = open(self.path, "wb")        # closed by close()
        self.child = pexpect.spawn(argv[0], argv[1:], timeout=PATIENCE, logfile=self.log, echo=False)
        self.child.logfile_read, self.child.logfile = self.log, None
        self.child.delaybeforesend = None
        self.wait()

    def wait(self, what=None, timeout=PATIENCE):
        """Read up to @what (default: the prompt); return the text before it."""
        try:
            self.child.expect_exact(what or self.PROMPT, timeout=timeout)
        except (pexpect.TIMEOUT, pexpect.EOF) as err:
            pytest.fail(f"waited for {what or self.PROMPT!r}: {type(err).__name__}; the log's last "
                        f"lines:\n{tail(self.log_text())}", pytrace=False)
        return self.child.before.decode("utf-8", "replace").replace("\r", "")

    def log_text(self):
        """All that came over the line so far."""
        self.log.flush()
        return read_log(self.path)

    def type(self, text):
        """Send characters, each below 256 as the byte of that number."""
        self.child.send(text.encode("latin-1"))

    def run(self, line, timeout=PATIENCE):
        """Type a command; return what it printed, without its echo."""
        self.type(line + "\r")
        return self.wait(timeout=timeout).split("\n", 1)[-1]

    def status(self, timeout=PATIENCE):
        """Wait until QEMU has left; return its exit status."""
        self.child.expect(pexpect.EOF, timeout=timeout)
        self.child.wait()
        return self.child.exitstatus

    def close(self):
        self.child.close(force=True)
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
