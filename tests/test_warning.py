"""The warning that a list may end without an offer."""

from __future__ import annotations

import pytest

from lottery.warning import RISKY, WARNINGS, warning, warns


@pytest.mark.parametrize(
    ("no_offer", "told"), [(0.0, False), (0.29, False), (RISKY, False), (0.301, True), (1.0, True)]
)
def test_whoever_is_above_the_threshold_is_warned_and_nobody_else(no_offer, told):
    assert warns(no_offer) is told


@pytest.mark.parametrize("language", WARNINGS)
@pytest.mark.parametrize(("no_offer", "said"), [(0.301, "30"), (0.666, "67"), (1.0, "100")])
def test_a_family_hears_its_own_risk_as_a_count_and_what_to_do(language, no_offer, said):
    words = warning(no_offer, language).split()

    assert [word for word in words if word.isdigit()] == [said, "100"]
    assert {"en": "add", "es": "agregue"}[language] in words
