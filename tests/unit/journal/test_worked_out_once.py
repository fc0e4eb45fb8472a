"""What many ask in one reading is worked out once; what a transaction holds it asks for once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import incidents, messages, timeline
from kitart.journal.database import Journal
from kitart.journal.messages import Outgoing
from kitart.journal.once import Turn, take_turn
from kitart.journal.reading import once_in_a_reading
from kitart.journal.tables import Message
from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.settings import HOUSE
from tests.unit.journal.conftest import NOW


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(HOUSE / "config")


@contextmanager
def statements(journal: Journal) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    sa.event.listen(journal.engine, "before_cursor_execute", note)
    yield asked
    sa.event.remove(journal.engine, "before_cursor_execute", note)


def test_in_a_reading_it_is_worked_out_once_for_each_moment_and_anew_where_something_is_written(
    journal: Journal, plan: Plan
) -> None:
    asked: list[tuple[str, datetime]] = []

    @once_in_a_reading
    def work(_session: Session, _plan: Plan, incident: str, now: datetime) -> int:
        asked.append((incident, now))
        return len(asked)

    later = NOW + timedelta(minutes=1)
    with journal.read() as session:
        assert [work(session, plan, "INC-0001", NOW) for _ in range(3)] == [1, 1, 1]
        assert work(session, plan, "INC-0002", NOW) == 2
        assert work(session, plan, "INC-0001", later) == 3
    with journal.read() as session:
        assert work(session, plan, "INC-0001", NOW) == 4, "another reading sees what is new"
    with journal.write() as session:
        assert [work(session, plan, "INC-0001", NOW) for _ in range(2)] == [5, 6]
    assert len(asked) == 6


@pytest.mark.covers("D1")
def test_many_entries_of_one_transaction_are_written_together_and_are_a_whole_chain(
    journal: Journal, open_one: Callable[..., object]
) -> None:
    open_one()
    with statements(journal) as asked, journal.write() as session:
        for number in range(20):
            timeline.append(session, "INC-0001", "note", "x", now=NOW, key=f"note:{number % 10}")
    on_postgresql = journal.engine.dialect.name == "postgresql"
    assert sum(each.startswith("INSERT INTO timeline") for each in asked) == (
        1 if on_postgresql else 10
    )
    assert sum(each.startswith("UPDATE incidents") for each in asked) == 1
    with journal.read() as session:
        notes = timeline.entries(session, "INC-0001", "note")
        assert [entry.key for entry in notes] == [f"note:{number}" for number in range(10)]
        assert timeline.first_broken(session, incidents.get(session, "INC-0001")) is None


def test_an_incident_that_is_held_is_asked_for_once_in_a_transaction_and_anew_in_the_next(
    journal: Journal, open_one: Callable[..., object]
) -> None:
    open_one()
    for _ in range(2):
        with statements(journal) as asked, journal.write() as session:
            assert incidents.held(session, "INC-0001") is incidents.held(session, "INC-0001")
            timeline.append(session, "INC-0001", "note", "x", now=NOW)
        assert sum("FROM incidents" in each for each in asked) == 1
    with pytest.raises(LookupError, match="INC-0009"), journal.write() as session:
        incidents.held(session, "INC-0009")


def test_a_turn_is_taken_once_in_a_transaction_and_anew_in_the_next(journal: Journal) -> None:
    on_postgresql = journal.engine.dialect.name == "postgresql"
    for _ in range(2):
        with statements(journal) as asked, journal.write() as session:
            for whose in ("AG-047", "AG-047", "AG-048"):
                take_turn(session, Turn.AGENTS, whose)
        assert sum("pg_advisory_xact_lock" in each for each in asked) == 2 * on_postgresql


@pytest.mark.covers("D1", "D15")
def test_what_became_of_many_messages_is_asked_for_by_two_questions(
    journal: Journal, open_one: Callable[..., object]
) -> None:
    open_one()
    with journal.write() as session:
        claims = [claimed(session, number) for number in range(10)]
        timeline.append(session, "INC-0001", "message accepted", "x", now=NOW, key="sent:3")
    with statements(journal) as asked, journal.write() as session:
        for number, claim in enumerate(claims):
            messages.will_complete(session, claim)
            timeline.will_append(session, "INC-0001", f"sent:{number}")
        for claim in claims:
            messages.complete(session, claim, "accepted", now=NOW, provider_id="SM1")
        for number in (*range(10), 4):
            timeline.append(
                session, "INC-0001", "message accepted", "x", now=NOW, key=f"sent:{number}"
            )
    for asked_of in ("FROM messages", "FROM timeline"):
        assert sum(each.startswith("SELECT") and asked_of in each for each in asked) == 1
    with journal.read() as session:
        sent = timeline.entries(session, "INC-0001", "message accepted")
        assert sorted(str(entry.key) for entry in sent) == [f"sent:{n}" for n in range(10)]
        assert timeline.first_broken(session, incidents.get(session, "INC-0001")) is None
        states = session.scalars(sa.select(Message.state)).all()
        assert states == ["accepted"] * 10


def claimed(session: Session, number: int) -> messages.Claim:
    message = Outgoing(
        key=f"m:{number}", incident="INC-0001", purpose="roll-call", recipient="AG-001",
        role="agent", channel="sms", address="+36200000001", subject="", text="Safe?", html=None,
    )  # fmt: skip
    found = messages.claim(session, message, now=NOW, real_now=NOW)
    assert found is not None
    return found
