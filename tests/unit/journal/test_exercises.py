"""Exercises in the record: dates, rounds of confirming, injects, measures, what counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from kitart.journal import exercises, incidents, outage_reports, plans, timeline
from kitart.journal.database import Journal
from kitart.journal.exercises import NotNow
from kitart.journal.outage_reports import Said
from kitart.messaging.readiness import known_dates
from kitart.plan.loading import load_plan
from kitart.rules.exercise_dates import is_late, months_after, next_due
from kitart.settings import HOUSE

PLAN = load_plan(HOUSE / "config")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ENTRY = PLAN.exercise("BACKUP-CALLOUT")
STORY = PLAN.scenario("a-one-agent-out")
(INJECT,) = STORY.injects


def planned(session: Session, entry: str = "BACKUP-CALLOUT", at: datetime = NOW) -> str:
    plans.keep(session, PLAN.hash, PLAN.snapshot(), now=NOW)
    opened = exercises.plan_one(
        session, PLAN, PLAN.exercise(entry), starts_at=at, asked_by="operator", now=NOW,
        real_now=NOW,
    )  # fmt: skip
    return opened.incident.number


def carried_out(session: Session, verdict: str = "pass", at: datetime = NOW) -> str:
    number = planned(session)
    exercises.begin(session, number, now=at)
    exercises.give(session, number, INJECT, STORY, now=at)
    for each in INJECT.expect:
        exercises.measure(
            session, number, INJECT, each, actual_minutes=2.0, verdict=verdict,  # type: ignore[arg-type]
            evidence=("INC-0002", 7), now=at,
        )  # fmt: skip
    exercises.end(session, number, now=at)
    return number


@pytest.mark.covers("R52", "R53", "D4")
def test_an_exercise_has_a_record_of_its_own_which_is_no_disruption(journal: Journal) -> None:
    with journal.write() as session:
        number = planned(session)
        record = exercises.get(session, number)
        row = incidents.get(session, number)
        assert (record.state, record.entry, record.round) == ("planned", "BACKUP-CALLOUT", 1)
        assert "ERT-5" in record.players
        assert "AG-014" in record.players
        assert record.lines == record.clients == ()
        assert row.exercise
        assert not incidents.is_disruption(row)
        assert incidents.open_incidents(session) == []
        assert planned(session) == number, "the same entry is planned once"


@pytest.mark.covers("R53")
def test_a_date_that_is_moved_has_to_be_confirmed_anew(journal: Journal) -> None:
    later = NOW + timedelta(days=3)
    with journal.write() as session:
        number = planned(session)
        assert exercises.confirm(session, number, "IT-MGR", "it_manager", now=NOW)
        assert not exercises.confirm(session, number, "IT-MGR", "it_manager", now=NOW)
        exercises.move(session, number, later, by="AM-2", why="a fair that day", now=NOW)
        record = exercises.get(session, number)
        assert (record.starts_at, record.round, record.confirmed) == (later, 2, ())
        assert exercises.confirm(session, number, "IT-MGR", "it_manager", now=NOW)
        assert exercises.get(session, number).confirmed == ("IT-MGR",)


@pytest.mark.covers("D28", "R52")
def test_a_date_later_than_a_year_after_the_last_that_counts_is_refused(journal: Journal) -> None:
    with journal.write() as session:
        carried_out(session)
        number = planned(session)
        year = datetime(2027, 11, 24, 9, 0, tzinfo=UTC)
        exercises.move(session, number, year, by="AM-2", why="late", now=NOW)
        with pytest.raises(NotNow, match="right would be 2027-11-24 09:00 UTC at the latest"):
            exercises.move(
                session, number, year + timedelta(minutes=1), by="AM-2", why="later", now=NOW
            )


@pytest.mark.covers("D28")
def test_only_what_passed_or_was_evaluated_counts(journal: Journal) -> None:
    with journal.write() as session:
        stopped = planned(session)
        assert exercises.stop(session, stopped, by="AM-2", why="the stop word", now=NOW)
        assert not exercises.stop(session, stopped, by="AM-2", why="again", now=NOW)
        failed = carried_out(session, "fail")
        assert exercises.last_counted(session) is None
        passed = carried_out(session)
        counted = exercises.last_counted(session)
        assert counted is not None
        assert counted.number == passed
        incidents.get(session, failed).state = exercises.EVALUATED_STATE
        assert exercises.last_counted(session, "BACKUP-CALLOUT").number == passed  # type: ignore[union-attr]
        assert exercises.last_counted(session, "LEVEL-3-TO-4") is None
        assert [r.number for r in exercises.all_exercises(session)] == [passed, failed, stopped]


@pytest.mark.covers("R52")
def test_a_step_is_expected_with_its_inject_and_measured_once(journal: Journal) -> None:
    with journal.write() as session:
        number = planned(session)
        exercises.begin(session, number, now=NOW)
        assert exercises.give(session, number, INJECT, STORY, now=NOW)
        assert not exercises.give(session, number, INJECT, STORY, now=NOW)
        ert = INJECT.expect[0]
        assert exercises.measure(
            session, number, INJECT, ert, actual_minutes=None, verdict="fail", evidence=None,
            now=NOW,
        )  # fmt: skip
        assert not exercises.measure(
            session, number, INJECT, ert, actual_minutes=1, verdict="pass", evidence=None, now=NOW
        )
        step, *others = exercises.get(session, number).steps
        assert (step.requirement, step.expected_minutes, step.verdict) == ("R9", 5, "fail")
        assert {other.verdict for other in others} == {None}


def test_two_exercises_do_not_run_at_once(journal: Journal) -> None:
    with journal.write() as session:
        first, second = planned(session), planned(session, "LEVEL-3-TO-4")
        exercises.begin(session, first, now=NOW)
        with pytest.raises(NotNow, match=f"{first} runs"):
            exercises.begin(session, second, now=NOW)


def test_another_record_is_no_exercise(journal: Journal) -> None:
    with journal.write() as session:
        plans.keep(session, PLAN.hash, PLAN.snapshot(), now=NOW)
        report = incidents.Report(
            kind="vital systems offline", system_id="VCC", title="x", cause_at=NOW,
            reported_at=NOW, reported_by="operator", priority_proposed="P1", plan_hash=PLAN.hash,
        )  # fmt: skip
        number = incidents.open_or_join(session, report, now=NOW, real_now=NOW).incident.number
        with pytest.raises(LookupError, match="is no exercise"):
            exercises.get(session, number)


@pytest.mark.covers("E40", "D4")
def test_a_played_report_of_an_agent_never_hides_a_real_one(journal: Journal) -> None:
    said = Said(
        agent="AG-014", project="CHARLIE", language="hu", area="HU-CS", reported_by="SV-3",
        role="supervisor", safe="yes", what="internet", can_move="no", occurred_at=NOW, until=None,
    )  # fmt: skip
    with journal.write() as session:
        assert outage_reports.report(session, "a", said, now=NOW, exercise=True)
        real = outage_reports.report(session, "b", said, now=NOW)
        assert real is not None
        assert [r.form for r in outage_reports.standing(session)] == ["b"]
        assert [r.form for r in outage_reports.standing(session, exercise=True)] == ["a"]
        outage_reports.withdraw(session, "AG-014", by="AG-014", now=NOW)
        assert outage_reports.of_agent(session, "AG-014") is None
        assert outage_reports.of_agent(session, "AG-014", exercise=True) is not None


def test_the_refusal_of_the_fence_stands_once(journal: Journal) -> None:
    with journal.write() as session:
        number = planned(session)
        for _ in range(2):
            exercises.refused(session, number, number, "sms", "CL-3 is outside", now=NOW)
        assert len(timeline.entries(session, number, exercises.FENCED)) == 1


@pytest.mark.covers("D28")
@pytest.mark.parametrize(
    ("moment", "months", "then"),
    [
        (datetime(2026, 11, 24, 9, tzinfo=UTC), 12, datetime(2027, 11, 24, 9, tzinfo=UTC)),
        (datetime(2024, 2, 29, 9, tzinfo=UTC), 12, datetime(2025, 2, 28, 9, tzinfo=UTC)),
        (datetime(2026, 11, 30, 9, tzinfo=UTC), 3, datetime(2027, 2, 28, 9, tzinfo=UTC)),
    ],
)
def test_the_next_one_is_due_months_later_on_the_same_day(
    moment: datetime, months: int, then: datetime
) -> None:
    assert months_after(moment, months) == next_due(moment, months) == then


def test_without_one_that_counts_it_is_due_at_once() -> None:
    assert next_due(None, 12) is None


@pytest.mark.covers("R53")
def test_late_is_later_than_allowed() -> None:
    assert not is_late(NOW, NOW + timedelta(minutes=30), 30)
    assert is_late(NOW, NOW + timedelta(minutes=31), 30)


@pytest.mark.covers("R52", "D28", "D27")
def test_the_readiness_knows_by_when_the_plan_is_to_be_tested(journal: Journal) -> None:
    def due() -> date | None:
        with journal.read() as session:
            (test,) = [d for d in known_dates(session, PLAN, NOW) if d.code == "test"]
        return test.due

    assert due() is None, "it was never tested"
    with journal.write() as session:
        carried_out(session, verdict="fail")
    assert due() is None, "a test that failed and was not evaluated does not count"
    with journal.write() as session:
        carried_out(session)
    assert due() == date(2027, 11, 24)
