"""The findings of an exercise, as entries of its record: the last one of each number is in force
(reports §6.1 t15)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kitart.journal import incidents, timeline
from kitart.journal.exercises import ExerciseRecord, Step
from kitart.journal.late_entries import CORRECTION, NotTaken, Writer, in_force
from kitart.journal.tables import TimelineEntry
from kitart.plan.roles import role_name
from kitart.rules.exercise_result import FAIL, PART
from kitart.rules.findings import PROPOSED, SERIOUS, FindingForm

FINDING = "finding"


@dataclass(frozen=True)
class Finding:
    """A finding as it stands, by its number; without a person it was proposed by itself."""

    seq: int
    number: int
    form: FindingForm
    role: str
    at: datetime

    @property
    def proposed(self) -> bool:
        """Whether nobody has confirmed it yet."""
        return self.form.category == PROPOSED


def of_exercise(session: Session, number: str) -> list[Finding]:
    """The findings of an exercise as they stand, by number."""
    return findings(timeline.entries(session, number, FINDING, CORRECTION))


def findings(entries: Iterable[TimelineEntry]) -> list[Finding]:
    """The findings among a record's entries as they stand, by number."""
    last = {e.data["number"]: e for e in in_force(entries) if e.type == FINDING}
    return [
        Finding(
            seq=e.seq, number=number, role=e.data.get("role", ""), at=e.recorded_at,
            form=FindingForm(
                text=e.text, category=e.data["category"], requirement=e.data["requirement"],
                cause=e.data.get("cause", ""), step=e.data.get("step", ""),
            ),
        )
        for number, e in sorted(last.items())
        if e.original.erased_at is None
    ]  # fmt: skip


def propose(session: Session, record: ExerciseRecord, *, now: datetime) -> int:
    """Each step that failed, or passed in part, becomes a proposed finding, once; how many are
    new. A person confirms each, or says that it is none."""
    incidents.held(session, record.number)
    new = 0
    for step in record.steps:
        if step.verdict not in (FAIL, PART):
            continue
        entry = timeline.append(
            session, record.number, FINDING, _missed(step), now=now,
            data={"number": _next(session, record.number), "category": PROPOSED,
                  "requirement": step.requirement, "step": step.expect},
            key=f"finding:{step.expect}",
        )  # fmt: skip
        new += entry is not None
    return new


def record(
    session: Session,
    number: str,
    form: FindingForm,
    writer: Writer,
    *,
    place: int | None = None,
    now: datetime,
) -> int | None:
    """Add a finding, or confirm or change the one with the number ``place``; its number.

    ``None`` where it stands just so already. Raises ``NotTaken`` for a number that isn't there.
    """
    incidents.held(session, number)
    known = {each.number: each for each in of_exercise(session, number)}
    if place is not None and place not in known:
        raise NotTaken(f"{number} has no finding {place}")
    if any(form == each.form for each in known.values() if place in (None, each.number)):
        return None  # sent twice
    place = place or _next(session, number)
    data: dict[str, Any] = {
        "person": writer.person, "role": writer.role, "number": place, "category": form.category,
        "requirement": form.requirement, "cause": form.cause, "step": form.step,
    }  # fmt: skip
    timeline.append(
        session, number, FINDING, form.text, now=now, author=role_name(writer.role),
        source="person", data=data,
    )  # fmt: skip
    return place


def serious(session: Session, number: str) -> list[Finding]:
    """Those that are told at once, before the report."""
    return [each for each in of_exercise(session, number) if each.form.category == SERIOUS]


def _next(session: Session, number: str) -> int:
    given = [e.data["number"] for e in timeline.entries(session, number, FINDING)]
    return 1 + max(given, default=0)


def _missed(step: Step) -> str:
    took = "never came" if step.actual_minutes is None else f"after {step.actual_minutes:.1f} min"
    return f"{step.what}: {took}, {step.expected_minutes} min allowed"
