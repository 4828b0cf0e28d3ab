#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
`make dump`: write a guest's memory to a file, as an ELF core, for gdb and tools/memmap.

Of the guest that `make run` or `make debug` started, if there is one: it is paused for
as long as the dump takes, and goes on. Else a kernel is booted up to its prompt,
dumped there, and left.
"""
import argparse
import os
import subprocess
import sys
import tempfile

import qemu
import qmp

PROMPT = b"k896> "


def dump(socket, output):
    """Dump the guest behind a QMP socket."""
    with qmp.Qmp(socket) as connection:
        if os.path.exists(output):
            os.unlink(output)       # QEMU leaves its dumps read-only
        connection.dump(os.path.abspath(output))


def wait_for_prompt(process):
    """Copy the guest's log to our own until its prompt is there. Return: it is."""
    seen = b""
    while PROMPT not in seen[-80:]:
        data = os.read(process.stdout.fileno(), 4096)
        if not data:
            return False
        seen += data
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    print(flush=True)
    return True


def boot_and_dump(args):
    """Boot a kernel of our own, dump it at the prompt. Return: an exit status."""
    with tempfile.TemporaryDirectory() as folder:
        socket = os.path.join(folder, "qmp")
        argv = qemu.command(kernel=args.kernel, append=args.append, mem=args.mem, qmp=socket,
                            timeout=args.timeout)
        with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
            try:
                if not wait_for_prompt(process):
                    print("dump: the kernel did not come to its prompt", file=sys.stderr)
                    return 1
                dump(socket, args.output)
            finally:
                process.terminate()     # timeout(1) hands it on to QEMU
    return 0


def main():
    parser = argparse.ArgumentParser(description="Write the memory of a k896 to a file.")
    parser.add_argument("--kernel", required=True, help="ELF file to boot when no guest is running")
    parser.add_argument("--append", default="", help="its command line")
    parser.add_argument("--mem", default="64M", help="its RAM")
    parser.add_argument("--session", help="folder whose guest.json tells of a running guest")
    parser.add_argument("--timeout", type=int, default=120, help="seconds for the boot")
    parser.add_argument("-o", "--output", required=True, help="the file to write")
    args = parser.parse_args()

    session = qemu.read_session(args.session) if args.session else None
    try:
        if session:
            dump(session["qmp"], args.output)
            status = 0
        else:
            status = boot_and_dump(args)
    except qmp.QmpError as err:
        print(f"dump: {err}", file=sys.stderr)
        return 1
    if status == 0:
        size = os.path.getsize(args.output)
        print(f"{args.output}: {size >> 20} MiB, {'of the running guest' if session else 'at the prompt'}")
    return status


if __name__ == "__main__":
    sys.exit(main())
