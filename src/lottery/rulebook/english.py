"""The rule book in English: plain sentences, the district's words (priority group, random number, wait list)."""

from __future__ import annotations

from lottery.report.letters.english import CLASSES, SEAT_GROUPS
from lottery.rulebook.writing import Language

HEADINGS = {
    "apply": "Who may apply",
    "classes": "Who comes first",
    "seats": "How the seats of a program are divided",
    "number": "The random number",
    "offers": "How seats are offered",
    "ranking": "How to rank the programs",
    "held": "If your child already has a seat",
    "waitlist": "The wait list",
    "words": "What the words mean",
    "board": "What the board decided and watches",
    "source": "Where these rules come from",
}

SENTENCES = {
    "title": "THE RULES OF THE SCHOOL LOTTERY\n{title}\n{jurisdiction}",
    "title_alone": "THE RULES OF THE SCHOOL LOTTERY\n{title}",
    # who may apply
    "eligible_all": "A child may list every program that has the child's grade.",
    "eligible_if": "A child may have a seat at a program only if it is a child who {condition}. Any other child is "
    "not eligible there, even when seats stay empty.",
    "eligible_in_a_class": "A child who is in none of the priority groups below is not eligible at that program.",
    "cap_none": "You may list as many programs as you wish.",
    "cap_one": "You may list one program.",
    "cap": "You may list up to {cap} programs.",
    "time": "The day and the hour of your application do not matter.",
    "one_round": "There is one round.",
    # who comes first
    "classes": "Each program serves the first priority group first, then the next one. Inside a group the random "
    "number decides. At each program a child is in the first group of this list that fits:",
    "classes_ignored": "Priority groups do not decide who is served first here: the random number alone does. They "
    "say who is eligible at a program:",
    "classes_one": "There is one priority group, and the random number decides inside it:",
    "class_line": "{number}. {name}: a child who {condition}.",
    "class_rest": "{number}. {name}: every other child.",
    "class_all": "{number}. {name}: every child.",
    "given_replaces_class": "Some programs put applicants in an order by a criterion of their own. There that order "
    "replaces the priority groups.",
    "given_breaks_ties_in_class": "Some programs put applicants in an order by a criterion of their own. There that "
    "order decides inside each priority group, before the random number.",
    "absent_last": "A child who is not in such an order comes after all who are.",
    "absent_ineligible": "A child who is not in such an order is not eligible at that program.",
    # seats
    "undivided": "The seats are not divided: every eligible child competes for every seat.",
    "first_that_fits": "There are several rules. For each program the first one that fits it counts.",
    "at_programs": "This is the rule for {programs}.",
    "programs_all": "all programs",
    "programs_with": "programs with {columns}",
    "under": "{values} under {column}",
    "elsewhere_undivided": "At all other programs the seats are not divided.",
    "groups": "The seats are in groups, and the groups are filled in this order:",
    "size_rest": "the seats that the other groups leave",
    "size_share": "{share} of the seats, rounded {rounding}",
    "size_one": "1 seat",
    "size_seats": "{seats} seats",
    "share": "{share} of the seats",
    "round_up": "up",
    "round_down": "down",
    "round_nearest": "to the nearest seat (halves up)",
    "group_open": "{number}. {name}: {size}. Every eligible child may have one.",
    "group_open_listed": "{number}. {name}: {size}, only for a child whom one of the lines below fits. Seats that "
    "these leave stay empty.",
    "group_release": "{number}. {name}: {size}, first for a child who {condition}. Other children stand behind "
    "these and may have the seats that these leave.",
    "group_release_listed": "{number}. {name}: {size}, first for a child who {condition}. Other children whom one of "
    "the lines below fits stand behind these and may have the seats that these leave. All other seats stay empty.",
    "group_hold": "{number}. {name}: {size}, only for a child who {condition}. Seats that these leave stay empty.",
    "order": "   This group has an order of its own in place of the priority groups:",
    "order_line": "   {number}. {name}: a child who {condition}.",
    "order_rest": "   {number}. {name}: every other child.",
    "order_all": "   {number}. {name}: every child.",
    "order_outside": "   A child whom none of these lines fits may not have a seat of this group.",
    "example_groups": "Example: a program of {example} seats has {parts}.",
    "counted": "{name}: {size}",
    "band": "Each child is in one category, and each category has a lower and an upper limit:",
    "category": "{number}. {name}: a child who {condition}.",
    "category_rest": "{number}. {name}: every other child.",
    "limits": "   At least {floor}, at most {ceiling}.",
    "limits_centre": "   From {points} percentage points below to {points} percentage points above {centre}.",
    "centre_district": "the share of {name} among all children who take part",
    "band_rounding": "The lower limits are rounded {floor}, the upper limits {ceiling}.",
    "band_soft": "First each category is served up to its lower limit, then the categories below their upper limit, "
    "then anyone, until no seat is left; each time by priority group and random number.",
    "band_hard": "First each category is served up to its lower limit, then the categories below their upper limit "
    "while the lower limits of the others stay free; each time by priority group and random number. All other seats "
    "stay empty.",
    "between": "{name}: {floor} to {ceiling}",
    "example_band": "Example: a program of {example} seats has {parts}.",
    "example_district": "How many seats that is depends on who takes part; it is published with the results.",
    "guarantees": "Some seats are guaranteed. One child uses one guaranteed seat, even if several fit:",
    "guarantee": "{number}. {name}: {size}, for a child who {condition}.",
    "guarantees_rule": "First come, by priority group and random number, the children who put one more guaranteed "
    "seat to use. Then all other seats are filled by priority group and random number. Guaranteed seats that nobody "
    "can use are among them.",
    "example_guarantees": "Example: a program of {example} seats guarantees {parts}. Without a guarantee: {rest}.",
    # the number
    "draw_single": "Every child has one random number, the same at every program.",
    "draw_multiple": "Every child has a random number of its own at every program.",
    "draw_hybrid": "At {programs} every child has one random number, the same at each of them. At every other "
    "program a child has a number of its own.",
    "place": "The numbers are drawn once and are not drawn again. They give every child a place; place 1 is served "
    "first.",
    "weight": "A child who {condition} has {tickets} tickets in the draw.",
    "weight_one": "A child who {condition} has 1 ticket in the draw.",
    "weight_rest": "Of these lines the first that fits counts; every other child has 1 ticket. More tickets make a "
    "better place more likely and promise nothing.",
    # how seats are offered
    "deferred-acceptance": "Every child asks for a seat at the first program on its list. Each program keeps, for "
    "now, the children whom these rules put first, as many as it has seats, and turns the others away. Whoever is "
    "turned away asks the next program on the list, and a program may give up a child it kept for one who comes "
    "before. When nobody asks any more, the seats are offered. Ranking a program lower does not make your child "
    "come later there.",
    "immediate-acceptance": "In the first step each program gives its seats to children who list it first, by "
    "priority group and random number, for good. In the second step it gives the seats left to children who list it "
    "second and have no seat yet, and so on. A program you list lower may be full before your turn.",
    "top-trading-cycles": "Each child points to the best program on its list that has seats left; each program "
    "points to the child who comes first there. Where the pointing closes a circle, every child in it gets the seat "
    "it points to. This goes on until nobody can point any more. Priority at one program can so be traded for a "
    "seat at another.",
    "serial-dictatorship": "The children take turns in the order of their random number. Each takes the best "
    "program on its list that still has a seat.",
    "efficiency-adjusted": "Every child asks for a seat at the first program on its list, and each program keeps, "
    "for now, the children who come first, by priority group and random number. Whoever is turned away asks the "
    "next program. Then requests of children who consent, and which only kept others from a better seat, are taken "
    "back. Nobody loses by consenting.",
    "stable-improvement-cycles": "Every child asks for a seat at the first program on its list, and each program "
    "keeps, for now, the children who come first, by priority group and random number. Whoever is turned away asks "
    "the next program. Then children who would rather have each other's seats trade them, as long as nobody in a "
    "better priority group is passed over.",
    "consent_all": "Every child counts as consenting.",
    "consent_if": "A child who {condition} counts as consenting.",
    # ranking
    "ranking_safe": "List the programs in the order in which you truly want them. No other list can get your child "
    "a better seat.",
    "ranking_unsafe": "Take care: under these rules the order in which you truly want the programs is not always "
    "the best list.",
    "threat_list_cap": "Your list is limited. If all the programs on it are out of reach, your child gets nothing, "
    "though a program that you left out might have had a seat.",
    "threat_immediate-acceptance": "If your first choice is out of reach, the programs you list next may be full "
    "before your turn.",
    "threat_efficiency-adjusted": "A family that knew the lists of all others could sometimes gain by another list. "
    "Nobody knows them, so the true order is usually the best guess.",
    "threat_stable-improvement-cycles": "A family that knew the lists of all others could sometimes gain by another "
    "list. Nobody knows them, so the true order is usually the best guess.",
    # held seats, wait list
    "held_continuing": "Your child keeps the seat it has unless we offer a program that you rank higher. You risk "
    "nothing by asking.",
    "held_none": "A child who takes part gives up the seat it has now. If no program makes an offer, your child "
    "ends without a seat.",
    "waitlist": "Whoever is not offered a program waits for it, and for no program ranked below the offer, in the "
    "order of priority group and random number.",
    "vacancy_group_then_open": "When a seat becomes free, it goes to the next child of the seat group in which it "
    "was, then to the next child of all.",
    "vacancy_undivided": "When a seat becomes free, it goes to the next child who waits.",
    "vacancy_choice_function": "When a seat becomes free, it goes to the child whom the program would now choose "
    "under these rules.",
    # words
    "fact": "{name} means: a child who {condition}.",
    "table_applicants": "   This is read from the application.",
    "table_programs": "   This is read from the list of programs.",
    "table_schools": "   This is read from the list of schools.",
    "table_facts": "   This is read from the list of facts about a child and a program.",
    "siblings_program": "A brother or sister counts who lives at the same address, is in the same program now and "
    "stays there next year.",
    "siblings_school": "A brother or sister counts who lives at the same address, is at the same school now and "
    "stays there next year.",
    "near": "Near the school means at most {metres} meters from home to the school, in a straight line.",
    "blank_member": "If {column} is left blank, your child is treated as fitting the rules that ask for it.",
    "blank_not_member": "If {column} is left blank, your child is treated as not fitting the rules that ask for it.",
    "counts": "counts as {name}",
    "counts_not": "does not count as {name}",
    "has": "has {values} under {column}",
    "has_not": "does not have {values} under {column}",
    "of_programs": "applies to a program that {phrase}",
    "of_schools": "applies to a school that {phrase}",
    "at_least": "has {low} or more under {column}",
    "at_least_not": "does not have {low} or more under {column}",
    "at_most": "has {high} or less under {column}",
    "at_most_not": "does not have {high} or less under {column}",
    "from_to": "has from {low} to {high} under {column}",
    "from_to_not": "does not have from {low} to {high} under {column}",
    "any_number": "has a number under {column}",
    "any_number_not": "does not have a number under {column}",
    # board
    "targets": "The board watches these figures. They are measured and published, and they decide nobody's seat:",
    "target_program": "   {name}, at each program: within {points} percentage points of {centre}.",
    "target_school": "   {name}, at each school: within {points} percentage points of {centre}.",
    "target_district": "   {name}, in the whole district: within {points} percentage points of {centre}.",
    "resolution": "The board adopted these rules in resolution {resolution}.",
    "no_resolution": "These rules name no resolution of the board.",
    # source
    "policy": "Policy {policy}, in effect from {effective}.",
    "policy_draft": "Policy {policy}, written to hold from {effective}.",
    "jurisdiction": "Jurisdiction: {jurisdiction}.",
    "reference": "Official source: {reference}",
    "safeguard": "About the rules: {source}",
    "decides": "This text is written by a program from the policy file. If they ever differ, the policy file decides.",
    "digest": "SHA-256 of policy.json: {digest}",
}

