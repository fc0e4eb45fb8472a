"""What is due about emergency voicemail, by the record alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.rules.voicemail import Job, Kind, due, over
from kitart.rules.voicemail_lines import Asked, Line, Picture, QueueNow, Stage, Way
from kitart.settings import HOUSE

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
EMPTY = QueueNow("CHARLIE/ro", "CHARLIE", 4, 2, 0, 2, True)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(HOUSE / "config")


def line(**more: Any) -> Line:
    values: dict[str, Any] = {
        "line": "line-33", "project": "CHARLIE", "queue": "CHARLIE/ro", "mode": "voicemail",
        "waiting": "switch-new", "order": 7, "ordered_by": "account_manager", "way": Way.IVR,
        "stage": Stage.ORDERED, "tries": 1, "version": 0, "not_before": NOW,
    }  # fmt: skip
    return Line(**values | more)


def picture(*queues: QueueNow, lines: tuple[Line, ...] = (), **more: Any) -> Picture:
    values: dict[str, Any] = {"asked": (), "since": {}} | more
    return Picture(lines=lines, queues={q.key: q for q in queues}, **values)


def kinds(plan: Plan, seen: Picture, now: datetime = NOW) -> list[Kind]:
    return [job.kind for job in due(plan, seen, now)]


def orders(plan: Plan, seen: Picture, now: datetime = NOW) -> list[Job]:
    return [job for job in due(plan, seen, now) if job.kind is Kind.ORDER]


@pytest.mark.covers("A27", "E15", "E46")
def test_each_manager_is_asked_for_the_own_projects_and_a_notice_is_asked_by_itself(
    plan: Plan,
) -> None:
    seen = picture(
        EMPTY,
        replace(EMPTY, key="BRAVO/es", project="BRAVO"),
        replace(EMPTY, key="DELTA/es", project="DELTA"),
        replace(EMPTY, key="CHARLIE/pl", live=1, uncovered=1),
        replace(EMPTY, key="ALPHA/nl", project="ALPHA", permits_voicemail=False),
        replace(EMPTY, key="ALPHA/de", project="ALPHA", level=3),
    )
    assert [(job.mode, job.queues) for job in orders(plan, seen)] == [
        ("voicemail", ("CHARLIE/ro", "BRAVO/es")),
        ("voicemail", ("DELTA/es",)),
        ("overflow", ("CHARLIE/pl",)),
        ("notice", ("ALPHA/nl",)),
    ]


@pytest.mark.covers("E46")
def test_an_announcement_is_no_help_where_somebody_still_answers(plan: Plan) -> None:
    assert not orders(plan, picture(replace(EMPTY, live=1, uncovered=1, permits_voicemail=False)))


def test_who_said_not_now_is_asked_again_after_a_while_with_a_question_of_its_own(
    plan: Plan,
) -> None:
    first = orders(plan, picture(EMPTY))[0].key
    said = Asked(3, first, "voicemail", ("CHARLIE/ro",), "open", "", None)
    assert [job.key for job in orders(plan, picture(EMPTY, asked=(said,)))] == [first]
    said = replace(said, state="answered", answer="not-now", answered_at=NOW)
    # Until the answer is in the record the same job is due; then nothing is, for ten minutes.
    assert [job.key for job in orders(plan, picture(EMPTY, asked=(said,)))] == [first]
    settled = picture(EMPTY, asked=(said,), settled=frozenset({3}))
    assert not orders(plan, settled, NOW + timedelta(minutes=9))
    (again,) = orders(plan, settled, NOW + timedelta(minutes=10))
    assert again.key != first


@pytest.mark.covers("E41", "E45")
@pytest.mark.parametrize(
    ("stage", "more", "expected"),
    [
        (Stage.ORDERED, {}, Kind.SWITCH),
        (Stage.ORDERED, {"way": Way.CARRIER}, Kind.DIVERT),
        (Stage.EXECUTED, {"executed_at": NOW}, Kind.TEST),
        (Stage.END_ORDERED, {"executed_at": NOW}, Kind.SWITCH_BACK),
        (Stage.END_ORDERED, {"executed_at": NOW, "way": Way.CARRIER}, Kind.SWITCH_BACK),
        (Stage.END_EXECUTED, {"executed_at": NOW}, Kind.TEST_BACK),
    ],
)
def test_each_stage_of_a_line_has_its_next_step(
    plan: Plan, stage: Stage, more: dict[str, Any], expected: Kind
) -> None:
    seen = picture(EMPTY, lines=(line(stage=stage, **more),))
    found = [kind for kind in kinds(plan, seen) if kind is not Kind.BOX]
    assert found == [expected]
    waits = picture(EMPTY, lines=(line(stage=stage, **more, not_before=NOW + timedelta(hours=1)),))
    assert expected not in kinds(plan, waits)


@pytest.mark.covers("D5", "D7", "E45")
def test_who_sits_at_a_line_that_is_sent_away_is_not_left_without_calls(plan: Plan) -> None:
    on, box = line(stage=Stage.VERIFIED, executed_at=NOW), frozenset({(7, "CHARLIE")})
    one = replace(EMPTY, live=1, uncovered=1)
    assert Kind.END in kinds(plan, picture(one, lines=(on,), boxes=box))
    assert Kind.END not in kinds(plan, picture(EMPTY, lines=(on,), boxes=box))
    assert Kind.END not in kinds(plan, picture(replace(one, opened=False), lines=(on,), boxes=box))


@pytest.mark.covers("D5", "D7", "E45")
def test_an_overflow_ends_once_the_seats_have_been_filled_for_a_while(plan: Plan) -> None:
    on = line(stage=Stage.VERIFIED, executed_at=NOW, mode="overflow", way=Way.PHONE_SYSTEM)
    filled = replace(EMPTY, live=2, uncovered=0)
    later = NOW + timedelta(minutes=15)
    assert kinds(plan, picture(filled, lines=(on,), boxes=frozenset({(7, "CHARLIE")}))) == [
        Kind.NOTE
    ]
    held = picture(filled, lines=(on,), since={"CHARLIE/ro": NOW},
                   boxes=frozenset({(7, "CHARLIE")}))  # fmt: skip
    assert Kind.END not in kinds(plan, held, later - timedelta(minutes=1))
    assert kinds(plan, held, later) == [Kind.END]
    # What another incident has seen to is asked of nobody once more.
    assert not orders(plan, picture(replace(EMPTY, elsewhere=True)))
    # A line that is closed for the night needs no seat: that is no cover. Nor are seats that will
    # be filled at an opening to come.
    assert not replace(filled, opened=False).covered
    closed = replace(EMPTY, needed=0, uncovered=0)
    assert kinds(plan, replace(held, queues={"CHARLIE/ro": closed}), later) == [Kind.NOTE]


@pytest.mark.covers("E45")
def test_a_line_is_read_back_at_each_opening_and_one_that_never_closes_each_day(plan: Plan) -> None:
    opening = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
    box = frozenset({(7, "CHARLIE"), (7, "BRAVO")})
    for stage in (Stage.VERIFIED, Stage.ENDED):
        seen = picture(lines=(line(stage=stage, executed_at=NOW),), boxes=box, returned=box)
        assert kinds(plan, seen, opening - timedelta(minutes=1)) == []
        assert kinds(plan, seen, opening) == [Kind.CHECK]
        looked = replace(seen, lines=(replace(seen.lines[0], checked_at=opening),))
        assert kinds(plan, looked, opening + timedelta(hours=20)) == []
    always = line(stage=Stage.VERIFIED, executed_at=NOW, project="BRAVO", queue="BRAVO/es")
    seen = picture(lines=(always,), boxes=box)
    assert kinds(plan, seen, NOW + timedelta(hours=23)) == []
    assert kinds(plan, seen, NOW + timedelta(hours=24)) == [Kind.CHECK]


@pytest.mark.covers("E45")
def test_a_box_has_a_listener_from_the_switch_on_and_callbacks_after_the_end(plan: Plan) -> None:
    on = line(stage=Stage.VERIFIED, executed_at=NOW)
    assert kinds(plan, picture(EMPTY, lines=(on,))) == [Kind.BOX]
    assert kinds(plan, picture(EMPTY, lines=(replace(on, mode="notice"),))) == []
    assert kinds(plan, picture(EMPTY, lines=(replace(on, way=Way.CARRIER),))) == []
    filled = replace(EMPTY, live=2, uncovered=0)
    ended = picture(filled, lines=(replace(on, stage=Stage.ENDED),),
                    boxes=frozenset({(7, "CHARLIE")}))  # fmt: skip
    assert kinds(plan, ended) == [Kind.CALLBACKS]
    assert not over(ended)
    assert over(replace(ended, returned=ended.boxes))
