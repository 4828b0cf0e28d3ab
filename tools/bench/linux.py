# SPDX-License-Identifier: MIT
"""
Debian's own i386 Linux, measured beside k896: in the same QEMU, by the same sources.

linux-image-686 and its headers come by apt, by the name of the package, into a folder
of their own: apt is given that folder for its lists and caches, and dpkg unpacks without
installing, so that nothing of the host changes, i386 being foreign to it or not. The
host's own linux-kbuild has the programs that a module is built with. kernel/bench/*.c
becomes that module, module/k896_on_linux.h says how; an /init of a few instructions
loads it.
"""
import os
import pathlib
import re
import shutil
import stat
import subprocess

import qemu
from bench import guest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SOURCES = HERE / "module"
ROWS = ("bench.c", "pages.c", "objects.c", "areas.c")   # of kernel/bench/
INCLUDE = re.compile(r"^#include <((?:kernel|mm|arch)/[\w./-]+)>", re.M)

# A fair column: no zeroing that nobody asked for, no mitigations; and repeatable, which takes
# a clock that does not know the date either: Linux stirs it into its random numbers.
LINUX_ARGS = ("console=ttyS0 init_on_alloc=0 init_on_free=0 mitigations=off nokaslr rdinit=/init "
              "panic=-1 quiet loglevel=4")
REPEATABLE = ("-seed", "1", "-rtc", "base=2024-01-01,clock=vm")


def call(argv, what, **kwargs):
    """Run a program; return what it printed, or fail saying what did not work."""
    env = {name: value for name, value in os.environ.items()
           if not name.startswith(("MAKE", "MFLAGS"))}  # of the make above us
    try:
        done = subprocess.run([str(arg) for arg in argv], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              env={**env, "LC_ALL": "C"}, **kwargs)
    except FileNotFoundError as err:
        raise guest.BenchError(f"{what}: there is no {argv[0]}") from err
    if done.returncode:
        raise guest.BenchError(f"{what}: {argv[0]} ended with status {done.returncode}:\n"
                               + "\n".join(done.stdout.splitlines()[-12:]))
    return done.stdout


