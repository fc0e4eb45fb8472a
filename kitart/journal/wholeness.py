"""Whether the whole journal is as it was written (D1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from kitart.journal import timeline
from kitart.journal.database import Journal
from kitart.journal.tables import Incident
from kitart.journal.upgrading import check


@dataclass(frozen=True)
class Wholeness:
    """How much there is, and from which entry on an incident's record is broken."""

    incidents: int
    entries: int
    broken: Mapping[str, int]


def look(journal: Journal) -> Wholeness:
    """Go through every incident's hash chain; raises ``JournalError`` if it is not of this
    version."""
    check(journal)
    broken: dict[str, int] = {}
    entries = 0
    with journal.read() as session:
        found = list(session.scalars(sa.select(Incident).order_by(Incident.seq)))
        for incident in found:
            entries += incident.entries
            if (place := timeline.first_broken(session, incident)) is not None:
                broken[incident.number] = place
    return Wholeness(len(found), entries, broken)
