# SPDX-License-Identifier: MIT
"""
From the firmware's map to zones: machines of the host build, each with something odd, and
all that boot must make of them, worked out a second time by bootstory.py.
"""
import pytest

import bootstory
import lab
from test_host import program


@pytest.mark.parametrize("name", bootstory.STORIES)
@pytest.mark.parametrize("build", ["asan", "plain"])
def test_story(build, name):
    problems, log = bootstory.check_story(program(build), name)
    if problems:
        pytest.fail("\n".join(problems) + f"\nthe log:\n{lab.tail(log)}", pytrace=False)


def test_least_memory():
    assert not bootstory.check_least(program("plain"))


def test_a_wrong_boot_is_noticed():
    """What is told of one machine is not right of another."""
    _, log = bootstory.check_story(program("plain"), "types")
    symbols = bootstory.symbols_of(program("plain"))
    assert not bootstory.judge(bootstory.STORIES["types"], log, symbols)
    for name in bootstory.STORIES:
        if name != "types":
            assert bootstory.judge(bootstory.STORIES[name], log, symbols)
    for line in ("Page tables", "EBDA", "Unusable memory"):
        without = "\n".join(row for row in log.splitlines() if line not in row)
        assert bootstory.judge(bootstory.STORIES["types"], without, symbols), line
