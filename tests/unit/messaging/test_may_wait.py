"""Which messages may wait: every purpose is classified, and nothing urgent is among them (D16)."""

from __future__ import annotations

import pytest

from kitart.language import LANGUAGES
from kitart.messaging.may_wait import INFORMS, NATURES, TOGETHER, may_wait
from kitart.messaging.texts import PURPOSES, headline_of, wording
from tests.unit.messaging.test_texts import SAID


def test_every_purpose_is_classified() -> None:
    assert set(NATURES) == set(PURPOSES)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_what_is_to_be_answered_by_a_moment_or_spoken_never_waits(purpose: str) -> None:
    if "answer_by" in PURPOSES[purpose].needs or "voice" in PURPOSES[purpose].channels:
        assert not may_wait(purpose, {})


@pytest.mark.parametrize("purpose", [p for p in PURPOSES if p.startswith(("client", "supplier"))])
def test_clients_and_suppliers_have_times_of_their_own(purpose: str) -> None:
    assert not may_wait(purpose, {})


@pytest.mark.parametrize("purpose", sorted(INFORMS))
def test_news_with_a_link_of_its_own_asks_for_something(purpose: str) -> None:
    assert may_wait(purpose, {"link": ""})
    assert not may_wait(purpose, {"link": "https://continuity.example.com/a/x"})


@pytest.mark.parametrize("purpose", sorted(INFORMS))
def test_what_may_wait_can_be_told_with_others_on_each_of_its_channels(purpose: str) -> None:
    for channel in PURPOSES[purpose].channels:
        assert wording(TOGETHER, channel) == channel
    assert PURPOSES[purpose].channels == ("sms", "mail")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", sorted(INFORMS - {TOGETHER}))
def test_its_line_begins_with_the_incident_and_fits_a_short_text(
    purpose: str, language: str
) -> None:
    line = headline_of(purpose, "sms", language, **{**SAID[language], "exercise": True})
    assert line.startswith("INC-0142")
    assert "\n" not in line
    assert len(line) <= 100, line
    assert "2026" not in line, "a short text has no dates"
