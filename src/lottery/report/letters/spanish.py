"""The letter in Spanish: short sentences, formal address (usted), the words districts use with families."""

from __future__ import annotations

from lottery.explain import SECURED, Answer, Explanation
from lottery.market import NO_TRAIT

CLASSES = {
    "secured": "ya tiene un lugar allí",
    "sibling": "hermano o hermana",
    "zone": "vive en la zona de la escuela",
    "continuing": "ya está en el programa",
    "feeder": "viene de un programa anterior conectado",
    "near": "vive cerca de la escuela",
    "pathway": "viene del mismo programa especializado",
    "near_dual_language": "vive cerca de la escuela de inmersión dual",
    "employee": "su madre o padre trabaja en la escuela",
    "everyone": "todos los solicitantes",
    "at_risk": "en situación de riesgo",
    "boundary": "vive dentro de los límites de la escuela",
    "low_income_outside": "bajos ingresos, de fuera de los límites",
    "proximity": "vive cerca de la escuela",
    "sibling_walk_zone": "hermano o hermana, a poca distancia a pie",
    "walk_zone": "vive a poca distancia a pie",
    "tier_1": "nivel 1 de vecindario",
    "tier_2": "nivel 2 de vecindario",
    "tier_3": "nivel 3 de vecindario",
    "tier_4": "nivel 4 de vecindario",
    "otherwise": "todos los demás solicitantes",
    "unlisted": "sin posición en este programa",
}
SEAT_GROUPS = {
    "secured": "lugares que los estudiantes ya tienen",
    "open": "abierto",
    "open_first": "abierto, primero",
    "open_last": "abierto, último",
    "low_income": "bajos ingresos",
    "close": "cercanía",
    "neighbors": "vecindario",
    "neighbourhood": "vecindario",
    "zone": "zona de la escuela",
    "by_need": "por necesidad",
    "others": "todos los demás",
    "other": "todos los demás",
    "low_income_first": "bajos ingresos, primero",
    "low_income_last": "bajos ingresos, último",
    "middle_income": "ingresos medios",
    "high_income": "ingresos altos",
    "area_1": "zona 1",
    "area_2": "zona 2",
    "area_3": "zona 3",
    "target_language": "habla el idioma del programa",
    "proximity": "cerca de la escuela",
    "walk_zone": "distancia a pie",
    "tier_1": "nivel 1 de vecindario",
    "tier_2": "nivel 2 de vecindario",
    "tier_3": "nivel 3 de vecindario",
    "tier_4": "nivel 4 de vecindario",
}

RULES = {
    "immediate-acceptance": "Los lugares se dan por pasos y de forma definitiva: primero a quienes ponen el programa "
    "como primera opción, después a quienes lo ponen como segunda, y así sucesivamente. {Seats} en un paso anterior, o "
    "en el mismo paso a estudiantes de un grupo de prioridad más alto o con un número aleatorio mejor.",
    "serial-dictatorship": "Los estudiantes eligen uno tras otro, en el orden de sus puestos. {Seats} a estudiantes "
    "con mejores puestos.",
    "top-trading-cycles": "Quien va primero en un programa puede cambiar ese lugar por otro que prefiera. {Seats} a "
    "estudiantes que van antes que su hijo o hija, o que cambiaron otro lugar por ese.",
    "efficiency-adjusted": "{Seats} a estudiantes de un grupo de prioridad más alto o con un número aleatorio mejor, "
    "o, si las familias que van antes estuvieron de acuerdo, por un intercambio de lugares.",
    "stable-improvement-cycles": "{Seats} a estudiantes de un grupo de prioridad más alto, o del mismo grupo con un "
    "número aleatorio mejor o con un lugar para intercambiar.",
}


def letter(explanation: Explanation) -> str:
    """Write the whole letter."""
    paragraphs = [*_heading(explanation), *_result(explanation)]
    if explanation.status == "included":
        answers = (_choice(answer, explanation.own_numbers) for answer in explanation.answers)
        paragraphs += [*_number(explanation), *answers]
    return "\n\n".join([*paragraphs, *_closing(explanation)]) + "\n"


