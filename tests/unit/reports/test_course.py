"""When service counts as back, for one client."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from kitart.reports.course import course_of
from kitart.reports.facts import IncidentFacts, LevelChange, Number, ProofFacts, SystemState
from kitart.rules.verdicts import Outcome

At = Callable[..., datetime]
Make = Callable[..., IncidentFacts]


def failed_call(at: datetime, line: str) -> ProofFacts:
    return ProofFacts(
        factor="calls reach VCC",
        project_id="BRAVO",
        line=line,
        kind="person's word",
        at=at,
        by_role="SUP-3",
        ok=False,
    )


def test_while_it_is_down_the_objective_runs(make: Make, moment: At) -> None:
    course = course_of(make(), "CL-1", moment("14:12"))
    assert course.word == "investigating"
    assert course.verdict.outcome is Outcome.RUNNING
    assert course.restored is None


@pytest.mark.covers("R23")
def test_recovery_needs_a_test_call_on_each_line(make_restored: Make, moment: At) -> None:
    facts = make_restored()
    one_line = tuple(p for p in facts.proofs if p.line != "+49 30 5550122")
    course = course_of(facts.model_copy(update={"proofs": one_line}), "CL-2", moment("14:40"))
    assert course.word == "recovering"
    assert course_of(facts, "CL-2", moment("14:40")).word == "recovered"


def test_a_later_failed_call_takes_the_proof_back(make_restored: Make, moment: At) -> None:
    facts = make_restored()
    spoilt = (*facts.proofs, failed_call(moment("14:20"), "+44 20 5550121"))
    changed = facts.model_copy(update={"proofs": spoilt})
    assert course_of(changed, "CL-2", moment("14:40")).word == "recovering"
    assert course_of(changed, "CL-1", moment("14:40")).word == "recovered"


@pytest.mark.covers("D7", "E34")
def test_recovery_must_hold_and_counts_from_its_beginning(make_restored: Make, moment: At) -> None:
    facts = make_restored()
    assert course_of(facts, "CL-1", moment("14:25")).word == "monitoring"
    done = course_of(facts, "CL-1", moment("14:26"))
    assert done.word == "recovered"
    assert done.restored == moment("14:11")
    assert done.verdict.outcome is Outcome.MET


@pytest.mark.covers("E35")
def test_a_relapse_reopens_and_counts_from_the_first_start(make_restored: Make, moment: At) -> None:
    facts = make_restored()
    relapse = SystemState(at=moment("14:40"), state="down", source="monitoring")
    facts = facts.model_copy(update={"states": (*facts.states, relapse)})
    course = course_of(facts, "CL-1", moment("14:50"))
    assert course.restored is None
    assert course.verdict.outcome is Outcome.MISSED
    first, second = course.episodes
    assert first.verdict.outcome is Outcome.MET
    assert second.verdict.outcome is Outcome.RUNNING


@pytest.mark.covers("E36")
def test_a_project_that_opens_later_has_no_effect_yet(make: Make, moment: At) -> None:
    facts = make()
    closed = facts.effects[0].model_copy(
        update={"effect_start": None, "service_open": False, "opens_at": moment("17:00")}
    )
    course = course_of(facts.model_copy(update={"effects": (closed,)}), "CL-1", moment("14:12"))
    assert course.verdict.outcome is Outcome.NOT_APPLICABLE
    assert course.starts is None


@pytest.mark.covers("E41")
def test_a_divert_counts_only_when_a_call_has_proved_it(make: Make, moment: At) -> None:
    facts = make()
    ordered = facts.diverts[0].model_copy(update={"executed_at": moment("14:15")})
    proved = ordered.model_copy(update={"verified_at": moment("14:19")})
    for divert, expected in ((ordered, "investigating"), (proved, "cover in place")):
        changed = facts.model_copy(update={"diverts": (divert,)})
        assert course_of(changed, "CL-1", moment("14:20")).word == expected


@pytest.mark.covers("A17")
def test_voicemail_late_adds_eight_hours_and_leaves_the_miss(make: Make, moment: At) -> None:
    level = LevelChange(at=moment("14:40"), level=4, by_role="AM-2")
    course = course_of(make(level_changes=(level,)), "CL-1", moment("15:00"))
    outcomes = [result.verdict.outcome for result in course.projects[0].rto]
    assert outcomes == [Outcome.MISSED, Outcome.RUNNING]
    assert course.verdict.outcome is Outcome.MISSED


@pytest.mark.covers("E32")
def test_a_false_alarm_has_no_recovery_verdict(make: Make, moment: At) -> None:
    course = course_of(make(false_alarm=True), "CL-1", moment("15:00"))
    assert course.word == "false alarm"
    assert course.verdict.outcome is Outcome.NOT_APPLICABLE


def test_a_figure_without_reason_is_refused(make: Make) -> None:
    bad: list[dict[str, Any]] = [
        {"kind": "not available"},
        {"kind": "estimated", "value": 3},
        {"kind": "measured"},
        {"kind": "not available", "value": 3, "why": "x"},
    ]
    for fields in bad:
        with pytest.raises(ValueError, match=r"kind is|why is empty"):
            Number(**fields)


def test_an_unknown_client_is_named(make: Make, moment: At) -> None:
    with pytest.raises(ValueError, match="client_id is 'CL-9': INC-0142 concerns CL-1"):
        make().client("CL-9")
