"""Which queues wait to be proved: anew when the own agents are back, not while on voicemail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from kitart.journal import cover_now, cover_proof, routing_state, timeline
from kitart.journal.database import Journal
from kitart.rules.voicemail_lines import Stage
from tests.unit.journal.conftest import NOW
from tests.unit.journal.test_routing_state import ordered

RO = "CHARLIE/ro"


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.fixture
def incident(open_one: Callable[..., Any]) -> str:
    return str(open_one().incident.number)


@pytest.fixture
def tell(journal: Journal, incident: str) -> Callable[..., None]:
    def told(minutes: float, type: str, **data: Any) -> None:
        with journal.write() as session:
            timeline.append(
                session, incident, type, type, now=at(minutes), data={"queue": RO} | data
            )

    return told


def seats(filled: int, own: int) -> dict[str, int]:
    return {"needed": 2, "filled": filled, "own": own}


@pytest.mark.covers("R23", "R24", "E31")
def test_cover_that_was_proved_proves_nothing_of_the_own_agents(
    journal: Journal, incident: str, tell: Callable[..., None]
) -> None:
    def waits() -> dict[str, datetime]:
        with journal.read() as session:
            return cover_proof.to_prove(session, incident)

    tell(0, cover_now.SEATS, **seats(filled=1, own=1))
    assert waits() == {}
    tell(10, cover_now.SEATS, **seats(filled=2, own=1))
    assert waits() == {RO: at(10)}
    tell(11, cover_proof.PROVED)
    assert waits() == {}
    tell(30, cover_now.SEATS, **seats(filled=2, own=2))
    tell(31, cover_now.SEATS, **seats(filled=2, own=3))
    assert waits() == {RO: at(30)}
    tell(32, cover_proof.PROVED)
    assert waits() == {}
    tell(40, cover_now.SEATS, **seats(filled=2, own=1))
    assert waits() == {RO: at(40)}


@pytest.mark.covers("E45")
def test_nobody_is_asked_who_answers_a_line_that_is_on_voicemail(
    journal: Journal, incident: str, tell: Callable[..., None]
) -> None:
    line = replace(ordered(), stage=Stage.VERIFIED)
    with journal.write() as session:
        routing_state.note(
            session, incident, routing_state.VERIFIED, "heard", line, was=None, now=NOW
        )
    tell(5, cover_now.SEATS, **seats(filled=2, own=2))
    with journal.read() as session:
        assert cover_proof.to_prove(session, incident) == {}
    with journal.write() as session:
        routing_state.note(
            session, incident, routing_state.ENDED, "ended", replace(line, stage=Stage.ENDED),
            was=line, now=at(20),
        )  # fmt: skip
    with journal.read() as session:
        assert cover_proof.to_prove(session, incident) == {RO: at(5)}
