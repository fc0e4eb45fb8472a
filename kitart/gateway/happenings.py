"""Which entry of a timeline is which event, and what the event says.

Codes and numbers only: no words of the record, no person, client, project or address leaves the
journal by an event (D22). docs/monitoring-kitart.md lists the names for the operator.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from kitart.journal.tables import Incident, TimelineEntry
from kitart.prefect_events import Happening

PREFIX = "kitart.incident."
NAMES = {
    "reported": "opened",
    "ack received": "acknowledged",
    "ack timed out": "not-acknowledged",
    "escalated": "escalated",
    "priority set": "priority-set",
    "level set": "level-set",
    "level changed": "level-set",
    "level settled": "level-set",
    "CMT contacted": "crisis-team-called",
    "decision requested": "decision-requested",
    "decided": "decision-made",
    "question withdrawn": "question-withdrawn",
    "report sent": "report-sent",
    "notification overdue": "report-overdue",
    "client not told": "client-not-told",
    "legal clock missed": "legal-clock-missed",
    "handed over": "handed-over",
    "routing failed": "routing-failed",
    "recovery declared": "recovered",
    "reopened": "reopened",
    "closed": "closed",
    "run began": "run-began",
    "run took over": "run-took-over",
    "run missing": "run-missing",
    "run crashed": "run-crashed",
    "clock set": "clock-set",
    "filing waits": "filing-waits",
    "document filed": "document-filed",
    "message failed": "message-failed",
    "message undelivered": "message-undelivered",
    "message uncertain": "message-uncertain",
}
"""By the type of the entry; of what is not named here Prefect hears nothing."""
FIELDS = ("approval", "channel", "document", "level", "purpose", "role", "step")
"""What of an entry's data an event repeats."""
CODE = re.compile(r"[A-Za-z0-9][\w.-]{0,39}")
OURS = UUID("6f2c3c52-3a3c-5d0e-9f57-2b1c6d6f0a19")
"""Makes the ids of our events unlike anybody else's."""


def happenings(rows: Sequence[tuple[Incident, TimelineEntry]]) -> list[Happening]:
    """The events of these entries; each follows the one before it of its incident.

    An event's id comes of the entry's hash: told again, also by another gateway, it is the same.
    """
    found: list[Happening] = []
    last: dict[str, UUID] = {}
    for incident, entry in rows:
        name = NAMES.get(entry.type)
        if name is None:
            continue
        made = _happening(incident, entry, PREFIX + name)
        found.append(replace(made, follows=last.get(incident.number)))
        last[incident.number] = made.id
    return found


def _happening(incident: Incident, entry: TimelineEntry, name: str) -> Happening:
    exercise = "yes" if incident.exercise else "no"
    priority = incident.priority or "none"
    return Happening(
        id=uuid5(OURS, entry.hash),
        name=name,
        occurred=entry.recorded_at,
        resource={
            "prefect.resource.id": f"{PREFIX}{incident.number}",
            "prefect.resource.name": incident.number,
            "kitart.kind": incident.kind,
            "kitart.system": incident.system_id,
            "kitart.priority": priority,
            "kitart.exercise": exercise,
        },
        related=_related(incident),
        payload={
            "incident": incident.number,
            "entry": entry.seq,
            "priority": priority,
            "priority_proposed": incident.priority_proposed,
            "happened_at": entry.occurred_at.isoformat(),
            **_codes(entry.data),
        },
    )


def _related(incident: Incident) -> list[dict[str, str]]:
    found = [
        {
            "prefect.resource.id": f"kitart.system.{incident.system_id}",
            "prefect.resource.role": "system",
        }
    ]
    if incident.run_id:
        run = f"prefect.flow-run.{incident.run_id}"
        found.append({"prefect.resource.id": run, "prefect.resource.role": "flow-run"})
    return found


def _codes(data: dict[str, Any]) -> dict[str, str | int]:
    """Of an entry's data what is a number or a code: never a sentence somebody wrote."""
    return {
        name: value
        for name in FIELDS
        if isinstance(value := data.get(name), int | str)
        and (isinstance(value, int) or CODE.fullmatch(value))
    }
