"""The worker asks for new runs when the journal was written, and is not undone by its absence."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from kitart.clock import monotonic_s, real_now, sleep_s
from kitart.journal import health
from kitart.journal.database import Journal
from kitart.worker import waking
from kitart.worker.waking import JournalAlarm
from tests.new_journal import make_tables


def write(journal: Journal) -> None:
    with journal.write() as session:
        health.mark(session, "test", True, "", now=real_now(), real_now=real_now())


def test_a_write_of_another_is_heard_within_a_fraction_of_a_second(
    tmp_path: Path, database_url: Callable[[], str]
) -> None:
    url = database_url() or f"sqlite:///{tmp_path / 'journal.db'}"
    journal = Journal(url)
    make_tables(journal)
    heard = threading.Event()
    alarm = JournalAlarm(url, heard.set)
    alarm.start()
    try:
        assert heard.wait(10), "the first look says that it is to be read"
        sleep_s(0.5)
        heard.clear()
        assert not heard.wait(1), "nothing was written"
        begun_s = monotonic_s()
        write(journal)
        assert heard.wait(10)
        assert monotonic_s() - begun_s < 5
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
        write(journal)
        assert heard.wait(10)
        journal.close()
    finally:
        alarm.stop()
