"""A bundle folder as tables: the only thing the report knows of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lottery.arrays import Bools, Longs
from lottery.cycle import GRADE_ORDER
from lottery.draw.seals import require_sealed
from lottery.errors import LotteryError
from lottery.explain import SECURED, chooses


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """The files of one run.  Every column is text unless said otherwise."""

    folder: Path
    policy: Mapping[str, Any]
    record: Mapping[str, Any]
    schools: pd.DataFrame
    programs: pd.DataFrame
    applicants: pd.DataFrame  # the included ones, in the order of `offers`
    # rank and choice are numbers, 0 = none: choice is the rank of an offer that the family listed; kept is true for the
    # offer of a seat held now that the family did not list
    offers: pd.DataFrame
    # capacity and filled are numbers; balanced is true for a category of a band and a set of traits
    cutoffs: pd.DataFrame
    bounds: pd.DataFrame  # floor, ceiling (NaN: none) and members are numbers; empty without bands and guarantees
    choices: pd.DataFrame  # of the included: applicant (row of `offers`), program_id, grade, rank (number)
    offerings: pd.DataFrame  # program_id, grade, seats (secured ones included), secured, offers, applications, first

    @property
    def rehearsal(self) -> bool:
        """Whether nothing in this run is official."""
        return self.record.get("status") == "REHEARSAL"


def read(folder: Path) -> Bundle:
    """Read a bundle folder."""
    if not (folder / "record.json").is_file():
        raise LotteryError(
            f"The folder {folder} has no record.json, so it is not the result of a run. "
            "Name the folder that was given to `lottery run` as --out."
        )
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    require_sealed(folder, record)
    policy = json.loads((folder / "policy.json").read_text(encoding="utf-8"))
    offers = _table(folder / "offers.csv", ["applicant_id", "grade", "program_id", "rank", "seat_group", "priority"])
    offers["rank"] = _numbers(offers["rank"])
    cutoffs = _table(folder / "cutoffs.csv")
    for column in ("capacity", "filled"):
        cutoffs[column] = _numbers(cutoffs[column])
    programs = _table(folder / "inputs" / "programs.csv")
    cutoffs["balanced"] = _balanced(policy, programs, cutoffs)
    everybody = _table(folder / "inputs" / "applicants.csv")
    row = pd.Index(everybody["applicant_id"]).get_indexer(pd.Index(offers["applicant_id"]))
    choices = _choices(folder, offers)
    listed = np.bincount(choices["applicant"].to_numpy(dtype=np.int64), minlength=len(offers))
    offers["kept"] = offers["rank"].to_numpy() > listed
    offers["choice"] = offers["rank"].where(~offers["kept"], 0)
    return Bundle(
        folder=folder,
        policy=policy,
        record=record,
        schools=_table(folder / "inputs" / "schools.csv"),
        programs=programs,
        applicants=everybody.iloc[row].reset_index(drop=True),
        offers=offers,
        cutoffs=cutoffs,
        bounds=_bounds(folder / "bounds.csv"),
        choices=choices,
        offerings=_offerings(_table(folder / "inputs" / "seats.csv"), cutoffs, offers, choices),
    )


def _bounds(path: Path) -> pd.DataFrame:
    columns = ["program_id", "grade", "rule", "name", "floor", "ceiling", "members"]
    table = _table(path) if path.exists() else pd.DataFrame({column: [] for column in columns}, dtype=object)
    for column in ("floor", "ceiling", "members"):
        table[column] = pd.to_numeric(table[column])
    return table


def _balanced(policy: Mapping[str, Any], programs: pd.DataFrame, cutoffs: pd.DataFrame) -> Bools:
    """[row of cutoffs] Whether the seats are a band's or guarantees'; the secured ones there are a seat group, too."""
    row: dict[str, Any] = {line["program_id"]: line for line in programs.to_dict("records")}
    keys = list(zip(cutoffs["program_id"], cutoffs["grade"], strict=True))
    rule = {key: chooses(policy, row.get(key[0], {}), key[1]) for key in dict.fromkeys(keys)}
    by_slot = np.array([rule[key] != "seat_groups" for key in keys], dtype=np.bool_)
    return by_slot & (cutoffs["seat_group"] != SECURED).to_numpy()


def program_names(bundle: Bundle) -> dict[str, str]:
    """A name for every program, told apart by school or code where two have the same one."""
    names = bundle.programs["name"].where(bundle.programs["name"] != "", bundle.programs["program_id"])
    school = bundle.programs["school_id"].map(
        dict(zip(bundle.schools["school_id"], bundle.schools["name"], strict=True))
    )
    doubled = names.duplicated(keep=False) & school.notna()
    names = names.where(~doubled, names + ", " + school.fillna(""))
    names = names.where(~names.duplicated(keep=False), names + " (" + bundle.programs["program_id"] + ")")
    return dict(zip(bundle.programs["program_id"], names, strict=True))


def lines_of(table: pd.DataFrame) -> list[Any]:
    """The rows of a table, as tuples with the names of its columns."""
    return list(table.itertuples(index=False))


def count_by_offering(bundle: Bundle, rows: pd.DataFrame, chosen: Bools | None = None) -> Longs:
    """How many of `rows` (with program_id and grade) fall on each offering."""
    if chosen is not None:
        rows = rows[chosen]
    return _count(bundle.offerings, rows)


def _offerings(seats: pd.DataFrame, cutoffs: pd.DataFrame, offers: pd.DataFrame, choices: pd.DataFrame) -> pd.DataFrame:
    table = seats[["program_id", "grade"]].copy()
    secured = cutoffs[cutoffs["seat_group"] == SECURED].set_index(["program_id", "grade"])["capacity"]
    key = pd.MultiIndex.from_frame(table)
    table["secured"] = secured.reindex(key, fill_value=0).to_numpy(dtype=np.int64)
    table["seats"] = _numbers(seats["capacity"]) + table["secured"].to_numpy()
    table["offers"] = _count(table, offers)
    table["applications"] = _count(table, choices)
    table["first"] = _count(table, choices[choices["rank"] == 1])
    order = table["grade"].map(GRADE_ORDER).fillna(len(GRADE_ORDER))
    rows = np.lexsort((order.to_numpy(), table["program_id"].to_numpy(dtype=str)))
    return table.iloc[rows].reset_index(drop=True)


def _count(offerings: pd.DataFrame, rows: pd.DataFrame) -> Longs:
    names = offerings["program_id"].drop_duplicates().to_numpy()
    grades = offerings["grade"].drop_duplicates().to_numpy()

    def cell(table: pd.DataFrame) -> Longs:
        program, grade = pd.Index(names).get_indexer(table["program_id"]), pd.Index(grades).get_indexer(table["grade"])
        code: Longs = np.where((program < 0) | (grade < 0), len(names) * len(grades), program * len(grades) + grade)
        return code

    count: Longs = np.bincount(cell(rows), minlength=len(names) * len(grades) + 1)[cell(offerings)]
    return count.astype(np.int64)


def _choices(folder: Path, offers: pd.DataFrame) -> pd.DataFrame:
    lines = _table(folder / "inputs" / "choices.csv", ["applicant_id", "rank", "program_id"])
    applicant = pd.Index(offers["applicant_id"]).get_indexer(lines["applicant_id"])
    grade = offers["grade"].to_numpy()[applicant] if len(offers) else np.empty(len(lines), dtype=object)
    content = {
        "applicant": applicant,
        "program_id": lines["program_id"],
        "grade": grade,
        "rank": _numbers(lines["rank"]),
    }
    table = pd.DataFrame(content)
    included: pd.DataFrame = table.loc[applicant >= 0]
    return included.reset_index(drop=True)


def _numbers(column: pd.Series[str]) -> Longs:
    """Whole numbers; a blank is 0."""
    numbers: Longs = pd.to_numeric(column.where(column != "", "0")).to_numpy(dtype=np.int64)
    return numbers


def _table(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    chosen = None if columns is None else list(columns)
    return pd.read_csv(path, dtype=object, keep_default_na=False, na_filter=False, usecols=chosen, encoding="utf-8")
