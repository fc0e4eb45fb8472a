"""The catalogues hold every text of the source, translated, and no other (D26)."""

from __future__ import annotations

import re

import pytest
from babel.messages import Message

from kitart.settings import HOUSE
from tests import catalogues

CASES = [(language, domain) for language in catalogues.OTHERS for domain in catalogues.DOMAINS]
each_catalogue = pytest.mark.parametrize(("language", "domain"), CASES)


def messages(language: str, domain: str) -> list[Message]:
    return [each for each in catalogues.catalogue(language, domain) if each.id]


@pytest.mark.covers("D26")
@each_catalogue
def test_every_text_is_there_and_none_is_stale(language: str, domain: str) -> None:
    said = set(catalogues.texts_of(domain))
    kept = {str(each.id) for each in messages(language, domain)}
    assert len(said) > 40
    assert said - kept == set(), "make catalogues adds them"
    assert kept - said == set(), "make catalogues takes them out"


@pytest.mark.covers("D26")
@each_catalogue
def test_every_text_is_translated(language: str, domain: str) -> None:
    assert [m.id for m in messages(language, domain) if not m.string or m.fuzzy] == []


@each_catalogue
def test_a_translation_has_the_placeholders_of_its_text(language: str, domain: str) -> None:
    found = catalogues.placeholders
    wrong = [m.id for m in messages(language, domain) if found(m.id) != found(m.string)]
    assert wrong == []


@each_catalogue
def test_the_file_is_as_make_catalogues_writes_it(language: str, domain: str) -> None:
    kept = catalogues.place_of(language, domain).read_text("utf-8")
    assert kept == catalogues.written(language, domain)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{a} of {b} of {a}", ["{a}", "{a}", "{b}"]),
        ("%(when)s <b>x</b>", ["%(when)s", "</b>", "<b>"]),
        ("{a:>3}", ["{a:>3}"]),
        ("none", []),
    ],
)
def test_placeholders_are_seen(text: str, found: list[str]) -> None:
    assert catalogues.placeholders(text) == found


@pytest.mark.covers("D26")
@each_catalogue
def test_what_is_left_in_english_is_found(language: str, domain: str) -> None:
    """A text of each domain, in the middle of translated ones and wrapped over two lines."""
    pairs = [(str(m.id), str(m.string)) for m in messages(language, domain)]
    english = next(
        text for text, _ in pairs if len(text.split()) > 3 and not catalogues.placeholders(text)
    )
    around = " ".join(translated for _, translated in pairs)
    assert catalogues.left_in_english(around, language, domain) == []
    wrapped = f"{around}\n{english.replace(' ', chr(10), 1)} {around}"
    assert english in catalogues.left_in_english(wrapped, language, domain)


def test_no_hungarian_text_has_a_mechanical_article_or_a_word_beside_the_glossary() -> None:
    """ "Marad a(z) 4. szint" looks mechanical: a value stands after its label. And the crisis team
    is the válságkezelő csoport everywhere."""
    texts = [*(HOUSE / "kitart/locale/hu").glob("*.po"), *(HOUSE / "templates").glob("*/hu/*.j2")]
    assert len(texts) > 100
    wrong = re.compile(r"\ba\(z\)|krízis", re.IGNORECASE)
    assert not [
        f"{path.name}: {line}"
        for path in texts
        for line in path.read_text("utf-8").splitlines()
        if wrong.search(line)
    ]
