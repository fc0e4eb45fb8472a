"""Opening an incident under the general plan: projects instead of a system (R8-R15)."""

from __future__ import annotations

import hashlib
import textwrap
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.clock import real_now
from kitart.journal import incidents, plans, timeline
from kitart.journal.incidents import Opened
from kitart.plan.general import GENERAL, GENERAL_RESPONSE, UNKNOWN, YES
from kitart.plan.schema import Plan

TITLE_LETTERS = 70


@dataclass(frozen=True)
class Seen:
    """What somebody reports: in one sentence, and what of it is known.

    ``projects`` are codes of the plan, none when none is known; ``systems`` are the reporter's own
    words; ``cause_at`` (UTC) is when it began, ``None`` means now.
    """

    seen: str
    reported_by: str
    projects: tuple[str, ...] = ()
    customer_care: str = UNKNOWN
    systems: str = ""
    cause_at: datetime | None = None
    priority: str | None = None
    # What makes two reports one; else the words and the projects themselves do.
    cause: str | None = None

    @property
    def key(self) -> str:
        """The same for two reports of the same thing, and no system's code."""
        words = " ".join(self.seen.lower().split()) + "|" + ",".join(sorted(self.projects))
        return f"{GENERAL}:{self.cause or hashlib.sha256(words.encode()).hexdigest()[:16]}"


def open_general(
    session: Session,
    plan: Plan,
    report: Seen,
    *,
    now: datetime,
    exercise: bool = False,
    part_of: str | None = None,
) -> Opened:
    """Record a report that names no system: the incident it opened, or joined when the same was
    reported before. The plan is frozen into a new incident (D30).

    Raises ``KeyError`` for a project that the plan does not know.
    """
    for code in report.projects:
        plan.project(code)
    plans.keep(session, plan.hash, plan.snapshot, now=now)
    cause_at = min(report.cause_at or now, now)
    opened = incidents.open_or_join(
        session,
        incidents.Report(
            kind=GENERAL_RESPONSE,
            system_id=GENERAL,
            title=textwrap.shorten(report.seen, TITLE_LETTERS, placeholder=" …"),
            cause_at=cause_at,
            reported_at=now,
            reported_by=report.reported_by,
            priority_proposed=report.priority or ("P2" if report.customer_care == YES else "P3"),
            plan_hash=plan.hash,
            exercise=exercise,
            part_of=part_of,
            projects=report.projects,
            customer_care=report.customer_care,
            cause=report.key,
        ),
        now=now,
        real_now=real_now(),
    )
    note_report(session, opened.incident.number, report, new=opened.new, now=now)
    return opened


def note_report(session: Session, number: str, report: Seen, *, new: bool, now: datetime) -> None:
    """Keep a report in the incident's record, in the reporter's words (R8, E33)."""
    timeline.append(
        session,
        number,
        "report" if new else "duplicate added",
        f"{report.reported_by}: {report.seen}",
        now=now,
        occurred_at=min(report.cause_at or now, now),
        author=report.reported_by,
        source="monitor" if report.reported_by.startswith("monitor") else "person",
        data={
            "projects": list(report.projects),
            "customer_care": report.customer_care,
            "systems": report.systems,
        },
    )
