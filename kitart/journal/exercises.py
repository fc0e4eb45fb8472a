"""Exercises in the record: planned, confirmed, carried out, measured (R51-R53, D4, D28, E40).

An exercise has a record of its own, with its number and its timeline. What it plays are ordinary
incidents that are marked as exercise and name it in ``part_of``; they are driven by the plans that
drive real ones. Nothing of a real incident ever stands here, nor the other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import incidents, timeline
from kitart.journal.incidents import Opened, Report
from kitart.journal.tables import Incident, Message, TimelineEntry
from kitart.plan.exercises import (
    EXERCISE,
    EXERCISE_ENTRY,
    Exercise,
    Expectation,
    Inject,
    Scenario,
    player_codes,
)
from kitart.plan.schema import Plan
from kitart.rules.exercise_dates import months_after

PLANNED, CONFIRMED, MOVED = "exercise planned", "exercise confirmed", "exercise moved"
BEGAN, STOPPED, ENDED = "exercise began", "exercise stopped", "exercise ended"
GIVEN, ANSWERED = "inject given", "inject answered"
EXPECTED, MEASURED = "step expected", "step measured"
LEFT = "exercise left"
FENCED = "exercise fenced"
"""What a connector refused, since it would have left the exercise."""

GONE = "erased"
"""Stands where a person's code was erased from the record (D22)."""
IN_PLANNING, RUNNING, OVER, CUT_SHORT = "planned", "running", "ended", "stopped"
EVALUATED_STATE = "evaluated"
"""Set by who evaluates it: an exercise with failed steps counts once it was evaluated (D28)."""
Verdict = Literal["pass", "part", "fail"]


class NotNow(Exception):
    """What was asked of an exercise can't be done as it stands; the message says why."""


@dataclass(frozen=True)
class Step:
    """An expected step and what was measured of it; ``verdict`` is ``None`` until then.

    ``evidence`` is the number of an incident and of an entry in its timeline.
    """

    inject: str
    expect: str
    what: str
    requirement: str
    expected_minutes: int
    actual_minutes: float | None = None
    verdict: str | None = None
    evidence: tuple[str, int] | None = None


@dataclass(frozen=True)
class ExerciseRecord:
    """An exercise as its timeline has it. Moments are UTC; ``starts_at`` is the date agreed on.

    ``round`` counts how often the coordinators had to be asked for the date, from 1; ``confirmed``
    are those who have confirmed the one that holds now, the last of them at ``confirmed_at``.
    ``left`` are the people whom a real incident took out.
    """

    number: str
    entry: str
    scenario: str | None
    state: str
    plan_hash: str
    starts_at: datetime
    planned_at: datetime
    round: int
    players: tuple[str, ...]
    lines: tuple[str, ...]
    clients: tuple[str, ...]
    confirmed: tuple[str, ...] = ()
    confirmed_at: datetime | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    stopped: str = ""
    given: dict[str, datetime] = field(default_factory=dict)
    answered: dict[str, tuple[str, ...]] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def over(self) -> bool:
        """Whether it has ended or was stopped."""
        return self.ended_at is not None


def plan_one(
    session: Session,
    plan: Plan,
    entry: Exercise,
    *,
    starts_at: datetime,
    asked_by: str,
    now: datetime,
    real_now: datetime,
) -> Opened:
    """Open the record of an exercise, or join the open one of the same entry of the programme.

    The plan's snapshot must be kept already; it is what the exercise tests (t2). ``starts_at``
    (UTC) is the date proposed to the coordinators. Raises ``NotNow`` for a date that would break
    the year that R52 allows.
    """
    _in_time(session, starts_at, now)
    report = Report(
        kind=EXERCISE,
        system_id=EXERCISE_ENTRY,
        title=entry.title,
        cause_at=now,
        reported_at=now,
        reported_by=asked_by,
        priority_proposed="P4",
        plan_hash=plan.hash,
        exercise=True,
        cause=f"{EXERCISE_ENTRY}:{entry.id}",
    )
    opened = incidents.open_or_join(session, report, now=now, real_now=real_now)
    if opened.new:
        opened.incident.state = IN_PLANNING
        players = player_codes(plan, entry.players)
        timeline.append(
            session, opened.incident.number, PLANNED,
            f"{entry.title}: {entry.kind}, for {starts_at:%Y-%m-%d %H:%M} UTC; "
            f"{len(players)} players",
            now=now, author=asked_by, source=incidents.source_of(asked_by), key=PLANNED,
            data={
                "entry": entry.id, "scenario": entry.scenario, "plan": plan.hash,
                "players": list(players), "lines": list(entry.lines),
                "clients": list(entry.clients), "starts_at": starts_at.isoformat(),
                "exercise_kind": entry.kind,
            },
        )  # fmt: skip
    return opened


