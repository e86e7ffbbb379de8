"""Labels fit by published letter widths: what is cut ends in an ellipsis and is as long as the room allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottery.report.labels import fit, width_of


def test_widths_are_those_of_the_published_metrics():
    """Helvetica.afm: W 944 (set 1000 here, to be safe), i 222, space 278, M 833, digits 556."""
    assert width_of("i", 1000) == 222
    assert width_of("M 1", 1000) == 833 + 278 + 556


@given(st.text(min_size=1, max_size=80), st.integers(30, 500))
def test_a_label_is_whole_or_cut_to_fit(text, room):
    cut = fit(text, 12, room)
    if cut != text:
        assert cut.endswith("…")
        assert text.startswith(cut[:-1])
        assert width_of(cut, 12) <= room < width_of(text, 12)


@pytest.mark.parametrize("text", ["", "Field", "…"])
def test_what_fits_stays_as_it_is(text):
    assert fit(text, 12, 300) == text
