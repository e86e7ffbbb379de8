"""A small folder without a mistake, and how to plant one.  Tests load this file as a fixture, see conftest.py."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

CLEAN = {
    "schools": "school_id,name,latitude,longitude\nS1,Oak,34.1,-118.1\nS2,Elm,34.2,-118.2\n",
    "programs": (
        "program_id,school_id,name,pathway,lowest_grade,highest_grade\n"
        "P1,S1,Oak,neighborhood,KG,05\nP2,S2,Elm,neighborhood,KG,05\nP3,S2,Elm Spanish,SDLIP,KG,06\n"
    ),
    "seats": "program_id,grade,capacity\nP1,KG,20\nP2,KG,10\nP3,KG,5\nP1,01,3\n",
    "applicants": (
        "applicant_id,grade,ref,household_id,zone_school_id,current_school_id,current_program_id,"
        "latitude,longitude,status,status_reason,income\n"
        "A1,KG,R1,H1,S1,,,34.1,-118.1,,,free\n"
        "A2,KG,R2,H2,S2,,,34.2,-118.2,included,,paid\n"
        "A3,01,R3,H3,S1,S2,P2,,,,,\n"
        "A4,KG,R2,H2,S2,,,,,rejected,duplicate,paid\n"
    ),
    "choices": "applicant_id,rank,program_id\nA1,1,P3\nA1,2,P1\nA2,1,P2\nA2,2,P3\nA2,3,P1\nA3,1,P1\n",
    "roster": "student_id,household_id,school_id,program_id,grade\nB1,H1,S2,P3,02\nB2,,S1,,03\n",
    "feeders": "from_program_id,to_program_id\nP1,P2\nP3,P2\n",
    "facts": "applicant_id,program_id,fact,value\nA1,P3,staff,yes\n",
    "priorities": "applicant_id,program_id,priority\nA1,P3,1\nA2,P3,2\n",
    "numbers": "applicant_id,number\nA1,0.25\nA2,0.5\nA3,0.75\n",
}


def write(folder: Path, tables: dict[str, str]) -> Path:
    """Write the tables as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_bytes(text.encode())
    return folder


def write_parquet(folder: Path, tables: dict[str, str]) -> Path:
    """Write the tables as Parquet, whole numbers and coordinates as numbers, blanks as nulls."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        header, *rows = csv.reader(text.splitlines())
        columns = dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))
        pq.write_table(pa.table({key: typed(key, cells) for key, cells in columns.items()}), folder / f"{name}.parquet")
    return folder


def typed(name: str, cells: list[str]) -> pa.Array:
    """A column as a database would export it."""
    if name in ("rank", "capacity", "priority"):
        return pa.array([int(cell) for cell in cells])
    if name in ("latitude", "longitude"):
        return pa.array([float(cell) if cell else None for cell in cells])
    return pa.array([cell or None for cell in cells]).dictionary_encode() if name == "grade" else pa.array(cells)
