"""``python -m tests.catalogues``: brings the catalogues in line with what the sources say.

A text that is new in code or templates is added without a translation, one that is no longer
there is taken out; translations stay. A test says whether anything is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from kitart.language import CATALOGUES, LANGUAGES, SOURCE

HOUSE = Path(__file__).parent.parent
SOURCES = {"reports": ("kitart/reports", "templates/reports")}
KEYWORDS = {"N_": None, "_": None, "say": None, "gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w*\}")
METHODS = {".py": "python", ".html": "jinja2", ".j2": "jinja2"}


def texts_of(domain: str) -> dict[str, list[str]]:
    """Every text of a domain's code and templates, with the files that say it."""
    found: dict[str, list[str]] = {}
    for folder in SOURCES[domain]:
        for path in sorted((HOUSE / folder).rglob("*")):
            for text in _texts_in(path):
                places = found.setdefault(text, [])
                if (place := path.relative_to(HOUSE).as_posix()) not in places:
                    places.append(place)
    return found


def _texts_in(path: Path) -> Iterator[str]:
    method = METHODS.get(path.suffix)
    if method is None:
        return
    options = {"silent": "false"} if method == "jinja2" else {}
    for _, message, _, _ in extract_from_file(method, path, keywords=KEYWORDS, options=options):
        yield from filter(None, message if isinstance(message, tuple) else (message,))


def catalogue(language: str, domain: str) -> Catalog:
    """The catalogue as it is kept."""
    with _place(language, domain).open("rb") as file:
        return read_po(file, locale=language, domain=domain, abort_invalid=True)


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


def update(language: str, domain: str) -> None:
    """Write the catalogue with the texts that the sources have now."""
    place = _place(language, domain)
    header, _, _ = place.read_text("utf-8").partition("\n\n")
    kept, new = catalogue(language, domain), Catalog(locale=language, domain=domain)
    for text, places in texts_of(domain).items():
        known = kept.get(text)
        new.add(text, known.string if known else "", locations=[(each, 0) for each in places])
    written = BytesIO()
    write_po(written, new, width=100, omit_header=True, include_lineno=False)
    place.write_text(f"{header.rstrip()}\n\n{written.getvalue().decode()}", "utf-8")


def _place(language: str, domain: str) -> Path:
    return CATALOGUES / language / f"{domain}.po"


if __name__ == "__main__":
    for each in LANGUAGES:
        if each != SOURCE:
            for name in SOURCES:
                update(each, name)
