"""Lines off their normal way, and since when it is one for the crisis team, out of the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kitart.journal import crisis, levels, routing_state, timeline
from kitart.journal.database import Journal
from kitart.rules.voicemail_lines import Line, Stage, Way
from tests.unit.journal.conftest import NOW


@pytest.fixture
def incident(open_one: Callable[..., Any]) -> str:
    return str(open_one().incident.number)


def ordered() -> Line:
    return Line(
        line="line-33", project="CHARLIE", queue="CHARLIE/ro", mode="voicemail",
        waiting="switch-new", order=7, ordered_by="account_manager", way=Way.IVR,
        stage=Stage.ORDERED, tries=1, version=0, not_before=NOW,
    )  # fmt: skip


@pytest.mark.covers("E45", "D1")
def test_a_line_is_as_its_last_entry_says_and_what_was_overtaken_changes_nothing(
    journal: Journal, incident: str
) -> None:
    line = ordered()
    switched = replace(line, stage=Stage.EXECUTED, executed_at=NOW, version=1)
    with journal.write() as session:
        assert routing_state.note(
            session, incident, routing_state.ORDERED, "ordered", line, was=None, now=NOW
        )
        assert routing_state.note(
            session, incident, routing_state.EXECUTED, "switched", switched, was=line, now=NOW
        )
        # Somebody who still takes it for ordered comes too late.
        assert not routing_state.note(
            session, incident, routing_state.FAILED, "failed", replace(line, tries=2), was=line,
            now=NOW,
        )  # fmt: skip
    with journal.read() as session:
        assert routing_state.lines_of(session, incident) == (switched,)
        assert routing_state.on_emergency(session, incident) == (switched,)
    with journal.write() as session:
        ended = replace(switched, stage=Stage.ENDED)
        assert routing_state.note(
            session, incident, routing_state.ENDED, "ended", ended, was=switched, now=NOW
        )
    with journal.read() as session:
        assert routing_state.lines_of(session, incident) == (ended,)
        assert routing_state.on_emergency(session, incident) == ()


@pytest.mark.covers("R31", "R37")
def test_it_is_one_for_the_crisis_team_since_the_level_came_without_a_break(
    journal: Journal, incident: str
) -> None:
    def said(minute: int, project: str, level: int) -> None:
        at = NOW + timedelta(minutes=minute)
        with journal.write() as session:
            timeline.append(
                session, incident, levels.SET, "level", now=at,
                data={"project": project, "level": level, "view": levels.MANAGER},
            )  # fmt: skip

    def since(least: int = crisis.FROM_LEVEL) -> tuple[int, int] | None:
        with journal.read() as session:
            found = crisis.recognised(session, incident, least)
        return found and (found.level, int((found.at - NOW).total_seconds() // 60))

    said(0, "CHARLIE", 2)
    assert since() is None
    said(5, "CHARLIE", 3)
    said(9, "BRAVO", 4)
    assert since() == (4, 5)
    assert since(crisis.MEETS_FROM) == (4, 9)
    said(20, "BRAVO", 1)
    assert since() == (3, 5)
    assert since(crisis.MEETS_FROM) is None
    said(30, "CHARLIE", 1)
    assert since() is None
    said(40, "CHARLIE", 4)
    assert since() == (4, 40)
