# SPDX-License-Identifier: MIT
"""
gdb's side of `make debug`, and of a dump: settings that fit a kernel, the way in, and
what target.py, commands.py and printers.py bring.

    gdb -x tools/gdb/setup.py build/k896.elf build/k896.dump

Hardware breakpoints work before paging is on: they compare the address, and do not
write to memory that has yet to be mapped where the symbols say.
"""
import os
import sys

import gdb

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in (os.path.dirname(HERE), HERE):
    if folder not in sys.path:
        sys.path.insert(0, folder)
import commands     # noqa: E402 (found by the lines above)
import printers     # noqa: E402

SETTINGS = ("confirm off", "pagination off", "print pretty on", "disassembly-flavor intel",
            "history save off")


class Attach(gdb.Command):
    """attach-k896 SOCKET WHERE: connect to the waiting machine and run up to WHERE."""

    def __init__(self):
        super().__init__("attach-k896", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        socket, _, where = argument.partition(" ")
        gdb.execute(f"target remote {socket}")
        if where:
            gdb.execute(f"thbreak {where}")
            gdb.execute("continue")


for setting in SETTINGS:
    gdb.execute(f"set {setting}")
Attach()
commands.register()
printers.register()
