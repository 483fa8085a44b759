"""Draws a run's charts as SVG, or as PNG to look at. Knows only its JSON: its environment has nothing else.

Usage: python -m benchmarks.charts RESULTS FOLDER [svg|png]
"""

import json
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

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
_OTHERS = "#777777"
_TITLE_CHARACTERS = 64
_MARGIN_PIXELS, _MARK_PIXELS = 5, 5
_LAST_PLACE = ("right", -12)
_OURS = "Darkroom"
_SPLIT = " / "
"""Bars whose names share what stands before it stand in one group."""


def draw(chart: Mapping[str, Any], file: Path) -> None:
    with plt.rc_context(_STYLE):
        figure, axes = plt.subplots(figsize=(8, _height(chart)), layout="constrained")
        (_bars if chart["bars"] else _lines)(axes, chart)
        axes.set_title("\n".join(textwrap.wrap(chart["title"], _TITLE_CHARACTERS)), pad=12)
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
    points = all(len(each) == 1 for each in chart["series"].values())
    (_points if points else _curves)(axes, chart["series"])
    axes.set_xlabel(chart["x"])
    axes.set_ylabel(chart["y"])
    axes.set_ylim(bottom=min(0, axes.get_ylim()[0]))
    axes.grid(axis="y", color="#dddddd", linewidth=0.7)
    axes.set_axisbelow(True)
    if all(float(x).is_integer() for each in chart["series"].values() for x, _ in each):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _curves(axes: Any, series: Mapping[str, Any]) -> None:
    for number, (name, points) in enumerate(series.items()):
        x, y = zip(*points, strict=True)
        colour = _COLOURS[number % len(_COLOURS)]
        axes.plot(x, y, label=name, color=colour, marker="o" if len(points) <= 30 else None, markersize=4)
    if len(series) > 1:
        axes.legend()


def _points(axes: Any, series: Mapping[str, Any]) -> None:
    """Each with its name beside it, where no other stands."""
    kinds = [name.rpartition(", ")[2] for name in series]
    kinds = [kind if kinds.count(kind) > 1 else "" for kind in kinds]
    colours = dict(zip(dict.fromkeys(kinds), _COLOURS, strict=False))
    for (name, [(x, y)]), kind in zip(series.items(), kinds, strict=True):
        colour = colours[kind] if kind else _COLOURS[0] if _is_ours(name) else _OTHERS
        axes.plot([x], [y], color=colour, marker="o", markersize=6)
    axes.margins(x=0.15, y=0.1)
    axes.set_ylim(bottom=0)
    axes.figure.canvas.draw()
    taken = [_mark(axes, point) for [point] in series.values()]
    for name, [(x, y)] in series.items():
        taken.append(_named(axes, name, (x, y), taken))


def _mark(axes: Any, at: tuple[float, float]) -> Any:
    x, y = axes.transData.transform(at)
    return Bbox.from_extents(x - _MARK_PIXELS, y - _MARK_PIXELS, x + _MARK_PIXELS, y + _MARK_PIXELS)


def _named(axes: Any, name: str, at: tuple[float, float], taken: Sequence[Any]) -> Any:
    """The place that the name takes; its side of the point is the first that is free, or the last."""
    for offset, side in ((9, "left"), (-9, "right")):
        for height in (4, -12):
            text = axes.annotate(
                name, at, xytext=(offset, height), textcoords="offset points", fontsize=9, ha=side
            )
            box = text.get_window_extent()
            inside = axes.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x1 + _MARGIN_PIXELS
            if (inside and not any(box.overlaps(other) for other in taken)) or (side, height) == _LAST_PLACE:
                return box
            text.remove()
    raise AssertionError("the last place is always taken")


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def main(results: Path, folder: Path, kind: str = "svg") -> None:
    for measured in json.loads(results.read_text())["benchmarks"].values():
        for chart in measured["charts"]:
            draw(chart, folder / f"{chart['name']}.{kind}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
