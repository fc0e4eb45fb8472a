"""What an agent's SMS says: numbers, words in English and Hungarian, danger first (R17, E17)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.rules.agent_words import Words, read, starts_in


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("1", Words(number=1)),
        (" 2. ", Words(number=2)),
        ("C12 1", Words("C12", 1)),
        ("c12-3 45", Words("C12", 3, "45")),
        ("3 04:30", Words(number=3, rest="04:30")),
        ("R7: 2", Words("R7", 2)),
        ("4", Words()),
    ],
)
def test_numbers_with_and_without_a_code(body: str, words: Words) -> None:
    assert read(body) == words or (body == "4" and read(body).number == 0)


@pytest.mark.covers("R17", "D26")
@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("OUT", ""),
        ("Ki", ""),
        ("No power here", "power"),
        ("Áramszünet van", "power"),
        ("nincs aram", "power"),
        ("Strom weg", "power"),
        ("my internet is down", "internet"),
        ("Nincs net", "internet"),
        ("laptop died", "device"),
        ("Beteg vagyok", "health"),
        ("2 hours without power", "power"),
    ],
)
def test_causes_are_guessed_from_words(body: str, what: str) -> None:
    words = read(body)
    assert words.what == what
    assert words.out or what
    assert not words.danger
    assert not words.back
    assert words.number == 0


@pytest.mark.covers("E17", "D13")
@pytest.mark.parametrize(
    "body", ["Fire!", "HELP", "segítség", "Tűz van", "I am hurt, no power", "füst a házban", "sos"]
)
def test_danger_is_heard(body: str) -> None:
    assert read(body).danger


@pytest.mark.parametrize("body", ["no danger", "nincs veszély", "not in danger", "no help needed"])
def test_no_danger_is_none(body: str) -> None:
    assert not read(body).danger


@pytest.mark.parametrize("body", ["OK", "ok.", "Rendben", "Power is back", "újra dolgozom", "Oké"])
def test_working_again(body: str) -> None:
    assert read(body).back


@pytest.mark.parametrize("body", ["not back yet", "out again", "still no power again", "nem ok"])
def test_not_working_again(body: str) -> None:
    assert not read(body).back


@pytest.mark.parametrize(
    ("body", "number"), [("yes", 1), ("Igen!", 1), ("NO", 2), ("nem", 2), ("later", 3), ("hm", 0)]
)
def test_words_that_answer(body: str, number: int) -> None:
    assert read(body).answer == number


def test_no_power_is_no_no() -> None:
    assert read("No power").answer == 0


@pytest.mark.parametrize("body", ["Thanks", "Thank you very much", "Köszönöm szépen", "hi"])
def test_courtesy_is_no_report(body: str) -> None:
    assert read(body).courtesy


@pytest.mark.covers("E8")
@pytest.mark.parametrize(
    ("rest", "starts"),
    [
        ("45", 45), ("60 min", 60), ("90 perc", 90), ("04:30", (4, 30)), ("16.05", (16, 5)),
        ("25:00", None), ("soon", None), ("0", None), ("", None), ("4000", None),
    ],
)  # fmt: skip
def test_when_later_is(rest: str, starts: object) -> None:
    assert starts_in(rest) == starts


@given(st.text(max_size=200))
def test_anything_can_be_read_twice_alike(body: str) -> None:
    assert read(body) == read(body)
    assert read(body).number in (0, 1, 2, 3)
