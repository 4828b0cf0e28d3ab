# SPDX-License-Identifier: MIT
"""
QEMU's machine protocol, as much as the tools need: connect to the socket, send a
command, get its answer. Events that come in between are dropped.
"""
import json
import os
import socket

from k896 import remap


class QmpError(Exception):
    """QEMU refused a command, or went away."""


class Qmp:
    """A connection. Use it in a with statement."""

    def __init__(self, path, timeout=60):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        try:
            self.socket.connect(str(path))
            self.stream = self.socket.makefile("rw", encoding="utf-8")
            self.stream.readline()      # the greeting
            self.execute("qmp_capabilities")
        except OSError as err:
            self.socket.close()
            raise QmpError(f"{path}: {err}") from err

    def execute(self, command, **arguments):
        """Run a command; return what it returns."""
        try:
            self.stream.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
            self.stream.flush()
            for line in self.stream:
                answer = json.loads(line)
                if "error" in answer:
                    raise QmpError(f"{command}: {answer['error']['desc']}")
                if "return" in answer:
                    return answer["return"]
        except OSError as err:
            raise QmpError(f"{command}: {err}") from err
        raise QmpError(f"{command}: QEMU closed the connection")

    def human(self, line):
        """Run a line of QEMU's human monitor; return what it printed."""
        return self.execute("human-monitor-command", **{"command-line": line})

    def dump(self, path):
        """
        Write the guest's memory as an ELF core, paused meanwhile.

        With paging: gdb then finds virtual addresses, and k896/memory.py physical ones. Where QEMU
        is not able to do so, see k896/remap.py, it is done for it.
        """
        running = self.execute("query-status")["running"]
        self.execute("stop")
        self.execute("dump-guest-memory", paging=True, protocol=f"file:{path}")
        if not remap.is_whole(path):
            os.unlink(path)
            self.execute("dump-guest-memory", paging=False, protocol=f"file:{path}")
            remap.add_virtual(path)
        if running:
            self.execute("cont")

    def close(self):
        self.stream.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
