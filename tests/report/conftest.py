"""One bundle for all tests of the report."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location("fake_bundle", Path(__file__).parent / "fake_bundle.py")
fake_bundle = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fake_bundle)


@pytest.fixture(scope="session")
def build():
    """The builder of bundles made without the engine."""
    return fake_bundle.build


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A bundle of 300 applicants, to be read only."""
    return fake_bundle.build(tmp_path_factory.mktemp("bundle") / "out")
