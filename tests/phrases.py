"""``python -m tests.phrases``: bring ``kitart/locale`` up to date with the texts in the source.

New texts are added untranslated, those that no source has any more are dropped; translations
stay. The tests say which are missing (``tests/unit/test_phrases.py``).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from kitart.language import CATALOGUES, LANGUAGES, SOURCE

HOUSE = Path(__file__).parent.parent
HEAD = """# {name}: {domain}.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: {language}\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
JINJA = {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}


@dataclass(frozen=True)
class Domain:
    """Where a catalogue's texts stand: file patterns, how they are read, which calls mark them."""

    name: str
    patterns: tuple[str, ...]
    method: str
    keywords: dict[str, Any]
    options: dict[str, str]


DOMAINS = (
    Domain(
        "messages",
        ("kitart/**/*.py", "flows/**/*.py", "tasks/**/*.py"),
        "python",
        {"phrase": None},
        {},
    ),
    Domain(
        "pages",
        ("templates/pages/*.html",),
        "jinja2.ext:babel_extract",
        {"_": None, "gettext": None, "ngettext": (1, 2)},
        JINJA,
    ),
)


def texts(domain: Domain) -> Iterator[tuple[str, str]]:
    """Each text in the source, with the file it stands in, in the order of files and lines."""
    for pattern in domain.patterns:
        for path in sorted(HOUSE.glob(pattern)):
            found = extract_from_file(
                domain.method, path, keywords=domain.keywords, options=domain.options
            )
            for _line, message, _comments, _context in found:
                assert isinstance(message, str), f"{path}: a plural, which no catalogue has yet"
                yield message, path.relative_to(HOUSE).as_posix()


def kept(language: str, domain: str) -> Catalog:
    """The catalogue as it stands."""
    with (CATALOGUES / language / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=language, domain=domain, abort_invalid=True)


def renewed(language: str, domain: Domain) -> Catalog:
    """The catalogue with every text of the source and no other."""
    old = kept(language, domain.name)
    new = Catalog(locale=language, domain=domain.name)
    for text, file in texts(domain):
        known = old.get(text)
        new.add(text, known.string if known else "", locations=[(file, 0)])
    return new


def written(language: str, domain: Domain) -> bytes:
    """The renewed catalogue as a file: no dates and no line numbers, so that a diff shows words."""
    head = HEAD.format(
        name=Locale.parse(language).get_display_name(SOURCE), domain=domain.name, language=language
    )
    body = io.BytesIO()
    write_po(body, renewed(language, domain), width=98, include_lineno=False, omit_header=True)
    return head.encode() + body.getvalue()


def main() -> None:
    """Renew every catalogue of every language."""
    for language in LANGUAGES:
        if language != SOURCE:
            for domain in DOMAINS:
                file = CATALOGUES / language / f"{domain.name}.po"
                file.write_bytes(written(language, domain))


if __name__ == "__main__":
    main()
