"""YAML as a policy may use it: nothing that hides an answer from people who hear the text read aloud."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, DocumentStartEvent, ScalarEvent

from lottery.errors import PolicyError, Problem

Path_ = tuple[str | int, ...]
DEEPEST = 50  # parts inside parts; nobody can follow more
NESTED = "mapping values are not allowed here"
SECOND_COLON = (
    "A second colon stands on this line.",
    "Put the text in quotes; an inner key goes on a line of its own.",
)
INDENT = "Give it as many spaces as the lines it belongs to."
UNREADABLE = {  # what the reader of YAML says, in words, and what to do
    "duplicate key": ("This is not valid YAML: it has a duplicate key.", "Write every key once."),
    r"'\t'": ("A tab stands here.", "Use spaces."),
    "cannot start any token": (
        "A text begins here with a sign that has a meaning of its own.",
        "Put the text in quotes.",
    ),
    NESTED: ("This line stands further to the right than the line it belongs to, or goes on with a text.", INDENT),
    "found '<block mapping start>'": ("This line begins at another place than the lines it belongs to.", INDENT),
    "<block end>, but found '<scalar>'": (
        "The text goes on behind its closing quotation mark or bracket.",
        "Put all of it in quotes; inside, use the other kind of quotation mark.",
    ),
    "could not find expected ':'": ("This line is no key with its answer.", "Write it as `key: answer`, with a blank."),
    "expected ',' or ']'": ("The bracket [ that opens here is not closed.", "Close it, with commas between its parts."),
    "expected ',' or '}'": ("The bracket { that opens here is not closed.", "Close it, with commas between its parts."),
    "unexpected end of stream": ("The quotation mark that opens here is not closed.", "Close it."),
}
TOLD_AT_THE_END = ("could not find expected", "expected ','", "unexpected end of stream")  # of what began earlier


def read_text(path: Path) -> str:
    """The text of a file; raises PolicyError where there is none."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        why, remedy = f"It is not UTF-8 at byte {error.start}.", "Save it as UTF-8."
        raise PolicyError([Problem(path.name, None, "", "", why, remedy)]) from None
    except OSError as error:
        why, remedy = f"It cannot be read: {error.strerror or 'unknown reason'}.", "Give the path of a YAML file."
        raise PolicyError([Problem(str(path), None, "", "", why, remedy)]) from None


def read_yaml(text: str, file: str) -> Any:
    """What a text says, with its line numbers; raises PolicyError where it is not plain YAML 1.2."""
    try:
        if hidden := list(_hidden(text, file)):
            raise PolicyError(hidden)
        written = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        raise PolicyError([_unreadable(error, text, file)]) from None
    except (YAMLError, ValueError) as error:
        why = f"It is not valid YAML: {str(error).strip().splitlines()[0]}."
        raise PolicyError([Problem(file, None, "", "", why, "Save it as plain YAML text.")]) from None
    if nameless := list(_nameless(written, file)):
        raise PolicyError(nameless)
    return written


def line_of(written: Any, path: Iterable[str | int]) -> int | None:
    """The line of the deepest part of a path that is written."""
    line: int | None = None
    node = written
    for part in path:
        if isinstance(node, CommentedMap) and part in node:
            line = node.lc.key(part)[0] + 1
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line = node.lc.item(part)[0] + 1
        else:
            continue  # a tag of the model, or a key that is not there
        node = node[part]
    return line


def plain(node: Any) -> Any:
    """What YAML read, without its line numbers."""
    if isinstance(node, Mapping):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, str):
        return str(node)
    if isinstance(node, Sequence):
        return [plain(value) for value in node]
    if isinstance(node, bool) or node is None:
        return node
    return int(node) if isinstance(node, int) else str(node)


def _unreadable(error: MarkedYAMLError, text: str, file: str) -> Problem:
    """What keeps a text from being YAML, at the line where its author can mend it."""
    told = (error.problem or "not readable").strip().splitlines()[0]
    generic = (f"This is not valid YAML: {told}.", "Correct the YAML at this line.")
    why, remedy = next((words for said, words in UNREADABLE.items() if said in told), generic)
    begun = any(said in told for said in TOLD_AT_THE_END)
    mark = error.context_mark if begun else error.problem_mark
    if mark is not None and NESTED in told and ": " in text.splitlines()[mark.line][: mark.column]:
        why, remedy = SECOND_COLON
    return Problem(file, None if mark is None else mark.line + 1, "", "", why, remedy)


def _hidden(text: str, file: str) -> Iterator[Problem]:
    """What YAML permits and a policy does not; found before anything is built, so that no depth can hurt."""
    depth = 0
    for event in YAML(typ="rt").parse(text):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        for why, remedy in _objections(event):
            yield Problem(file, event.start_mark.line + 1, "", "", why, remedy)
        if depth > DEEPEST:
            why = f"This is nested too deeply: more than {DEEPEST} parts stand inside each other."
            yield Problem(file, event.start_mark.line + 1, "", "", why, "Write it with fewer brackets and indents.")
            return


def _objections(event: Any) -> Iterator[tuple[str, str]]:
    if isinstance(event, DocumentStartEvent):
        if event.version not in (None, (1, 2)) or event.tags:
            yield "A policy is YAML 1.2, without directives.", "Remove the lines that start with %."
    elif isinstance(event, AliasEvent):
        yield (
            f"The alias *{event.anchor} hides what is written elsewhere.",
            "Write the answer itself; a text that begins so stands in quotes.",
        )
    elif isinstance(event, (ScalarEvent, CollectionStartEvent)):
        if event.anchor:
            yield f"The anchor &{event.anchor} has no place here.", "Remove it, or put the text in quotes."
        if event.tag:
            yield f"The tag {event.tag} has no place here.", "Remove it; a text may stand in quotes."
        if isinstance(event, ScalarEvent) and event.value == "<<":
            yield "The merge key << hides answers that are written elsewhere.", "Write the keys themselves."


def _nameless(node: Any, file: str) -> Iterator[Problem]:
    """Keys that are numbers, dates, true, null: `1` and `"1"` would be two keys of one name."""
    if isinstance(node, CommentedMap):
        for key, value in node.items():
            if not isinstance(key, str):
                shown = "null" if key is None else str(key).lower()
                why = f"The key {shown} is not read as text."
                yield Problem(file, node.lc.key(key)[0] + 1, "", "", why, "Put it in quotes.")
            yield from _nameless(value, file)
    elif isinstance(node, CommentedSeq):
        for value in node:
            yield from _nameless(value, file)
