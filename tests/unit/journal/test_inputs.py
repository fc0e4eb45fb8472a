"""One look at what is due: what is kept, settled, passed over, and taken back (R6, A21, D21)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kitart.alerts import expected_inputs
from kitart.journal import incidents, inputs, timeline
from kitart.journal.database import Journal
from kitart.journal.inputs import Arrived
from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.settings import HOUSE

pytestmark = pytest.mark.covers("A21", "D21")

COMPANY = load_plan(HOUSE / "config")
PLAN = COMPANY.model_copy(update={"inputs": (COMPANY.input("ROSTER-DAY"),)})
START = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DUE = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


def look(journal: Journal, now: datetime, plan: Plan = PLAN) -> tuple[str, ...]:
    with journal.write() as session:
        return expected_inputs.look(session, plan, now=now)


def arrive(journal: Journal, at: datetime, mark: str = "one", now: datetime | None = None) -> None:
    with journal.write() as session:
        expected_inputs.take(
            session, PLAN, Arrived("ROSTER-DAY", at, inputs.WEBHOOK, mark), now=now or at
        )


def states(journal: Journal) -> list[str]:
    with journal.read() as session:
        rows = session.query(inputs.InputDue).order_by(inputs.InputDue.due_at)
        return [f"{row.due_at:%d} {row.state}" for row in rows]


def test_a_first_look_blames_nobody_for_what_was_due_before(journal: Journal) -> None:
    assert look(journal, DUE + timedelta(hours=3)) == ()
    assert states(journal) == ["25 expected"]


def test_one_overdue_is_one_incident_however_often_it_is_looked_for(journal: Journal) -> None:
    look(journal, START)
    assert look(journal, DUE + timedelta(minutes=16)) == ("INC-0001",)
    assert look(journal, DUE + timedelta(minutes=17)) == ()
    with journal.read() as session:
        row = incidents.get(session, "INC-0001")
        said = [e.text for e in timeline.entries(session, "INC-0001", "no procedure of its own")]
    assert row.cause_at == DUE + timedelta(minutes=15)
    assert row.projects == ["BRAVO"]
    assert len(said) == 1


def test_one_that_came_late_while_nothing_ran_opens_no_incident(journal: Journal) -> None:
    look(journal, START)
    arrive(journal, DUE + timedelta(minutes=50), now=DUE + timedelta(hours=2))
    assert look(journal, DUE + timedelta(hours=2)) == ()
    assert states(journal)[0] == "24 arrived late"


def test_what_is_here_again_by_the_next_time_is_passed_over(journal: Journal) -> None:
    look(journal, START)
    arrive(journal, DUE + DAY - timedelta(minutes=5))
    assert look(journal, DUE + DAY - timedelta(minutes=4)) == ()
    assert states(journal) == ["24 passed", "25 arrived"]


def test_a_day_s_own_incident_stands_beside_that_of_the_day_before(journal: Journal) -> None:
    look(journal, START)
    assert look(journal, DUE + timedelta(minutes=16)) == ("INC-0001",)
    assert look(journal, DUE + DAY + timedelta(minutes=16)) == ("INC-0002",)


def test_an_edited_schedule_takes_back_what_it_expects_no_more(journal: Journal) -> None:
    look(journal, START)
    later = PLAN.inputs[0].model_copy(update={"due": ("daily 09:00",)})
    look(journal, START, PLAN.model_copy(update={"inputs": (later,)}))
    with journal.read() as session:
        row = inputs.last_due(session, "ROSTER-DAY")
    assert row is not None
    assert row.due_at == DUE + timedelta(hours=3)
    look(journal, DUE + timedelta(hours=4), PLAN.model_copy(update={"inputs": ()}))
    assert states(journal) == ["24 passed"]


def test_what_arrives_after_the_closing_leaves_the_record_as_it_was(journal: Journal) -> None:
    look(journal, START)
    look(journal, DUE + timedelta(minutes=16))
    with journal.write() as session:
        incidents.close(session, "INC-0001", "false alarm", now=DUE + timedelta(hours=1))
    arrive(journal, DUE + timedelta(hours=2))
    with journal.read() as session:
        assert timeline.entries(session, "INC-0001", inputs.ARRIVAL) == []
    assert states(journal)[0] == "24 arrived late"


def test_what_people_say_is_missing_is_so_until_something_newer_arrives(journal: Journal) -> None:
    look(journal, START)
    arrive(journal, START + timedelta(minutes=10))
    with journal.write() as session:
        number = expected_inputs.report_missing(
            session, PLAN, "ROSTER-DAY", seen="It is last week's", reported_by="supervisor",
            now=DUE + timedelta(minutes=5),
        )  # fmt: skip
    arrive(journal, DUE + timedelta(minutes=30), "two")
    with journal.read() as session:
        (entry,) = timeline.entries(session, number, inputs.ARRIVAL)
    assert "30 min after it was due" in entry.text


def test_an_input_that_is_not_in_the_plan_is_refused(journal: Journal) -> None:
    with pytest.raises(KeyError, match="no input 'NOTHING'"), journal.write() as session:
        expected_inputs.take(
            session, PLAN, Arrived("NOTHING", START, inputs.WEBHOOK, "x"), now=START
        )
