"""The languages that people are written to in, and the words of each (D26).

English is the language of the source: the text in the code is the key. Every other language is
a catalogue in the gettext form, ``kitart/locale/<language>/<domain>.po``, read as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po

SOURCE = "en"
LANGUAGES = ("en", "hu")
CATALOGUES = Path(__file__).parent / "locale"


class Words:
    """One language's words of one domain ("reports", "messages", "pages")."""

    def __init__(self, language: str, found: dict[str, str]) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self._found = found

    def gettext(self, text: str) -> str:
        """The text in this language; one that is not translated stays English."""
        return self._found.get(text, text)

    def ngettext(self, one: str, many: str, n: int) -> str:
        """The form for a number. In Hungarian the noun after a number stays as it is."""
        return self.gettext(one if n == 1 else many)


@lru_cache
def words(language: str, domain: str) -> Words:
    """The words of a language; ``LookupError`` names the languages there are."""
    if language not in LANGUAGES:
        raise LookupError(f"there is no language {language!r}; there are: {', '.join(LANGUAGES)}")
    if language == SOURCE:
        return Words(language, {})
    with (CATALOGUES / language / f"{domain}.po").open("rb") as file:
        catalogue = read_po(file, locale=language, domain=domain, abort_invalid=True)
    return Words(
        language,
        {
            message.id: message.string
            for message in catalogue
            if isinstance(message.id, str)
            and message.id
            and isinstance(message.string, str)
            and message.string
            and not message.fuzzy
        },
    )


def spoken(language: str) -> str:
    """The language if Kitart has texts in it, else English."""
    return language if language in LANGUAGES else SOURCE


def accepted(header: str) -> str | None:
    """The best of our languages for an HTTP ``Accept-Language``; ``None`` if it asks for none."""
    wanted: list[tuple[float, str]] = []
    for part in header.split(","):
        name, _, weight = part.partition(";")
        language = name.strip().lower().partition("-")[0]
        try:
            q = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if language in LANGUAGES and q > 0:
            wanted.append((-q, language))
    # Sorted by weight alone: of equals the first that the browser names.
    return min(wanted, key=lambda each: each[0])[1] if wanted else None


class Phrase(str):
    """A text for people: itself in English, with its translations beside it.

    It is recorded and compared as its English; who shows it asks ``in_language``.
    """

    translations: Mapping[str, str]

    def __new__(cls, english: str, translations: Mapping[str, str] | None = None) -> Phrase:
        made = super().__new__(cls, english)
        made.translations = dict(translations or {})
        return made


def phrase(text: str, /, **values: object) -> Phrase:
    """A text with ``{named}`` values, in all languages of the catalogue "messages".

    The text must stand in the call as it is: the catalogues are made from the source. A value
    that is a phrase itself is put in in the same language.
    """
    return in_all_languages(
        lambda language: (
            words(language, "messages")
            .gettext(text)
            .format(
                **{
                    name: in_language(value, language) if isinstance(value, str) else value
                    for name, value in values.items()
                }
            )
        )
    )


def said_before(english: str) -> Phrase:
    """A fixed text that was kept in English, with its translations where there are any."""
    return in_all_languages(lambda language: words(language, "messages").gettext(english))


def listed(parts: Iterable[str], between: str = ", ") -> Phrase:
    """The parts one after another, each in the same language."""
    all_parts = list(parts)
    return in_all_languages(
        lambda language: between.join(in_language(p, language) for p in all_parts)
    )


def in_language(text: str, language: str) -> str:
    """The text in the language as far as it is translated, else as it is."""
    if isinstance(text, Phrase):
        return text.translations.get(language, str(text))
    return str(text)


def in_all_languages(made: Callable[[str], str]) -> Phrase:
    """What a function makes of each language's code."""
    others = {language: made(language) for language in LANGUAGES if language != SOURCE}
    return Phrase(made(SOURCE), others)
