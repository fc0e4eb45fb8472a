"""An incident that a run seems to drive while a test lasts: the watchman leaves it alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kitart.clock import real_now
from kitart.journal import incidents
from kitart.journal.tables import Incident

LONG = timedelta(days=1)


def hold(incident: Incident) -> None:
    """Let it be held from now on; ``holds_last`` must be in force."""
    incident.lease_run, incident.lease_fence = "elsewhere", 1
    incident.lease_until = real_now() + LONG


def holds_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the test ends no hold lapses that was taken with ``hold``."""
    monkeypatch.setattr(incidents, "LEASE_LENGTH", LONG)
