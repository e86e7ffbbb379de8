"""The page of `lottery chances`, opened in a browser as an office or on a phone."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import sync_playwright

from lottery.calibration import calibration
from lottery.chances import chances
from lottery.engine import prepare
from lottery.policy.shipped import shipped_policy
from lottery.report.chances import write_chances
from lottery.sample import synthesize

CHROMIUM = shutil.which("chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
WIDTHS = [360, 390, 1280]
CUT = """() => [...document.querySelectorAll('svg[role=img]')].filter(plot => plot.getBoundingClientRect().width)
    .flatMap(plot => [...plot.querySelectorAll('text')].filter(text => {
        const outer = plot.getBoundingClientRect(), inner = text.getBoundingClientRect();
        return inner.left < outer.left - 1 || inner.right > outer.right + 1
            || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
    })).map(text => text.textContent)"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    synthesize(200, 6, "browser", folder / "cycle")
    cycle, file, market = prepare(folder / "cycle", shipped_policy("pusd/general-2019"))
    counted = chances(market, "browser", 50)
    (folder / "out").mkdir()
    write_chances(counted, cycle, file, folder / "out", calibration(counted, file, cycle, 10))
    return (folder / "out" / "report.html").as_uri()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(params=WIDTHS)
def page(browser, address, request):
    """The page with its tables unfolded, and what it asks for and complains about."""
    context = browser.new_context(viewport={"width": request.param, "height": 800})
    page = context.new_page()
    page.asked, page.complaints, page.wide = [], [], request.param
    page.on("request", lambda asked: page.asked.append(asked.url))
    page.on("console", lambda message: page.complaints.append(message.text))
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    yield page
    context.close()


def test_nothing_reaches_beyond_the_screen(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= page.wide


def test_three_drawings_fit_the_screen_and_every_label_lies_inside(page):
    visible = "[...document.querySelectorAll('svg[role=img]')].filter(p => p.getBoundingClientRect().width).length"
    assert page.evaluate(visible) == 3
    assert page.evaluate(CUT) == []


def test_the_page_asks_for_nothing_and_complains_of_nothing(page, address):
    assert page.asked == [address]
    assert page.complaints == []
