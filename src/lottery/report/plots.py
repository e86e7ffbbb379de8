"""
Plots as inline SVG: rows of bars, ticks and points, drawn by Vega-Lite.

One drawing is rendered twice, for wide screens (labels beside the bars) and for phones (labels above them); the page
shows the one that fits.  Sizes are given, never measured from text, so that the bytes do not depend on the fonts of
the machine.  Colors are those of the light page; the style sheet maps them for the dark one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lottery.errors import LotteryError

INK, MUTED, GRID, TRACK = "#1b2733", "#51606e", "#d3dae0", "#dfe6ec"
BLUE, ORANGE, BAND = "#1d5f9e", "#b0480f", "#f3e2b8"
RANK_COLORS = ("#0b3c6f", "#2a74b8", "#6ea6d8", "#aecbe6")  # first, second, third, later
NONE_COLOR, HIDDEN_COLOR = "#c9793f", "#dfe6ec"

WIDE, NARROW = "wide", "narrow"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something drawn on one row: a segment from `start` to `end`, or what stands at `start`."""

    row: int
    start: float
    end: float = 0.0
    color: str = BLUE
    text: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Rows of a chart; numbers on the x axis run from 0 to `largest`."""

    title: str
    labels: Sequence[str]
    largest: float
    percent: bool = False
    band: tuple[float, float, float] | None = None  # centre, low, high
    segments: list[Mark] = field(default_factory=list)
    ticks: list[Mark] = field(default_factory=list)
    points: list[Mark] = field(default_factory=list)
    texts: list[Mark] = field(default_factory=list)


def svg(drawing: Drawing, size: str) -> str:
    """Draw for a `wide` or a `narrow` screen."""
    return _tidy(_renderer()(_specification(drawing, size)), drawing.title, size)


def _renderer() -> Callable[[dict[str, Any]], str]:
    try:
        import vl_convert
    except ImportError as missing:
        raise LotteryError(
            "The plots of the report need vl-convert-python. Install it with: pip install 'lottery[reports]'."
        ) from missing

    def render(specification: dict[str, Any]) -> str:
        drawn: str = vl_convert.vegalite_to_svg(specification)
        return drawn

    return render


def _specification(drawing: Drawing, size: str) -> dict[str, Any]:
    narrow = size == NARROW
    width, left, step, letters = (296, 12, 42, 12) if narrow else (420, 320, 26, 12)
    y = {"field": "row", "type": "ordinal", "axis": None, "scale": {"domain": list(range(len(drawing.labels)))}}
    axis = {"tickCount": 4, "title": None, "format": ".0%" if drawing.percent else ",d", "labelFlush": False}
    if not drawing.percent:
        axis["tickMinStep"] = 1
    scale = {"domain": [0, drawing.largest or 1], "nice": False, "zero": True}
    x = {"field": "start", "type": "quantitative", "scale": scale, "axis": axis}
    end = {"field": "end"}
    color = {"field": "color", "type": "nominal", "scale": None}
    drop = 9 if narrow else 0  # a phone's label stands above the bar
    layers = [
        _layer(
            [{"row": row, "label": _short(label, 48 if narrow else 52)} for row, label in enumerate(drawing.labels)],
            {
                "type": "text",
                "align": "left" if narrow else "right",
                "dy": -11 if narrow else 0,
                "fontSize": letters,
                "color": INK,
                "baseline": "middle",
            },
            {"y": y, "x": {"value": 0 if narrow else -8}, "text": {"field": "label"}},
        ),
        _layer(
            _rows(drawing.segments),
            {"type": "bar", "height": 14, "yOffset": drop},
            {"x": x, "x2": end, "y": y, "color": color},
        ),
        _layer(
            _rows(drawing.ticks),
            {"type": "tick", "size": 20, "thickness": 3, "yOffset": drop},
            {"x": x, "y": y, "color": color},
        ),
        _layer(
            _rows(drawing.points),
            {"type": "point", "filled": True, "size": 110, "opacity": 1, "yOffset": drop},
            {"x": x, "y": y, "color": color},
        ),
        _layer(
            _rows(drawing.texts),
            {"type": "text", "align": "left", "dx": 5, "fontSize": letters - 1, "yOffset": drop, "baseline": "middle"},
            {"x": x, "y": y, "text": {"field": "text"}, "color": color},
        ),
    ]
    if drawing.band:
        centre, low, high = drawing.band
        layers.insert(0, _layer([{"start": low, "end": high}], {"type": "rect", "color": BAND}, {"x": x, "x2": end}))
        layers.insert(1, _layer([{"start": centre}], {"type": "rule", "color": MUTED, "strokeDash": [4, 3]}, {"x": x}))
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": width,
        "height": step * len(drawing.labels),
        "autosize": "none",
        "padding": {"left": left, "right": 16 if narrow else 44, "top": 4, "bottom": 24},
        "background": None,
        "layer": [layer for layer in layers if layer["data"]["values"]],
        "config": {
            "font": "Liberation Sans",
            "view": {"stroke": None},
            "axis": {
                "grid": True,
                "gridColor": GRID,
                "domain": False,
                "ticks": False,
                "labelColor": MUTED,
                "labelFontSize": 11,
                "labelPadding": 6,
            },
        },
    }


def _layer(values: list[dict[str, Any]], mark: dict[str, Any], encoding: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"values": values}, "mark": mark, "encoding": encoding}


def _short(label: str, longest: int) -> str:
    return label if len(label) <= longest else label[: longest - 1].rstrip() + "…"


def _rows(marks: Sequence[Mark]) -> list[dict[str, Any]]:
    return [
        {
            "row": m.row,
            "start": round(float(m.start), 6),
            "end": round(float(m.end), 6),
            "color": m.color,
            "text": m.text,
        }
        for m in marks
    ]


def _tidy(drawn: str, title: str, size: str) -> str:
    """One accessible name for the whole drawing, no size of its own, the page's font, three decimals at most."""
    head, body = drawn.split(">", 1)
    found = re.search(r'viewBox="([^"]*)"', head)
    box = found.group(1) if found else "0 0 1 1"
    body = re.sub(r' (?:aria-[a-z]+|role|class|pointer-events|font-family|xmlns(?::[a-z]+)?)="[^"]*"', "", body)
    body = re.sub(r"\d+\.\d{4,}", lambda number: f"{float(number.group()):.3f}".rstrip("0").rstrip("."), body)
    body = re.sub(r'<path d="[^"]*"/>', "", body)  # invisible backgrounds
    name = html.escape(title, quote=True)
    return f'<svg class="{size}" viewBox="{box}" role="img" aria-label="{name}">{body}'
