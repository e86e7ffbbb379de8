"""The made-up page, for all tests of pages of plans."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location("full_page", Path(__file__).parent / "full_page.py")
full_page = importlib.util.module_from_spec(spec)
spec.loader.exec_module(full_page)


@pytest.fixture(scope="session")
def full():
    """The module with the page and its figures."""
    return full_page
