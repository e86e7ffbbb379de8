"""What is generated from the model is what the model says today."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from lottery.policy.shipped import shipped_policies, shipped_policy

ROOT = Path(__file__).resolve().parents[2]
specification = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
assert specification is not None
assert specification.loader is not None
generate = importlib.util.module_from_spec(specification)
specification.loader.exec_module(generate)


@pytest.mark.parametrize("name", sorted(generate.GENERATED))
def test_a_generated_file_is_current(name):
    """F2: the published rules are written from the model that runs."""
    assert (ROOT / name).read_text(encoding="utf-8") == generate.GENERATED[name](), "run `make docs`"


def test_every_key_of_the_shipped_policies_is_in_the_schema():
    known = json.loads((ROOT / "policies" / "schema.json").read_text(encoding="utf-8"))["properties"]
    for name in shipped_policies():
        text = shipped_policy(name).read_text(encoding="utf-8")
        keys = {line.split(":")[0] for line in text.splitlines() if line[:1].isalpha()}
        assert keys <= set(known), name


def test_the_program_in_the_page_about_the_draw_computes_the_published_vector(capsys):
    page = (ROOT / "docs" / "draw.md").read_text(encoding="utf-8")
    exec(page.split("```python\n")[1].split("```")[0], {})
    assert capsys.readouterr().out.strip() == "aded2666ad2d7eae1d47188cfdc11c16b2e49d4e2dc3c29b38b5c097635bf18b"
