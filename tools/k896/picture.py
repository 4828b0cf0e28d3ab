# SPDX-License-Identifier: MIT
"""
Physical memory as a picture, in SVG: cells in rows from the lowest address on, zones
beside them, below a legend with what each colour takes.

A cell is one page frame where they fit; else a power of two of them, coloured by what
most of them are. Of two kinds with equally many the one further up in the legend wins:
it is the rarer one. Neighbours of one colour are drawn as one shape.
"""
import html

from k896.frames import INDEX, KINDS

COLUMNS = 256           # cells in a row: with a cell a frame, a row is 1 MiB
ROWS = 132              # so many rows at the most
WIDE, HIGH = 4, 6       # a cell, in pixels
LEFT, RIGHT, TOP = 92, 92, 58
FONT = "font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\""


def frames_per_cell(number):
    """The least power of two with which @number frames fit."""
    per_cell = 1
    while number > COLUMNS * ROWS * per_cell:
        per_cell *= 2
    return per_cell


def cells(frames):
    """(frames a cell, [colour of each cell])."""
    per_cell = frames_per_cell(len(frames))
    free = INDEX["free"]
    colours = []
    for first in range(0, len(frames), per_cell):
        kinds = frames.kind[first:first + per_cell]
        kind = max(set(kinds), key=lambda k: (kinds.count(k), -k))
        if kind == free:
            orders = [order for k, order in zip(kinds, frames.order[first:first + per_cell]) if k == free]
            shades = KINDS[free]["orders"]
            colours.append(shades[min(max(orders), len(shades) - 1)])
        else:
            colours.append(KINDS[kind]["colour"])
    return per_cell, colours


def paths(colours):
    """{colour: the path that draws all its cells}."""
    shapes = {}
    for row in range(0, len(colours), COLUMNS):
        line = colours[row:row + COLUMNS]
        start = 0
        for i in range(1, len(line) + 1):
            if i == len(line) or line[i] != line[start]:
                shapes.setdefault(line[start], []).append(
                    f"M{start * WIDE} {row // COLUMNS * HIGH}h{(i - start) * WIDE}v{HIGH}h-{(i - start) * WIDE}z")
                start = i
    return {colour: "".join(shape) for colour, shape in shapes.items()}


def bytes_text(size):
    """12 KiB, 3.5 MiB: short, and exact where that is short."""
    for unit, scale in (("GiB", 1 << 30), ("MiB", 1 << 20)):
        if size >= scale:
            return f"{size / scale:.4g} {unit}"
    return f"{size >> 10} KiB"


def text(x, y, words, size=11, colour="#444", anchor="start", weight="normal"):
    return (f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}" text-anchor="{anchor}" '
            f'font-weight="{weight}">{html.escape(words)}</text>')


def ruling(number, per_cell, width):
    """Where blocks of the largest order begin, as faint lines; none where a row holds several."""
    rows_of_block = (1 << len(KINDS[INDEX["free"]]["orders"]) - 1) // (COLUMNS * per_cell)
    if rows_of_block < 2:
        return ""
    last = number // per_cell // COLUMNS
    lines = "".join(f"M0 {row * HIGH}h{width}" for row in range(rows_of_block, last + 1, rows_of_block))
    return f'<path class="ruling" d="{lines}" stroke="#000000" stroke-opacity="0.07"/>'


def axis(number, per_cell, rows):
    """Addresses at the left: at the beginning of every so many rows."""
    every = max(1, 1 << max(0, (rows // 10).bit_length()))
    return [text(LEFT - 8, TOP + row * HIGH + 4, f"{row * COLUMNS * per_cell << 12:#010x}", 10, "#888", "end")
            for row in range(0, rows, every)]


def zone_marks(frames, per_cell, width):
    """A bracket and a name at the right of each zone's rows."""
    out = []
    for name, start, end in frames.zones:
        top = TOP + start / per_cell / COLUMNS * HIGH
        bottom = TOP + end / per_cell / COLUMNS * HIGH
        x = LEFT + width + 8
        out.append(f'<path d="M{x} {top:.1f}h5v{bottom - top - 1:.1f}h-5" fill="none" stroke="#999"/>')
        out.append(text(x + 10, f"{(top + bottom) / 2 + 4:.1f}", name, 11, "#555"))
    return out


def legend(frames, top, width):
    """What each kind takes, in columns; kinds that are absent from the picture left out."""
    out, shown = [], [(i, kind, frames.kind.count(i)) for i, kind in enumerate(KINDS) if i in frames.kind]
    columns, pitch = 4, width // 4
    for place, (_, kind, number) in enumerate(shown):
        x, y = LEFT + place % columns * pitch, top + place // columns * 20
        shades = kind.get("orders", [kind["colour"]])
        step = 12 / len(shades)
        out += [f'<rect x="{x + i * step:.2f}" y="{y - 10}" width="{step + 0.2:.2f}" height="12" fill="{shade}"/>'
                for i, shade in enumerate(shades)]
        out.append(text(x + 18, y, f"{kind['name']}: {bytes_text(number << 12)}", 11))
    return out, top + -(-len(shown) // columns) * 20


def svg(frames, title):
    """The whole picture."""
    per_cell, colours = cells(frames)
    rows = -(-len(colours) // COLUMNS)
    width, height = COLUMNS * WIDE, rows * HIGH
    parts, bottom = legend(frames, TOP + height + 28, width)
    shapes = "\n".join(f'<path fill="{colour}" d="{path}"/>' for colour, path in sorted(paths(colours).items()))
    cell = "one cell is a page frame, 4 KiB" if per_cell == 1 else (
        f"one cell is {per_cell} page frames, {bytes_text(per_cell << 12)}")
    total_width, total_height = LEFT + width + RIGHT, bottom
    return "\n".join((
        '<!-- SPDX-License-Identifier: MIT -->',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total_width}" height="{total_height}" '
        f'viewBox="0 0 {total_width} {total_height}" {FONT}>',
        f'<title>{html.escape(title)}</title>',
        f'<rect width="{total_width}" height="{total_height}" fill="#ffffff"/>',
        text(LEFT, 26, title, 16, "#222", weight="bold"),
        text(LEFT, 44, f"physical memory up to {bytes_text(len(frames) << 12)}; {cell}, "
             f"a row {bytes_text(COLUMNS * per_cell << 12)}", 11, "#777"),
        f'<g transform="translate({LEFT} {TOP})" shape-rendering="crispEdges">',
        shapes, ruling(len(frames), per_cell, width), "</g>",
        *axis(len(frames), per_cell, rows), *zone_marks(frames, per_cell, width), *parts,
        "</svg>")) + "\n"
