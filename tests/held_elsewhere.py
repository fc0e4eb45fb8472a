"""An incident that a run seems to drive while a test lasts: the watchman leaves it alone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session, object_session

from kitart.clock import real_now
from kitart.journal import incidents
from kitart.journal.tables import Hold, Incident

LONG = timedelta(days=1)


def hold(incident: Incident) -> None:
    """Let it be held from now on; ``holds_last`` must be in force."""
    session = object_session(incident)
    assert session is not None
    incident.lease_run, incident.lease_fence = "elsewhere", 1
    hold_until(session, incident.number, real_now() + LONG)


def hold_until(session: Session, number: str, until: datetime | None) -> None:
    """Whoever has it holds it until then; ``None`` for nobody any more."""
    session.flush()
    incident = incidents.get(session, number)
    session.merge(Hold(incident=number, fence=incident.lease_fence, until=until))
    session.flush()
    session.expire(incident, ["lease_until"])


def holds_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the test ends no hold lapses that was taken with ``hold``."""
    monkeypatch.setattr(incidents, "LEASE_LENGTH", LONG)
