"""Holding an agent: one seat each, one winner, holds that lapse, answers that come late."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kitart.journal import cover
from kitart.journal.database import Journal
from tests.unit.journal.conftest import NOW

HOLD = timedelta(minutes=10)
DUE = NOW + timedelta(minutes=30)
A_THOUSAND = 1000
RACE = """
import sys
from datetime import UTC, datetime, timedelta
from kitart.journal import cover
from kitart.journal.database import Journal
journal = Journal(sys.argv[1])
incident, times = sys.argv[2], int(sys.argv[3])
now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
print("ready", flush=True)
sys.stdin.readline()
won = []
for n in range(times):
    with journal.write() as session:
        row = cover.reserve(
            session, incident, f"AG-{n}", "BRAVO/es", "native", now=now,
            hold=timedelta(minutes=10), due_at=now,
        )
        if row is not None:
            won.append(n)
print(*won, flush=True)
"""

Open = Callable[..., Any]


def reserve(journal: Journal, incident: str, agent: str = "AG-060", **more: Any) -> Any:
    with journal.write() as session:
        row = cover.reserve(
            session, incident, agent, "BRAVO/it", "native",
            now=more.get("now", NOW), hold=HOLD, due_at=DUE,
        )  # fmt: skip
        return row.id if row else None


def answer(journal: Journal, number: int, said: str, **more: Any) -> str:
    with journal.write() as session:
        return cover.answer(session, number, said, via="link", now=more.pop("now", NOW), **more)


def state(journal: Journal, number: int) -> str:
    with journal.read() as session:
        row = cover.get(session, number)
        assert row is not None
        return row.state


@pytest.fixture
def two(journal: Journal, open_one: Open) -> tuple[str, str]:
    """Two open incidents."""
    return open_one("VCC").incident.number, open_one("SHAREPOINT").incident.number


@pytest.mark.covers("E3", "D8")
def test_the_first_hold_wins_for_ten_minutes_and_then_lapses(
    journal: Journal, two: tuple[str, str]
) -> None:
    first = reserve(journal, two[0])
    assert first is not None
    assert reserve(journal, two[1]) is None
    assert reserve(journal, two[1], now=NOW + HOLD - timedelta(seconds=1)) is None
    second = reserve(journal, two[1], now=NOW + HOLD)
    assert second is not None
    assert state(journal, first) == cover.LAPSED
    # A yes that comes now is too late: the agent sits elsewhere.
    assert answer(journal, first, cover.YES) == "too late"
    assert answer(journal, second, cover.YES) == cover.ACCEPTED


@pytest.mark.covers("D8")
def test_who_has_said_yes_is_held_without_a_limit(journal: Journal, two: tuple[str, str]) -> None:
    first = reserve(journal, two[0])
    assert answer(journal, first, cover.YES) == cover.ACCEPTED
    assert reserve(journal, two[1], now=NOW + timedelta(days=1)) is None
    with journal.write() as session:
        cover.end(cover.held(session, first), cover.STOOD_DOWN, now=NOW)
    assert reserve(journal, two[1]) is not None


@pytest.mark.covers("E7", "D12")
def test_each_answer_is_its_own_outcome_and_is_given_once(
    journal: Journal, two: tuple[str, str]
) -> None:
    asked = reserve(journal, two[0])
    assert answer(journal, asked, cover.NO) == cover.DECLINED
    assert answer(journal, asked, cover.YES) == "already"
    later = reserve(journal, two[0], "AG-045")
    at = NOW + timedelta(minutes=45)
    assert answer(journal, later, cover.LATER, starts_at=at) == cover.LATER
    # Kept in reserve, held by nobody: another incident may have the agent meanwhile (E8).
    assert reserve(journal, two[1], "AG-045") is not None
    with journal.write() as session:
        assert not cover.hold_again(session, cover.held(session, later))


@pytest.mark.covers("E2")
def test_an_incident_sees_whom_the_others_hold(journal: Journal, two: tuple[str, str]) -> None:
    reserve(journal, two[0])
    with journal.read() as session:
        from kitart.journal import incidents

        mine = cover.held_by_others(session, incidents.get(session, two[0]))
        other = cover.held_by_others(session, incidents.get(session, two[1]))
        assert (len(mine), [c.agent for c in other]) == (0, ["AG-060"])
        assert cover.called_since(session, NOW) == {"AG-060": 1}


@pytest.mark.covers("E3", "D8")
@pytest.mark.timeout(180)
def test_of_two_processes_that_reserve_the_same_agent_one_wins_a_thousand_times_over(
    journal: Journal, two: tuple[str, str]
) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, journal.url, incident, str(A_THOUSAND)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for incident in two
    ]  # fmt: skip
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline().strip() == "ready"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    won = [[int(n) for n in racer.communicate(timeout=150)[0].split()] for racer in racers]
    assert sorted(won[0] + won[1]) == list(range(A_THOUSAND)), "each was won once, by one of them"
