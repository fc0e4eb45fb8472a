"""The worker asks for new runs when the journal says so, and is not undone by its absence."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from kitart.clock import monotonic_s, real_now, sleep_s
from kitart.journal import health, incidents, plans
from kitart.journal.database import Journal
from kitart.journal.incidents import Report
from kitart.worker import waking
from kitart.worker.waking import JournalAlarm
from tests.new_journal import make_tables


def write(journal: Journal) -> None:
    with journal.write() as session:
        health.mark(session, "test", True, "", now=real_now(), real_now=real_now())


def ask_for_run(journal: Journal, run: str) -> None:
    now = real_now()
    with journal.write() as session:
        if not incidents.unsettled(session):
            plans.keep(session, "h", {"a": "plan"}, now=now)
            incidents.open_or_join(
                session,
                Report(
                    kind="vital systems offline", system_id="VCC", title="VCC offline",
                    cause_at=now, reported_at=now, reported_by="monitor test",
                    priority_proposed="P1", plan_hash="h",
                ),
                now=now, real_now=now,
            )  # fmt: skip
        incidents.get(session, "INC-0001").requested_run = run


def test_a_run_asked_for_is_heard_of_within_a_fraction_of_a_second_and_once(
    tmp_path: Path, database_url: Callable[[], str]
) -> None:
    url = database_url() or f"sqlite:///{tmp_path / 'journal.db'}"
    journal = Journal(url)
    make_tables(journal)
    heard = threading.Event()
    alarm = JournalAlarm(url, heard.set)
    alarm.start()
    try:
        assert not heard.wait(0.5), "no run was asked for yet"
        write(journal)
        assert not heard.wait(0.5), "each question to Prefect costs: not at any write"
        for run in ("a-run", "its successor"):
            begun_s = monotonic_s()
            ask_for_run(journal, run)
            assert heard.wait(10)
            assert monotonic_s() - begun_s < 5
            heard.clear()
        write(journal)
        assert not heard.wait(0.5), "it is known already"
    finally:
        alarm.stop()
        journal.close()


def test_a_journal_that_is_not_there_yet_is_waited_for_and_not_made(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(waking, "TRY_AGAIN_S", 0.1)
    file = tmp_path / "journal.db"
    heard = threading.Event()
    alarm = JournalAlarm(f"sqlite:///{file}", heard.set)
    alarm.start()
    try:
        assert not heard.wait(0.5)
        assert not file.exists()
        journal = Journal(f"sqlite:///{file}")
        make_tables(journal)
        sleep_s(0.5)
        ask_for_run(journal, "a-run")
        assert heard.wait(10)
        journal.close()
    finally:
        alarm.stop()
