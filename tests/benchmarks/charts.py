"""Draws a run's charts as SVG, or as PNG to look at. Knows only its JSON: its environment has nothing else.

Usage: python -m benchmarks.charts RESULTS FOLDER [svg|png]
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import MaxNLocator

_COLOURS = ("#1f5f99", "#d1802a", "#6a8f3c", "#8c4b8f", "#777777", "#b23a48", "#2f9090", "#b59b2b")
_STYLE = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "font.size": 10,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "darkroom",
}
_OURS = "Darkroom"
_SPLIT = " / "
"""Bars whose names share what stands before it stand in one group."""


def draw(chart: Mapping[str, Any], file: Path) -> None:
    with plt.rc_context(_STYLE):
        figure, axes = plt.subplots(figsize=(8, _height(chart)), layout="constrained")
        (_bars if chart["bars"] else _lines)(axes, chart)
        axes.set_title(chart["title"], pad=12)
        figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None, dpi=110)
        plt.close(figure)


def _height(chart: Mapping[str, Any]) -> float:
    return 1.3 + 0.34 * len(chart["series"]) if chart["bars"] else 4.5


def _bars(axes: Any, chart: Mapping[str, Any]) -> None:
    """Lying, so that their names can be read; the value stands at the end."""
    names = list(chart["series"])
    values = [points[0][1] for points in chart["series"].values()]
    places, kinds = _places(names)
    colours = dict(zip(sorted(dict.fromkeys(kinds), key=_is_ours, reverse=True), _COLOURS, strict=False))
    bars = axes.barh(places, values, height=0.8, color=[colours[kind] for kind in kinds])
    axes.bar_label(bars, labels=[_short(value) for value in values], padding=4)
    axes.set_yticks(places, names)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlabel(chart["y"])
    axes.tick_params(axis="y", length=0)


def _is_ours(kind: str) -> bool:
    return kind.startswith(_OURS)


def _places(names: Sequence[str]) -> tuple[list[float], list[str]]:
    """A gap between the groups; what a bar is of decides its colour."""
    places: list[float] = []
    kinds: list[str] = []
    at, before = 0.0, ""
    for name in names:
        group, _, kind = name.rpartition(_SPLIT)
        at += 1.5 if places and group != before else 1.0
        before = group
        places.append(at)
        kinds.append(kind if group else _OURS * name.startswith(_OURS))
    return places, kinds


def _lines(axes: Any, chart: Mapping[str, Any]) -> None:
    single = all(len(points) == 1 for points in chart["series"].values())
    for colour, (name, points) in zip(_repeated(), chart["series"].items(), strict=False):
        x, y = zip(*points, strict=True)
        axes.plot(x, y, label=name, color=colour, marker="o" if len(points) <= 30 else None, markersize=4)
        if single:
            axes.annotate(name, (x[0], y[0]), xytext=(6, 4), textcoords="offset points", fontsize=9)
    axes.set_xlabel(chart["x"])
    axes.set_ylabel(chart["y"])
    if all(float(x).is_integer() for points in chart["series"].values() for x, _ in points):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylim(bottom=min(0, axes.get_ylim()[0]))
    axes.grid(axis="y", color="#dddddd", linewidth=0.7)
    axes.set_axisbelow(True)
    if not single and len(chart["series"]) > 1:
        axes.legend()


def _repeated() -> Sequence[str]:
    return _COLOURS * 8


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def main(results: Path, folder: Path, kind: str = "svg") -> None:
    for measured in json.loads(results.read_text())["benchmarks"].values():
        for chart in measured["charts"]:
            draw(chart, folder / f"{chart['name']}.{kind}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
