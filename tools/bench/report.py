# SPDX-License-Identifier: MIT
"""What was measured as plain tables."""
from bench.rows import BOOT_GOALS, BOOT_STAGE, GOALS, RESERVED_GOALS, figure


def table(head, lines, out):
    """Print columns: the first flush left, the others flush right."""
    cells = [[str(cell) for cell in line] for line in (head, *lines)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(head))]
    for line in cells:
        print("  ".join([line[0].ljust(widths[0])]
                        + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]).rstrip(),
              file=out)
    print(file=out)


def verdict(value, goal):
    """Where a figure stands beside its goals."""
    if value <= goal.aim:
        return "aim"
    return "goal" if value <= goal.first else "MISSED"


def number(value):
    """Instructions, with a digit behind the point only where it says something."""
    return f"{value:,.1f}" if value != int(value) and value < 10000 else f"{value:,.0f}"


def print_rows(rows, out):
    """Minimum, median, mean of each row, beside the goals."""
    lines = []
    for name, row in rows.items():
        if "reason" in row:
            lines.append([name, "", "", "", "", "", "", row["reason"]])
            continue
        goal = GOALS.get(name)
        lines.append([name, row["samples"], number(row["min"]), number(row["median"]),
                      number(row["mean"]), number(goal.first) if goal else "",
                      number(goal.aim) if goal else "",
                      verdict(figure(row), goal) if goal else ""])
    table(["guest instructions", "samples", "min", "median", "mean", "first goal", "aim", "meets"],
          lines, out)


def print_linux(version, linux, rows, out):
    """Each row's figure in both kernels, and their ratio; then the goals."""
    lines = []
    for name, row in rows.items():
        theirs, goal = linux[name], GOALS[name]
        if "reason" in row or "reason" in theirs:
            lines.append([name, "", "", "", "", "", theirs.get("reason") or row["reason"]])
            continue
        lines.append([name, number(figure(theirs)), number(figure(row)),
                      f"{figure(theirs) / figure(row):.2f}", number(goal.first), number(goal.aim),
                      verdict(figure(row), goal)])
    table(["guest instructions", f"Linux {version}", "k896", "ratio", "first goal", "aim", "meets"],
          lines, out)


def goals(values, wanted, of_what, show):
    """Three lines below a table: goal, aim, and what each value meets; a size may have no goal."""
    pairs = list(zip(values, wanted))
    return [["first goal" + of_what] + [show(goal.first) if goal else "" for _, goal in pairs],
            ["aim" + of_what] + [show(goal.aim) if goal else "" for _, goal in pairs],
            ["meets"] + [verdict(value, goal) if goal else "" for value, goal in pairs]]


def print_boot(stages, out):
    """Instructions by stage; @stages is {memory size: {stage: instructions}}."""
    sizes = list(stages)
    names = list(stages[sizes[0]])
    lines = [[name] + [number(stages[size][name]) for size in sizes] for name in names]
    lines.append(["all"] + [number(sum(stages[size].values())) for size in sizes])
    lines += goals([stages[size][BOOT_STAGE] for size in sizes], [BOOT_GOALS.get(size) for size in sizes],
                   f" of \"{BOOT_STAGE}\"", number)
    table(["instructions of boot"] + sizes, lines, out)


def reserved_percent(memory):
    """RAM that the page allocator never gets."""
    return 100 * memory["reserved"] / memory["RAM"]


def print_memory(memory, out):
    """KiB by reason; @memory is {memory size: {reason: KiB}}."""
    sizes = list(memory)
    lines = [[name] + [f"{memory[size][name]:,}" for size in sizes] for name in memory[sizes[0]]]
    lines.append(["reserved, %"] + [f"{reserved_percent(memory[size]):.2f}" for size in sizes])
    lines += goals([reserved_percent(memory[size]) for size in sizes],
                   [RESERVED_GOALS.get(size) for size in sizes], " of reserved, %", "{:g}".format)
    table(["KiB at the prompt"] + sizes, lines, out)


def missed(measured):
    """What `run` measured and what misses its first goal, by name."""
    pairs = [(name, figure(row), GOALS.get(name)) for name, row in measured["rows"].items() if "reason" not in row]
    pairs += [(f"boot with {size}", measured["boot"][size][BOOT_STAGE], goal) for size, goal in BOOT_GOALS.items()]
    pairs += [(f"RAM reserved of {size}", reserved_percent(measured["memory"][size]), goal)
              for size, goal in RESERVED_GOALS.items()]
    return [name for name, value, goal in pairs if goal and verdict(value, goal) == "MISSED"]


def print_scale(runs, out):
    """
    Each row's figure over memory sizes and live objects, and how much the dearest is above
    the cheapest. Where fewer objects than asked for had room, their number stands behind.
    """
    lines = []
    for name in runs[0]["rows"]:
        cells, values = [], []
        for run in runs:
            row = run["rows"][name]
            if "reason" in row:
                cells.append("-")
                continue
            values.append(figure(row))
            less = f" ({row['live']:,})" if row["live"] < run["live"] else ""
            cells.append(number(figure(row)) + less)
        growth = f"x{max(values) / min(values):.2f}" if values else ""
        lines.append([name] + cells + [growth])
    table(["guest instructions"] + [f"{run['mem']}, {run['live']:,}" for run in runs] + ["growth"],
          lines, out)
