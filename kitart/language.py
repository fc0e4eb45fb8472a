"""The languages that people are written to in, and the words of each (D26).

English is the language of the source: the text in the code is the key. Every other language is
a catalogue in the gettext form, ``kitart/locale/<language>/<domain>.po``, read as it stands.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po

SOURCE = "en"
LANGUAGES = ("en", "hu")
CATALOGUES = Path(__file__).parent / "locale"


class Words:
    """One language's words of one domain ("reports", "pages")."""

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
