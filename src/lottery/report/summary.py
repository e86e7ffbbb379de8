"""The content of summary.json: what was decided, for whom, and how evenly.  For the office: nothing is suppressed."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lottery import equity
from lottery.arrays import Bools, Longs
from lottery.cycle import GRADE_ORDER
from lottery.equity import Interval
from lottery.report.groups import Group, NotOfApplicants, groups, holds
from lottery.report.reading import Bundle, lines_of
from lottery.report.within_reach import within_reach

BAND = 0.10  # ± 10 points, as in Cambridge
Summary = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Share:
    """Members of a group among those offered a seat, by school or program."""

    unit: list[str]
    members: Longs  # [unit]
    offers: Longs  # [unit]


def write_summary(bundle: Bundle) -> None:
    """Write `summary.json` into the bundle."""
    text = json.dumps(summary_of(bundle), sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    (bundle.folder / "summary.json").write_text(text, encoding="utf-8", newline="\n")


def summary_of(bundle: Bundle) -> Summary:
    """Summarize a bundle that is read already."""
    found, missing = groups(bundle)
    content = {
        "status": bundle.record["status"],
        "policy": {"id": bundle.policy.get("policy", ""), "title": bundle.policy.get("title", "")},
        "outcome_digest": bundle.record["outcome_digest"],
        "counts": _counts(bundle),
        "placed_share": _ratio(int((bundle.offers["choice"] > 0).sum()), len(bundle.offers)),
        "ranks": _ranks(bundle, np.ones(len(bundle.offers), dtype=np.bool_)),
        "by_grade": _by_grade(bundle),
        "groups": {group.name: _group(bundle, group) for group in found},
        "groups_not_compared": list(missing),
        "equity": {group.name: _equity(bundle, group) for group in found},
        "targets": [_target(bundle, target) for target in bundle.policy.get("targets", [])],
        "seat_groups": seat_group_use(bundle, found),
        "bounds": bounds_use(bundle),
        "safeguards": bundle.record.get("safeguards", {}),
        "demand": _demand(bundle),
    }
    return _plain(content)  # type: ignore[no-any-return]


def shares(bundle: Bundle, member: Bools, per: str) -> Share:
    """Members among the offers of every `program` or `school`, or of the `district` as a whole; by id."""
    offered = bundle.offers["program_id"] != ""
    unit = bundle.offers["program_id"][offered]
    if per == "school":
        unit = unit.map(dict(zip(bundle.programs["program_id"], bundle.programs["school_id"], strict=True)))
    elif per == "district":
        unit = pd.Series("district", index=unit.index)
    table = pd.DataFrame({"unit": unit, "member": member[offered.to_numpy()]}).groupby("unit", sort=True)["member"]
    count = table.agg(["sum", "size"])
    return Share(count.index.tolist(), count["sum"].to_numpy(dtype=np.int64), count["size"].to_numpy(dtype=np.int64))


def band(bundle: Bundle, target: Mapping[str, Any], member: Bools) -> tuple[float, float, float]:
    """Centre and ends of a target's band; the district's centre is the share among included applicants."""
    written = str(target["centre"])
    share = float(member.mean()) if len(member) else 0.0
    centre = share if written == "district" else float(written.rstrip("%")) / 100
    points = float(target["points"]) / 100
    return centre, max(0.0, centre - points), min(1.0, centre + points)


def seat_group_use(bundle: Bundle, found: Sequence[Group]) -> list[Summary]:
    """
    How every seat group with members of its own was used, by program, grade and precedence as in cutoffs.csv.

    A group `binds` where it is full and its last holder is a member: one more member would have needed one more seat.
    `members_in_program` counts those who hold any seat of the program; blank if the fact is not one of applicants.
    """
    reserved = reserved_groups(bundle.policy)
    member = {group.name: group.member for group in found}
    by_offering = {
        name: bundle.offers[held].groupby(["program_id", "grade"]).size().to_dict() for name, held in member.items()
    }
    lines = []
    rows = bundle.cutoffs[bundle.cutoffs["seat_group"].isin(reserved.keys()) & ~bundle.cutoffs["balanced"]]
    for row in lines_of(rows):
        count = by_offering.get(reserved[row.seat_group])
        lines.append(
            {
                "program": row.program_id,
                "grade": row.grade,
                "seat_group": row.seat_group,
                "fact": reserved[row.seat_group],
                "capacity": row.capacity,
                "filled": row.filled,
                "binds": row.capacity > 0 and row.filled == row.capacity and row.member == "yes",
                "members_in_program": None if count is None else count.get((row.program_id, row.grade), 0),
            }
        )
    return lines


def bounds_use(bundle: Bundle) -> list[Summary]:
    """
    The members seated in every category of a band, or with every guaranteed trait.

    `full`: no seat of the program is left; only then does it tell something whether the members are within floor and
    ceiling (`met`).
    """
    table = bundle.offerings
    keys = list(zip(table["program_id"], table["grade"], strict=True))
    seats = dict(zip(keys, (table["seats"] - table["secured"]).tolist(), strict=True))
    full = dict(zip(keys, (table["offers"] >= table["seats"]).tolist(), strict=True))
    return [
        {
            "program": row.program_id,
            "grade": row.grade,
            "rule": row.rule,
            "name": row.name,
            "seats": seats[row.program_id, row.grade],
            "floor": int(row.floor),
            "ceiling": None if math.isnan(row.ceiling) else int(row.ceiling),
            "members": int(row.members),
            "full": full[row.program_id, row.grade],
            "met": bool(row.floor <= row.members and not row.members > row.ceiling),
        }
        for row in lines_of(bundle.bounds)
    ]


def reserved_groups(policy: Mapping[str, Any]) -> dict[str, str]:
    """The fact that makes a member, for every seat-group name that has one."""
    return {
        group["name"]: group["for"] if isinstance(group["for"], str) else str(group["for"])
        for entry in policy.get("seat_groups", [])
        for group in entry["groups"]
        if "for" in group
    }


def _counts(bundle: Bundle) -> Summary:
    """`offers` = `placed` (on a program the family listed) + `kept` (the seat held now, not listed)."""
    counts = dict(bundle.record["counts"])
    seats = bundle.offerings
    counts |= _answers(bundle.offers)
    counts |= {
        "no_offer": len(bundle.offers) - counts["offers"],
        "without_choices": len(bundle.offers) - bundle.choices["applicant"].nunique(),
        "seats": int(seats["seats"].sum()),
        "secured_seats": int(seats["secured"].sum()),
        "filled": int(seats["offers"].sum()),
        "offerings": len(seats),
        "programs": int(seats["program_id"].nunique()),
        "full_offerings": int(((seats["seats"] > 0) & (seats["offers"] >= seats["seats"])).sum()),
    }
    return counts


def _answers(offers: pd.DataFrame) -> dict[str, int]:
    return {
        "offers": int((offers["rank"] > 0).sum()),
        "placed": int((offers["choice"] > 0).sum()),
        "kept": int(offers["kept"].sum()),
        "first_choice": int((offers["choice"] == 1).sum()),
    }


def _ranks(bundle: Bundle, chosen: Bools) -> Summary:
    """Applicants by the rank of the program they are offered; `kept`: their own seat, not listed."""
    longest = int(bundle.offers["choice"].max()) if len(bundle.offers) else 0
    kept = bundle.offers["kept"].to_numpy()
    count = equity.rank_distribution(bundle.offers["choice"].to_numpy()[chosen & ~kept], longest).tolist()
    by_rank = {str(rank): number for rank, number in enumerate(count[:-1], start=1)}
    return by_rank | {"kept": int((chosen & kept).sum()), "none": count[-1]}


def _by_grade(bundle: Bundle) -> Summary:
    lines = {}
    grades = bundle.offers["grade"].to_numpy()
    for grade in sorted(set(grades), key=lambda grade: GRADE_ORDER.get(grade, len(GRADE_ORDER))):
        here = bundle.offers[grades == grade]
        seats = bundle.offerings[bundle.offerings["grade"] == grade]
        answers = _answers(here)
        lines[str(grade)] = answers | {
            "included": len(here),
            "no_offer": len(here) - answers["offers"],
            "seats": int(seats["seats"].sum()),
            "placed_share": _ratio(answers["placed"], len(here)),
        }
    return lines


def _group(bundle: Bundle, group: Group) -> Summary:
    rank, choice = bundle.offers["rank"].to_numpy(), bundle.offers["choice"].to_numpy()
    sides = (group.member, ~group.member)
    applied = (int(sides[0].sum()), int(sides[1].sum()))
    content: Summary = {"definition": group.definition, "undisclosed": group.n_undisclosed}
    for name, side in zip(("members", "others"), sides, strict=True):
        content[name] = {"included": int(side.sum()), "ranks": _ranks(bundle, side)}
    for measure, reached in (
        ("offer_rate", rank > 0),
        ("placed_rate", choice > 0),
        ("first_choice_rate", choice == 1),
    ):
        offered = (int(reached[sides[0]].sum()), int(reached[sides[1]].sum()))
        content[measure] = {
            "members": _interval(equity.offer_rate(offered[0], applied[0])),
            "others": _interval(equity.offer_rate(offered[1], applied[1])),
            "difference": _interval(equity.rate_difference(offered, applied)),
            "interval": "95 %: Wilson for the rates, Newcombe's method 10 for the difference",
        }
    return content


def _equity(bundle: Bundle, group: Group) -> Summary:
    content: Summary = {
        "share_of_included": _ratio(int(group.member.sum()), len(group.member)),
        "share_of_offers": None,
    }
    for per in ("program", "school"):
        share = shares(bundle, group.member, per)
        members, offers = share.members, share.offers
        content["share_of_offers"] = _ratio(int(members.sum()), int(offers.sum()))
        content[per] = {
            "dissimilarity": equity.dissimilarity(members, offers),
            "isolation": equity.isolation(members, offers),
            "exposure": equity.exposure(members, offers),
            "theil_h": equity.theil_h(members, offers),
            "variance_ratio": equity.variance_ratio(members, offers),
            "within_10_points": equity.share_within(members, offers, BAND),
            "above_half": int((2 * members > offers).sum()),
            "all_at_most_half_is_possible": bool(2 * members.sum() <= offers.sum()),
            "compared": len(share.unit),
            "units": _units(share),
        }
    return content


def _units(share: Share) -> Summary:
    lines = zip(share.unit, share.members.tolist(), share.offers.tolist(), strict=True)
    return {unit: {"members": few, "offers": all_, "share": _ratio(few, all_)} for unit, few, all_ in lines}


def _target(bundle: Bundle, target: Mapping[str, Any]) -> Summary:
    """Whether each school or program with offers is within the band."""
    line: Summary = {key: target[key] for key in ("fact", "per", "points") if key in target}
    line["written_centre"] = str(target["centre"])
    try:
        member = holds(bundle, target["fact"])
    except NotOfApplicants:
        return line | {"measured": False}
    centre, low, high = band(bundle, target, member)
    share = shares(bundle, member, str(target["per"]))
    rounding = 1e-12  # a share on the edge of the band is inside
    part = share.members / share.offers
    met = (part >= low - rounding) & (part <= high + rounding)
    units = _units(share)
    for unit, inside in zip(share.unit, met.tolist(), strict=True):
        units[unit]["met"] = inside
    found = {"centre": centre, "low": low, "high": high, "compared": len(met), "met": int(met.sum()), "units": units}
    if target["per"] != "district":
        reach = within_reach(bundle, member, str(target["per"]))
        for unit, told in units.items():
            told["could_be"] = [_ratio(part, reach[unit].seated) for part in (reach[unit].fewest, reach[unit].most)]
        found["could_meet"] = sum(reach[unit].can_meet(low, high) for unit in units)
    return line | {"measured": True} | found


def _demand(bundle: Bundle) -> list[Summary]:
    return [
        {
            "program": row.program_id,
            "grade": row.grade,
            "seats": row.seats,
            "secured_seats": row.secured,
            "offers": row.offers,
            "first_choices": row.first,
            "applications": row.applications,
        }
        for row in lines_of(bundle.offerings)
    ]


def _interval(interval: Interval) -> Summary:
    return {"estimate": interval.estimate, "low": interval.low, "high": interval.high}


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _plain(value: Any) -> Any:
    """Sorted keys, Python's own numbers, floats with 6 decimals, null where undefined."""
    if isinstance(value, Mapping):
        return {str(key): _plain(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, (float, np.floating)):
        return None if math.isnan(value) else round(float(value), 6) + 0.0
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(part) for part in value]
    return value
