"""The mode that our IVR webhook serves per line: written by order, read back, by version."""

from __future__ import annotations

import sqlalchemy as sa

from kitart.clock import Clock
from kitart.connectors.voice import Mode, RoutingConflict
from kitart.connectors.voice import RoutingMode as Setting
from kitart.journal.database import Journal
from kitart.journal.once import insert_once
from kitart.journal.tables import RoutingMode


class JournalRoutingModes:
    """The ``RoutingModes`` of the voice connector, kept in the journal."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    def read(self, line: str) -> Setting:
        """The line's mode; ``normal`` with version 0 where none was ever set."""
        with self._journal.read() as session:
            row = session.get(RoutingMode, line)
        if row is None:
            return Setting(line, "normal", 0)
        return Setting(line, row.mode, row.version, row.set_at, row.set_by)  # type: ignore[arg-type]

    def write(self, line: str, mode: Mode, expected_version: int, set_by: str) -> Setting:
        """Set the line's mode; ``RoutingConflict`` when somebody set it since."""
        now = self._clock.now()
        values = {"mode": mode, "version": expected_version + 1, "set_at": now, "set_by": set_by}
        with self._journal.write() as session:
            if expected_version == 0:
                written = insert_once(session, RoutingMode, line=line, **values)
            else:
                changed = session.execute(
                    sa.update(RoutingMode)
                    .where(RoutingMode.line == line, RoutingMode.version == expected_version)
                    .values(**values)
                )
                written = changed.rowcount == 1  # type: ignore[attr-defined]
        if not written:
            raise RoutingConflict(self.read(line), expected_version)
        return Setting(line, mode, expected_version + 1, now, set_by)

    def all_modes(self) -> dict[str, str]:
        """Every line that was ever set, with its mode."""
        with self._journal.read() as session:
            return {row.line: row.mode for row in session.scalars(sa.select(RoutingMode))}
