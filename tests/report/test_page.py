"""The page: self-contained, the same bytes every time, readable by everybody, silent about small groups."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser

import pytest

from lottery.report.page import render
from lottery.report.reading import read

VOID = {"meta", "br", "rect", "path", "line", "link", "img", "input", "hr"}


@pytest.fixture(scope="module")
def page(folder):
    return render(read(folder))


class Outline(HTMLParser):
    """Checks nesting and collects the elements."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def test_the_same_bundle_gives_the_same_bytes(folder, page):
    assert render(read(folder)) == page


def test_nothing_is_fetched_from_anywhere(page):
    for tag, attrs in Outline(page).seen:
        assert tag not in ("script", "link", "iframe", "img", "object")
        assert "src" not in attrs
    assert "@import" not in page
    assert "url(" not in page


def test_the_page_is_well_formed_and_every_identifier_is_its_own(page):
    outline = Outline(page)
    assert outline.open == []
    identifiers = [attrs["id"] for _, attrs in outline.seen if "id" in attrs]
    assert len(identifiers) == len(set(identifiers))
    assert {attrs["aria-labelledby"] for _, attrs in outline.seen if "aria-labelledby" in attrs} <= set(identifiers)


def test_every_plot_has_a_name_and_a_table_beside_it(page):
    plots = [attrs for tag, attrs in Outline(page).seen if tag == "svg" and attrs.get("role") == "img"]
    assert len(plots) >= 10  # five figures, two sizes each
    assert all(attrs["aria-label"] and attrs["viewbox"] for attrs in plots)
    assert page.count("<figure>") == page.count("The same as a table")


def test_what_families_read_is_there_in_spanish(page):
    assert re.search(r'<p lang="es">Participaron 289 solicitantes\. 207 \(71\.6%\) recibirían una oferta', page)


def test_a_rehearsal_says_so_before_anything_else_and_an_official_run_does_not(page, build, tmp_path):
    assert page.index('<p class="banner"><strong>REHEARSAL.') < page.index("<h1>")
    assert "<title>REHEARSAL" in page
    official = render(read(build(tmp_path / "official", n=60, status="OFFICIAL")))
    assert "REHEARSAL" not in official
    assert "ENSAYO" not in official


def test_the_evidence_names_the_digest_the_seed_and_how_to_check(page, folder):
    record = json.loads((folder / "record.json").read_text())
    for text in (record["outcome_digest"], record["seed"], record["draw"]["key"], "python verify.py ."):
        assert text in page


def test_names_from_the_files_cannot_become_markup(folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "other")
    programs = (other / "inputs/programs.csv").read_text().replace("Arts Magnet", "<script>alert(1)</script>")
    (other / "inputs/programs.csv").write_text(programs)
    page = render(read(other))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_no_table_by_group_shows_one_to_ten_children(page):
    """Every cell of the figures that speak of a group's members is a total, a large number, or hidden."""
    tables = re.findall(r"<caption>([^<]*)</caption>(.*?)</table>", page, re.DOTALL)
    checked = 0
    for caption, body in tables:
        lines = [re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", line) for line in re.findall(r"<tr>.*?</tr>", body)][1:]
        if caption.startswith("Which choice"):
            cells = [cell for line in lines[1:] for cell in line[1:]]  # the first line is everybody
        elif "share of offers" in caption:
            cells = [line[2] for line in lines]
        elif caption.startswith("Where do reserved"):
            cells = [cell for line in lines for cell in (line[4], line[6])]
        else:
            continue
        checked += len(cells)
        assert not [cell for cell in cells if cell.isdigit() and 1 <= int(cell) <= 10]
    assert checked > 20


def test_a_bundle_without_offers_still_makes_a_page(build, tmp_path):
    folder = build(tmp_path / "empty", n=3)
    for file in ("offers.csv", "reasons.csv", "inputs/applicants.csv", "inputs/choices.csv"):
        (folder / file).write_text((folder / file).read_text().splitlines()[0] + "\n")
    assert "What was decided" in render(read(folder))
