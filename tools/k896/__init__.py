# SPDX-License-Identifier: MIT
"""
Looking into k896 from outside: a read-only view of the kernel's own structures.

The view stands on two things, each of which comes in several kinds:

  - a Memory (memory.py, tools/gdb/target.py): physical memory, from the file that
    backs a running guest's RAM, from a dump, or through a debugger;
  - a Layout (layout.py, tools/gdb/target.py): where fields lie, how large things are,
    what enumerators are worth, from the DWARF of the kernel's ELF file.

kernel.py puts them together: variables and structures that are read like Python
objects. What stands on that is one file a subject: pagetable.py, pages.py (struct
page), zones.py, slab.py, vmalloc.py, early.py (memblock, resources, the log), kmap.py
and explain.py. text.py shows them with the columns of the monitor's views; the gdb
commands, tools/memmap and tools/viz are made of these. remap.py completes dumps that
QEMU cannot write whole.

Nothing is ever written, no lock is taken, nothing is asked of the guest. So a
structure may be in the middle of a change, or not there yet: NotYet says the second,
Unreadable and Corrupt the first.
"""
from k896.errors import Corrupt, KernelError, NotYet, Unreadable
from k896.kernel import Kernel

__all__ = ["Corrupt", "Kernel", "KernelError", "NotYet", "Unreadable"]
