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

Runs of a program are bounded by timeout(1), which sends SIGKILL in the end:
QEMU may sit out a SIGTERM.
"""
import argparse
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
            display="none", monitor=False, gdb=None, timeout=None, extra=()):
    """
    Return the argument list of a QEMU run.

    Boots @iso by its GRUB, or @kernel by QEMU's own multiboot loader with the
    command line @append and the @modules ("file" or "file arguments"). With
    @monitor, Ctrl-A C on the serial line reaches QEMU's monitor and Ctrl-A X
    leaves; without, the line is the guest's alone, Ctrl-C included. @gdb is a socket on which the
    machine, stopped, waits for a debugger. @timeout is in seconds.
    """
    argv = []
    if timeout is not None:
        argv += ["timeout", "--foreground", "-k", "5", str(timeout)]
    argv += [QEMU, "-accel", "tcg", "-machine", machine, "-m", mem, "-net", "none", "-no-reboot",
             "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-display", display]
    if monitor:
        argv += ["-serial", "mon:stdio"]
    else:
        argv += ["-chardev", "stdio,id=tty,signal=off", "-serial", "chardev:tty", "-monitor", "none"]
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
    if gdb:
        argv += ["-S", "-gdb", f"unix:{gdb},server=on,wait=off"]
    return argv + list(extra)


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
    parser.add_argument("extra", nargs="*", help="further options of QEMU, after --")
    args = parser.parse_args()

    if args.gdb and os.path.exists(args.gdb):
        os.unlink(args.gdb)     # left by a QEMU that was killed
    argv = command(kernel=args.kernel, append=args.append, modules=args.module, iso=args.iso,
                   mem=args.mem, machine=args.machine, cpu=args.cpu, display=args.display,
                   monitor=True, gdb=args.gdb, extra=args.extra)
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
