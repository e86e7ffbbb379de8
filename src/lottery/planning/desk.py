"""The desk where questions of planning come in and answers go out: read, answer, write all of it or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from lottery.draw.seals import file_hash
from lottery.folders import all_or_nothing, refuse_existing
from lottery.planning.answered import Answered, Rows, Work
from lottery.planning.question import Question, QuestionFile, read_question
from lottery.report.chances import input_hashes
from lottery.report.planned import Page, render
from lottery.report.record import versions, write_record
from lottery.report.tables import write_csv


class Kind(NamedTuple):
    """A kind of question: what it may say, and who answers it."""

    model: type[Question]
    answer: Callable[[QuestionFile[Any], Work], Answered]


def answer_question(path: Path, out: Path, kinds: Mapping[str, Kind], work: Work) -> Answered:
    """
    Answer a question and write everything into `out`, all or nothing.

    Equal questions, inputs and policies give equal bytes, unless the patience of `work` is over before the search is.

    Raises QuestionError, IntakeError or PolicyError with every problem.
    """
    refuse_existing(out)
    file = read_question(path, {name: kind.model for name, kind in kinds.items()})
    answered = kinds[file.asked.question].answer(file, work)
    work.step("writing the report")
    with all_or_nothing(out) as folder:
        write_answer(answered, file, folder)
    return answered


def write_answer(answered: Answered, file: QuestionFile[Any], folder: Path) -> None:
    """Write the office's files, those for the public, and the record of both."""
    sealed = _sealed(answered, file)
    evidence = tuple(_evidence(sealed))
    public = folder / "public"
    public.mkdir()
    _write(answered.files, answered.page, evidence, folder)
    _write(answered.public, answered.public_page, evidence, public)
    for name, content in answered.more.items():
        (folder / name).write_bytes(content)
    text = json.dumps(answered.summary, indent=2, sort_keys=True, ensure_ascii=False)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    written = (path for path in sorted(folder.rglob("*")) if path.is_file())
    outputs = {path.relative_to(folder).as_posix(): file_hash(path) for path in written}
    write_record({"format": 1, "kind": "plan", **sealed, "outputs": outputs, **versions()}, folder)


def _write(files: Mapping[str, Rows], page: Page, evidence: tuple[tuple[str, str], ...], folder: Path) -> None:
    for name, rows in files.items():
        write_csv(folder / name, rows.header, rows.rows)
    told = render(replace(page, evidence=(*page.evidence, *evidence)))
    (folder / "report.html").write_text(told, encoding="utf-8", newline="\n")


def _sealed(answered: Answered, file: QuestionFile[Any]) -> dict[str, Any]:
    """Everything that decides the answer: the hashes of the question, the cycle and the policies."""
    return {
        "question": file.asked.question,
        "question_sha256": file_hash(file.path),
        "cycle": answered.cycle.name,
        "inputs": input_hashes(answered.cycle),
        "policies": [{"id": own.policy.policy, "sha256": own.sha256()} for own in answered.policies],
    }


def _evidence(sealed: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        ("question", sealed["question_sha256"]),
        *((policy["id"], policy["sha256"]) for policy in sealed["policies"]),
        *sealed["inputs"].items(),
    ]
