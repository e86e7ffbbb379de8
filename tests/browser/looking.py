"""What every page is looked at for, in a browser: questions to the page, and what a reader would object to."""

from __future__ import annotations

import shutil
from itertools import pairwise

import pytest
from playwright.sync_api import Page

CHROMIUM = shutil.which("chromium")
NEEDS_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
]
WIDTHS = [360, 390, 1280]

BEYOND = """width => [...document.querySelectorAll('body *')].filter(part => !part.closest('.scroll, pre, svg, .skip'))
    .filter(part => part.getBoundingClientRect().right > width + 0.5).map(part => part.outerHTML.slice(0, 80))"""

CUT = """slack => [...document.querySelectorAll('svg[role=img]')].filter(plot => plot.getBoundingClientRect().width)
    .flatMap(plot => [...plot.querySelectorAll('text')].filter(text => {
        const outer = plot.getBoundingClientRect(), inner = text.getBoundingClientRect();
        return inner.left < outer.left - 1 || inner.right > outer.right + 1
            || inner.top < outer.top - slack || inner.bottom > outer.bottom + slack;
    })).map(text => text.textContent)"""

COVERED = """() => [...document.querySelectorAll('svg[role=img]')].filter(plot => plot.getBoundingClientRect().width)
    .flatMap(plot => {
        const boxes = [...plot.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
        return boxes.flatMap(([name, a], k) => boxes.slice(k + 1).filter(([, b]) =>
            Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
            && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5).map(([other]) => [name, other]));
    })"""

DRAWN = """() => [...document.querySelectorAll('figure')].map(figure =>
    [...figure.querySelectorAll('svg[role=img]')].filter(plot => plot.getBoundingClientRect().width).length)"""

TABLES_AT_FAULT = """() => [...document.querySelectorAll('table')].filter(table =>
    !table.caption || !table.tHead || !table.tBodies[0].rows.length
    || [...table.tHead.rows[0].cells].some(cell => cell.tagName !== 'TH' || cell.scope !== 'col' || !cell.textContent)
    || [...table.tBodies[0].rows].some(row => row.cells[0].tagName !== 'TH' || row.cells[0].scope !== 'row'
        || row.cells.length !== table.tHead.rows[0].cells.length)
).map(table => table.outerHTML.slice(0, 120))"""

NAMES = """() => [...document.querySelectorAll('svg:not(.narrow)')].map(plot =>
    plot.getAttribute('aria-hidden') === 'true' ? 'hidden'
        : plot.getAttribute('role') === 'img' && plot.getAttribute('aria-label') || '')"""

STOPS = """() => [...document.querySelectorAll('a[href], summary, [tabindex]')]
    .map((part, index) => (part.dataset.stop = index, String(index)))"""

CONTRAST = """() => {
    const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, k) => sum + c * [0.2126, 0.7152, 0.0722][k], 0);
    const behind = part => {
        for (let at = part; at; at = at.parentElement) {
            const color = parse(getComputedStyle(at).backgroundColor);
            if (color.length === 3 || color[3] === 1) return color;
        }
        return [255, 255, 255];
    };
    const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), seen = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const part = walker.currentNode.parentElement, style = getComputedStyle(part);
        if (!walker.currentNode.textContent.trim() || !part.getBoundingClientRect().width) continue;
        if (part.tagName === 'text' && part.getAttribute('fill') === '#ffffff') continue;  // on a bar, see below
        const text = light(parse(part.closest('svg') ? style.fill : style.color));
        seen.push([ratio(text, light(behind(part))), 4.5, walker.currentNode.textContent.trim().slice(0, 40)]);
    }
    for (const text of document.querySelectorAll('svg text[fill="#ffffff"]')) {
        const bar = text.closest('svg').querySelector('[fill="#0b3c6f"]');
        if (!text.getBoundingClientRect().width || !bar) continue;
        const over = light(parse(getComputedStyle(text).fill)), under = light(parse(getComputedStyle(bar).fill));
        seen.push([ratio(over, under), 4.5, text.textContent]);
    }
    return seen;
}"""

MARKS = """marks => {
    const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, k) => sum + c * [0.2126, 0.7152, 0.0722][k], 0);
    const paper = light(parse(getComputedStyle(document.body).backgroundColor));
    return [...document.querySelectorAll(marks)].filter(mark => mark.getBoundingClientRect().width).map(mark => {
        const style = getComputedStyle(mark), paint = light(parse(style.stroke === 'none' ? style.fill : style.stroke));
        return [(Math.max(paint, paper) + 0.05) / (Math.min(paint, paper) + 0.05), 3, mark.outerHTML.slice(0, 80)];
    });
}"""

LEFT_LIGHT = """plots => [...document.querySelectorAll(plots)].flatMap(part => ['fill', 'stroke'].filter(how => {
    const hex = part.getAttribute(how);
    if (!hex || !hex.startsWith('#')) return false;
    const written = [1, 3, 5].map(k => parseInt(hex.slice(k, k + 2), 16));
    return getComputedStyle(part)[how] === `rgb(${written.join(', ')})`;
}).map(how => `${how} ${part.getAttribute(how)}`))"""


def reaches_beyond(page: Page, width: int) -> list[str]:
    """What lies beyond the right edge of the screen, the page itself included."""
    wider = page.evaluate("document.documentElement.scrollWidth") - width
    return [*([f"the page, by {wider} px"] if wider > 0 else []), *page.evaluate(BEYOND, width)]


def goes_down_step_by_step(page: Page) -> bool:
    """Whether there is one heading of the first level, first, and none skips a level."""
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])")
    steps = all(below - above <= 1 for above, below in pairwise(levels))
    return bool(levels[0] == 1 and levels.count(1) == 1 and steps)


def not_reached_by_tab(page: Page) -> set[str]:
    """Links, folded parts and regions that the keyboard does not come to."""
    wanted = page.evaluate(STOPS)
    reached = set()
    for _ in range(len(wanted) + 5):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.dataset.stop"))
    return set(wanted) - reached


def prints_the_wide_drawings(page: Page) -> bool:
    """Whether paper has the wide drawings and not those for phones."""
    page.emulate_media(media="print")
    return page.locator("svg.wide").first.is_visible() and not page.locator("svg.narrow").first.is_visible()
