"""The letter in English: short sentences, the district's words (priority group, random number, wait list)."""

from __future__ import annotations

from lottery.explain import SECURED, Answer, Explanation
from lottery.market import NO_TRAIT

CLASSES = {
    "secured": "already has a seat there",
    "sibling": "brother or sister",
    "zone": "lives in the school's area",
    "continuing": "already in the program",
    "feeder": "comes from a feeder program",
    "near": "lives near the school",
    "pathway": "comes from the same signature program",
    "near_dual_language": "lives near the dual-language school",
    "employee": "a parent works at the school",
    "everyone": "all applicants",
    "boundary": "lives in the school's boundary",
    "low_income_outside": "low income, from outside the boundary",
    "proximity": "lives near the school",
    "sibling_walk_zone": "brother or sister, within walking distance",
    "walk_zone": "lives within walking distance",
    "tier_1": "neighborhood tier 1",
    "tier_2": "neighborhood tier 2",
    "tier_3": "neighborhood tier 3",
    "tier_4": "neighborhood tier 4",
    "otherwise": "all other applicants",
    "unlisted": "no standing at this program",
}
SEAT_GROUPS = {
    "secured": "seats that children already have",
    "neighbourhood": "neighborhood",
    "open_first": "open, first",
    "open_last": "open, last",
    "others": "all others",
    "other": "all others",
    "low_income_first": "low income, first",
    "low_income_last": "low income, last",
    "target_language": "speaks the program's language",
    "proximity": "lives near the school",
    "walk_zone": "walking distance",
    "tier_1": "neighborhood tier 1",
    "tier_2": "neighborhood tier 2",
    "tier_3": "neighborhood tier 3",
    "tier_4": "neighborhood tier 4",
}

RULES = {
    "immediate-acceptance": "Seats are given in steps, for good: first to children who list a program first, then to "
    "those who list it second, and so on. Its {seats} went in an earlier step, or in the same step to children with a "
    "higher priority group or a better random number.",
    "serial-dictatorship": "Children choose one after the other, in the order of their places. Its {seats} went to "
    "children with better places.",
    "top-trading-cycles": "A child who comes first at a program may trade that seat for one the child wants more. Its "
    "{seats} went to children who come before yours there, or who traded for them.",
    "efficiency-adjusted": "Its {seats} went to children with a higher priority group or a better random number, or, "
    "where the families who stand before them agreed, by an exchange of seats.",
    "stable-improvement-cycles": "Its {seats} went to children with a higher priority group, or of the same priority "
    "group with a better random number or a seat to exchange.",
}


def letter(explanation: Explanation) -> str:
    """Write the whole letter."""
    paragraphs = [*_heading(explanation), *_result(explanation)]
    if explanation.status == "included":
        answers = (_choice(answer, explanation.own_numbers) for answer in explanation.answers)
        paragraphs += [*_number(explanation), *answers]
    return "\n\n".join([*paragraphs, *_closing(explanation)]) + "\n"


def class_name(name: str) -> str:
    """A priority group as families read it; with a standing of its own, `class:standing`."""
    line, colon, standing = name.partition(":")
    return CLASSES.get(line, line.replace("_", " ")) + (f", standing {standing}" if colon else "")


def group_name(name: str) -> str:
    """A seat group as families read it."""
    return SEAT_GROUPS.get(name, name.replace("_", " "))


def _heading(explanation: Explanation) -> list[str]:
    rehearsal = "REHEARSAL. This is a practice run. It is not an offer and it decides nothing."
    title = f"Lottery result for applicant {explanation.applicant}, grade {explanation.grade}"
    return [rehearsal, title] if explanation.rehearsal else [title]


def _result(explanation: Explanation) -> list[str]:
    if explanation.status == "withdrawn":
        return [f"This application was withdrawn, so it was not in the lottery.{_reason(explanation)}"]
    if explanation.status != "included":
        return [f"This application was not accepted, so it was not in the lottery.{_reason(explanation)}"]
    if not explanation.answers:
        return ["No offer. Your list of choices is empty, so there was no program to offer."]
    if not explanation.program:
        return ["No offer. None of the programs on your list had a seat for your child in this round."]
    where = f"{explanation.program_name} ({explanation.program})"
    if explanation.kept:
        return [f"Your child keeps the seat at {where}. It is the seat your child already has."]
    first = " It is your first choice." if explanation.rank == 1 else f" It is number {explanation.rank} on your list."
    return [f"We offer your child a seat at {where}.{first}"]


def _reason(explanation: Explanation) -> str:
    return f" Reason: {explanation.status_reason}." if explanation.status_reason else ""


def _number(explanation: Explanation) -> list[str]:
    if explanation.own_numbers:
        return ["Programs have their own random numbers. Place 1 is served first."]
    if explanation.place is None:
        return []
    tickets = " Some children have more tickets, so places may differ from the order of the numbers."
    return [
        f"Your random number is {explanation.lottery_number}. It is in place {explanation.place:,} of "
        f"{explanation.n_applicants:,}. Place 1 is served first.{tickets if explanation.tickets else ''}"
    ]


