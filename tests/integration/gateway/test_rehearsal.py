"""The rehearsal at the gateway's start leaves nothing behind and sends nothing."""

from __future__ import annotations

import sqlite3

import pytest

from kitart.gateway.rehearsal import rehearse
from kitart.journal import database


def test_a_rehearsal_leaves_nothing_behind(place) -> None:
    rehearse(place.inst, place.plan)
    assert place.incidents() == []
    assert place.alerts() == []
    assert place.world.sms.sent == []
    assert place.post_alerts(place.alert()).json() == {"opened": ["INC-0001"]}
    before = [e.hash for e in place.entries("report")]
    rehearse(place.inst, place.plan)
    assert place.entries("duplicate added") == []
    assert [e.hash for e in place.entries("report")] == before


@pytest.mark.sqlite_only
def test_a_journal_that_is_locked_does_not_stop_the_start(place, monkeypatch) -> None:
    place.inst.journal.close()
    monkeypatch.setattr(database, "LOCK_LIMIT_S", 0.2)
    other = sqlite3.connect(place.folder / "journal.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    rehearse(place.inst, place.plan)
    other.execute("ROLLBACK")
    other.close()
    assert place.incidents() == []
