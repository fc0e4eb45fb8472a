"""The form of a call logged by hand: what is needed, and what must never stand in it (R46)."""

from __future__ import annotations

import pytest

from kitart.reports.call_csv import plain
from kitart.rules.call_form import FIELDS, fault, filled, holds_card_number

pytestmark = pytest.mark.covers("R46")

WHOLE = {
    "reason": "fault", "urgency": "normal", "description": "No cold air", "identified": "none",
    "result": "message", "clean": "yes",
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111",
        "card: 4111 1111 1111 1111.",
        "3782-822463-10005",
        "ref 6011111111111117x",
    ],
)
def test_a_card_number_is_seen_however_it_is_written(text: str) -> None:
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    ["", "4111 1111 1111 1112", "call +36 1 234 5678", "2026-11-24 09:00", "1234567890", "a" * 999],
)
def test_other_numbers_are_none(text: str) -> None:
    assert not holds_card_number(text)


def test_a_whole_form_is_taken_and_a_number_to_call_back_is_no_card() -> None:
    number = {"callback_number": "4111 1111 1111 1111", "customer_number": "4111111111111111"}
    assert fault(filled(WHOLE | number)) is None


@pytest.mark.parametrize("name", [field.name for field in FIELDS if field.needed])
def test_what_is_needed_is_asked_for(name: str) -> None:
    assert str(fault(filled(WHOLE | {name: ""}))).startswith("Still empty")


def test_unknown_fields_and_choices_are_dropped() -> None:
    kept = filled(WHOLE | {"reason": "=1+1", "password": "x"})
    assert kept["reason"] == ""
    assert set(kept) == {field.name for field in FIELDS}


@pytest.mark.parametrize("evil", ["=1", "+1", "-1", "@x", " =1", "\t=1", "%0a", "|calc"])
def test_no_cell_of_an_export_is_a_formula(evil: str) -> None:
    assert plain(evil) == f"'{evil}"
    assert plain("a=1") == "a=1"
