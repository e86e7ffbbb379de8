"""Names that may stand in no file and no policy: race, color, ethnicity, national origin, sex."""

from __future__ import annotations

import re
import unicodedata

# California Constitution, art. I, § 31.  Whole words of a header (`sex_at_birth`, `studentGender`) ...
PROTECTED_WORDS = frozenset(
    (
        "race",
        "races",
        "racial",
        "ethnic",
        "ethnicity",
        "ethnicities",
        "hispanic",
        "latino",
        "latina",
        "latinx",
        "latine",
        "sex",
        "gender",
        "genders",
        "nationality",
        "ancestry",
        "sexo",
        "genero",
        "raza",
        "etnia",
        "nacionalidad",
    )
)
# ... headers made of nothing else, with the usual words around them (`racecode`, `legalsex`, `color`) ...
PROTECTED_HEADER = re.compile(
    r"(?:student|applicant|child|pupil|person|legal|birth|primary|secondary|federal|state|home|reported|is|the)*"
    r"(?:race|races|racial|raceeth|sex|sexes|skincolor|skincolour|color|colour|male|female|boy|girl|nonbinary"
    r"|latino|latina|latinx|latine|asian|black|white|caucasian|africanamerican|blackorafricanamerican|nativeamerican"
    r"|americanindian|alaskanative|americanindianoralaskanative|pacificislander|nativehawaiian|filipino|multiracial"
    r"|birthplace|birthcountry|placeofbirth|paisdenacimiento|tribe|mf)"
    r"(?:code|cd|group|category|cat|desc|description|name|flag|atbirth|assignedatbirth|of(?:student|child|applicant))*"
)
# ... and phrases that mean it wherever they stand.
PROTECTED_PHRASES = (
    "ethnicity",
    "gender",
    "hispanic",
    "nationalorigin",
    "countryoforigin",
    "countryofbirth",
    "origennacional",
)


def letters_of(header: str) -> str:
    """Lower-case letters only, without accents: `Género 2` is `genero`."""
    return re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", header).lower())


def words_of(header: str) -> frozenset[str]:
    """The words of a header, split at anything that is no letter and where a capital begins."""
    plain = re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFKD", header))
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    return frozenset(re.split(r"[^a-z]+", plain.lower()))


def is_protected(header: str) -> bool:
    """Race, color, ethnicity, national origin or sex, in the obvious spellings."""
    letters = letters_of(header)
    return (
        not PROTECTED_WORDS.isdisjoint(words_of(header))
        or PROTECTED_HEADER.fullmatch(letters) is not None
        or any(phrase in letters for phrase in PROTECTED_PHRASES)
    )
