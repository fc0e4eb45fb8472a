"""What got worse since an earlier look: told; what got better or moved on with the month: not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kitart.plan.checks import check_plan
from kitart.plan.schema import Plan
from kitart.rules.readiness.comparing import worse
from kitart.rules.readiness.result import look

MONDAY = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def changed(plan: Plan, agent: str, **update: Any) -> Plan:
    agents = tuple(a.model_copy(update=update) if a.id == agent else a for a in plan.agents)
    return plan.model_copy(update={"agents": agents})


@pytest.mark.covers("D27")
def test_a_month_that_only_moves_on_is_no_news(plan: Plan) -> None:
    before = look(plan, [], MONDAY, hours=240)
    assert worse(before, look(plan, [], MONDAY + DAY, before=before, hours=240)) == ()
    assert worse(None, before) == ()


@pytest.mark.covers("D27")
def test_hours_that_lost_their_backup_are_told_to_the_project_concerned(plan: Plan) -> None:
    before = look(plan, [], MONDAY, hours=240)
    thinner = changed(plan, "AG-016", standby=(), standby_queues=())
    found = worse(before, look(thinner, [], MONDAY + DAY, hours=240))
    assert {project for each in found for project in each.projects} == {"CHARLIE"}
    said = [str(each.what) for each in found]
    (hours,) = [text for text in said if text.startswith("CHARLIE/hu, with one area out")]
    assert "hours would hold on a lower rung than before (Mon" in hours
    thin = look(thinner, check_plan(thinner, MONDAY.date()), MONDAY + DAY, hours=240)
    assert "queue-without-reserve CHARLIE/hu" in thin.since
    better = look(plan, check_plan(plan, MONDAY.date()), MONDAY + 2 * DAY, hours=240)
    assert "reserve-of-one CHARLIE/hu" in better.since
    assert worse(thin, better) == (), "one in reserve is better than none"


@pytest.mark.covers("D27")
def test_what_is_worse_with_nobody_out_is_said_once(plan: Plan) -> None:
    before = look(plan, [], MONDAY, hours=240)
    fewer = changed(plan, "AG-010", shift=("Mon-Fri 12:00-17:00",))
    found = worse(before, look(fewer, [], MONDAY + DAY, hours=240))
    romanian = [str(each.what) for each in found if str(each.what).startswith("CHARLIE/ro, with")]
    assert len(romanian) == 1
    assert romanian[0].startswith("CHARLIE/ro, with nobody out: ")


@pytest.mark.covers("D27")
def test_a_new_finding_is_told_and_a_note_is_not(plan: Plan) -> None:
    before = look(plan, [], MONDAY, hours=24)
    clients = tuple(
        c.model_copy(update={"permits": c.permits.model_copy(
            update={"english_only": False, "voicemail": False})}) if c.id == "CL-1" else c
        for c in plan.clients
    )  # fmt: skip
    strict = look(plan.model_copy(update={"clients": clients}), [], MONDAY, hours=24)
    found = worse(before, strict)
    said = [str(each.what) for each in found]
    assert any(text.startswith("serious: CL-1 does not permit voicemail") for text in said)
    assert not [text for text in said if "English only" in text]


def test_a_queue_that_is_new_is_compared_with_nothing(plan: Plan) -> None:
    smaller = plan.model_copy(update={
        "projects": plan.projects[:3],
        "agents": tuple(a for a in plan.agents if a.queue.partition("/")[0] != "DELTA"),
    })  # fmt: skip
    before = look(smaller, [], MONDAY, hours=24)
    found = worse(before, look(plan, [], MONDAY, hours=24))
    assert not [e for e in found if str(e.what).startswith("DELTA/") and "lower rung" in e.what]


@pytest.mark.covers("D27")
def test_a_saturday_that_comes_into_sight_is_no_news(plan: Plan) -> None:
    before = look(plan, [], MONDAY, hours=72)
    later = look(plan, [], MONDAY + 3 * DAY, hours=72)
    grave = [{f.key for f in each.findings if f.severity == "serious"} for each in (before, later)]
    assert grave[1] - grave[0], "with Saturday in sight other shares of the hours are lost"
    assert worse(before, later) == ()