FACTS = {
    "zone": ("lives in the school's area", "does not live in the school's area"),
    "sibling": ("has a brother or sister there", "has no brother or sister there"),
    "feeder": ("comes from a program that leads to this one", "does not come from a program that leads to this one"),
    "continuing": ("is in the program now", "is not in the program now"),
    "near": ("lives near the school", "does not live near the school"),
    "low_income": ("comes from a family with low income", "does not come from a family with low income"),
    "dual_language": ("applies to a dual-language program", "does not apply to a dual-language program"),
    "entry_grade": ("applies for the entry grade", "does not apply for the entry grade"),
    "language_assessment": ("has passed the language assessment", "has not passed the language assessment"),
    "employee_child": ("has a parent who works at the school", "has no parent who works at the school"),
    "english_learner": ("is learning English", "is not learning English"),
    "temporary_housing": ("lives in temporary housing", "does not live in temporary housing"),
    "at_risk": ("counts as at risk", "does not count as at risk"),
    "language_mandarin": ("speaks Mandarin", "does not speak Mandarin"),
    "language_spanish": ("speaks Spanish", "does not speak Spanish"),
    **{f"area_{n}": (f"lives in area {n}", f"does not live in area {n}") for n in range(1, 10)},
    **{f"tier_{n}": (f"lives in tier {n}", f"does not live in tier {n}") for n in range(1, 10)},
}

WORDS = {
    **{("class", name): words for name, words in CLASSES.items()},
    **{("group", name): words for name, words in SEAT_GROUPS.items()},
    ("column", "latitude"): "home address",
    ("class", "walk_zone"): "lives within walking distance",
    ("class", "sibling_walk_zone"): "brother or sister, within walking distance",
}

ENGLISH = Language(
    headings=HEADINGS,
    sentences=SENTENCES,
    facts=FACTS,
    words=WORDS,
    quotes=("“", "”"),
    joints={"and": " and ", "or": " or ", "list": "; "},
)
