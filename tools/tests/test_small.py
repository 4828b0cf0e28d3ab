# SPDX-License-Identifier: MIT
"""
The exhaustive suites, deeper than at boot, on the host: a zone of 16 pages and its like,
everything that can be done to them. How many states and steps there are is not taken from
the kernel's word: a model of each world is explored here, too, and where it is too large
for that, counted on paper.
"""
import re

import pytest

import test_host


def explore(start, steps, depth=None):
    """
    (steps, states) of the world that begins with @start: every state within @depth
    operations. @steps: state to the list of what each operation makes of it.
    """
    known, frontier, nr_steps = {start}, [start], 0
    while frontier and depth != 0:
        found = []
        for state in frontier:
            for after in steps(state):
                nr_steps += 1
                if after not in known:
                    known.add(after)
                    found.append(after)
        frontier = found
        depth = depth and depth - 1
    return nr_steps, len(known)


def counted(suite, *args):
    """Run a suite on the host; return {world: (depth, steps, states)}, depth None for any."""
    done = test_host.run("plain", "-".join((suite, *args)).replace("=", "-"), "--map", "1g",
                         f"selftest={suite}", *args)
    if done.returncode or done.stderr:
        test_host.fail(done, ["the exhaustive run failed"])
    found = {}
    for match in re.finditer(r"exhaustive ([^:]+): (?:any depth|depth (\d+)), (\d+) steps, "
                             r"(\d+) states", done.stdout):
        found[match[1]] = (match[2] and int(match[2]), int(match[3]), int(match[4]))
    return found


# --- the buddy system ---------------------------------------------------------------------------

class Buddy:
    """
    A zone of 2^@top pages. A state: the blocks that are out, as a frozenset of (start,
    order), and the free lists, each a tuple of starts. With @as_they_come the lists are
    in the order that Linux keeps, last in first out; else sorted, and a request may get
    any member.
    """

    def __init__(self, top, as_they_come):
        self.top, self.as_they_come = top, as_they_come

    def start(self):
        return frozenset(), tuple([()] * self.top + [(0,)])

    def put(self, lists, start, order):
        """Free a block: merge while the buddy is in the list of its order."""
        while order < self.top and start ^ (1 << order) in lists[order]:
            lists[order] = tuple(s for s in lists[order] if s != start ^ (1 << order))
            start &= ~(1 << order)
            order += 1
        lists[order] = (start, *lists[order])

    def state(self, out, lists):
        if not self.as_they_come:
            lists = [tuple(sorted(entries)) for entries in lists]
        return frozenset(out), tuple(lists)

    def take(self, state, order):
        """What becomes of a request; itself again when it is refused."""
        out, lists = state
        source = next((k for k in range(order, self.top + 1) if lists[k]), None)
        if source is None:
            return [state]
        after = []
        for start in lists[source][:1] if self.as_they_come else lists[source]:
            new = list(lists)
            new[source] = tuple(s for s in new[source] if s != start)
            for k in range(source - 1, order - 1, -1):
                new[k] = (start + (1 << k), *new[k])
            after.append(self.state(out | {(start, order)}, new))
        return after

    def steps(self, state):
        for order in range(self.top + 1):
            yield from self.take(state, order)
        for block in state[0]:
            lists = list(state[1])
            self.put(lists, *block)
            yield self.state(state[0] - {block}, lists)


def buddy_states(order):
    """Handed out whole, or two halves each in whatever state; a page is out or is not."""
    return buddy_states(order - 1) ** 2 + 1 if order else 2


def test_buddy():
    """Every sequence of any length: of each state that there is, each operation."""
    found = counted("small_buddy", "depth=0")
    assert found.keys() == {"buddy of 8 pages", "buddy of 16 pages", "buddy, lists as they come"}
    small = Buddy(3, False)
    steps, states = explore(small.start(), small.steps)
    assert found["buddy of 8 pages"] == (None, steps, states) and states == buddy_states(3)
    depth, _, states = found["buddy of 16 pages"]
    assert (depth, states) == (None, buddy_states(4))


@pytest.mark.parametrize("name, as_they_come, depth", [
    ("buddy of 16 pages", False, 8),
    ("buddy, lists as they come", True, 8),
])
def test_buddy_steps(name, as_they_come, depth):
    model = Buddy(4, as_they_come)
    assert counted("small_buddy", f"depth={depth}")[name] == (
        depth, *explore(model.start(), model.steps, depth))
