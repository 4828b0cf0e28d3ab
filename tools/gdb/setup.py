# SPDX-License-Identifier: MIT
"""
gdb's side of `make debug`, and of a dump: settings that fit a kernel, the way in, and
what target.py, commands.py and printers.py bring.

    gdb -x tools/gdb/setup.py build/k896.elf build/k896.dump        # or make gdb DUMP=build/k896.dump

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

RESET_VECTOR = 0xfff0   # as EIP has it, below CS's base
SETTINGS = ("confirm off", "pagination off", "print pretty on", "disassembly-flavor intel",
            "history save off")


class Attach(gdb.Command):
    """attach-k896 SOCKET WHERE: connect to the waiting machine and run up to WHERE.

    A machine that has left its reset vector stays stopped where it is: it may be past WHERE.

    example: attach-k896 build/gdb.sock kmain"""

    def __init__(self):
        super().__init__("attach-k896", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        socket, _, where = argument.partition(" ")
        try:
            gdb.execute(f"target remote {socket}")
        except gdb.error as err:
            raise gdb.GdbError(f"No machine waits there: start `make debug` in another terminal first. {err}") from err
        if not at_reset():
            gdb.write("The machine had been started before, and is stopped here.\n")
        elif where:
            gdb.execute(f"thbreak {where}")
            gdb.execute("continue")


def at_reset():
    """The CPU has not executed an instruction yet."""
    return int(gdb.parse_and_eval("(unsigned long)$pc")) == RESET_VECTOR


for setting in SETTINGS:
    gdb.execute(f"set {setting}")
Attach()
commands.register()
printers.register()
