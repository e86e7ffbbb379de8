"""The closing screen: what happened, and what to open."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from lottery.cli.screen import out


def closing(folder: Path) -> None:
    """Tell a newcomer what a run decided and where to look."""
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    counts = summary["counts"]
    n, placed, kept, none = (counts[name] for name in ("included", "placed", "kept", "no_offer"))
    refused = counts["submitted"] - n
    out.print()
    out.print(f"[bold]{record['status']}[/]  {record['policy']['id']} on {record['cycle']}, seed {record['seed']!r}")
    out.print()
    out.print(f"  {n:,} applicants took part" + (f" ({refused:,} withdrawn or rejected)" if refused else ""))
    first = counts["first_choice"]
    out.print(f"  {placed:,} are offered a program on their list ({_percent(placed, n)}), {first:,} their first choice")
    if kept:
        out.print(f"  {kept:,} keep the seat they hold")
    left = f"{counts['seats'] - counts['filled']:,} of {counts['seats']:,} seats are left"
    out.print(f"  {none:,} have no offer and wait; {left}")
    out.print("  The independent audit found nothing to object to.")
    out.print(f"  Outcome digest {record['outcome_digest']}")
    out.print()
    for what, where in (
        ("Open in a browser", folder / "report.html"),
        ("Every child's answer", folder / "offers.csv"),
        ("The reason for each", folder / "reasons.csv"),
    ):
        out.print(f"  {what:<22}{where}", markup=False)
    first_applicant = (folder / "offers.csv").read_text(encoding="utf-8").splitlines()[1:2]
    if first_applicant:
        out.print(
            f"  {'In a family’s words':<22}{_lottery()} explain {folder} {first_applicant[0].split(',')[0]}",
            markup=False,
        )
    out.print(f"  {'Check it yourself':<22}python3 {folder / 'verify.py'} {folder}", markup=False)


def _lottery() -> str:
    """What to type: the command by its name where the shell finds it, otherwise as it was typed now."""
    return "lottery" if shutil.which("lottery") or not sys.argv[0].endswith("lottery") else sys.argv[0]


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "none"
