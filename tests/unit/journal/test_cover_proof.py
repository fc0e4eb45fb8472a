"""Which queues wait to be proved: anew when the own agents are back, not while on voicemail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from kitart.journal import (
    cover_now,
    cover_proof,
    incidents,
    looks,
    observations,
    outage_reports,
    routing_state,
    timeline,
)
from kitart.journal.database import Journal
from kitart.journal.outage_reports import AGENT, Said
from kitart.plan.loading import load_plan
from kitart.plan.workplace import WORKPLACE, with_workplace
from kitart.rules.voicemail_lines import Stage
from kitart.settings import HOUSE
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


@pytest.mark.covers("E36")
def test_where_nobody_was_ever_missed_it_is_over_once_all_are_back(
    journal: Journal, open_one: Callable[..., Any]
) -> None:
    plan = with_workplace(load_plan(HOUSE / "config"), ("CHARLIE",))
    number = open_one(WORKPLACE).incident.number
    with journal.write() as session:
        incidents.get(session, number).priority = "P3"
        observations.add(session, WORKPLACE, "up", looks.PERSON, "filled", now=NOW, incident=number)
        for place, agent in enumerate(("AG-013", "AG-014")):
            said = Said(
                agent=agent, project="CHARLIE", language="hu", area="HU-05", reported_by=agent,
                role=AGENT, safe="yes", what="power", can_move="no", occurred_at=NOW, until=None,
            )  # fmt: skip
            row = outage_reports.report(session, f"form-{place}", said, now=NOW, exercise=False)
            assert row is not None
            row.incident = number

    def normal() -> datetime | None:
        with journal.read() as session:
            return cover_proof.normal_since(session, plan, number, at(40))

    def back(agent: str, minutes: float) -> None:
        with journal.write() as session:
            outage_reports.withdraw(session, agent, by=agent, now=at(minutes), exercise=False)

    assert normal() is None, "they may still be missed, at the next shift say"
    back("AG-013", 10)
    assert normal() is None
    back("AG-014", 20)
    assert normal() == at(20)
