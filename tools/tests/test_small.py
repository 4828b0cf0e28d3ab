# SPDX-License-Identifier: MIT
"""
The exhaustive suites, deeper than at boot, on the host: a zone of 16 pages and its like,
everything that can be done to them. How many states and steps there are is not taken from
the kernel's word: a model of each world is explored here, too, and where it is too large
for that, counted on paper.
"""
import itertools
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


def counted(suite, *args, build="plain"):
    """Run a suite on the host; return {world: (depth, steps, states)}, depth None for any."""
    done = test_host.run(build, "-".join((suite, *args)).replace("=", "-"), "--map", "1g",
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


# --- a cache -----------------------------------------------------------------------------------

OUT = "out"


class Cache:
    """
    Slabs of three objects, three slabs at the most, one of them empty. A state: the lists of
    full, partial and empty slabs, each slab a tuple of what its objects are: OUT, ("list", n)
    for the n-th of the slab's own list, ("array", n) for the n-th of the array.
    """
    OBJECTS, SLABS, EMPTY = 3, 3, 1

    def __init__(self, limit, batch, elsewhere=False):
        self.limit, self.batch, self.elsewhere = limit, batch, elsewhere

    def start(self):
        return (), (), ()

    class World:
        """A state taken apart: lists of slabs, each the list of its free objects; an array."""

        def __init__(self, state):
            self.lists, array, self.out = [], {}, []
            for slabs in state:
                self.lists.append([])
                for objects in slabs:
                    free = {what[1]: i for i, what in enumerate(objects) if what[0] == "list"}
                    slab = [free[n] for n in sorted(free)]
                    self.lists[-1].append(slab)
                    array |= {what[1]: (slab, i) for i, what in enumerate(objects)
                              if what[0] == "array"}
                    self.out += [(slab, i) for i, what in enumerate(objects) if what == OUT]
            self.array = [array[n] for n in sorted(array)]

        def state(self):
            def what(slab, i):
                if i in slab:
                    return ("list", slab.index(i))
                for n, (other, j) in enumerate(self.array):
                    if other is slab and i == j:
                        return ("array", n)
                return OUT
            return tuple(tuple(tuple(what(slab, i) for i in range(Cache.OBJECTS)) for slab in slabs)
                         for slabs in self.lists)

        def move(self, slab, to):
            """To the front of the list of that number; None: away."""
            for slabs in self.lists:
                slabs[:] = [other for other in slabs if other is not slab]
            if to is not None:
                self.lists[to].insert(0, slab)

        def take_from_slab(self):
            slab = (self.lists[1] or self.lists[2])[0]
            i = slab.pop(0)
            self.move(slab, 1 if slab else 0)
            return slab, i

        def put_into_slab(self, slab, i):
            slab.insert(0, i)
            if len(slab) == Cache.OBJECTS:
                self.move(slab, 2 if len(self.lists[2]) < Cache.EMPTY else None)
            elif len(slab) == 1:
                self.move(slab, 1)

    def take(self, world, page):
        """Allocate; False when there is nothing and no @page to be had."""
        if world.array:
            world.out.append(world.array.pop())
            return True
        if not world.lists[1] + world.lists[2]:
            if not page:
                return False
            world.lists[2].insert(0, list(range(self.OBJECTS)))
        world.out.append(world.take_from_slab())
        while len(world.array) < self.batch and world.lists[1] + world.lists[2]:
            world.array.append(world.take_from_slab())
        return True

    def give(self, world, slab, i):
        if not self.limit:
            world.put_into_slab(slab, i)
            return
        if len(world.array) == self.limit:
            for _ in range(self.batch):
                world.put_into_slab(*world.array.pop(0))
        world.array.append((slab, i))

    def steps(self, state):
        world = self.World(state)
        slabs = sum(map(len, world.lists))
        at_hand, room = slabs * self.OBJECTS - len(world.out), slabs < self.SLABS
        yield self.allocated(state, 1, False)
        if self.elsewhere:
            yield self.allocated(state, 1, False)
        yield self.allocated(state, 2, False)
        if at_hand >= 1 or room:
            yield self.allocated(state, 1, True)
            yield self.allocated(state, 1, True)
        if at_hand >= 2 or room:
            yield self.allocated(state, 2, True)
        yield self.shrunk(state)
        for n in range(len(world.out)):
            world = self.World(state)
            self.give(world, *world.out[n])
            yield world.state()

    def allocated(self, state, nr, page):
        world = self.World(state)
        for done in range(nr):
            if not self.take(world, page):
                for _ in range(done):
                    self.give(world, *world.out.pop())
                break
        return world.state()

    def shrunk(self, state):
        world = self.World(state)
        for entry in world.array:
            world.put_into_slab(*entry)
        world.array, world.lists[2] = [], []
        return world.state()


def test_cache():
    found = counted("small_slab", "depth=0")
    assert found == {
        name: (None, *explore(model.start(), model.steps)) for name, model in (
            ("cache of 3 objects a slab", Cache(2, 1)),
            ("cache with struct slab elsewhere", Cache(2, 1, elsewhere=True)),
            ("cache with debugging", Cache(0, 0)))}


# --- memblock ----------------------------------------------------------------------------------

def regions(units):
    """How many runs of like units there are, zeroes not counted."""
    return sum(1 for n, unit in enumerate(units) if unit and (n == 0 or units[n - 1] != unit))


def lists_of_four(nr_units, nr_kinds):
    return sum(regions(units) <= 4 for units in itertools.product(range(nr_kinds + 1), repeat=nr_units))


def test_memblock():
    """All lists of at most four regions are reached, and in each every edit is made."""
    nine, twelve = 9 * 10 // 2, 12 * 13 // 2            # ranges of so many units
    edited, reserved = lists_of_four(9, 2), lists_of_four(12, 1)
    assert counted("small_memblock", "depth=0") == {
        "memblock of 4 regions": (None, edited * (6 * nine + 1 + 9), edited),
        "memblock allocating": (None, reserved * (3 * twelve + 12), reserved)}


# --- kmap ----------------------------------------------------------------------------------------

class Pkmap:
    """
    Four slots. A state: the users of each, None where no page is, and the slot given away
    last. A page that has users gets up to two; one without a slot gets the next free one.
    """

    def start(self):
        return (None,) * 4, 0

    def flushed(self, slots):
        return [None if users == 0 else users for users in slots]

    def mapped(self, slots, hand):
        if all(slots):
            return tuple(slots), hand
        while True:
            hand = (hand + 1) % 4
            if hand == 0:
                slots = self.flushed(slots)
            if slots[hand] is None:
                slots[hand] = 1
                return tuple(slots), hand

    def steps(self, state):
        slots, hand = state
        yield self.mapped(list(slots), hand)
        yield tuple(self.flushed(slots)), hand
        for nr, users in enumerate(slots):
            for more in (1, -1):
                if users is not None and 0 <= users + more <= 2:
                    yield (*slots[:nr], users + more, *slots[nr + 1:]), hand


def test_pkmap():
    model = Pkmap()
    assert counted("small_pkmap", "depth=0") == {
        "pkmap of 4 slots": (None, *explore(model.start(), model.steps))}


def test_sanitized():
    """Not as deep, and watched by the sanitizers."""
    suites = "small_buddy,small_slab,small_memblock,small_pkmap"
    found = counted(suites, "depth=3", build="asan")
    assert len(found) == 9 and {depth for depth, _, _ in found.values()} == {3}
