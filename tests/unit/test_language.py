"""Phrases: English in the record, the reader's language on the screen (D26)."""

from __future__ import annotations

import json
import pickle

import pytest

from kitart.language import (
    LANGUAGES,
    Phrase,
    accepted,
    in_language,
    listed,
    phrase,
    said_before,
    spoken,
    words,
)
from kitart.plan.roles import ROLE_NAMES, role_name

pytestmark = pytest.mark.covers("D26")


def test_a_phrase_is_its_english_and_knows_its_translation() -> None:
    said = phrase("Close {incident}?", incident="INC-0001")
    assert said == "Close INC-0001?"
    assert in_language(said, "en") == "Close INC-0001?"
    assert in_language(said, "hu") == "Lezárja az incidenst? INC-0001"
    assert in_language(said, "de") == "Close INC-0001?"
    assert type(in_language(said, "en")) is str


def test_a_phrase_within_a_phrase_is_put_in_in_the_same_language() -> None:
    said = phrase("the approval of the {report}", report=phrase("status update"))
    assert said == "the approval of the status update"
    assert in_language(said, "hu") == "helyzetjelentés jóváhagyása"


def test_braces_in_a_value_are_a_value() -> None:
    said = phrase("{system} offline", system="{0} {x}")
    assert said == "{0} {x} offline"


def test_a_phrase_survives_being_kept_and_handed_on() -> None:
    said = phrase("False alarm")
    assert json.dumps([said]) == '["False alarm"]'
    again = pickle.loads(pickle.dumps(said))
    assert in_language(again, "hu") == "Téves riasztás"


def test_what_is_in_no_catalogue_stays_as_it_is() -> None:
    assert in_language(said_before("Somebody typed {this}"), "hu") == "Somebody typed {this}"
    assert in_language(said_before("nothing is sent"), "hu") == "nem küldünk semmit"
    assert in_language("plain", "hu") == "plain"


def test_a_list_is_in_one_language() -> None:
    assert in_language(listed([phrase("Yes"), "ALPHA"]), "hu") == "Igen, ALPHA"


def test_every_role_has_a_name_in_every_language() -> None:
    for kind in ROLE_NAMES:
        assert role_name(kind) != in_language(role_name(kind), "hu") or kind == "account_manager"
    assert role_name("night_porter") == "night porter"
    assert isinstance(role_name("night_porter"), Phrase)


@pytest.mark.parametrize(("wanted", "got"), [("hu", "hu"), ("en", "en"), ("de", "en"), ("", "en")])
def test_who_speaks_another_language_is_written_to_in_english(wanted: str, got: str) -> None:
    assert spoken(wanted) == got


def test_a_language_that_is_not_there_is_named() -> None:
    with pytest.raises(LookupError, match=f"'de'.*{', '.join(LANGUAGES)}"):
        words("de", "messages")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("hu-HU,hu;q=0.9,en;q=0.8", "hu"),
        ("en-GB,en;q=0.9", "en"),
        ("de-DE, de;q=0.9, en;q=0.3, hu;q=0.4", "hu"),
        ("hu;q=0, en;q=0.1", "en"),
        ("HU", "hu"),
        ("de, fr;q=0.5", None),
        ("*", None),
        ("", None),
        ("hu;q=nonsense", None),
        (";;,,;q=", None),
    ],
)
def test_the_browsers_wish_is_understood(header: str, language: str | None) -> None:
    assert accepted(header) == language
