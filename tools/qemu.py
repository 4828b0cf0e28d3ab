#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
The one place that builds a QEMU command line.

`make run`, `make run-kernel` and `make debug` call it as a program, the tests
import command(). Settled here, for all of them:

  - TCG, always: a device node of KVM is no promise that it works;
  - no network card, no reboot: a triple fault ends QEMU (with status 0) instead
    of booting for ever;
  - isa-debug-exit, through which the kernel leaves with a verdict when told to
    by exit=1 (tests/ktap.py has the codes);
  - the serial line is the terminal.

A guest that is started with --session can be looked into while it runs: its RAM is a
file that others may map, QEMU's machine protocol answers on a socket, and guest.json
in that folder says where both are. tools/viz and tools/dump.py find it there.

Runs of a program are bounded by timeout(1), which sends SIGKILL in the end:
QEMU may sit out a SIGTERM.
"""
import argparse
import contextlib
import json
import os
import shlex
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "tests"))
import ktap  # noqa: E402 (found by the line above)

QEMU = os.environ.get("QEMU", "qemu-system-i386")

VERDICTS = {
    ktap.EXIT_PASS: (0, "left with success: the self-tests that were asked for passed"),
    ktap.EXIT_FAIL: (1, "a self-test failed"),
    ktap.EXIT_PANIC: (1, "the kernel panicked"),
    0: (0, "the machine was switched off or reset"),
}


def command(*, kernel=None, append="", modules=(), iso=None, mem="64M", machine="pc", cpu=None,
            display="none", monitor=False, gdb=None, ram=None, qmp=None, com2=None, timeout=None,
            extra=()):
    """
    Return the argument list of a QEMU run.

    Boots @iso by its GRUB, or @kernel by QEMU's own multiboot loader with the
    command line @append and the @modules ("file" or "file arguments"). With
    @monitor, Ctrl-A C on the serial line reaches QEMU's monitor and Ctrl-A X
    leaves; without, the line is the guest's alone, Ctrl-C included. @gdb is a socket on which the
    machine, stopped, waits for a debugger. @ram is a file that holds the guest's RAM and that others
    may map, @qmp the socket of QEMU's machine protocol, @com2 a file that gets what the guest
    sends on its second serial line. @timeout is in seconds.
    """
    if mem.isdigit():
        mem += "M"          # what -m takes it for; elsewhere it would be bytes
    argv = []
    if timeout is not None:
        argv += ["timeout", "--foreground", "-k", "5", str(timeout)]
    argv += [QEMU, "-accel", "tcg", "-machine", machine, "-m", mem, "-net", "none", "-no-reboot",
             "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-display", display]
    if monitor:
        argv += ["-serial", "mon:stdio"]
    else:
        argv += ["-chardev", "stdio,id=tty,signal=off", "-serial", "chardev:tty", "-monitor", "none"]
    if com2:
        argv += ["-serial", f"file:{com2}"]
    if cpu:
        argv += ["-cpu", cpu]
    if iso:
        argv += ["-cdrom", iso, "-boot", "d"]
    else:
        argv += ["-kernel", kernel]
        if append:
            argv += ["-append", append]
        if modules:
            # QEMU splits the list at commas; a comma inside is doubled.
            argv += ["-initrd", ",".join(m.replace(",", ",,") for m in modules)]
    if ram:
        argv[argv.index("-machine") + 1] += ",memory-backend=ram"
        argv += ["-object", f"memory-backend-file,id=ram,mem-path={ram},share=on,size={mem}"]
    if qmp:
        argv += ["-qmp", f"unix:{qmp},server=on,wait=off"]
    if gdb:
        argv += ["-S", "-gdb", f"unix:{gdb},server=on,wait=off"]
    return argv + list(extra)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def read_session(folder):
    """What guest.json in a folder says of a guest that is running: pid, ram, qmp; or None."""
    try:
        with open(os.path.join(folder, "guest.json"), encoding="utf-8") as file:
            session = json.load(file)
    except (OSError, ValueError):
        return None
    return session if is_alive(session["pid"]) and os.path.exists(session["ram"]) else None


@contextlib.contextmanager
def new_session(folder):
    """
    A guest that others may look into: yields {pid, ram, qmp}, told to them by guest.json.

    The files bear our process number, so that two guests started in one folder do not
    get into each other's RAM; those of whom was killed are removed here.
    """
    for name in os.listdir(folder):
        stem, _, kind = name.partition(".")
        number = stem.partition("guest-")[2]
        if kind in ("ram", "qmp") and number.isdigit() and not is_alive(int(number)):
            os.unlink(os.path.join(folder, name))
    stem = os.path.join(folder, f"guest-{os.getpid()}")
    session = {"pid": os.getpid(), "ram": f"{stem}.ram", "qmp": f"{stem}.qmp"}
    record = os.path.join(folder, "guest.json")
    with open(record, "w", encoding="utf-8") as file:
        json.dump(session, file)
    try:
        yield session
    finally:
        if (read_session(folder) or session)["pid"] == os.getpid():
            stale = [record]
        else:
            stale = []          # a later guest's
        for path in (session["ram"], session["qmp"], *stale):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)


def main():
    parser = argparse.ArgumentParser(description="Run k896 in QEMU, its serial line on the terminal.")
    boot = parser.add_mutually_exclusive_group(required=True)
    boot.add_argument("--iso", help="boot this image by its GRUB")
    boot.add_argument("--kernel", help="boot this ELF file by QEMU's own loader")
    parser.add_argument("--append", default="", help="kernel command line, for --kernel")
    parser.add_argument("--module", action="append", default=[], help="for --kernel")
    parser.add_argument("--mem", default="64M", help="RAM, as 64M or 3G")
    parser.add_argument("--machine", default="pc", help="pc or q35")
    parser.add_argument("--cpu", help="for instance 486, pentium3, max")
    parser.add_argument("--display", default="none", help="none, or gtk or sdl for a window")
    parser.add_argument("--gdb", metavar="SOCKET", help="stop at once and wait for gdb there")
    parser.add_argument("--session", metavar="FOLDER", help="let others look into the guest; see above")
    parser.add_argument("extra", nargs="*", help="further options of QEMU, after --")
    args = parser.parse_args()

    if args.gdb and os.path.exists(args.gdb):
        os.unlink(args.gdb)     # left by a QEMU that was killed
    with contextlib.ExitStack() as stack:
        session = stack.enter_context(new_session(args.session)) if args.session else {}
        argv = command(kernel=args.kernel, append=args.append, modules=args.module, iso=args.iso,
                       mem=args.mem, machine=args.machine, cpu=args.cpu, display=args.display,
                       monitor=True, gdb=args.gdb, ram=session.get("ram"), qmp=session.get("qmp"),
                       com2=args.session and os.path.join(args.session, "com2.txt"),
                       extra=args.extra)
        print(shlex.join(argv))
        if args.gdb:
            print("QEMU waits for the debugger: type `make gdb` at another terminal.")
        print("To leave: Ctrl-A, then X. QEMU's monitor and back: Ctrl-A, then C.", flush=True)

        status = os.spawnvp(os.P_WAIT, argv[0], argv)
    code, meaning = VERDICTS.get(status, (1, f"QEMU ended with status {status}"))
    print(f"\n{meaning}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
