"""
The warning that a list may end without an offer, for families who can still add programs.

Families overestimate their chances and stop looking too early.  In Chile and New Haven, 22 % of those who were warned
that their list was risky added programs, which cut their risk by 58 % (Arteaga, Kapor, Neilson and Zimmerman, "Smart
matching platforms and heterogeneous beliefs in centralized school choice", Quarterly Journal of Economics 137(3), 2022,
abstract).  A general call to add programs does not do this; the family's own risk must be told.
"""

from __future__ import annotations

from typing import Literal

RISKY = 0.30  # assumed: the abstract gives no threshold

Language = Literal["en", "es"]

WARNINGS: dict[Language, str] = {
    "en": (
        "With this list your child would have no offer in about {n} of 100 draws. "
        "Keep the programs you want most at the top, and add others you would accept at the end of the list."
    ),
    "es": (
        "Con esta lista, en unos {n} de cada 100 sorteos su hijo o hija no recibiría ninguna oferta. "
        "Deje arriba los programas que más desea y agregue al final de la lista otros que también aceptaría."
    ),
}


def warns(no_offer: float) -> bool:
    """
    Whether a family is to be warned, by the probability of no offer; a seat that the child keeps counts as an offer.

    >>> warns(0.30), warns(0.31)
    (False, True)
    """
    return no_offer > RISKY


def warning(no_offer: float, language: Language) -> str:
    """
    The sentences for a family.

    >>> warning(0.424, "en")[:64]
    'With this list your child would have no offer in about 42 of 100'
    """
    return WARNINGS[language].format(n=round(100 * no_offer))
