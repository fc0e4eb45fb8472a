"""Corrective actions after they were decided: what is open, what may be said of one, and when its
owner is reminded (D29). Pure; days are those of the company's time zone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from kitart.plan.limits import Limits
from kitart.rules.write_up import DONE, FAILED, FINISHED, OPEN, WORKS, ActionForm, overdue

Occasion = Literal["before", "due", "overdue"]


@dataclass(frozen=True)
class Reminder:
    """A word to an action's owner; ``step`` names the occasion, and each is said once."""

    occasion: Occasion
    step: str
    days_late: int = 0


class NotNow(Exception):
    """What is said of an action can't be said of it as it stands; the message says why."""


def is_open(form: ActionForm) -> bool:
    """Whether it is still to be done, or its effect to be checked."""
    return form.status not in FINISHED


def to_do(form: ActionForm) -> bool:
    """Whether it is to be done: not yet, or again because it did not work."""
    return form.status in (OPEN, FAILED)


def done(form: ActionForm, evidence: str) -> ActionForm:
    """The action, done, with what shows it; raises ``NotNow`` for one that is not to be done."""
    if not to_do(form):
        raise NotNow(f"it is {form.status}; right would be one that is {OPEN} or {FAILED}")
    return replace(form, status=DONE, evidence=evidence.strip())


def checked(form: ActionForm, works: bool, effect: str) -> ActionForm:
    """The action with what the check of its effect showed; raises ``NotNow`` before it is done."""
    if form.status != DONE:
        raise NotNow(f"it is {form.status}; right would be one that is {DONE}: do it first")
    return replace(form, status=WORKS if works else FAILED, effect=effect.strip())


def order(form: ActionForm, today: date) -> tuple[int, date]:
    """Sorts the overdue before the others, and what is finished last; by their day."""
    late = overdue(form.status, form.due, today)
    return (0 if late else 1 if is_open(form) else 2, form.due)


def reminder(form: ActionForm, today: date, limits: Limits) -> Reminder | None:
    """The newest word that its owner is due to have had; ``None`` while there is none, and for
    what was done.

    A morning on which nobody looked is made up for by the next: the occasion stands until the
    next one comes. An action whose day was moved is reminded of anew.
    """
    if not to_do(form):
        return None
    mark = form.due.isoformat()
    if today < form.due - timedelta(days=limits.action_reminder_days):
        return None
    if today < form.due:
        return Reminder("before", f"before:{mark}")
    late = (today - form.due).days
    times = late // limits.action_again_days
    if not times:
        return Reminder("due", f"due:{mark}", late)
    return Reminder("overdue", f"overdue:{mark}:{times}", late)
