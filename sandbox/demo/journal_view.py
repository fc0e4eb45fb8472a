"""The journal as the demo shows it while it runs: for the eye only, no verdict is read here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from kitart.journal import documents, incidents, timeline
from kitart.journal.database import Journal
from kitart.journal.tables import TimelineEntry


@dataclass(frozen=True)
class Seen:
    """The incident as it stands: its entries so far, and the last report to each client."""

    number: str = ""
    state: str = "no incident yet"
    effect_at: datetime | None = None
    recovered_at: datetime | None = None
    entries: list[TimelineEntry] = field(default_factory=list)
    reports: dict[str, str] = field(default_factory=dict)


class JournalView:
    """Reads the newest incident of a journal and writes nothing."""

    def __init__(self, url: str) -> None:
        self._journal = Journal(url)

    def read(self) -> Seen:
        """The newest incident, if there is one."""
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
            )  # fmt: skip

    def close(self) -> None:
        """Close the connection."""
        self._journal.close()
