"""The page: self-contained, the same bytes every time, readable by everybody, silent about small groups."""

from __future__ import annotations

import csv
import json
import re
import shutil
from html.parser import HTMLParser

import pytest

from lottery.report.aggregates import OFFICE, PUBLIC, aggregates
from lottery.report.page import render
from lottery.report.reading import read

VOID = {"meta", "br", "rect", "path", "line", "link", "img", "input", "hr"}


def draw(folder, audience=OFFICE):
    bundle = read(folder)
    return render(bundle, aggregates(bundle, audience))


@pytest.fixture(scope="module", params=[OFFICE, PUBLIC])
def page(folder, request):
    """Both pages; what a test says holds for either."""
    return draw(folder, request.param)


@pytest.fixture(scope="module")
def office(folder):
    return draw(folder, OFFICE)


@pytest.fixture(scope="module")
def public(folder):
    return draw(folder, PUBLIC)


def tables(page):
    """The cells of every table, without its header, by caption."""
    return {
        caption: [
            re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", line) for line in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)
        ][1:]
        for caption, body in re.findall(r"<caption>([^<]*)</caption>(.*?)</table>", page, re.DOTALL)
    }


def rows(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


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


def test_the_same_bundle_gives_the_same_bytes(folder, office, public):
    assert (draw(folder), draw(folder, PUBLIC)) == (office, public)


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
    assert page.count("<figure>") == page.count("The same as a table") == len(plots) / 2


def test_what_families_read_is_there_in_spanish(page):
    assert re.search(
        r'<p lang="es">Participaron 289 solicitantes\. \d+ \(\d\d\.\d%\) recibirían una oferta en un programa', page
    )


def test_a_rehearsal_says_so_before_anything_else_and_an_official_run_does_not(page, build, tmp_path):
    assert page.index('<p class="banner"><strong>REHEARSAL.') < page.index("<h1>")
    assert "<title>REHEARSAL" in page
    official = draw(build(tmp_path / "official", n=60, status="OFFICIAL"))
    assert "REHEARSAL" not in official
    assert "ENSAYO" not in official


def test_the_evidence_names_the_digest_the_seed_and_how_to_check(page, folder):
    record = json.loads((folder / "record.json").read_text())
    for text in (record["outcome_digest"], record["seed"], record["draw"]["key"], "python3 verify.py ."):
        assert text in page


def test_names_from_the_files_cannot_become_markup(folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "other")
    programs = (other / "inputs/programs.csv").read_text().replace("Arts Magnet", "<script>alert(1)</script>")
    (other / "inputs/programs.csv").write_text(programs)
    page = draw(other)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_in_public_no_table_by_group_shows_one_to_ten_children(public):
    """Every cell of the figures that speak of a group's members is a total, a large number, or hidden."""
    checked = 0
    for caption, lines in tables(public).items():
        if caption.startswith("Which choice"):
            cells = [cell for line in lines[1:] for cell in line[1:]]  # the first line is everybody
        elif "share of offers" in caption:
            cells = [line[2] for line in lines]
        elif caption.startswith("Where is demand"):
            cells = [cell for line in lines for cell in (line[3], line[4])]
        elif caption.startswith("Where do reserved"):
            cells = [cell for line in lines for cell in (line[4], line[6])]
        else:
            continue
        checked += len(cells)
        assert not [cell for cell in cells if cell.isdigit() and 1 <= int(cell) <= 10]
    assert checked > 20


def test_the_office_copy_says_what_it_is_and_hides_nothing(office):
    assert office.index("Office copy: shows small groups.") < office.index("<h1>")
    cells = [cell for lines in tables(office).values() for line in lines for cell in line]
    assert len(cells) > 100
    assert not [cell for cell in cells if cell.startswith(("not shown", "fewer than"))]


def test_the_office_copy_shows_the_share_of_every_program_and_school(office, folder):
    """By hand from offers.csv: members of offers, by program and by school."""
    income = {row["applicant_id"]: row["income"] for row in rows(folder / "inputs/applicants.csv")}
    program = {row["program_id"]: row for row in rows(folder / "inputs/programs.csv")}
    school = {row["school_id"]: row["name"] for row in rows(folder / "inputs/schools.csv")}
    slow = {"program": {}, "school": {}}
    for row in rows(folder / "offers.csv"):
        if row["program_id"]:
            where = program[row["program_id"]]
            for unit, name in (("program", where["name"]), ("school", school[where["school_id"]])):
                members, offers = slow[unit].get(name, (0, 0))
                slow[unit][name] = members + (income[row["applicant_id"]] in ("free", "reduced")), offers + 1
    for unit, expected in slow.items():
        lines = tables(office)[f"Low income: share of offers by {unit}"]
        assert {line[0]: (int(line[2]), int(line[1])) for line in lines} == expected


def test_seat_groups_that_bind_come_first_in_the_office_copy(office, folder):
    """A group binds where its last holder is a member."""
    binds = [line[5] for line in tables(office)["Where do reserved seats bind?"]]
    assert binds == sorted(binds, reverse=True)
    reserved = [row for row in rows(folder / "cutoffs.csv") if row["seat_group"] in ("low_income", "neighbors")]
    assert binds.count("yes") == sum(row["member"] == "yes" for row in reserved) > 0


def test_the_page_tells_those_placed_from_those_who_keep_a_seat(page, folder):
    listed = {(row["applicant_id"], row["program_id"]) for row in rows(folder / "inputs/choices.csv")}
    offers = [row for row in rows(folder / "offers.csv") if row["program_id"]]
    placed = sum((row["applicant_id"], row["program_id"]) in listed for row in offers)
    assert f"{placed} of them (" in page
    assert f"{len(offers) - placed} would keep the seat they hold" in page
    assert "keep it unless they are offered a better choice" in page


def test_an_empty_plot_is_said_in_words(folder, tmp_path):
    """No school has eleven offers: the shares are in the table, the plot is a sentence."""
    other = shutil.copytree(folder, tmp_path / "other")
    header, *lines = (other / "offers.csv").read_text().splitlines(keepends=True)
    (other / "offers.csv").write_text(header + "".join(lines[:20]))
    page = draw(other)
    assert "No school has 11 offers or more whose share may be shown." in page
    assert 'aria-label="Share of low income among offers, by school"' not in page


def test_a_bundle_without_offers_still_makes_a_page(build, tmp_path):
    folder = build(tmp_path / "empty", n=3)
    for file in ("offers.csv", "reasons.csv", "inputs/applicants.csv", "inputs/choices.csv"):
        (folder / file).write_text((folder / file).read_text().splitlines()[0] + "\n")
    for audience in (OFFICE, PUBLIC):
        page = draw(folder, audience)
        assert "What was decided" in page
        assert "Nobody took part." in page
