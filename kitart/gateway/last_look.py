"""The newest look at the readiness, read once: it changes once a day and is a month of hours."""

from __future__ import annotations

import threading
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import readiness
from kitart.rules.readiness.result import Readiness


class LastLook:
    """Keeps the newest look until the journal has another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at: datetime | None = None
        self._found: Readiness | None = None

    def get(self, session: Session) -> Readiness | None:
        """The newest look that the journal has; ``None`` before the first."""
        at = readiness.latest_at(session)
        with self._lock:
            if at is None or at != self._at:
                self._found, self._at = readiness.latest(session), at
            return self._found
