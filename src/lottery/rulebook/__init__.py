"""The rule book: what a policy says, in plain sentences for families, generated from the policy and hashed with it."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from lottery.errors import LotteryError
from lottery.policy import PolicyFile
from lottery.rulebook.chapters import chapters_of, title_of
from lottery.rulebook.english import ENGLISH
from lottery.rulebook.spanish import SPANISH
from lottery.rulebook.writing import Language

LANGUAGES: Mapping[str, Language] = {"en": ENGLISH, "es": SPANISH}


def write_rule_books(file: PolicyFile, folder: Path) -> dict[str, str]:
    """Write `rules.LANGUAGE.txt` in every language, and return their SHA-256 by language."""
    folder.mkdir(exist_ok=True)
    books = {language: rule_book(file, language) for language in sorted(LANGUAGES)}
    for language, book in books.items():
        (folder / f"rules.{language}.txt").write_text(book, encoding="utf-8", newline="\n")
    return {language: sha256(book.encode()).hexdigest() for language, book in books.items()}


def rule_book(file: PolicyFile, language: str = "en") -> str:
    """
    The rules of a policy in words, as plain text that ends with the SHA-256 of `policy.json`.

    Raises LotteryError for a language there is no rule book in.
    """
    if language not in LANGUAGES:
        raise LotteryError(
            f"There is no rule book in the language {language!r}. Choose one of: {', '.join(sorted(LANGUAGES))}."
        )
    digest = sha256(file.canonical().encode()).hexdigest()
    return LANGUAGES[language].book(title_of(file.policy), chapters_of(file, digest))
