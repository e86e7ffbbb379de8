"""The page of a plan: what was asked, the answer, and the tables and drawings behind it."""

from lottery.report.planned.page import render
from lottery.report.planned.parts import Bars, Cell, Column, Figure, Line, Lines, Page, Section, Table

__all__ = ["Bars", "Cell", "Column", "Figure", "Line", "Lines", "Page", "Section", "Table", "render"]
