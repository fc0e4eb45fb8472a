"""How soon and how often a client is told (reports: first notification, status updates)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from kitart.plan.clients import ClientReport
from kitart.plan.limits import Limits


@dataclass(frozen=True)
class Rhythm:
    """``first`` from the confirmed effect, ``update`` between updates, ``news`` for a change of
    the facts; a draft is made ``draft_ahead`` of the promised time, so that it can be approved."""

    first: timedelta
    update: timedelta
    news: timedelta
    draft_ahead: timedelta


def rhythm(report: ClientReport, limits: Limits, priority: str) -> Rhythm:
    """The client's rhythm at a priority; its contract wins over the suggested limits (A23)."""
    urgent = priority == "P1"
    first = limits.first_notice_p1 if urgent else limits.first_notice
    update = limits.update_p1 if urgent else limits.update_other
    first, update = report.first_notice_minutes or first, report.update_minutes or update
    # The deputy gets 10 and the ERT lead 5 minutes before it is due: the approver gets as long.
    ahead = min(limits.approval_to_deputy_before_due + limits.role_unreachable, update / 2)
    return Rhythm(
        first=timedelta(minutes=first),
        update=timedelta(minutes=update),
        news=timedelta(minutes=limits.first_notice_p1),
        draft_ahead=timedelta(minutes=ahead),
    )
