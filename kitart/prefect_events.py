"""Kitart's happenings as Prefect events: the third part of the only Prefect client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from kitart.orchestrator import OrchestratorError, prefect_client, prefect_is_set

REFUSED = (400, 413, 422)
"""Prefect's answers that another try would get again."""


@dataclass(frozen=True)
class Happening:
    """One event: its resource and the related ones by their labels, moments in UTC.

    The same ``id`` sent twice is one event; ``follows`` is the one before it of the same batch.
    """

    id: UUID
    name: str
    occurred: datetime
    resource: Mapping[str, str]
    related: Sequence[Mapping[str, str]] = ()
    payload: Mapping[str, Any] = field(default_factory=dict)
    follows: UUID | None = None


class EventRefused(OrchestratorError):
    """Prefect understood and does not want it: sending it again is of no use."""


class EventSink(Protocol):
    """Who is told what happens."""

    def send(self, happenings: Sequence[Happening]) -> None:
        """Tell all of these; raises ``EventRefused``, or ``OrchestratorError`` when it can't be
        done now. Nothing or all of it is taken."""


class PrefectEvents:
    """Prefect's own events, on which the operator's automations act."""

    def send(self, happenings: Sequence[Happening]) -> None:
        """As an ``EventSink``; returns when Prefect has them."""
        if not prefect_is_set():
            raise OrchestratorError("no Prefect server is named (PREFECT_API_URL)")
        from prefect.exceptions import PrefectHTTPStatusError

        try:
            with prefect_client() as client:
                client.request("POST", "/events", json=[_wire(one) for one in happenings])
        except PrefectHTTPStatusError as error:
            kind = EventRefused if error.response.status_code in REFUSED else OrchestratorError
            raise kind(f"Prefect did not take {len(happenings)} events: {error}") from error
        except Exception as error:
            # As for a start: whatever the client raises, they are sent again later.
            raise OrchestratorError(f"Prefect was told of events: {error}") from error


def _wire(one: Happening) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "event": one.name,
        "occurred": one.occurred.isoformat(),
        "resource": dict(one.resource),
        "related": [dict(labels) for labels in one.related],
        "payload": dict(one.payload),
        "follows": None if one.follows is None else str(one.follows),
    }
