"""The page of a plan as text."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from lottery.report.planned import Bars, Column, Line, Lines, Page, Section, Table, render
from lottery.report.planned.shown import MOST_LISTED

EMPTY = Page("A question", "Extra seats", [], [], [], [], [])
VOID = {"meta", "br", "line", "rect", "circle", "polyline", "polygon"}


class Reader(HTMLParser):
    """The words of a page, its identifiers, and whether every part that is opened is closed."""

    def __init__(self):
        super().__init__()
        self.open, self.words, self.names, self.tables, self.asked = [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        own = dict(attributes)
        self.names += [own["id"]] if "id" in own else []
        self.asked += [own[key] for key in ("src", "href", "xlink:href") if key in own]
        self.tables += [[]] if tag == "table" else []
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.tables[-1][-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, words):
        if "style" not in self.open:
            self.words.append(words)
        if self.open and self.open[-1] in ("td", "th"):
            self.tables[-1][-1][-1] += words


def read(page):
    reader = Reader()
    reader.feed(render(page))
    assert reader.open == []
    return reader


def page_of(*figures):
    return replace(EMPTY, sections=[Section("What there is", (), figures)])


def test_everything_that_was_said_is_on_the_page(full):
    page = full.everything()
    words = "".join(read(page).words)

    said = [page.title, page.kind, *page.answer, *page.assumed, *page.remarks]
    said += [part for pairs in (page.facts, page.evidence) for pair in pairs for part in pair]
    for section in page.sections:
        said += [section.heading, *section.paragraphs]
        said += [each for figure in section.figures for each in (figure.title, getattr(figure, "note", ""))]
    assert [each for each in said if each not in words] == []


def test_the_answer_comes_before_what_was_asked_and_before_every_figure(full):
    page = full.everything()
    words = "".join(read(page).words)
    order = [
        page.title,
        page.answer[0],
        page.answer[1],
        "What was asked",
        page.sections[0].heading,
        page.assumed[0],
        page.remarks[0],
        64 * "a",
    ]

    places = [words.rindex(each) for each in order]
    assert places == sorted(places)


def test_the_office_copy_says_that_it_shows_small_groups_and_the_public_page_does_not(full):
    office, public = (render(full.everything(public)) for public in (False, True))

    assert "Office copy: shows small groups" in office
    assert 'href="public/report.html"' in office
    assert "Office copy" not in public
    assert "public/report.html" not in public


@pytest.mark.parametrize("public", [False, True])
def test_every_page_says_in_two_languages_that_it_decides_nothing(full, public):
    text = render(full.everything(public))

    assert "Nothing here is decided" in text
    assert '<span lang="es"><strong>PLAN.</strong> Aquí no se decide nada' in text


def test_the_cells_of_a_table_are_written_as_its_columns_say(full):
    table = read(page_of(full.plan())).tables[0]

    assert table == [
        ["School", "Seats", "First choices", "Difference (points)", "Mean rank", "Mean way", "Opened"],
        ["Jackson", "1,060", "51.2%", "+2.3", "1.88", "0.85 km", "2027"],
        [full.LONG_NAME, "8", "100.0%", "−0.4", "2.00", "12.35 km", "1921"],
        ["Altadena", "<11", "–", "0.0", "–", "–", "–"],
    ]


def test_bars_come_with_their_table(full):
    assert read(page_of(full.bars())).tables == [
        [
            ["School", "Seats now", "Seats in the plan"],
            ["Altadena", "60", "62"],
            ["Hamilton", "48", "48"],
            ["Jackson", "72", "80"],
            ["Longfellow", "24", "29"],
            [full.LONG_NAME, "96", "not shown"],
        ]
    ]


def test_lines_come_with_their_table_intervals_and_limits(full):
    reader = read(page_of(full.enrolment()))

    assert reader.tables[0][:4] == [
        ["school year", "Jackson", "Longfellow", "Altadena", "Hamilton"],
        ["2026", "510 (500 to 520)", "512", "480", "505"],
        ["2027", "519.5 (505 to 536)", "506", "480", "509"],
        ["2028", "529 (510 to 552)", "500", "–", "–"],
    ]
    assert "Limits: Rooms of Jackson with portables: 612; Rooms of Longfellow: 604." in reader.words


def test_where_there_is_nothing_a_sentence_says_so(full):
    words = [word for word in read(page_of(*full.nothing()[:4])).words if word.strip()]

    assert words.count("There is nothing to list.") == 1
    assert words.count("There is nothing to draw.") == 2
    assert words.count("No number is known here, or none may be shown.") == 1


def test_a_page_without_anything_is_still_a_page():
    reader = read(EMPTY)

    assert "Assumed" not in "".join(reader.words)
    assert "Evidence" not in "".join(reader.words)


def test_words_of_a_question_never_become_markup():
    evil = '<script>alert("x")</script>&'
    figures = [
        Table(evil, [Column(evil)], [[evil]], evil),
        Table(evil, [Column(evil)], [[evil]], evil, folded=True),
        Bars(evil, [evil], [(evil, [1]), (evil, [2])], note=evil, of=evil),
        Lines(evil, evil, evil, [Line(evil, [(1, 2)])], [(evil, 3)], evil),
    ]
    page = Page(evil, evil, [(evil, evil)], [evil], [Section(evil, [evil], figures)], [evil], [evil], [(evil, evil)])

    assert "<script" not in render(page)
    assert evil[:8] in "".join(read(page).words)


def test_the_page_asks_for_nothing_and_names_every_part_once(full):
    reader = read(full.everything())

    assert [each for each in reader.asked if not each.startswith("#")] == ["public/report.html"]
    assert "url(" not in render(full.everything())
    assert len(set(reader.names)) == len(reader.names) > 15


def test_the_same_page_has_the_same_bytes(full):
    assert render(full.everything()) == render(full.everything())


def test_of_a_very_long_table_the_first_rows_are_shown_and_the_page_says_so():
    rows = [[number] for number in range(MOST_LISTED + 1)]
    reader = read(page_of(Table("Long", [Column("n", "count")], rows)))

    assert len(reader.tables[0]) == 1 + MOST_LISTED
    assert "The first 1,000 of 1,001 rows." in reader.words
    assert "The first" not in "".join(read(page_of(Table("Long", [Column("n", "count")], rows[1:]))).words)