def class_name(name: str) -> str:
    """A priority group as families read it; a name the district invented is left as it is."""
    line, colon, standing = name.partition(":")
    return CLASSES.get(line, line.replace("_", " ")) + (f", posición {standing}" if colon else "")


def group_name(name: str) -> str:
    """A seat group as families read it; a name the district invented is left as it is."""
    return SEAT_GROUPS.get(name, name.replace("_", " "))


def _heading(explanation: Explanation) -> list[str]:
    rehearsal = "ENSAYO. Este sorteo es una prueba. No es una oferta y no decide nada."
    title = f"Resultado del sorteo para la solicitud {explanation.applicant}, grado {explanation.grade}"
    return [rehearsal, title] if explanation.rehearsal else [title]


def _result(explanation: Explanation) -> list[str]:
    if explanation.status == "withdrawn":
        return [f"Esta solicitud fue retirada, por lo que no participó en el sorteo.{_reason(explanation)}"]
    if explanation.status != "included":
        return [f"Esta solicitud no fue aceptada, por lo que no participó en el sorteo.{_reason(explanation)}"]
    if not explanation.answers:
        return ["Sin oferta. Su lista de opciones está vacía, así que no había ningún programa que ofrecer."]
    if not explanation.program:
        return ["Sin oferta. Ninguno de los programas de su lista tuvo un lugar para su hijo o hija en esta ronda."]
    where = f"{explanation.program_name} ({explanation.program})"
    if explanation.kept:
        return [f"Su hijo o hija conserva su lugar en {where}. Es el lugar que ya tiene."]
    first = (
        " Es su primera opción." if explanation.rank == 1 else f" Es la opción número {explanation.rank} de su lista."
    )
    return [f"Ofrecemos a su hijo o hija un lugar en {where}.{first}"]


def _reason(explanation: Explanation) -> str:
    return f" Motivo: {explanation.status_reason}." if explanation.status_reason else ""


def _number(explanation: Explanation) -> list[str]:
    if explanation.own_numbers:
        return ["Los programas tienen sus propios números aleatorios. El puesto 1 se atiende primero."]
    if explanation.place is None:
        return []
    tickets = " Algunos estudiantes tienen más boletos, así que el puesto puede no seguir el orden de los números."
    return [
        f"Su número aleatorio es {explanation.lottery_number}. Ocupa el puesto {explanation.place:,} de "
        f"{explanation.n_applicants:,}. El puesto 1 se atiende primero.{tickets if explanation.tickets else ''}"
    ]


def _choice(answer: Answer, own_number: bool) -> str:
    title = f"{answer.rank}. {answer.program_name} ({answer.program}): "
    if answer.outcome == "offered":
        return title + "OFRECIDO." + _seat(answer) + (_drawn(answer) if own_number else "")
    if answer.outcome == "higher_choice":
        return title + "NO HIZO FALTA. Usted tiene un lugar más arriba en su lista."
    if answer.outcome == "ineligible":
        return title + "NO CUMPLE LOS REQUISITOS. Su hijo o hija no cumple las reglas de ingreso de este programa."
    drawn = _drawn(answer) if own_number else ""
    return title + "NO OFRECIDO. " + " ".join([_refusal(answer), *_standing(answer), *_waiting(answer)]) + drawn


def _drawn(answer: Answer) -> str:
    return f" Su número aleatorio aquí es {answer.lottery_number}, en el puesto {answer.place:,}."


def _seat(answer: Answer) -> str:
    if answer.seat_group == SECURED or (answer.chooses == "seat_groups" and not answer.reserved):
        return ""
    if answer.chooses != "seat_groups":
        return f" {_balance(answer)}"
    of = "Es el único lugar" if answer.group_seats == 1 else f"Es uno de los {answer.group_seats:,} lugares"
    return f" {of} del grupo de lugares «{group_name(answer.seat_group)}»."


def _balance(answer: Answer) -> str:
    """What a category of a band or a set of traits is, in a sentence."""
    if answer.chooses == "band":
        return f"Este programa equilibra sus lugares. Su hijo o hija cuenta como «{group_name(answer.seat_group)}»."
    if answer.seat_group == NO_TRAIT:
        return "Este programa garantiza lugares a algunos grupos. Su hijo o hija no está en ninguno de ellos."
    names = " y ".join(f"«{group_name(name)}»" for name in answer.seat_group.split("+"))
    return f"Este programa garantiza lugares a algunos grupos. Su hijo o hija cuenta como {names}."


