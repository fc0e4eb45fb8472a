"""``python -m tests.catalogues``: brings the catalogues in line with what the sources say.

A text that is new in code or templates is added without a translation, one that is no longer
there is taken out; translations stay. A test says whether anything is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from kitart.language import CATALOGUES, LANGUAGES, SOURCE

HOUSE = Path(__file__).parent.parent
OTHERS = tuple(language for language in LANGUAGES if language != SOURCE)
METHODS = {".py": "python", ".html": "jinja2", ".j2": "jinja2"}
IN_TEMPLATES = {"_": None, "gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{[^{}]*\}|</?\w+>")


@dataclass(frozen=True)
class Domain:
    """Where the texts of a catalogue stand, and the calls in the code that say them.

    ``trimmed``: whether line breaks inside ``{% trans %}`` are taken out, as the domain's
    environment does when it renders.
    """

    folders: tuple[str, ...]
    said_by: tuple[str, ...] = ()
    trimmed: bool = False


DOMAINS = {
    "messages": Domain(("kitart", "flows", "tasks"), said_by=("phrase",)),
    "pages": Domain(("templates/pages",), trimmed=True),
    "reports": Domain(("kitart/reports", "templates/reports"), said_by=("say", "N_")),
}


@cache
def texts_of(domain: str) -> dict[str, tuple[str, ...]]:
    """Every text of a domain's code and templates, with the files that say it."""
    found: dict[str, tuple[str, ...]] = {}
    for folder in DOMAINS[domain].folders:
        for path in sorted((HOUSE / folder).rglob("*")):
            place = path.relative_to(HOUSE).as_posix()
            for text in _texts_in(path, DOMAINS[domain]):
                places = found.get(text, ())
                found[text] = places if place in places else (*places, place)
    return found


def _texts_in(path: Path, domain: Domain) -> Iterator[str]:
    method = METHODS.get(path.suffix)
    if method is None:
        return
    in_code = method == "python"
    keywords = dict.fromkeys(domain.said_by) if in_code else IN_TEMPLATES
    options = {} if in_code else {"silent": "false", "trimmed": str(domain.trimmed).lower()}
    for _, message, _, _ in extract_from_file(method, path, keywords=keywords, options=options):
        yield from filter(None, message if isinstance(message, tuple) else (message,))


def catalogue(language: str, domain: str) -> Catalog:
    """The catalogue as it is kept."""
    with place_of(language, domain).open("rb") as file:
        return read_po(file, locale=language, domain=domain, abort_invalid=True)


def placeholders(text: str) -> list[str]:
    """What stands in a text for a value, and its tags: a translation has the same."""
    return sorted(PLACEHOLDER.findall(text))


def left_in_english(text: str, language: str, domain: str) -> list[str]:
    """The English texts of a domain that stand in ``text``, which is in another language.

    A text is known by its longest stretch between placeholders, if that has three words or more.
    """
    flat = " ".join(text.split())
    return [piece for piece in _english_of(language, domain) if piece in flat]


@cache
def _english_of(language: str, domain: str) -> list[str]:
    pieces = {max(PLACEHOLDER.split(each), key=len).strip() for each in texts_of(domain)}
    kept = {str(message.string) for message in catalogue(language, domain)}
    return sorted(
        piece
        for piece in pieces
        if len(piece.split()) >= 3 and not any(piece in each for each in kept)
    )


def written(language: str, domain: str) -> str:
    """The catalogue's file with the texts that the sources have now.

    Without dates and line numbers, so that a diff shows words.
    """
    header, _, _ = place_of(language, domain).read_text("utf-8").partition("\n\n")
    kept, new = catalogue(language, domain), Catalog(locale=language, domain=domain)
    for text, places in texts_of(domain).items():
        known = kept.get(text)
        new.add(text, known.string if known else "", locations=[(each, 0) for each in places])
    body = BytesIO()
    write_po(body, new, width=98, omit_header=True, include_lineno=False)
    return f"{header.rstrip()}\n\n{body.getvalue().decode()}"


def place_of(language: str, domain: str) -> Path:
    """The catalogue's file."""
    return CATALOGUES / language / f"{domain}.po"


if __name__ == "__main__":
    for each in OTHERS:
        for name in DOMAINS:
            place_of(each, name).write_text(written(each, name), "utf-8")
