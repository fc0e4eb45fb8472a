"""A storm of alerts: nothing accepted is lost, the right incidents, and nothing half done."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from benchmarks.storm import CONNECTIONS, PROBLEMS, config_for_the_storm, missing, send, storm
from kitart.alerts import intake
from kitart.alerts.intake import Post, accept_all
from kitart.alerts.readers import UnreadablePost
from kitart.clock import sleep_s
from kitart.gateway import watchman
from kitart.gateway.intake_queue import AT_ONCE
from kitart.journal import database, incidents, timeline
from kitart.plan.loading import load_plan
from tests.integration.gateway.conftest import SECRET, START

POSTS = 500
BEGAN = datetime.fromisoformat(START) - timedelta(minutes=1)


@pytest.fixture
def stormy(place: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    # People are told of elsewhere: here only what becomes of the posts is looked at.
    monkeypatch.setattr(watchman.Watchman, "opened", lambda self, number: None)
    monkeypatch.setattr(watchman.Watchman, "look", lambda self: None)
    place.use_plan(load_plan(config_for_the_storm(tmp_path)).snapshot())
    return place


def url(place: Any) -> str:
    return f"{place.server.url}/webhooks/alertmanager/{SECRET}"


def test_of_a_storm_nothing_is_lost_and_each_problem_has_one_incident(stormy) -> None:
    sent = storm(POSTS, BEGAN)
    answered = send(url(stormy), sent.bodies)
    assert answered.statuses == {202: POSTS}
    assert missing(stormy.inst.journal, sent) == []
    assert len(stormy.incidents()) == PROBLEMS


def test_the_storm_again_changes_nothing_but_the_counts(stormy) -> None:
    sent = storm(POSTS, BEGAN)
    send(url(stormy), sent.bodies)
    before = [(i.number, i.entries) for i in stormy.incidents()]
    assert send(url(stormy), sent.bodies).statuses == {202: POSTS}
    assert [(i.number, i.entries) for i in stormy.incidents()] == before
    assert sum(a.times_received for a in stormy.alerts()) == 2 * sent.alerts


def test_what_is_missing_after_a_storm_would_be_seen(stormy) -> None:
    sent = storm(POSTS, BEGAN)
    send(url(stormy), sent.bodies[: POSTS - 1])
    assert missing(stormy.inst.journal, sent)


@pytest.mark.sqlite_only
def test_a_full_disk_in_the_storm_refuses_whole_posts_and_nothing_half_done(stormy) -> None:
    sent = storm(POSTS, BEGAN)
    engine = stormy.inst.journal.engine
    assert send(url(stormy), sent.bodies[:100]).statuses == {202: 100}
    with stormy.inst.journal.read() as session:
        pages = session.scalar(sa.text("PRAGMA page_count"))
    large = [large_post(n) for n in range(10)]

    def full(connection: Any, *_: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    def room(connection: Any, *_: Any) -> None:
        connection.execute("PRAGMA max_page_count=1073741823")

    sa.event.listen(engine, "checkout", full)
    # What needs no room may still be taken: a repeat is only counted.
    answered = send(url(stormy), [*sent.bodies[100:300], *large])
    assert set(answered.statuses) <= {202, 503}
    assert answered.statuses[503] >= len(large)
    refused = stormy.post(large[0])
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    assert not [alert for alert in stormy.alerts() if alert.dedup_key.startswith("large")]
    for incident in stormy.incidents():
        with stormy.inst.journal.read() as session:
            assert timeline.first_broken(session, incident) is None
        assert [alert for alert in stormy.alerts() if alert.incident == incident.number]
    sa.event.remove(engine, "checkout", full)
    sa.event.listen(engine, "checkout", room)
    # The monitor sends again what was refused: then all is there.
    again = send(url(stormy), [*sent.bodies, *large])
    assert again.statuses == {202: POSTS + len(large)}
    kept = {(a.dedup_key, a.started_at.isoformat()) for a in stormy.alerts() if a.started_at}
    assert kept >= sent.runs
    assert len(kept - sent.runs) == len(large)
    assert len(stormy.incidents()) == PROBLEMS


def large_post(number: int) -> bytes:
    """One that needs much room, and fits no rule."""
    alert = {
        "status": "firing", "labels": {"alertname": "Large", "service": "elsewhere"},
        "annotations": {"summary": "Large", "description": "x" * 50_000},
        "startsAt": "2026-11-24T08:00:00+00:00", "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": f"large-{number}",
    }  # fmt: skip
    return json.dumps({"version": "4", "alerts": [alert]}).encode()


@pytest.mark.sqlite_only
def test_a_locked_journal_in_the_storm_answers_503_and_takes_all_when_it_is_free(
    stormy, monkeypatch
) -> None:
    monkeypatch.setattr(database, "LOCK_LIMIT_S", 0.2)
    stormy.inst.journal.close()  # connections are opened anew, with the short patience
    sent = storm(POSTS, BEGAN)
    path = stormy.folder / "journal.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    locked = send(url(stormy), sent.bodies[:60])
    assert locked.statuses == {503: 60}
    assert stormy.alerts() == []
    other.execute("ROLLBACK")
    other.close()
    assert send(url(stormy), sent.bodies).statuses == {202: POSTS}
    assert missing(stormy.inst.journal, sent) == []


def test_people_are_answered_in_the_middle_of_a_storm(stormy) -> None:
    sent = storm(POSTS, BEGAN)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(send, url(stormy), sent.bodies)
        while not coming.done():
            with stormy.inst.journal.write() as session:
                incidents.unsettled(session)
            sleep_s(0.05)
    assert coming.result().statuses == {202: POSTS}


def test_one_post_that_breaks_breaks_only_itself(stormy, monkeypatch) -> None:
    source = stormy.plan.monitoring.sources[0]
    bodies = list(dict.fromkeys(storm(POSTS, BEGAN).bodies))[:5]
    real = intake.take

    def take(session: Any, plan: Any, readings: Any, body: str, *args: Any, **more: Any) -> Any:
        done = real(session, plan, readings, body, *args, **more)
        if body == bodies[2].decode():
            raise ZeroDivisionError("a post that nobody thought of")
        return done

    monkeypatch.setattr(intake, "take", take)
    came = [Post(stormy.plan, source, body) for body in (*bodies, b"no json")]
    became = accept_all(stormy.inst.journal, came, now=stormy.clock.now())
    kinds = [type(each) for each in became]
    assert kinds[2] is ZeroDivisionError
    assert kinds[5] is UnreadablePost
    assert {kinds[n] for n in (0, 1, 3, 4)} == {intake.Accepted}
    assert not [a for a in stormy.alerts() if a.body == bodies[2].decode()]


def test_posts_that_come_at_once_share_a_transaction_and_are_answered_after_it(
    stormy, monkeypatch
) -> None:
    journal = stormy.inst.journal
    before = sum(journal.write_times.taken().up_to)
    gate = threading.Event()
    real = journal.write

    def write(*args: Any, **more: Any) -> Any:
        gate.wait(20)
        return real(*args, **more)

    monkeypatch.setattr(journal, "write", write)
    bodies = storm(POSTS, BEGAN).bodies[:CONNECTIONS]
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(send, url(stormy), bodies)
        stormy.eventually(
            lambda: len(stormy.app.state.intake._waiting) >= CONNECTIONS - AT_ONCE,
            "the waiting posts",
        )
        assert stormy.alerts() == []
        gate.set()
        assert coming.result(30).statuses == {202: CONNECTIONS}
    writes = sum(journal.write_times.taken().up_to) - before
    assert writes < CONNECTIONS / 2