class Apt:
    """apt and dpkg, on a state of their own below @folder."""

    def __init__(self, folder):
        self.folder = folder
        self.native = call(["dpkg", "--print-architecture"], "which architecture is this").strip()
        for name in ("lists/partial", "cache/archives/partial", "packages"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        self.options = [f"-oDir::State::lists={folder}/lists", f"-oDir::State::status={folder}/status",
                        f"-oDir::Cache={folder}/cache", "-oAPT::Sandbox::User=root", "-oAPT::Get::List-Cleanup=0",
                        "-oAcquire::Retries=3",
                        f"-oAPT::Architecture={self.native}", f"-oAPT::Architectures={self.native},i386"]

    def update(self):
        """Fetch the lists. A mirror in the middle of an update fails in part: what came may do."""
        done = subprocess.run(["apt-get", *self.options, "update"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if not list((self.folder / "lists").glob("*_Packages*")):
            raise guest.BenchError("no package lists could be fetched, so there is no Linux to measure; "
                                   "bench-linux needs the network, or a mirror in apt's sources:\n"
                                   + "\n".join(done.stdout.splitlines()[-6:]))

    def depends(self, package):
        """What a package depends on, as apt names it."""
        text = call(["apt-cache", *self.options, "depends", package], f"looking for {package}")
        return re.findall(r"^ +Depends: (\S+)", text, re.M)

    def unpack(self, packages, root):
        """Download packages and unpack them below @root."""
        store = self.folder / "packages"
        shutil.rmtree(store)
        store.mkdir()
        call(["apt-get", *self.options, "download", *packages],
             "downloading Linux's packages (bench-linux needs the network)", cwd=store)
        for package in sorted(store.glob("*.deb")):
            call(["dpkg", "-x", package, root], f"unpacking {package.name}")


def fetch(folder):
    """Linux's image and headers below @folder/root, fetched once; return the version."""
    root, done = folder / "root", folder / "fetched"
    if done.exists():
        return done.read_text(encoding="ascii").strip()
    shutil.rmtree(root, ignore_errors=True)
    apt = Apt(folder)
    apt.update()
    images = [name for name in apt.depends("linux-image-686:i386") if name.startswith("linux-image-")]
    if not images:
        raise guest.BenchError("linux-image-686 names no image")
    version = images[0].removeprefix("linux-image-").removesuffix(":i386")
    series = ".".join(version.split(".")[:2])
    common = re.sub(r"-686$", "-common", version)
    apt.unpack([f"linux-image-{version}:i386", f"linux-headers-{version}:i386", f"linux-headers-{common}",
                f"linux-kbuild-{series}"], root)
    makefile = root / f"usr/src/linux-headers-{version}/Makefile"
    makefile.write_text(makefile.read_text(encoding="utf-8").replace(
        "include /usr/src/", "include ../"), encoding="utf-8")
    done.write_text(version + "\n", encoding="ascii")
    return version


def lay_out(folder):
    """The module's sources: the rows as they are, and each header that they name."""
    shutil.rmtree(folder, ignore_errors=True)
    bench = folder / "include/kernel/bench"
    bench.mkdir(parents=True)
    for name in ("Kbuild", "module.c"):
        shutil.copy(SOURCES / name, folder)
    shutil.copy(SOURCES / "k896_on_linux.h", folder / "include")
    for name in ROWS:
        shutil.copy(ROOT / "kernel/bench" / name, folder)
    shutil.copy(ROOT / "kernel/bench/bench.h", bench)
    for source in [folder / name for name in ROWS] + [bench / "bench.h"]:
        for header in INCLUDE.findall(source.read_text(encoding="utf-8")):
            path = folder / "include" / header
            path.parent.mkdir(parents=True, exist_ok=True)
            if header != "kernel/bench/bench.h":
                path.write_text("#include <k896_on_linux.h>\n", encoding="ascii")


def build_module(folder, version):
    """The module; return its path."""
    lay_out(folder / "module")
    headers = folder / f"root/usr/src/linux-headers-{version}"
    call(["make", "-C", headers, f"M={folder}/module", "ARCH=i386", "CROSS_COMPILE=i686-linux-gnu-",
          "CC=i686-linux-gnu-gcc", "modules"], "building the module")
    module = folder / "module/k896_bench.ko"
    # The path of the sources is in there: in another folder the file would have another size.
    call(["i686-linux-gnu-strip", "--strip-debug", module], "stripping the module")
    return module


def build_init(folder):
    """The guest's only program; return its path."""
    call(["nasm", "-f", "elf32", "-Werror", "-o", folder / "init.o", SOURCES / "init.asm"], "assembling /init")
    call(["i686-linux-gnu-ld", "-m", "elf_i386", "-static", "-o", folder / "init", folder / "init.o"],
         "linking /init")
    return folder / "init"


def cpio_entry(name, mode, data=b"", device=(0, 0)):
    """One entry of an archive in cpio's "newc" form, which Linux unpacks at boot."""
    fields = [0, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
    return b"".join(part + b"\0" * (-len(part) % 4) for part in (head, data))


def initramfs(init, module):
    """The first and only file system of the guest."""
    return b"".join((
        cpio_entry("dev", stat.S_IFDIR | 0o755),
        cpio_entry("dev/console", stat.S_IFCHR | 0o600, device=(5, 1)),
        cpio_entry("init", stat.S_IFREG | 0o755, init.read_bytes()),
        cpio_entry("k896_bench.ko", stat.S_IFREG | 0o644, module.read_bytes()),
        cpio_entry("TRAILER!!!", 0)))


def rows(out, mem="3G"):
    """(version, {name: row}) of Debian's Linux, fetched, built and booted below @out/linux."""
    folder = pathlib.Path(out).resolve() / "linux"
    folder.mkdir(parents=True, exist_ok=True)
    version = fetch(folder)
    archive = folder / "initramfs"
    archive.write_bytes(initramfs(build_init(folder), build_module(folder, version)))
    argv = qemu.command(kernel=str(folder / f"root/boot/vmlinuz-{version}"), append=LINUX_ARGS, mem=mem,
                        cpu="qemu32", timeout=guest.SECONDS,
                        extra=(*guest.ICOUNT, *REPEATABLE, "-initrd", str(archive)))
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          errors="replace", check=False)
    (folder / "boot.log").write_text(done.stdout, encoding="utf-8")
    if "k896_bench: done, 0" not in done.stdout:
        raise guest.BenchError(f"Linux did not measure to the end, see {folder}/boot.log:\n"
                               + "\n".join(done.stdout.splitlines()[-12:]))
    return version, guest.rows_of(guest.objects(done.stdout))
