"""The page of a plan as text: self-contained, and the same bytes for the same page."""

from __future__ import annotations

from markupsafe import Markup

from lottery.report.page import TEMPLATES, templates
from lottery.report.planned.parts import Page
from lottery.report.planned.shown import shown


def render(page: Page) -> str:
    """
    The page as one HTML document that asks for nothing else.

    The figures are numbered in the order of the sections, so that every one has a name of its own.
    """
    numbers = iter(range(1, 1 + sum(len(section.figures) for section in page.sections)))
    sections = [(section, [shown(figure, next(numbers)) for figure in section.figures]) for section in page.sections]
    style = Markup((TEMPLATES / "report.css").read_text(encoding="utf-8"))
    template = templates(TEMPLATES).get_template("plan.html.j2")
    return template.render(page=page, sections=sections, style=style, svg=Markup)
