# SPDX-License-Identifier: MIT
"""What can be wrong with a kernel that is looked at from outside."""


class KernelError(Exception):
    """Any of those below; its text is for people."""


class NotYet(KernelError):
    """The structure has not been set up so far: the kernel was stopped too early."""


class OtherKernel(KernelError):
    """Memory holds a kernel of another build."""


class Unreadable(KernelError):
    """There is no such memory, or it is not mapped."""


class Corrupt(KernelError):
    """A list runs in a circle, a pointer leads nowhere: torn, or caught while it changed."""


class OutOfBounds(Corrupt, IndexError):
    """An index that was read is beyond its array."""


def bounded(value, most, what):
    """A number that was read, before anything is done so many times; Corrupt when it cannot be."""
    if value > most:
        raise Corrupt(f"{what} is {value}, and cannot be more than {most}")
    return value
