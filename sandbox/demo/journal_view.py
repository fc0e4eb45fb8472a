"""The journal as the demo shows it while it runs: for the eye only, no verdict is read here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from kitart.journal import (
    cover_course,
    cover_now,
    documents,
    incidents,
    late_entries,
    levels,
    timeline,
)
from kitart.journal.cover_course import QueueRecord
from kitart.journal.database import Journal
from kitart.journal.tables import TimelineEntry
from kitart.plan.schema import Plan
from kitart.plan.workplace import WORKPLACE_UNUSABLE


@dataclass(frozen=True)
class QueueSeen:
    """A queue that the outage touches: its seats, the rungs that fill them, its project's level.

    ``short_for``: since the first empty seat until all were filled for good, None while nobody was
    missed; ``recovered`` is whether they were.
    """

    queue: str
    filled: int
    needed: int
    cover: str
    level: int
    short_for: timedelta | None = None
    recovered: bool = False


@dataclass(frozen=True)
class Seen:
    """The incident as it stands: its entries so far, and the last report to each client."""

    number: str = ""
    state: str = "no incident yet"
    effect_at: datetime | None = None
    recovered_at: datetime | None = None
    entries: list[TimelineEntry] = field(default_factory=list)
    reports: dict[str, str] = field(default_factory=dict)
    queues: list[QueueSeen] = field(default_factory=list)


class JournalView:
    """Reads the newest incident of a journal and writes nothing."""

    def __init__(self, url: str, plan: Plan) -> None:
        self._journal = Journal(url)
        self._plan = plan

    def read(self, now: datetime) -> Seen:
        """The newest incident, if there is one, as it stands at ``now`` on the plan's clock."""
        with self._journal.read() as session:
            open_or_filing = incidents.unsettled(session)
            number = open_or_filing[-1].number if open_or_filing else "INC-0001"
            try:
                row = incidents.get(session, number)
            except LookupError:
                return Seen()
            reports = {
                report.client: f"{report.type.replace('-', ' ')}, {report.state}"
                for report in documents.of_incident(session, number)
            }
            return Seen(
                number, row.state, row.cause_at, row.recovered_at,
                timeline.entries(session, number), reports,
                self._queues(session, number, now) if row.kind == WORKPLACE_UNUSABLE else [],
            )  # fmt: skip

    def _queues(self, session: Session, number: str, now: datetime) -> list[QueueSeen]:
        told = cover_now.seats_as_told(session, number)
        in_force = levels.of_incident(session, number)
        standing = late_entries.standing(timeline.entries(session, number))
        records = cover_course.of_incident(session, self._plan, number, standing, now)
        courses = {f"{each.project}/{each.language}": each for each in records}
        return [
            _queue(seats, in_force.of(str(seats["project"])), courses.get(queue), now)
            for queue, seats in sorted(told.items())
        ]

    def close(self) -> None:
        """Close the connection."""
        self._journal.close()


def _queue(
    seats: dict[str, Any], level: int, record: QueueRecord | None, now: datetime
) -> QueueSeen:
    by_rung = ", ".join(f"{n} {rung.replace('_', ' ')}" for rung, n in seats["by_rung"].items())
    own = f"{seats['own']} own" if seats["own"] else ""
    shortage = record.course.shortages[0] if record and record.course.shortages else None
    end = shortage.over_at if shortage else None
    return QueueSeen(
        seats["queue"], seats["filled"], seats["needed"],
        ", ".join(filter(None, (own, by_rung))) or "nobody",
        level, (end or now) - shortage.start if shortage else None, end is not None,
    )  # fmt: skip