def confirm(
    session: Session,
    number: str,
    by: str,
    role: str,
    *,
    now: datetime,
    occurred_at: datetime | None = None,
) -> bool:
    """A coordinator confirms the date that holds now (R53); ``False`` if that was so already."""
    record = get(session, number)
    entry = timeline.append(
        session, number, CONFIRMED,
        f"The {role.replace('_', ' ')} confirms {record.starts_at:%Y-%m-%d %H:%M} UTC",
        now=now, occurred_at=occurred_at, author=by, source="person",
        key=f"confirmed:{record.round}:{by}",
        data={"person": by, "role": role, "round": record.round},
    )  # fmt: skip
    return entry is not None


def move(
    session: Session, number: str, starts_at: datetime, *, by: str, why: str, now: datetime
) -> None:
    """Another date: all have to confirm anew. Raises ``NotNow`` for an exercise that has begun and
    for a date that is later than a year after the last one that counts (D28)."""
    record = get(session, number)
    if record.state != IN_PLANNING:
        raise NotNow(f"{number} is {record.state}; only one that is planned can be moved")
    _in_time(session, starts_at, now)
    _move(session, record, starts_at, by=by, why=why, now=now)


def _move(
    session: Session,
    record: ExerciseRecord,
    starts_at: datetime,
    *,
    by: str,
    why: str,
    now: datetime,
) -> None:
    timeline.append(
        session, record.number, MOVED,
        f"Moved from {record.starts_at:%Y-%m-%d %H:%M} to {starts_at:%Y-%m-%d %H:%M} UTC: {why}",
        now=now, author=by, source="system" if by == incidents.SCHEDULE else "person",
        key=f"moved:{record.round}",
        data={"starts_at": starts_at.isoformat(), "round": record.round + 1, "person": by,
              "why": why},
    )  # fmt: skip


def postpone(session: Session, number: str, *, why: str, now: datetime) -> None:
    """Its time has passed and nothing ran: the date is now, whatever the year allows, and all have
    to confirm it anew (R53)."""
    record = get(session, number)
    _move(session, record, now, by=incidents.SCHEDULE, why=why, now=now)


def begin(session: Session, number: str, *, now: datetime) -> None:
    """The exercise begins; every later offset counts from here. Once.

    Raises ``NotNow`` while another exercise runs (two would not know whose incident is whose) and
    for one that was stopped.
    """
    record = get(session, number)
    if record.began_at is not None:
        return
    if record.over:
        raise NotNow(f"{number} is {record.state}")
    other = running(session)
    if other is not None:
        raise NotNow(f"{other.number} runs: one exercise at a time")
    incidents.get(session, number).state = RUNNING
    timeline.append(session, number, BEGAN, "The exercise begins", now=now, key=BEGAN)


