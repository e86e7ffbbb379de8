"""The page of `lottery chances`, opened in a browser as an office or on a phone."""

from __future__ import annotations

import pytest

from lottery.calibration import calibration
from lottery.chances import chances
from lottery.engine import prepare
from lottery.policy.shipped import shipped_policy
from lottery.report.chances import write_chances
from lottery.sample import synthesize

from .looking import CUT, NEEDS_CHROMIUM, WIDTHS, reaches_beyond

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    synthesize(200, 6, "browser", folder / "cycle")
    cycle, file, market = prepare(folder / "cycle", shipped_policy("pusd/general-2019"))
    counted = chances(market, "browser", 50)
    (folder / "out").mkdir()
    write_chances(counted, cycle, file, folder / "out", calibration(counted, file, cycle, 10))
    return (folder / "out" / "report.html").as_uri()


@pytest.fixture(params=WIDTHS)
def page(visit, request):
    page = visit(request.param)
    page.wide = request.param
    return page


def test_nothing_reaches_beyond_the_screen(page):
    assert reaches_beyond(page, page.wide) == []


def test_three_drawings_fit_the_screen_and_every_label_lies_inside(page):
    visible = "[...document.querySelectorAll('svg[role=img]')].filter(p => p.getBoundingClientRect().width).length"
    assert page.evaluate(visible) == 3
    assert page.evaluate(CUT, 1) == []


def test_the_page_asks_for_nothing_and_complains_of_nothing(page, address):
    assert page.asked == [address]
    assert page.complaints == []
