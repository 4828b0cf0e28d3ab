# SPDX-License-Identifier: MIT
"""
Is the kernel in a memory the one of an ELF file? Another one, even of the same sources
with another option, has its structures and variables elsewhere, and would be drawn as
nonsense.

The kernel's code never changes once it is loaded, so all of it is compared. When it is
not there, the words by which every k896 begins its log tell a kernel of another build
from memory in which none has been loaded yet.
"""
from k896.errors import NotYet, OtherKernel, Unreadable

BANNER = b"k896: a kernel about memory management"
NEAR = 8 << 20          # bytes from the beginning of the image in which to look for them


def is_there(kernel):
    """Is the code in memory that of the ELF file?"""
    start, end = kernel.layout.symbols["_stext"], kernel.layout.symbols["_etext"]
    try:
        return kernel.memory.read(start - kernel.page_offset, end - start) == kernel.layout.elf.read(start, end - start)
    except Unreadable:
        return False


def any_is_there(kernel):
    """Is there a kernel at all? As much as there is of memory is looked through."""
    phys, end = kernel.layout.symbols["_stext"] - kernel.page_offset, NEAR
    chunk = 64 << 10
    before = b""
    while phys < end:
        try:
            data = kernel.memory.read(phys, chunk)
        except Unreadable:
            return False
        if BANNER in before + data:
            return True
        before, phys = data[-len(BANNER):], phys + chunk
    return False


def check(kernel):
    """Return when it is; else NotYet, or OtherKernel."""
    if is_there(kernel):
        return
    name = kernel.layout.elf.path
    if any_is_there(kernel):
        raise OtherKernel(f"the kernel in this memory is not {name}, but of another build: name its ELF file with --elf")
    raise NotYet(f"not set up yet: {name} is not in this memory")
