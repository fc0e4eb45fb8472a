"""When the plan is to be reviewed, why, and when who answers for it is reminded (R51, A25)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from kitart.plan.difference import Change
from kitart.plan.limits import Limits

Reason = Literal[
    "scheduled", "incident", "test", "staff", "client", "language", "system", "law", "audit",
    "request",
]  # fmt: skip
"""Why a plan is reviewed (reports §7); the first seven Kitart finds by itself."""
BY_PEOPLE: tuple[Reason, ...] = ("request", "law", "audit")
Stage = Literal["soon", "due", "overdue"]
WORST_TO_IGNORE = 1
"""The cover level after which nothing is reviewed: from 2 on it is (A25)."""
WEEK = timedelta(days=7)
MATRIX_FIELDS = ("kind", "deputy")
"""What makes another matrix of the same people; a new phone number does not."""


@dataclass(frozen=True)
class Trigger:
    """One reason for a review: since which day, and its number where it has one."""

    reason: Reason
    on: date
    reference: str = ""


@dataclass(frozen=True)
class Due:
    """The day on which a review is due, and all reasons for it, the earliest first."""

    on: date
    reasons: tuple[Trigger, ...]


@dataclass(frozen=True)
class Reminder:
    """What is to be said today; ``weeks`` counts the weeks over time."""

    stage: Stage
    due: date
    weeks: int = 0


def review_due(
    yearly_from: date, agreed: date | None, triggers: Sequence[Trigger], limits: Limits
) -> Due:
    """When the next review is due (A25).

    ``yearly_from`` is the day of the last one, or without any the day since which the plan is
    known; ``agreed`` the day that the last one named, which can only be earlier than a year.
    Each trigger asks for one within its days.
    """
    year = yearly_from + timedelta(days=limits.review_days)
    scheduled = min(year, agreed) if agreed else year
    days = timedelta(days=limits.review_after_trigger_days)
    found = sorted(
        [(scheduled, Trigger("scheduled", scheduled)), *((t.on + days, t) for t in triggers)],
        key=lambda each: (each[0], each[1].reason, each[1].reference),
    )
    on = found[0][0]
    # The year is a reason of its own only when it is near too.
    near = on + timedelta(days=limits.review_reminder_days)
    return Due(on, tuple(t for at, t in found if t.reason != "scheduled" or at <= near))


def reminder(due: date, today: date, limits: Limits) -> Reminder | None:
    """The reminder that is in force today: some days before, on the day, then each week.

    A morning on which nothing ran loses none: the next one says what is in force then.
    """
    if today < due - timedelta(days=limits.review_reminder_days):
        return None
    if today < due:
        return Reminder("soon", due)
    weeks = (today - due) // WEEK
    return Reminder("overdue", due, weeks) if weeks else Reminder("due", due)


def wants_review(level: int, priority: str) -> bool:
    """Whether an incident asks for a review: cover level 2 or worse, or P1 (A25)."""
    return level > WORST_TO_IGNORE or priority == "P1"


def found_in(changes: Collection[Change]) -> tuple[tuple[Reason, str], ...]:
    """The reasons in a changed plan, each with the code it is about: staff in the matrix, a new
    client, language or system (A25)."""
    found: dict[tuple[Reason, str], None] = {}
    for change in changes:
        reason = _reason(change)
        if reason is not None:
            found[reason, change.about] = None
    return tuple(found)


def _reason(change: Change) -> Reason | None:
    whole = not change.path
    if change.section == "people" and (whole or change.path[0] in MATRIX_FIELDS):
        return "staff"
    if change.section == "clients" and whole and change.kind == "added":
        return "client"
    if change.section == "systems" and whole and change.kind == "added":
        return "system"
    if change.section == "projects" and change.kind == "added":
        queue = len(change.path) == 2 and change.path[0] == "queues"
        return "language" if whole or queue else None
    if change.section == "projects" and change.path[:1] in (
        ("account_manager",), ("deputy_account_manager",), ("supervisors",),
    ):  # fmt: skip
        return "staff"
    return None


def again(told_at: date, today: date, limits: Limits) -> int:
    """How many times who has not read a version was to be reminded by today: after some days, then
    each week (R51)."""
    first = told_at + timedelta(days=limits.version_read_days)
    return 0 if today < first else 1 + (today - first) // WEEK


def latest_next_review(on: date) -> date:
    """The last day that may be agreed for the next review: 12 months on (reports §7)."""
    try:
        return on.replace(year=on.year + 1)
    except ValueError:  # 29 February
        return on.replace(year=on.year + 1, day=28)


CHECKLIST = (
    "scope", "contacts", "teams", "backups", "limits", "calendars", "systems", "diverts",
    "templates", "greetings", "offline", "legal", "assumptions", "actions",
)  # fmt: skip
"""What a reviewer goes through (reports §7)."""
ANSWERS = ("yes", "no", "changed")
DECISIONS = ("approved", "rejected", "postponed")