def give(
    session: Session,
    number: str,
    inject: Inject,
    scenario: Scenario,
    *,
    now: datetime,
    occurred_at: datetime | None = None,
) -> bool:
    """An inject is given, with what should come of it; ``False`` if that was done before.

    ``occurred_at`` (UTC) is when telling the players began, from which is measured.
    """
    given = timeline.append(
        session, number, GIVEN,
        f"Inject {inject.id} to {', '.join(inject.to) or 'nobody'}: {inject.said('en')}",
        now=now, occurred_at=occurred_at, key=f"given:{inject.id}",
        data={"inject": inject.id, "scenario": scenario.id, "to": list(inject.to),
              "does": inject.does, "text": inject.text, "planned_at": inject.at},
    )  # fmt: skip
    for each in inject.expect:
        timeline.append(
            session, number, EXPECTED,
            f"{each.what} within {each.within_minutes} minutes ({each.requirement})",
            now=now, key=f"expected:{each.id}", data=_step(inject, each),
        )  # fmt: skip
    return given is not None


def answer(
    session: Session,
    number: str,
    inject: str,
    by: str,
    said: str,
    *,
    occurred_at: datetime,
    now: datetime,
) -> bool:
    """A player answered an inject in own words; ``False`` if this one has answered it before."""
    entry = timeline.append(
        session, number, ANSWERED, f"Inject {inject}: {said}",
        now=now, occurred_at=occurred_at, author=by, source="person", key=f"answered:{inject}:{by}",
        data={"inject": inject, "person": by},
    )  # fmt: skip
    return entry is not None


def measure(
    session: Session,
    number: str,
    inject: Inject,
    expected: Expectation,
    *,
    actual_minutes: float | None,
    verdict: Verdict,
    evidence: tuple[str, int] | None,
    now: datetime,
) -> bool:
    """What became of an expected step, once; ``actual_minutes`` from the inject, ``None`` when it
    never came; ``evidence`` is the incident and the number of the entry that shows it."""
    took = "never came" if actual_minutes is None else f"after {actual_minutes:.1f} minutes"
    entry = timeline.append(
        session, number, MEASURED,
        f"{expected.what}: {took}, {expected.within_minutes} allowed ({expected.requirement}): "
        f"{verdict}",
        now=now, key=f"measured:{expected.id}",
        data={
            **_step(inject, expected), "actual_minutes": actual_minutes, "verdict": verdict,
            "evidence": None if evidence is None else {"incident": evidence[0], "seq": evidence[1]},
        },
    )  # fmt: skip
    return entry is not None


def leave(session: Session, number: str, person: str, real: str, *, now: datetime) -> bool:
    """A real incident takes a person out (E40); ``False`` if that was so already."""
    entry = timeline.append(
        session, number, LEFT, f"{person} leaves the exercise: {real} is a real incident",
        now=now, key=f"left:{person}", data={"person": person, "real": real},
    )  # fmt: skip
    return entry is not None


def refused(
    session: Session, number: str, incident: str, channel: str, why: str, *, now: datetime
) -> None:
    """What the fence kept inside, each thing once."""
    timeline.append(
        session, number, FENCED, f"Refused: {why}",
        now=now, key=f"fenced:{incident}:{channel}:{why}"[:300],
        data={"channel": channel, "number": incident},
    )  # fmt: skip


def stop(session: Session, number: str, *, by: str, why: str, now: datetime) -> bool:
    """Stop an exercise, planned or running; it does not count (D28). ``False`` if it was over.

    Its incidents are closed by their own runs, which hear of it.
    """
    row = incidents.held(session, number)
    if row.closed_at is not None:
        return False
    timeline.append(
        session, number, STOPPED, f"Stopped: {why}",
        now=now, author=by, source="person" if by != incidents.SCHEDULE else "system",
        key=STOPPED, data={"person": by, "why": why},
    )  # fmt: skip
    incidents.close(session, number, CUT_SHORT, now=now)
    return True


def end(session: Session, number: str, *, now: datetime) -> None:
    """It has come to its end: every step is measured. Once."""
    row = incidents.held(session, number)
    if row.closed_at is not None:
        return
    steps = get(session, number).steps
    met = sum(step.verdict == "pass" for step in steps)
    timeline.append(
        session, number, ENDED, f"{met} of {len(steps)} steps passed",
        now=now, key=ENDED, data={"passed": met, "steps": len(steps)},
    )  # fmt: skip
    incidents.close(session, number, OVER, now=now)


