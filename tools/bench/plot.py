# SPDX-License-Identifier: MIT
"""
What was measured as pictures: gnuplot draws SVG from the JSON of `run`, `scale` and, if
it is there, `linux`.

bench.svg has a group of bars for each row: its figure, the first goal, the aim, and
Linux's figure. bench-scale.svg has a panel for each row: its figure over the number of
live objects, a line for each memory size. The scale of figures is logarithmic in the
first, as rows differ by thousands.
"""
import json
import pathlib
import subprocess

from bench.guest import BenchError
from bench.rows import GOALS, figure

BARS = """
set terminal svg size 1200,640 background "white" font "sans,12"
set output "{svg}"
set title "k896: guest instructions of each operation"
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.9 border -1
set logscale y
set ylabel "instructions"
set grid ytics
set yrange [1:*]
set key top left
set xtics rotate by -45 nomirror
set rmargin 10
plot {plots}
"""

PANELS = """
set terminal svg size 1280,{height} background "white" font "sans,10"
set output "{svg}"
set multiplot layout {lines},4 title "k896: guest instructions over live objects, by memory size"
set style data linespoints
set xtics ({xtics})
set xrange [-0.3:{last}.3]
set yrange [0:*]
set grid ytics
set key bottom right
{panels}
unset multiplot
"""
COLUMNS = 4


def gnuplot(script):
    """Have gnuplot run @script; it says on its standard error what it does not like."""
    try:
        done = subprocess.run(["gnuplot"], input=script, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, check=False)
    except FileNotFoundError as err:
        raise BenchError("there is no gnuplot: tools/setup plot installs it") from err
    if done.returncode or "warning" in done.stderr:
        raise BenchError(f"gnuplot: {done.stderr.strip()}")


def read(path):
    if not path.exists():
        raise BenchError(f"{path} is not there: measure first, by make bench and make bench-scale")
    return json.loads(path.read_text(encoding="utf-8"))


def block(name, lines):
    """Data within a script, which plots then name as $name."""
    return "\n".join([f"${name} << END", *lines, "END", ""])


def label(text):
    """Text that gnuplot shall not take for markup."""
    return '"' + text.replace("_", "\\\\_") + '"'


def bars(rows, linux):
    """The script's data and its plots: names, then a column for each kind of bar."""
    columns = [("k896", figure), ("first goal", lambda row: GOALS[row["row"]].first),
               ("aim", lambda row: GOALS[row["row"]].aim)]
    if linux:
        columns.append(("Linux " + linux["linux"],
                        lambda row: figure(linux["rows"]["linux"][row["row"]])))
    lines = [" ".join([label(name)] + [str(value(row)) for _, value in columns])
             for name, row in rows.items() if "reason" not in row]
    plots = [f"$rows using {i}{':xtic(1)' if i == 2 else ''} title {label(title)}"
             for i, (title, _) in enumerate(columns, 2)]
    return block("rows", lines), ", ".join(plots)


def panel(name, number, runs):
    """The data and the plots of one row: a line for each memory size."""
    data, plots = [], []
    for i, mem in enumerate(dict.fromkeys(run["mem"] for run in runs)):
        points = [run["rows"][name] for run in runs if run["mem"] == mem]
        lines = [f"{x} {figure(row)}" for x, row in enumerate(points) if "reason" not in row]
        if lines:
            data.append(block(f"r{number}m{i}", lines))
            plots.append(f"$r{number}m{i} using 1:2 lt {i + 1} title {label(mem)}")
    return "".join(data) + f"set title {label(name)}\nplot {', '.join(plots)}\n"


def draw_rows(out):
    """bench.json, with bench-linux.json if there is one, as bench.svg."""
    linux = out / "bench-linux.json"
    data, plots = bars(read(out / "bench.json")["rows"], read(linux) if linux.exists() else None)
    gnuplot(data + BARS.format(svg=out / "bench.svg", plots=plots))


def draw_scale(out):
    """bench-scale.json as bench-scale.svg."""
    runs = read(out / "bench-scale.json")
    lives = list(dict.fromkeys(run["live"] for run in runs))
    panels = [panel(name, number, runs) for number, name in enumerate(runs[0]["rows"])
              if any("reason" not in run["rows"][name] for run in runs)]
    lines = -(-len(panels) // COLUMNS)
    gnuplot(PANELS.format(svg=out / "bench-scale.svg", height=220 * lines, lines=lines,
                          xtics=", ".join(f'"{live:,}" {x}' for x, live in enumerate(lives)),
                          last=len(lives) - 1, panels="".join(panels)))


def draw(out):
    """Both pictures; return their paths."""
    out = pathlib.Path(out)
    draw_rows(out)
    draw_scale(out)
    return out / "bench.svg", out / "bench-scale.svg"
