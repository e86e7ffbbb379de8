"""The clean folder of these tests; its module lies beside and is loaded by path, for tests are no package."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SPEC = importlib.util.spec_from_file_location("intake_clean_folder", Path(__file__).with_name("clean_folder.py"))
assert SPEC is not None
assert SPEC.loader is not None
CLEAN_FOLDER = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(CLEAN_FOLDER)


@pytest.fixture(scope="session")
def clean() -> ModuleType:
    """The clean tables and their writers."""
    return CLEAN_FOLDER
