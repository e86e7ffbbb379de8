"""The rule book in Spanish: plain sentences, formal address (usted), the words of the letters to families."""

from __future__ import annotations

from lottery.report.letters.spanish import CLASSES, SEAT_GROUPS
from lottery.rulebook.writing import Language

HEADINGS = {
    "apply": "Quién puede solicitar",
    "classes": "Quién va primero",
    "seats": "Cómo se reparten los lugares de un programa",
    "number": "El número aleatorio",
    "offers": "Cómo se ofrecen los lugares",
    "ranking": "Cómo ordenar los programas",
    "held": "Si su hijo o hija ya tiene un lugar",
    "waitlist": "La lista de espera",
    "words": "Qué significan las palabras",
    "board": "Qué decidió y qué vigila la junta",
    "source": "De dónde vienen estas reglas",
}

SENTENCES = {
    "title": "LAS REGLAS DEL SORTEO ESCOLAR\nTítulo de la norma: «{title}»\nDistrito: «{jurisdiction}»",
    "title_alone": "LAS REGLAS DEL SORTEO ESCOLAR\nTítulo de la norma: «{title}»",
    # quién puede solicitar
    "eligible_all": "Un estudiante puede poner en su lista todos los programas que tienen su grado.",
    "eligible_if": "En un programa solo puede tener lugar un estudiante que {condition}. Los demás no cumplen los "
    "requisitos de ese programa, aunque queden lugares vacíos.",
    "eligible_in_a_class": "Un estudiante que no está en ninguno de los grupos de prioridad de abajo no cumple los "
    "requisitos de ese programa.",
    "cap_none": "Usted puede poner en su lista tantos programas como quiera.",
    "cap_one": "Usted puede poner un programa en su lista.",
    "cap": "Usted puede poner hasta {cap} programas en su lista.",
    "time": "El día y la hora de su solicitud no importan.",
    "one_round": "Hay una sola ronda.",
    # quién va primero
    "classes": "Cada programa atiende primero al primer grupo de prioridad y después al siguiente. Dentro de un "
    "grupo decide el número aleatorio. En cada programa, un estudiante está en el primer grupo de esta lista que le "
    "corresponde:",
    "classes_ignored": "Aquí los grupos de prioridad no deciden quién va primero: decide solo el número aleatorio. "
    "Los grupos dicen quién cumple los requisitos de un programa:",
    "classes_one": "Hay un solo grupo de prioridad, y dentro de él decide el número aleatorio:",
    "class_line": "{number}. {name}: un estudiante que {condition}.",
    "class_rest": "{number}. {name}: cualquier otro estudiante.",
    "class_all": "{number}. {name}: cualquier estudiante.",
    "given_replaces_class": "Algunos programas ordenan a los solicitantes según un criterio propio. Allí ese orden "
    "sustituye a los grupos de prioridad.",
    "given_breaks_ties_in_class": "Algunos programas ordenan a los solicitantes según un criterio propio. Allí ese "
    "orden decide dentro de cada grupo de prioridad, antes que el número aleatorio.",
    "absent_last": "Un estudiante que no está en ese orden va después de todos los que están.",
    "absent_ineligible": "Un estudiante que no está en ese orden no cumple los requisitos de ese programa.",
    # lugares
    "undivided": "Los lugares no se reparten en grupos: todos los que cumplen los requisitos compiten por todos los "
    "lugares.",
    "first_that_fits": "Hay varias reglas. En cada programa vale la primera que le corresponde.",
    "at_programs": "Esta es la regla para {programs}.",
    "programs_all": "todos los programas",
    "programs_with": "los programas con {columns}",
    "under": "{values} en {column}",
    "elsewhere_undivided": "En todos los demás programas los lugares no se reparten en grupos.",
    "groups": "Los lugares están en grupos, y los grupos se llenan en este orden:",
    "size_rest": "los lugares que dejan los otros grupos",
    "size_share": "{share} de los lugares, con redondeo {rounding}",
    "size_one": "1 lugar",
    "size_seats": "{seats} lugares",
    "share": "{share} de los lugares",
    "round_up": "hacia arriba",
    "round_down": "hacia abajo",
    "round_nearest": "al lugar más cercano (las mitades hacia arriba)",
    "group_open": "{number}. {name}: {size}. Puede obtener uno cualquier estudiante que cumpla los requisitos.",
    "group_open_listed": "{number}. {name}: {size}, solo para un estudiante al que corresponde alguna de las líneas de "
    "abajo. Los lugares que sobren quedan vacíos.",
    "group_release": "{number}. {name}: {size}, primero para un estudiante que {condition}. Los demás van detrás y "
    "pueden obtener los lugares que sobren.",
    "group_release_listed": "{number}. {name}: {size}, primero para un estudiante que {condition}. Los demás a los que "
    "corresponde alguna de las líneas de abajo van detrás y pueden obtener los lugares que sobren. Los otros lugares "
    "quedan vacíos.",
    "group_hold": "{number}. {name}: {size}, solo para un estudiante que {condition}. Los lugares que sobren quedan "
    "vacíos.",
    "order": "   Este grupo tiene un orden propio en vez de los grupos de prioridad:",
    "order_line": "   {number}. {name}: un estudiante que {condition}.",
    "order_rest": "   {number}. {name}: cualquier otro estudiante.",
    "order_all": "   {number}. {name}: cualquier estudiante.",
    "order_outside": "   Un estudiante al que no corresponde ninguna de estas líneas no puede tener lugar en este "
    "grupo.",
    "example_groups": "Ejemplo: un programa de {example} lugares tiene {parts}.",
    "counted": "{name}: {size}",
    "band": "Cada estudiante está en una categoría, y cada categoría tiene un límite inferior y uno superior:",
    "category": "{number}. {name}: un estudiante que {condition}.",
    "category_rest": "{number}. {name}: cualquier otro estudiante.",
    "limits": "   Al menos {floor}, como máximo {ceiling}.",
    "limits_centre": "   Desde {points} puntos porcentuales por debajo hasta {points} puntos porcentuales por encima "
    "de {centre}.",
    "centre_district": "la proporción de {name} entre todos los participantes",
    "band_rounding": "Los límites inferiores se redondean {floor}; los superiores, {ceiling}.",
    "band_soft": "Primero se atiende a cada categoría hasta su límite inferior, después a las categorías por debajo "
    "de su límite superior y después a cualquiera, hasta que no queden lugares; cada vez por grupo de prioridad y "
    "número aleatorio.",
    "band_hard": "Primero se atiende a cada categoría hasta su límite inferior y después a las categorías por "
    "debajo de su límite superior, mientras queden libres los límites inferiores de las otras; cada vez por grupo "
    "de prioridad y número aleatorio. Todos los demás lugares quedan vacíos.",
    "between": "{name}: de {floor} a {ceiling}",
    "example_band": "Ejemplo: un programa de {example} lugares tiene {parts}.",
    "example_district": "Cuántos lugares son depende de quién participe; se publica con los resultados.",
    "guarantees": "Algunos lugares están garantizados. Un estudiante usa un solo lugar garantizado, aunque le "
    "correspondan varios:",
    "guarantee": "{number}. {name}: {size}, para un estudiante que {condition}.",
    "guarantees_rule": "Primero van, por grupo de prioridad y número aleatorio, los estudiantes con los que se "
    "aprovecha un lugar garantizado más. Después se llenan todos los demás lugares por grupo de prioridad y número "
    "aleatorio. Los lugares garantizados que nadie puede usar están entre ellos.",
    "example_guarantees": "Ejemplo: un programa de {example} lugares garantiza {parts}. Sin garantía: {rest}.",
    # el número
    "draw_single": "Cada estudiante tiene un número aleatorio, el mismo en todos los programas.",
    "draw_multiple": "Cada estudiante tiene un número aleatorio propio en cada programa.",
    "draw_hybrid": "En {programs} cada estudiante tiene un número aleatorio, el mismo en todos ellos. En cada uno "
    "de los demás programas tiene un número propio.",
    "place": "Los números se sortean una vez y no se vuelven a sortear. Dan a cada estudiante un puesto; el puesto "
    "1 se atiende primero.",
    "weight": "Un estudiante que {condition} tiene {tickets} boletos en el sorteo.",
    "weight_one": "Un estudiante que {condition} tiene 1 boleto en el sorteo.",
    "weight_rest": "De estas líneas vale la primera que corresponde; cualquier otro estudiante tiene 1 boleto. Con "
    "más boletos un puesto mejor es más probable, pero no seguro.",
    # cómo se ofrecen los lugares
    "deferred-acceptance": "Cada estudiante pide un lugar en el primer programa de su lista. Cada programa "
    "conserva, por ahora, a los estudiantes que van primero según estas reglas, tantos como lugares tiene, y "
    "rechaza a los demás. Quien es rechazado pide en el siguiente programa de su lista, y un programa puede dejar a "
    "un estudiante que conservaba por otro que va antes. Cuando nadie pide más, se ofrecen los lugares. Poner un "
    "programa más abajo en la lista no hace que su hijo o hija vaya después en ese programa.",
    "immediate-acceptance": "En el primer paso cada programa da sus lugares, de forma definitiva, a quienes lo "
    "ponen en primer lugar, por grupo de prioridad y número aleatorio. En el segundo paso da los que quedan a "
    "quienes lo ponen en segundo lugar y aún no tienen ninguno, y así sucesivamente. Un programa que usted pone más "
    "abajo puede estar lleno antes de su turno.",
    "top-trading-cycles": "Cada estudiante señala el mejor programa de su lista que tiene lugares; cada programa "
    "señala al estudiante que va primero en él. Donde se cierra un círculo, cada estudiante del círculo obtiene el "
    "lugar que señala. Esto sigue hasta que nadie puede señalar más. Así la prioridad en un programa se puede "
    "cambiar por un lugar en otro.",
    "serial-dictatorship": "Los estudiantes eligen por turno, en el orden de su número aleatorio. Cada uno toma el "
    "mejor programa de su lista que aún tiene un lugar.",
    "efficiency-adjusted": "Cada estudiante pide un lugar en el primer programa de su lista, y cada programa "
    "conserva, por ahora, a los que van primero, por grupo de prioridad y número aleatorio. Quien es rechazado pide "
    "en el siguiente. Después se retiran las peticiones de quienes dan su consentimiento y que solo impedían a "
    "otros un lugar mejor. Nadie pierde por dar su consentimiento.",
    "stable-improvement-cycles": "Cada estudiante pide un lugar en el primer programa de su lista, y cada programa "
    "conserva, por ahora, a los que van primero, por grupo de prioridad y número aleatorio. Quien es rechazado pide "
    "en el siguiente. Después los estudiantes que prefieren el lugar de otro los cambian entre sí, siempre que no "
    "se pase por encima de nadie con un grupo de prioridad mejor.",
    "consent_all": "Se considera que todos los estudiantes dan su consentimiento.",
    "consent_if": "Se considera que da su consentimiento un estudiante que {condition}.",
    # ordenar
    "ranking_safe": "Ponga los programas en el orden en que de verdad los quiere. Con ninguna otra lista puede su "
    "hijo o hija obtener un lugar mejor.",
    "ranking_unsafe": "Atención: con estas reglas, el orden en que de verdad quiere los programas no siempre es la "
    "mejor lista.",
    "threat_list_cap": "Su lista es limitada. Si todos los programas en ella están fuera de su alcance, su hijo o "
    "hija no obtiene nada, aunque un programa que usted dejó fuera tuviera un lugar.",
    "threat_immediate-acceptance": "Si su primera opción está fuera de su alcance, los programas siguientes pueden "
    "estar llenos antes de su turno.",
    "threat_efficiency-adjusted": "Una familia que conociera las listas de todas las demás podría a veces ganar con "
    "otra lista. Nadie las conoce, así que el orden verdadero suele ser la mejor opción.",
    "threat_stable-improvement-cycles": "Una familia que conociera las listas de todas las demás podría a veces "
    "ganar con otra lista. Nadie las conoce, así que el orden verdadero suele ser la mejor opción.",
    # lugares que ya se tienen, lista de espera
    "held_continuing": "Su hijo o hija conserva el lugar que tiene, salvo que le ofrezcamos un programa que usted "
    "pone más arriba en su lista. No arriesga nada por pedirlo.",
    "held_none": "Un estudiante que participa deja el lugar que tiene ahora. Si ningún programa le ofrece uno, su "
    "hijo o hija se queda sin lugar.",
    "waitlist": "A quien no se le ofrece un programa espera por él, y por ninguno que esté debajo de la oferta en "
    "su lista, en el orden de grupo de prioridad y número aleatorio.",
    "vacancy_group_then_open": "Cuando un lugar queda libre, es para el siguiente estudiante del grupo de lugares "
    "en que estaba, y después para el siguiente de todos.",
    "vacancy_undivided": "Cuando un lugar queda libre, es para el siguiente estudiante que espera.",
    "vacancy_choice_function": "Cuando un lugar queda libre, es para el estudiante que el programa elegiría ahora "
    "según estas reglas.",
    # palabras
    "fact": "{name} significa: un estudiante que {condition}.",
    "table_applicants": "   Esto se lee en la solicitud.",
    "table_programs": "   Esto se lee en la lista de programas.",
    "table_schools": "   Esto se lee en la lista de escuelas.",
    "table_facts": "   Esto se lee en la lista de datos sobre un estudiante y un programa.",
    "siblings_program": "Cuenta el hermano o la hermana que vive en la misma dirección, está ahora en el mismo "
    "programa y sigue en él el próximo año.",
    "siblings_school": "Cuenta el hermano o la hermana que vive en la misma dirección, está ahora en la misma "
    "escuela y sigue en ella el próximo año.",
    "near": "Cerca de la escuela significa como máximo {metres} metros de la casa a la escuela, en línea recta.",
    "blank_member": "Si {column} queda en blanco, se trata a su hijo o hija como si cumpliera las reglas que lo piden.",
    "blank_not_member": "Si {column} queda en blanco, se trata a su hijo o hija como si no cumpliera las reglas que "
    "lo piden.",
    "counts": "cuenta como {name}",
    "counts_not": "no cuenta como {name}",
    "has": "tiene {values} en {column}",
    "has_not": "no tiene {values} en {column}",
    "of_programs": "solicita un programa que {phrase}",
    "of_schools": "solicita una escuela que {phrase}",
    "at_least": "tiene {low} o más en {column}",
    "at_least_not": "no tiene {low} o más en {column}",
    "at_most": "tiene {high} o menos en {column}",
    "at_most_not": "no tiene {high} o menos en {column}",
    "from_to": "tiene de {low} a {high} en {column}",
    "from_to_not": "no tiene de {low} a {high} en {column}",
    "any_number": "tiene un número en {column}",
    "any_number_not": "no tiene un número en {column}",
    # junta
    "targets": "La junta vigila estas cifras. Se miden y se publican, y no deciden el lugar de nadie:",
    "target_program": "   {name}, en cada programa: a no más de {points} puntos porcentuales de {centre}.",
    "target_school": "   {name}, en cada escuela: a no más de {points} puntos porcentuales de {centre}.",
    "target_district": "   {name}, en todo el distrito: a no más de {points} puntos porcentuales de {centre}.",
    "resolution": "La junta adoptó estas reglas en la resolución {resolution}.",
    "no_resolution": "Estas reglas no nombran ninguna resolución de la junta.",
    # fuente
    "policy": "Política {policy}, vigente desde {effective}.",
    "policy_draft": "Política {policy}, escrita para regir desde {effective}.",
    "jurisdiction": "Jurisdicción: «{jurisdiction}».",
    "reference": "Fuente oficial: «{reference}»",
    "safeguard": "Sobre las reglas: «{source}»",
    "decides": "Este texto lo escribe un programa a partir del archivo de la política. Si alguna vez difieren, "
    "decide el archivo de la política.",
    "digest": "SHA-256 de policy.json: {digest}",
}