def _choice(answer: Answer, own_number: bool) -> str:
    title = f"{answer.rank}. {answer.program_name} ({answer.program}): "
    if answer.outcome == "offered":
        return title + "OFFERED." + _seat(answer) + (_drawn(answer) if own_number else "")
    if answer.outcome == "higher_choice":
        return title + "NOT NEEDED. You have a seat that is higher on your list."
    if answer.outcome == "ineligible":
        return title + "NOT ELIGIBLE. Your child does not meet the entry rules of this program."
    drawn = _drawn(answer) if own_number else ""
    return title + "NOT OFFERED. " + " ".join([_refusal(answer), *_standing(answer), *_waiting(answer)]) + drawn


def _drawn(answer: Answer) -> str:
    return f" Your random number here is {answer.lottery_number}, in place {answer.place:,}."


def _seat(answer: Answer) -> str:
    if answer.seat_group == SECURED or (answer.chooses == "seat_groups" and not answer.reserved):
        return ""
    if answer.chooses != "seat_groups":
        return f" {_balance(answer)}"
    return f" It is one of {_seats(answer.group_seats)} in the seat group “{group_name(answer.seat_group)}”."


def _balance(answer: Answer) -> str:
    """What a category of a band or a set of traits is, in a sentence."""
    if answer.chooses == "band":
        return f"This program balances its seats. Your child counts as “{group_name(answer.seat_group)}”."
    if answer.seat_group == NO_TRAIT:
        return "This program guarantees seats to some groups of children. Your child is in none of them."
    names = " and ".join(f"“{group_name(name)}”" for name in answer.seat_group.split("+"))
    return f"This program guarantees seats to some groups of children. Your child counts as {names}."


def _refusal(answer: Answer) -> str:
    group = f"the seat group “{group_name(answer.seat_group)}”"
    if answer.why == "no_seats":
        return "The program has no seats in this grade."
    if answer.why == "not_admitted":
        return "Its seats are kept for seat groups that your child is not in."
    if answer.why == "limit":
        return (
            f"{_balance(answer)} Seats stay empty there: the rules allow no more children of that category, or keep "
            "the seats for other categories."
        )
    if answer.chooses != "seat_groups" and answer.why in ("nothing_left", "number", "priority"):
        return f"{_balance(answer)} No seat was left for your child."
    if answer.why == "nothing_left":
        return f"No seat was left for your child. Your child could only have a seat in {group}."
    if answer.why == "rules":
        return RULES[answer.mechanism].format(seats=_seats(answer.seats))
    if answer.why == "members_first":
        return (
            f"The last of {_seats(answer.group_seats)} in {group} went to an applicant with first right to those seats."
        )
    if answer.n_groups == 1 and answer.seat_group != SECURED:
        return (
            f"Its {_seats(answer.seats)} went to applicants with a higher priority group, or with the same priority "
            "group and a better random number."
        )
    first = " Members of that seat group go first." if answer.reserved else ""
    return (
        f"No seat was left in any seat group open to your child. Your child came closest in {group}: "
        f"{_seats(answer.group_seats)}, served by priority group and then by random number.{first}"
    )


def _standing(answer: Answer) -> list[str]:
    """Own class and place, and those of the last seat."""
    if answer.why not in ("priority", "number", "members_first", "nothing_left") or answer.place is None:
        return []
    own = f"Your priority group is “{class_name(answer.priority)}” and your place is {answer.place:,}."
    if answer.why == "nothing_left":
        return [own] if answer.chooses != "seat_groups" else []
    if answer.chooses != "seat_groups":
        last = "The last seat for children like yours went to"
        if answer.why == "number":
            return [own, f"{last} place {answer.cutoff_place:,} of the same priority group, {_short(answer)}."]
        group = class_name(answer.cutoff_priority)
        return [own, f"{last} the priority group “{group}”, place {answer.cutoff_place:,}."]
    if answer.why == "number":
        last = f"The last seat went to place {answer.cutoff_place:,} of the same priority group, {_short(answer)}."
        return [own, last]
    group = class_name(answer.cutoff_priority)
    return [own, f"The last seat went to the priority group “{group}”, place {answer.cutoff_place:,}."]


def _short(answer: Answer) -> str:
    return "1 place before yours" if answer.places_short == 1 else f"{answer.places_short:,} places before yours"


def _waiting(answer: Answer) -> list[str]:
    if answer.waitlist_position is None:
        return []
    return [f"Your child is number {answer.waitlist_position:,} on the wait list."]


def _closing(explanation: Explanation) -> list[str]:
    where = f" Read them at {explanation.reference}" if explanation.reference.startswith("http") else ""
    return [f"The rules of this lottery: {explanation.policy}.{where}"]


def _seats(count: int) -> str:
    return "1 seat" if count == 1 else f"{count:,} seats"
