"""Reviews in the record: what triggers one, what stands of it, on each database (R51, A25)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kitart.journal import (
    contact_tests,
    exercises,
    incidents,
    levels,
    plans,
    review_triggers,
    reviews,
)
from kitart.journal import timeline as line
from kitart.journal.contact_tests import EVALUATED
from kitart.journal.database import Journal
from kitart.journal.incidents import Report
from kitart.journal.late_entries import NotTaken, Writer
from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.rules.review import Trigger
from kitart.settings import HOUSE

pytestmark = pytest.mark.covers("R51", "A25")
PLAN = load_plan(HOUSE / "config")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WRITER = Writer("IT-MGR", "it_manager")


def edited(change: Callable[[dict[str, Any]], None]) -> Plan:
    raw = copy.deepcopy(PLAN.snapshot())
    change(raw)
    return Plan.from_snapshot(raw)


def known_since(journal: Journal, days: int = 100, plan: Plan = PLAN) -> None:
    with journal.write() as session:
        plans.keep(session, plan.hash, plan.snapshot(), now=NOW - timedelta(days=days))


def closed_incident(
    journal: Journal, *, level: int = 0, priority: str = "P3", state: str = "closed",
    exercise: bool = False, days: int = 5,
) -> str:  # fmt: skip
    at = NOW - timedelta(days=days)
    with journal.write() as session:
        report = Report(
            kind="vital systems offline", system_id="VCC", title="VCC offline", cause_at=at,
            reported_at=at, reported_by="monitor", priority_proposed="P3", plan_hash=PLAN.hash,
            exercise=exercise,
        )  # fmt: skip
        row = incidents.open_or_join(session, report, now=at, real_now=at).incident
        row.priority = priority
        if level:
            line.append(
                session, row.number, levels.SET, f"Level {level}", now=at,
                data={"project": "ALPHA", "level": level, "view": levels.MANAGER},
            )  # fmt: skip
        incidents.close(session, row.number, state, now=at)
        return row.number


def contact_test(journal: Journal, *, passed: bool, days: int = 5) -> str:
    at = NOW - timedelta(days=days)
    with journal.write() as session:
        opened = contact_tests.open_or_join(session, PLAN, (), 60, "operator", now=at, real_now=at)
        number = opened.incident.number
        line.append(session, number, EVALUATED, "x", now=at, data={"lines": [], "passed": passed})
        incidents.close(session, number, "evaluated", now=at)
        return number


def triggers(journal: Journal, plan: Plan = PLAN) -> list[tuple[str, str]]:
    with journal.read() as session:
        found = review_triggers.due(session, plan, NOW)
    return [(t.reason, t.reference) for t in found.reasons]


def begin(journal: Journal, plan: Plan = PLAN) -> str:
    with journal.write() as session:
        review_triggers.keep(session, plan, NOW)
        base = review_triggers.base_plan(session)
        assert base is not None
        opened = reviews.open_or_join(session, plan, base.hash, "operator", now=NOW, real_now=NOW)
        return opened.incident.number


@pytest.mark.parametrize(
    ("about", "asks"),
    [
        ({"level": 2}, True),
        ({"level": 1}, False),
        ({"priority": "P1"}, True),
        ({"priority": "P1", "exercise": True}, False),
        ({"priority": "P1", "state": "false alarm"}, False),
        ({}, False),
    ],
)
def test_an_incident_of_level_two_or_p1_asks_for_a_review(
    journal: Journal, about: dict[str, Any], asks: bool
) -> None:
    known_since(journal)
    number = closed_incident(journal, **about)
    assert triggers(journal) == ([("incident", number)] if asks else [("scheduled", "")])


def test_a_test_that_was_not_passed_asks_for_a_review(journal: Journal) -> None:
    known_since(journal)
    contact_test(journal, passed=True, days=6)
    failed = contact_test(journal, passed=False)
    assert triggers(journal) == [("test", failed)]
    with journal.read() as session:
        assert review_triggers.due(session, PLAN, NOW).on == date(2026, 12, 19)


@pytest.mark.parametrize(
    ("state", "verdicts", "asks"),
    [
        (exercises.OVER, ("pass", "fail"), True),
        (exercises.EVALUATED_STATE, ("fail",), True),
        (exercises.OVER, ("pass", "part"), False),
        (exercises.CUT_SHORT, ("fail",), False),
        (exercises.RUNNING, ("fail",), False),
    ],
)
def test_an_exercise_with_a_failed_step_asks_for_a_review(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, state: str, verdicts: tuple[str, ...],
    asks: bool,
) -> None:  # fmt: skip
    known_since(journal)
    ended = NOW - timedelta(days=5)
    record = exercises.ExerciseRecord(
        number="INC-0009", entry="yearly", scenario=None, state=state, plan_hash=PLAN.hash,
        starts_at=ended, planned_at=ended, round=1, players=(), lines=(), clients=(),
        ended_at=None if state == exercises.RUNNING else ended,
        steps=tuple(exercises.Step("i", "e", "what", "R52", 5, 5.0, v) for v in verdicts),
    )  # fmt: skip
    monkeypatch.setattr(exercises, "all_exercises", lambda _: [record])
    assert triggers(journal) == [("test", "INC-0009") if asks else ("scheduled", "")]


def test_a_change_of_the_plan_asks_for_one_since_the_day_it_was_first_seen(
    journal: Journal,
) -> None:
    known_since(journal)

    def new_manager(raw: dict[str, Any]) -> None:
        raw["people"].append({**raw["people"][5], "id": "AM-9"})

    changed = edited(new_manager)
    assert triggers(journal, changed) == [("staff", "AM-9")]
    known_since(journal, 10, changed)

    def more(raw: dict[str, Any]) -> None:
        new_manager(raw)
        raw["limits"]["am_notify"] = 6

    with journal.read() as session:
        due = review_triggers.due(session, edited(more), NOW)
    assert due.on == date(2026, 12, 14)
    assert [t.on for t in due.reasons] == [date(2026, 11, 14)]


def test_what_an_approved_review_has_seen_asks_for_no_other(journal: Journal) -> None:
    known_since(journal)
    closed_incident(journal, priority="P1")
    number = begin(journal)
    with journal.write() as session:
        reviews.set_dates(session, number, date(2026, 12, 1), date(2027, 9, 1), WRITER, now=NOW)
        assert reviews.propose(session, number, PLAN, WRITER, now=NOW) is not None
        incidents.close(session, number, reviews.APPROVED, now=NOW)
    with journal.read() as session:
        due = review_triggers.due(session, PLAN, NOW)
    assert due.on == date(2027, 9, 1)
    assert [t.reason for t in due.reasons] == ["scheduled"]


def test_one_review_is_open_at_a_time_and_no_run_is_asked_for_it(journal: Journal) -> None:
    known_since(journal)
    number = begin(journal)
    assert begin(journal) == number
    with journal.read() as session:
        assert incidents.unsettled(session) == []
        assert incidents.open_incidents(session) == []
        assert not incidents.is_disruption(incidents.get(session, number))


def test_the_last_word_to_an_item_counts_and_the_same_word_again_is_no_entry(
    journal: Journal,
) -> None:
    known_since(journal)
    number = begin(journal)
    with journal.write() as session:
        assert reviews.check(session, number, "legal", "no", "DORA", WRITER, now=NOW)
        assert not reviews.check(session, number, "legal", "no", "DORA", WRITER, now=NOW)
        assert reviews.check(session, number, "legal", "changed", "DORA is in", WRITER, now=NOW)
        assert reviews.add_change(session, number, "Annex", "a", "b", "why", "none", WRITER,
                                  now=NOW)  # fmt: skip
        assert not reviews.add_change(session, number, "Annex", "a", "b", "why", "none", WRITER,
                                      now=NOW)  # fmt: skip
        assert reviews.decide(session, number, "Hire", "postponed", "No budget", WRITER, now=NOW)
        found = reviews.written(line.entries(session, number))
    assert (found.items["legal"].data["answer"], found.items["legal"].text) == (
        "changed", "DORA is in",
    )  # fmt: skip
    assert [s.data["about"] for s in found.own.values()] == ["Annex"]
    assert [s.data["stage"] for s in found.decisions.values()] == ["postponed"]
    assert found.reviewers == (("it_manager", "IT-MGR"),)


def test_a_reason_is_recorded_once(journal: Journal) -> None:
    known_since(journal)
    number = begin(journal)
    reasons = [Trigger("incident", date(2026, 11, 1), "INC-0007"),
               Trigger("scheduled", date(2026, 12, 1))]  # fmt: skip
    with journal.write() as session:
        assert reviews.give_reasons(session, number, reasons, now=NOW) == 2
        assert reviews.give_reasons(session, number, reasons, now=NOW) == 0
        assert reviews.written(line.entries(session, number)).reasons == tuple(reasons)


def test_people_decide_under_the_version_that_is_put_to_them(journal: Journal) -> None:
    known_since(journal)
    number = begin(journal)

    def other_lead(raw: dict[str, Any]) -> None:
        raw["limits"]["am_notify"] = 6

    changed = edited(other_lead)
    with journal.write() as session:
        review_triggers.keep(session, changed, NOW)
        row = incidents.get(session, number)
        assert reviews.hash_of(session, row) == PLAN.hash
        version = reviews.propose(session, number, changed, WRITER, now=NOW)
        assert version is not None
        assert reviews.propose(session, number, changed, WRITER, now=NOW) is None
        assert reviews.hash_of(session, row) == changed.hash
        assert row.plan_hash == PLAN.hash
        reviews.send_back(session, number, version.number, now=NOW)
        again = reviews.propose(session, number, changed, WRITER, now=NOW)
        assert again is not None
        assert again.number == 2


def test_nothing_is_written_to_a_review_that_is_over_or_to_an_incident(journal: Journal) -> None:
    known_since(journal)
    number = begin(journal)
    with journal.write() as session:
        incidents.close(session, number, reviews.APPROVED, now=NOW)
    with journal.write() as session, pytest.raises(NotTaken, match="is over"):
        reviews.check(session, number, "legal", "yes", "", WRITER, now=NOW)
    other = closed_incident(journal)
    with journal.write() as session, pytest.raises(NotTaken, match="is no review"):
        reviews.check(session, other, "legal", "yes", "", WRITER, now=NOW)
    with journal.read() as session, pytest.raises(LookupError, match="is no review"):
        reviews.base_of(session, other)


def test_words_that_were_erased_are_gone_and_the_record_stays_whole(journal: Journal) -> None:
    from kitart.journal import erasing

    known_since(journal)
    number = begin(journal)
    with journal.write() as session:
        reviews.check(session, number, "legal", "no", "AG-001 said so", WRITER, now=NOW)
        reviews.add_change(session, number, "Annex", "old words", "b", "why", "none", WRITER,
                           now=NOW)  # fmt: skip
        incidents.close(session, number, reviews.APPROVED, now=NOW)
    with journal.write() as session:
        seqs = [e.seq for e in line.entries(session, number, reviews.CHECKED, reviews.EXPLAINED)]
        erasing.erase(session, number, entries=seqs, reason="asked for", by="operator", now=NOW)
    with journal.read() as session:
        rows = line.entries(session, number)
        found = reviews.written(rows)
        assert (found.items, found.own) == ({}, {})
        assert "old words" not in str([e.data for e in rows])
        assert line.first_broken(session, incidents.get(session, number)) is None
