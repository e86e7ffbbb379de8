"""
Plots as inline SVG: rows of bars, ticks and points, drawn by Vega-Lite.

One drawing is rendered twice, for wide screens (labels beside the bars) and for phones (labels above them); the page
shows the one that fits.  Sizes are given, never measured from text, so that the bytes do not depend on the fonts of
the machine.  Colors are those of the light page; the style sheet maps them for the dark one.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lottery.errors import LotteryError
from lottery.report.labels import fit

INK, MUTED, GRID, TRACK = "#1b2733", "#51606e", "#d3dae0", "#dfe6ec"
BLUE, ORANGE, BAND = "#1d5f9e", "#b0480f", "#f3e2b8"
RANK_COLORS = ("#0b3c6f", "#2a74b8", "#6ea6d8", "#aecbe6")  # first, second, third, later
KEPT_COLOR, NONE_COLOR, HIDDEN_COLOR = "#8d7aa8", "#c9793f", "#dfe6ec"
PAPER = "#fffffe"  # between the parts of a bar; not the white of letters, which turns black in the dark

WIDE, NARROW = "wide", "narrow"
LETTERS, NUMBERS = 12, 11  # sizes of the labels and of the numbers
TOP = 4
DESCENT = 0.35  # from the middle of a letter down to its foot, by its size


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a drawing leaves room for what."""

    width: int  # of the plot
    left: int
    right: int
    step: int  # height of a row
    drop: int  # how far the bar stands below the middle of its row
    lift: int  # how far the label stands above it


FRAMES = {
    WIDE: Frame(width=392, left=388, right=60, step=26, drop=0, lift=0),
    NARROW: Frame(width=260, left=12, right=52, step=42, drop=9, lift=11),  # labels above the bars
}


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
    letters = "".join([*_labels(drawing, FRAMES[size]), *_numbers(drawing, FRAMES[size])])
    return _drawn(json.dumps(_specification(drawing, size)), letters, drawing.title, size)


@lru_cache(maxsize=64)
def _drawn(specification: str, letters: str, title: str, size: str) -> str:
    """One drawing; the two pages of a run share those that are equal."""
    return _tidy(_renderer()(json.loads(specification)), letters, title, size)


def _labels(drawing: Drawing, frame: Frame) -> Iterator[str]:
    """The names of the rows, set by us: Vega measures every letter, which takes longer than all else together."""
    above = frame.lift > 0
    room = frame.width + frame.right - 4 if above else frame.left - 12
    for row, label in enumerate(drawing.labels):
        anchor, x = ("start", 0) if above else ("end", -8)
        y = (row + 0.5) * frame.step - frame.lift + DESCENT * LETTERS
        yield _text(x, y, fit(label, LETTERS, room), LETTERS, INK, f' text-anchor="{anchor}"')


def _numbers(drawing: Drawing, frame: Frame) -> Iterator[str]:
    gap = 11 if drawing.points else 5
    for mark in drawing.texts:
        x = mark.start / (drawing.largest or 1) * frame.width + gap
        y = (mark.row + 0.5) * frame.step + frame.drop + DESCENT * NUMBERS
        yield _text(x, y, mark.text, NUMBERS, mark.color)


def _text(x: float, y: float, text: str, size: int, color: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}px" fill="{color}"{more}>{html.escape(text)}</text>'


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
    frame = FRAMES[size]
    y = {"field": "row", "type": "ordinal", "axis": None, "scale": {"domain": list(range(len(drawing.labels)))}}
    axis = {"tickCount": 4, "title": None, "format": ".0%" if drawing.percent else ",d", "labelFlush": False}
    if not drawing.percent:
        axis["tickMinStep"] = 1
    scale = {"domain": [0, drawing.largest or 1], "nice": False, "zero": True}
    x = {"field": "start", "type": "quantitative", "scale": scale, "axis": axis}
    end = {"field": "end"}
    color = {"field": "color", "type": "nominal", "scale": None}
    layers = [
        _layer(
            _rows(drawing.segments),
            {"type": "bar", "height": 14, "yOffset": frame.drop, "stroke": PAPER, "strokeWidth": 1},
            {"x": x, "x2": end, "y": y, "color": color},
        ),
        _layer(
            _rows(drawing.ticks),
            {"type": "tick", "size": 20, "thickness": 3, "yOffset": frame.drop},
            {"x": x, "y": y, "color": color},
        ),
        _layer(
            _rows(drawing.points),
            {"type": "point", "filled": True, "size": 110, "opacity": 1, "yOffset": frame.drop},
            {"x": x, "y": y, "color": color},
        ),
    ]
    if drawing.band:
        centre, low, high = drawing.band
        layers.insert(0, _layer([{"start": low, "end": high}], {"type": "rect", "color": BAND}, {"x": x, "x2": end}))
        layers.insert(1, _layer([{"start": centre}], {"type": "rule", "color": MUTED, "strokeDash": [4, 3]}, {"x": x}))
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": frame.width,
        "height": frame.step * len(drawing.labels),
        "autosize": "none",
        "padding": {"left": frame.left, "right": frame.right, "top": TOP, "bottom": 24},
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


def _tidy(drawn: str, letters: str, title: str, size: str) -> str:
    """One accessible name for the whole drawing, no size of its own, the page's font, three decimals at most."""
    head, body = drawn.split(">", 1)
    found = re.search(r'viewBox="([^"]*)"', head)
    box = found.group(1) if found else "0 0 1 1"
    body = re.sub(r' (?:aria-[a-z]+|role|class|pointer-events|font-family|xmlns(?::[a-z]+)?)="[^"]*"', "", body)
    body = re.sub(r"\d+\.\d{4,}", lambda number: f"{float(number.group()):.3f}".rstrip("0").rstrip("."), body)
    body = re.sub(r'<path d="[^"]*"/>', "", body)  # invisible backgrounds
    name = html.escape(title, quote=True)
    set_by_us = f'<g transform="translate({FRAMES[size].left},{TOP})">{letters}</g></svg>'
    return (
        f'<svg class="{size}" viewBox="{box}" role="img" aria-label="{name}">{body.removesuffix("</svg>")}{set_by_us}'
    )
