"""Posts taken together in one transaction come to the same as one after the other (E33)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks.storm import SOURCE, storm
from kitart.alerts.intake import Post, accept_all
from kitart.journal.database import Journal
from kitart.journal.tables import Alert, Incident
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE
from tests.new_journal import make_tables

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
PLAN = load_plan(HOUSE / "config")
MONITOR = next(source for source in PLAN.monitoring.sources if source.name == SOURCE)


def taken(path: Path, bodies: list[bytes], at_once: int) -> tuple[list[object], list[object]]:
    journal = Journal(f"sqlite:///{path / f'{at_once}.db'}")
    make_tables(journal)
    for begin in range(0, len(bodies), at_once):
        came = [Post(PLAN, MONITOR, body) for body in bodies[begin : begin + at_once]]
        became = accept_all(journal, came, now=NOW)
        assert not [each for each in became if isinstance(each, Exception)]
    with journal.read() as session:
        alerts = [
            (a.dedup_key, a.episode, a.status, a.outcome, a.times_received, a.incident, a.body)
            for a in session.scalars(sa.select(Alert).order_by(Alert.dedup_key, Alert.episode))
        ]
        incidents = [
            (i.number, i.system_id, i.entries)
            for i in session.scalars(sa.select(Incident).order_by(Incident.seq))
        ]
    journal.close()
    return alerts, incidents


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_together_or_one_by_one_it_comes_to_the_same(tmp_path: Path, seed: int) -> None:
    bodies = list(storm(150, NOW - timedelta(minutes=1), seed).bodies)
    one_by_one = taken(tmp_path, bodies, 1)
    assert taken(tmp_path, bodies, 50) == one_by_one
    assert one_by_one[1]