def _refusal(answer: Answer) -> str:
    group = f"el grupo de lugares «{group_name(answer.seat_group)}»"
    if answer.why == "no_seats":
        return "El programa no tiene lugares en este grado."
    if answer.why == "not_admitted":
        return "Sus lugares están reservados para grupos a los que su hijo o hija no pertenece."
    if answer.why == "limit":
        return (
            f"{_balance(answer)} Allí quedan lugares vacíos: las reglas no admiten más estudiantes de esa categoría, o "
            "guardan los lugares para otras categorías."
        )
    if answer.chooses != "seat_groups" and answer.why in ("nothing_left", "number", "priority"):
        return f"{_balance(answer)} No quedó ningún lugar para su hijo o hija."
    if answer.why == "nothing_left":
        return f"No quedó ningún lugar para su hijo o hija. Solo podía obtener un lugar en {group}."
    if answer.why == "rules":
        went = "Su único lugar se dio" if answer.seats == 1 else f"Sus {answer.seats:,} lugares se dieron"
        return RULES[answer.mechanism].format(Seats=went)
    if answer.why == "members_first":
        last = f"El último de {_seats(answer.group_seats)} en {group}"
        return f"{last} fue para un solicitante con derecho preferente a esos lugares."
    if answer.n_groups == 1 and answer.seat_group != SECURED:
        went = "Su único lugar fue" if answer.seats == 1 else f"Sus {answer.seats:,} lugares fueron"
        return (
            f"{went} para solicitantes de un grupo de prioridad más alto, o del mismo grupo de prioridad y con un "
            "número aleatorio mejor."
        )
    first = " Los miembros de ese grupo de lugares van primero." if answer.reserved else ""
    return (
        "No quedó ningún lugar en los grupos de lugares abiertos para su hijo o hija. Donde más cerca estuvo fue en "
        f"{group}: {_seats(answer.group_seats)}, por orden de grupo de prioridad y después de número aleatorio.{first}"
    )


def _standing(answer: Answer) -> list[str]:
    """Own class and place, and those of the last seat."""
    if answer.why not in ("priority", "number", "members_first", "nothing_left") or answer.place is None:
        return []
    own = f"Su grupo de prioridad es «{class_name(answer.priority)}» y su puesto es el {answer.place:,}."
    if answer.why == "nothing_left":
        return [own] if answer.chooses != "seat_groups" else []
    if answer.chooses != "seat_groups":
        last = "El último lugar para estudiantes como el suyo fue para"
        if answer.why == "number":
            return [own, f"{last} el puesto {answer.cutoff_place:,} del mismo grupo de prioridad, {_short(answer)}."]
        group = class_name(answer.cutoff_priority)
        return [own, f"{last} el grupo de prioridad «{group}», puesto {answer.cutoff_place:,}."]
    if answer.why == "number":
        last = f"El último lugar fue para el puesto {answer.cutoff_place:,} del mismo grupo de prioridad,"
        return [own, f"{last} {_short(answer)}."]
    group = class_name(answer.cutoff_priority)
    return [own, f"El último lugar fue para el grupo de prioridad «{group}», puesto {answer.cutoff_place:,}."]


def _short(answer: Answer) -> str:
    return "1 puesto antes del suyo" if answer.places_short == 1 else f"{answer.places_short:,} puestos antes del suyo"


def _waiting(answer: Answer) -> list[str]:
    if answer.waitlist_position is None:
        return []
    return [f"Su hijo o hija está en el número {answer.waitlist_position:,} de la lista de espera."]


def _closing(explanation: Explanation) -> list[str]:
    where = f" Puede leerlas en {explanation.reference}" if explanation.reference.startswith("http") else ""
    return [f"Las reglas de este sorteo: {explanation.policy}.{where}"]


def _seats(count: int) -> str:
    return "1 lugar" if count == 1 else f"{count:,} lugares"
