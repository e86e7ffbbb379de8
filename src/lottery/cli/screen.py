"""What every command shares: a screen for people, progress on a terminal, plain JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from lottery.errors import Problem

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """Show the current step on a terminal, and nothing in a pipe."""
    if not err.is_terminal:
        yield lambda _: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("starting", total=None)
        yield lambda step: progress.update(task, description=step)


class Rate(ProgressColumn):
    """How many a second, lately."""

    def render(self, task: Task) -> Text:
        """The rate once there is one."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "")


@contextmanager
def counting(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show done and total with the time left on a terminal, and nothing in a pipe."""
    with counting_steps(title) as (progress, _):
        yield progress


@contextmanager
def counting_steps(title: str) -> Iterator[tuple[Callable[[int, int], None], Callable[[str], None]]]:
    """Show done and total, the rate and the time left on a terminal, and what is being done; nothing in a pipe."""
    if not err.is_terminal:
        yield lambda done, total: None, lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield (
            lambda done, total: progress.update(task, completed=done, total=total),
            lambda step: progress.update(task, description=step),
        )


def print_json(answer: Any) -> None:
    """An answer for a program."""
    out.file.write(json.dumps(answer, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def as_json(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Problems for a program."""
    return [{name: getattr(problem, name) for name in problem.__dataclass_fields__} for problem in problems]


def print_problems(problems: Sequence[Problem]) -> None:
    """Problems for a person, one a line."""
    for problem in problems:
        mark, style = ("error", "bold red") if problem.severity == "error" else ("warning", "yellow")
        err.print(f"[{style}]{mark}[/] ", end="")
        err.print(str(problem), markup=False)