def _with_no(clauses: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Each clause with its opposite."""
    return {name: (clause, f"no {clause}") for name, clause in clauses.items()}


FACTS = _with_no(
    {
        "zone": "vive en la zona de la escuela",
        "sibling": "tiene un hermano o una hermana allí",
        "feeder": "viene de un programa que conduce a este",
        "continuing": "está ahora en el programa",
        "near": "vive cerca de la escuela",
        "low_income": "es de una familia de bajos ingresos",
        "dual_language": "solicita un programa de inmersión dual",
        "entry_grade": "solicita el grado de ingreso",
        "language_assessment": "ha aprobado la evaluación de idioma",
        "employee_child": "tiene una madre o un padre que trabaja en la escuela",
        "english_learner": "está aprendiendo inglés",
        "temporary_housing": "vive en una vivienda temporal",
        "at_risk": "cuenta como estudiante en riesgo",
        "language_mandarin": "habla mandarín",
        "language_spanish": "habla español",
        "low_bracket": "es de una familia del tramo de ingresos bajo",
        "middle_bracket": "es de una familia del tramo de ingresos medio",
        **{f"area_{n}": f"vive en el área {n}" for n in range(1, 10)},
        **{f"tier_{n}": f"vive en el nivel {n}" for n in range(1, 10)},
    }
)

WORDS = {
    **{("class", name): words for name, words in CLASSES.items()},
    **{("group", name): words for name, words in SEAT_GROUPS.items()},
    **{("class", f"tier_{n}"): f"nivel {n}" for n in range(1, 10)},
    **{("group", f"tier_{n}"): f"nivel {n}" for n in range(1, 10)},
    **{("group", f"area_{n}"): f"área {n}" for n in range(1, 10)},
    **{("fact", f"area_{n}"): f"área {n}" for n in range(1, 10)},
    **{("fact", f"tier_{n}"): f"nivel {n}" for n in range(1, 10)},
    ("class", "at_risk"): "en riesgo",
    ("class", "boundary"): "vive en la zona de la escuela",
    ("class", "low_income_outside"): "bajos ingresos, fuera de la zona",
    ("class", "proximity"): "cercanía",
    ("class", "sibling_walk_zone"): "hermano o hermana, a distancia a pie",
    ("class", "walk_zone"): "a distancia a pie",
    ("group", "by_need"): "por necesidad",
    ("group", "high"): "alto",
    ("group", "low"): "bajo",
    ("group", "low_income_first"): "bajos ingresos, primero",
    ("group", "low_income_last"): "bajos ingresos, último",
    ("group", "middle"): "medio",
    ("group", "others"): "los demás",
    ("group", "proximity"): "cercanía",
    ("group", "target_language"): "idioma del programa",
    ("group", "walk_zone"): "a distancia a pie",
    ("fact", "at_risk"): "en riesgo",
    ("fact", "dual_language"): "inmersión dual",
    ("fact", "english_learner"): "estudiante de inglés",
    ("fact", "entry_grade"): "grado de ingreso",
    ("fact", "low_bracket"): "tramo bajo",
    ("fact", "low_income"): "bajos ingresos",
    ("fact", "middle_bracket"): "tramo medio",
    ("fact", "temporary_housing"): "vivienda temporal",
    ("column", "area_ses_category"): "nivel socioeconómico del área",
    ("column", "at_risk"): "en riesgo",
    ("column", "english_learner"): "estudiante de inglés",
    ("column", "grade"): "grado",
    ("column", "income"): "ingresos",
    ("column", "income_bracket"): "tramo de ingresos",
    ("column", "language_mandarin"): "mandarín",
    ("column", "language_spanish"): "español",
    ("column", "latitude"): "domicilio",
    ("column", "pathway"): "programa especializado",
    ("column", "temporary_housing"): "vivienda temporal",
    ("column", "tier"): "nivel",
    ("value", "free"): "gratuito",
    ("value", "reduced"): "reducido",
    ("value", "low"): "bajo",
    ("value", "middle"): "medio",
    ("value", "high"): "alto",
    ("value", "true"): "sí",
    ("value", "false"): "no",
}

SPANISH = Language(
    headings=HEADINGS,
    sentences=SENTENCES,
    facts=FACTS,
    words=WORDS,
    quotes=("«", "»"),
    joints={"and": " y ", "or": " o ", "list": "; "},
)
