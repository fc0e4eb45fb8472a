"""Who should take over at a change of shift (E26). Pure: it proposes, a person accepts."""

from __future__ import annotations

from datetime import datetime, timedelta

from kitart.plan import whom
from kitart.plan.hours import within
from kitart.plan.schema import Plan, on_leave

LONGEST_SHIFT = timedelta(hours=12)


def ert_relief(plan: Plan, lead: str, since: datetime, at: datetime) -> str | None:
    """The ERT member whom the rota has on duty at ``at``, if that is another shift than the one
    in which ``lead`` took it ``since`` then (both aware); ``None`` while no relief is due."""
    on_duty, then = plan.ert_order(at)[0].id, plan.ert_order(since)[0].id
    same_shift = on_duty == then and at - since < LONGEST_SHIFT
    return None if same_shift or on_duty == lead else on_duty


def manager_relief(
    plan: Plan, manager: str, acting: str, since: datetime, at: datetime
) -> str | None:
    """Who takes over an account manager's part from ``acting``, whose hours ended after ``since``:
    the first of the account manager and the stand-ins who is at work at ``at``; else ``None``."""
    if _at_work(plan, acting, at) or not _at_work(plan, acting, since):
        return None
    return next((code for code in whom.stand_ins(plan, manager) if _at_work(plan, code, at)), None)


def _at_work(plan: Plan, code: str, at: datetime) -> bool:
    person = plan.person(code)
    return within(person.hours, person.time_zone, at) and not on_leave(person, at)