def get(session: Session, number: str) -> ExerciseRecord:
    """An exercise as its timeline has it; ``LookupError`` when there is none of this number."""
    row = incidents.get(session, number)
    if row.kind != EXERCISE:
        raise LookupError(f"{number} is no exercise; it is a record of kind {row.kind!r}")
    return _record(row, timeline.entries(session, number))


def all_exercises(session: Session) -> list[ExerciseRecord]:
    """Every exercise, the newest first."""
    query = sa.select(Incident).where(Incident.kind == EXERCISE).order_by(Incident.seq.desc())
    return [_record(row, timeline.entries(session, row.number)) for row in session.scalars(query)]


def running(session: Session) -> ExerciseRecord | None:
    """The exercise that runs now."""
    query = sa.select(Incident.number).where(
        Incident.kind == EXERCISE, Incident.state == RUNNING, Incident.closed_at.is_(None)
    )
    number = session.scalars(query).first()
    return None if number is None else get(session, number)


def played(session: Session, number: str) -> list[Incident]:
    """The incidents that are played in an exercise, in their order."""
    query = sa.select(Incident).where(Incident.part_of == number).order_by(Incident.seq)
    return list(session.scalars(query))


def played_state(session: Session, plan: Plan, incident: str, system: str) -> str | None:
    """``down`` or ``up`` for a system whose state is played in the exercise of an incident;
    ``None`` for any other: then it is looked at."""
    number = of_incident(session, incident)
    if number is None:
        return None
    record = get(session, number)
    scenario = next((s for s in plan.scenarios if s.id == record.scenario), None)
    states = {"system-down": "down", "system-up": "up"}
    state = None
    for id in record.given if scenario else ():
        each = scenario.inject(id)  # type: ignore[union-attr]
        if each.system == system:
            state = states.get(each.does, state)
    return state


def concerned(session: Session, since: datetime) -> dict[str, str]:
    """Whoever a real incident that is open has called on since a moment (UTC), by code, with its
    number: they are out of any exercise at once (E40)."""
    query = (
        sa.select(Message.recipient, Message.incident)
        .join(Incident, Incident.number == Message.incident)
        .where(
            Incident.exercise.is_(False), Incident.closed_at.is_(None), Message.queued_at >= since
        )
        .order_by(Message.id)
    )
    found: dict[str, str] = {}
    for person, number in session.execute(query):
        found.setdefault(person, number)
    return found


