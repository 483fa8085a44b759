"""A run's rows as text for a terminal, as Markdown, and as JSON with its charts. Measures nothing."""

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.goals import Figure, Measured, Row

COLUMNS = ("figure", "measured", "baseline", "goal", "met")
_WIDTHS = (40, 40, 44, 22)
_MET = {True: "yes", False: "no", None: ""}


def cells(row: Row) -> tuple[str, ...]:
    return (row.figure, row.measured, row.baseline, row.goal, _MET[row.met])


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Those of the goals table first, in its order; the others behind, as they came."""
    order = {str(figure): position for position, figure in enumerate(Figure)}
    return sorted(rows, key=lambda row: order.get(row.figure, len(order)))


def missing(rows: Sequence[Row]) -> list[str]:
    """Figures of the goals table that no row shows."""
    shown = {row.figure for row in rows}
    return [str(figure) for figure in Figure if figure not in shown]


def as_text(rows: Sequence[Row]) -> str:
    lines = [_line(COLUMNS), _line(["-" * width for width in (*_WIDTHS, 3)])]
    for row in rows:
        wrapped = [textwrap.wrap(cell, width) for cell, width in zip(cells(row), _WIDTHS, strict=False)]
        columns = [*wrapped, [_MET[row.met]]]
        for number in range(max(map(len, columns))):
            lines.append(_line([column[number] if number < len(column) else "" for column in columns]))
    return "\n".join(lines)


def as_markdown(rows: Sequence[Row]) -> str:
    """The goals table's rows in one table, those that only inform in another."""
    goals = [row for row in rows if row.figure in set(Figure)]
    others = [row for row in rows if row.figure not in set(Figure)]
    tables = [_markdown(COLUMNS, [cells(row) for row in goals])]
    if others:
        tables.append(_markdown(COLUMNS[:3], [cells(row)[:3] for row in others]))
    return "\n\n".join(tables) + "\n"


def write_results(file: Path, about: Mapping[str, Any], by_name: Mapping[str, Measured]) -> None:
    measured = {
        name: {"rows": [asdict(row) for row in one.rows], "charts": [asdict(chart) for chart in one.charts]}
        for name, one in by_name.items()
    }
    file.write_text(json.dumps({**about, "benchmarks": measured}, indent=1, ensure_ascii=False) + "\n")


def _line(columns: Sequence[str]) -> str:
    padded = [column.ljust(width) for column, width in zip(columns, (*_WIDTHS, 3), strict=True)]
    return "  ".join(padded).rstrip()


def _markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(line) + " |" for line in (header, *rows)]
    return "\n".join([lines[0], "|---" * len(header) + "|", *lines[1:]])
