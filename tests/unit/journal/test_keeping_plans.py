"""A plan's snapshot is made and read once, not with each incident (D30)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kitart.journal import plans
from kitart.journal.database import Journal

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HASH = "5" * 64


@pytest.mark.covers("D30")
def test_a_plan_that_is_kept_is_neither_made_nor_read_again(journal: Journal) -> None:
    made, asked = [], []

    def snapshot() -> dict[str, Any]:
        made.append(1)
        return {"company": {"name": "Large"}}

    with journal.write() as session:
        plans.keep(session, HASH, snapshot, now=NOW)
    sa.event.listen(journal.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with journal.write() as session:
        plans.keep(session, HASH, snapshot, now=NOW + timedelta(hours=1))
    assert len(made) == 1
    assert not [statement for statement in asked if "body" in statement]
    with journal.read() as session:
        assert plans.snapshot(session, HASH) == {"company": {"name": "Large"}}
        assert plans.taken_at(session, HASH) == NOW
        assert plans.taken_at(session, "6" * 64) is None