def withdraw_unsent(session: Session, number: str, person: str | None, why: str) -> int:
    """What waits to be sent in an exercise and its incidents is not sent any more, to one person or
    to all; how many messages those were (E40)."""
    numbers = [number, *(row.number for row in played(session, number))]
    which: list[sa.ColumnElement[bool]] = [
        Message.incident.in_(numbers),
        Message.state.in_(("queued", "failed")),
    ]
    if person is not None:
        which.append(Message.recipient == person)
    done = session.execute(
        sa.update(Message).where(*which).values(state="skipped", detail=f"withdrawn: {why}")
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def of_incident(session: Session, number: str) -> str | None:
    """The exercise behind whose fence an incident's messages stay: its own number for an exercise,
    that of the exercise it is played in; ``None`` for a real one."""
    return behind(incidents.get(session, number))


def behind(row: Incident) -> str | None:
    """As ``of_incident``, for a row at hand."""
    return row.number if row.kind == EXERCISE else row.part_of


def last_counted(session: Session, entry: str | None = None) -> ExerciseRecord | None:
    """The newest exercise that counts (D28): evaluated, or ended with every step passed.

    One that was stopped, or that nobody evaluated after a step failed, does not. ``entry`` asks
    for one entry of the programme.
    """
    for record in all_exercises(session):
        if entry not in (None, record.entry):
            continue
        passed = bool(record.steps) and all(step.verdict == "pass" for step in record.steps)
        if record.state == EVALUATED_STATE or (record.state == OVER and passed):
            return record
    return None


def latest_start(session: Session, now: datetime) -> datetime | None:
    """The last moment (UTC) that leaves no year without an exercise that counts (R52, D28);
    ``None`` where there was none yet, or where that moment has passed: then it is overdue, and
    any date is better than none."""
    last = last_counted(session)
    if last is None or last.ended_at is None:
        return None
    latest = months_after(last.ended_at, 12)
    return latest if latest >= now else None


def _in_time(session: Session, starts_at: datetime, now: datetime) -> None:
    latest = latest_start(session, now)
    if latest is not None and starts_at > latest:
        raise NotNow(
            f"{starts_at:%Y-%m-%d %H:%M} UTC is later than a year after the last exercise that "
            f"counts; right would be {latest:%Y-%m-%d %H:%M} UTC at the latest"
        )


def _step(inject: Inject, each: Expectation) -> dict[str, Any]:
    return {
        "inject": inject.id, "expect": each.id, "fact": each.what,
        "requirement": each.requirement, "expected_minutes": each.within_minutes,
    }  # fmt: skip


def _record(row: Incident, entries: Sequence[TimelineEntry]) -> ExerciseRecord:
    of: dict[str, list[TimelineEntry]] = {}
    for entry in entries:
        of.setdefault(entry.type, []).append(entry)
    (planned,) = of[PLANNED]
    newest = (of.get(MOVED) or [planned])[-1]
    now_round = int(newest.data.get("round", 1))
    began, stopped = of.get(BEGAN), of.get(STOPPED)
    answered: dict[str, tuple[str, ...]] = {}
    for entry in of.get(ANSWERED, ()):
        inject = str(entry.data["inject"])
        answered[inject] = (*answered.get(inject, ()), str(entry.data.get("person", GONE)))
    return ExerciseRecord(
        number=row.number,
        entry=planned.data["entry"],
        scenario=planned.data["scenario"],
        state=row.state,
        plan_hash=row.plan_hash,
        starts_at=datetime.fromisoformat(newest.data["starts_at"]),
        planned_at=planned.occurred_at,
        round=now_round,
        players=tuple(planned.data.get("players", ())),
        lines=tuple(planned.data["lines"]),
        clients=tuple(planned.data["clients"]),
        confirmed=tuple(
            dict.fromkeys(
                str(e.data.get("person", GONE))
                for e in of.get(CONFIRMED, ())
                if int(e.data["round"]) == now_round
            )
        ),
        confirmed_at=max(
            (e.occurred_at for e in of.get(CONFIRMED, ()) if int(e.data["round"]) == now_round),
            default=None,
        ),
        began_at=began[0].occurred_at if began else None,
        ended_at=row.closed_at,
        stopped=stopped[0].text if stopped else "",
        given={str(e.data["inject"]): e.occurred_at for e in of.get(GIVEN, ())},
        answered=answered,
        left=tuple(str(e.data.get("person", GONE)) for e in of.get(LEFT, ())),
        steps=_steps(of.get(EXPECTED, ()), of.get(MEASURED, ())),
    )


def _steps(
    expected: Sequence[TimelineEntry], measured: Sequence[TimelineEntry]
) -> tuple[Step, ...]:
    found = {entry.data["expect"]: entry.data for entry in measured}
    return tuple(
        Step(
            inject=entry.data["inject"],
            expect=entry.data["expect"],
            what=entry.data["fact"],
            requirement=entry.data["requirement"],
            expected_minutes=entry.data["expected_minutes"],
            actual_minutes=found.get(entry.data["expect"], {}).get("actual_minutes"),
            verdict=found.get(entry.data["expect"], {}).get("verdict"),
            evidence=_evidence(found.get(entry.data["expect"], {}).get("evidence")),
        )
        for entry in expected
    )


def _evidence(found: dict[str, Any] | None) -> tuple[str, int] | None:
    return None if found is None else (str(found["incident"]), int(found["seq"]))
