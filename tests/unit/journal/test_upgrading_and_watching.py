"""Bringing a journal up to date, saying what is wrong with one, and hearing of writes."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from kitart.clock import monotonic_s, sleep_s
from kitart.journal import approvals, database, incidents, plans, timeline, watching
from kitart.journal.database import Journal, JournalError
from kitart.journal.tables import Base
from kitart.journal.upgrading import check, upgrade
from kitart.language import phrase
from kitart.messaging.questions import option
from tests.new_journal import make_tables
from tests.unit.journal.hearing import heard

QUESTION = approvals.Question(
    key="INC-0001:close", incident="INC-0001", kind="close",
    title=phrase("Close {incident}?", incident="INC-0001"), text="All is well.",
    options=[option("close", phrase("Close the incident"), phrase("The record is filed"))],
    known=[], due_at=None,
)  # fmt: skip
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
UPGRADE = """
import sys
from kitart.journal.database import Journal
from kitart.journal.upgrading import upgrade
sys.stdin.readline()
print(upgrade(Journal(sys.argv[1])))
"""
WRITE = """
import sys
from datetime import UTC, datetime
from kitart.journal import plans
from kitart.journal.database import Journal
journal = Journal(sys.argv[1])
for line in sys.stdin:
    with journal.write() as session:
        plans.keep(session, line.strip(), {}, now=datetime.now(UTC))
    print("written", flush=True)
"""


def process(program: str, address: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, address],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_two_processes_may_upgrade_at_once(empty_journal: Journal) -> None:
    both = [process(UPGRADE, empty_journal.url) for _ in range(2)]
    for one in both:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    said = [one.communicate(timeout=60) for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    check(empty_journal)


def test_an_upgrade_again_changes_nothing(journal: Journal) -> None:
    assert upgrade(journal) == upgrade(journal)
    with journal.read() as session:
        assert plans.snapshot(session, "0" * 64) == {"a": "plan"}


def differences(journal: Journal) -> object:
    with journal.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return compare_metadata(context, Base.metadata)


def test_the_migrations_make_what_the_tables_say(empty_journal: Journal) -> None:
    upgrade(empty_journal)
    assert differences(empty_journal) == []


def test_the_journals_of_tests_are_what_the_migrations_make(
    address: str, empty_journal: Journal, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    make_tables(empty_journal)
    check(empty_journal)
    assert differences(empty_journal) == []
    other = Journal(
        f"sqlite:///{tmp_path / 'second.db'}"
        if address.startswith("sqlite")
        else request.getfixturevalue("new_postgres_database")()
    )
    make_tables(other)
    assert upgrade(other)
    assert differences(other) == []
    other.close()


def test_an_empty_journal_is_named_with_what_to_do(empty_journal: Journal) -> None:
    with pytest.raises(JournalError, match=r"is empty: run 'kitart db upgrade'"):
        check(empty_journal)


def test_a_journal_of_a_newer_kitart_is_not_to_be_upgraded(journal: Journal) -> None:
    with journal.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(JournalError, match="made by a newer Kitart"):
        check(journal)


def test_an_older_journal_is_to_be_upgraded(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = upgrade(journal)
    monkeypatch.setattr("kitart.journal.upgrading._newest", lambda: "9998")
    said = rf"at revision {newest}, .* needs 9998: run 'kitart db up"
    with pytest.raises(JournalError, match=said):
        check(journal)


def test_who_drives_an_incident_of_an_older_journal_still_does(
    journal: Journal, open_one: Callable[..., object]
) -> None:
    open_one()
    with journal.write() as session:
        lease = incidents.take_lease(session, "INC-0001", "run", real_now=NOW)
    assert lease is not None
    with journal.engine.connect().execution_options(kitart_write=True) as connection:
        connection.execute(sa.text("ALTER TABLE incidents ADD COLUMN lease_until TIMESTAMP"))
        connection.execute(sa.text("UPDATE incidents SET lease_until = (SELECT until FROM holds)"))
        connection.execute(sa.text("DROP TABLE holds"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0020'"))
        connection.commit()
    upgrade(journal)
    with journal.write() as session:
        assert incidents.driven(incidents.get(session, "INC-0001"), real_now=NOW)
        incidents.renew_lease(session, lease, real_now=NOW)


@pytest.mark.covers("D26")
def test_a_question_of_an_older_journal_is_still_asked_in_english(
    journal: Journal, open_one: Callable[..., object]
) -> None:
    open_one()
    with journal.write() as session:
        row = approvals.ask(session, QUESTION, "ERT-1", now=NOW)
        assert approvals.wording(row, "hu").title == "Lezárja az incidenst? INC-0001"
    with journal.engine.connect().execution_options(kitart_write=True) as connection:
        connection.execute(sa.text("ALTER TABLE approvals DROP COLUMN translations"))
        connection.execute(sa.text("ALTER TABLE approvals DROP COLUMN quorum"))
        connection.execute(sa.text("DROP TABLE replies"))
        connection.execute(sa.text("DROP TABLE verified_contacts"))
        connection.execute(sa.text("DROP TABLE sign_ins"))
        for table in (
            "cover_calls",
            "roll_calls",
            "agent_states",
            "agent_links",
            "outage_reports",
            "call_log",
            "input_dues",
            "input_arrivals",
            "health_hours",
            "watch_marks",
            "told_events",
            "readiness_days",
            "readiness_news",
            "printed_copies",
            "write_counts",
            "holds",
        ):
            connection.execute(sa.text(f"DROP TABLE {table}"))
        for index in ("recipient", "hold_until"):
            connection.execute(sa.text(f"DROP INDEX ix_messages_{index}"))
        for column in ("hold_until", "headline", "told_in"):
            connection.execute(sa.text(f"ALTER TABLE messages DROP COLUMN {column}"))
        connection.execute(sa.text("ALTER TABLE incidents DROP COLUMN projects"))
        connection.execute(sa.text("ALTER TABLE incidents DROP COLUMN customer_care"))
        connection.execute(sa.text("ALTER TABLE incidents DROP COLUMN part_of"))
        connection.execute(sa.text("ALTER TABLE incidents ADD COLUMN lease_until TIMESTAMP"))
        for column in ("form", "salt", "content", "erased_at"):
            connection.execute(sa.text(f"ALTER TABLE timeline DROP COLUMN {column}"))
        for column in ("said_at", "content_type"):
            connection.execute(sa.text(f"ALTER TABLE alerts DROP COLUMN {column}"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
        connection.commit()
    with pytest.raises(JournalError, match="run 'kitart db upgrade'"):
        check(journal)
    upgrade(journal)
    check(journal)
    with journal.write() as session:
        old = approvals.with_key(session, QUESTION.key)
        assert old is not None
        assert old.translations is None
        for language in ("hu", "en"):
            asked = approvals.wording(old, language)
            assert (asked.title, asked.options) == ("Close INC-0001?", QUESTION.options)
        assert approvals.void(session, old.id, phrase("The system failed again"))
    with journal.read() as session:
        old = approvals.with_key(session, QUESTION.key)
        assert old is not None
        assert approvals.wording(old, "hu").reason == "The system failed again"


def test_a_locked_journal_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LOCK_LIMIT_S", 0.1)
    address = f"sqlite:///{tmp_path / 'journal.db'}"
    journal, other = Journal(address), Journal(address)
    with other.write(heard=False) as session:
        session.execute(sa.text("SELECT 1"))
        with pytest.raises(JournalError, match="locked"):
            upgrade(journal)
    journal.close()
    other.close()


def test_a_journal_that_can_only_be_read_is_opened_once_it_can_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_tables(journal := Journal(f"sqlite:///{tmp_path / 'journal.db'}"))
    journal.close()
    # As a file system answers that is mounted read-only; on others root may always write.
    monkeypatch.setattr(database.os, "access", lambda *_: False)
    for attempt in (journal.write, journal.read, journal.write):
        with (
            pytest.raises(DBAPIError, match=r"journal.db can only be read: is its disk"),
            attempt() as session,
        ):
            session.execute(sa.text("SELECT 1"))
    monkeypatch.undo()
    with journal.write() as session:
        plans.keep(session, "a" * 64, {"a": "plan"}, now=NOW)
    journal.close()


def test_a_file_that_is_no_journal_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_text("a letter to my aunt, and certainly no database. " * 50)
    journal = Journal(f"sqlite:///{tmp_path / 'journal.db'}")
    with pytest.raises(JournalError, match="can't be opened: file is not a database"):
        check(journal)
    with pytest.raises(JournalError, match="can't be brought up to date"):
        upgrade(journal)


@pytest.mark.parametrize("address", ["nonsense", "mysql://host/name", "sqlite://"])
def test_an_address_that_is_none_is_refused_with_what_would_be_right(address: str) -> None:
    with pytest.raises(JournalError, match=r"database_url is .*(SQLite|sqlite)"):
        Journal(address).engine  # noqa: B018


def test_a_new_journals_folder_is_private(tmp_path: Path) -> None:
    journal = Journal(f"sqlite:///{tmp_path / 'var' / 'journal.db'}")
    upgrade(journal)
    journal.close()
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700


def test_a_watch_hears_another_process_within_a_fifth_of_a_second(journal: Journal) -> None:
    writer = process(WRITE, journal.url)
    assert writer.stdin is not None
    assert writer.stdout is not None
    watch = journal.watch()
    try:
        for n in range(5):
            watch.changed()
            while watch.changed():
                sleep_s(0.01)
            sleep_s(0.05)
            assert not watch.changed()
            writer.stdin.write(f"{n + 1:064d}\n")
            writer.stdin.flush()
            assert writer.stdout.readline() == "written\n"
            written = monotonic_s()
            while not watch.changed():
                assert monotonic_s() - written < 0.2
                sleep_s(0.005)
    finally:
        watch.close()
        writer.communicate(timeout=10)


def test_a_watch_hears_this_process_too_and_not_what_was_undone(journal: Journal) -> None:
    watch = journal.watch()
    assert watch.changed()
    while watch.changed():
        sleep_s(0.01)
    with contextlib.suppress(KeyError), journal.write() as session:
        plans.keep(session, "3" * 64, {}, now=NOW)
        raise KeyError
    sleep_s(0.05)
    assert not watch.changed()
    with journal.write() as session:
        plans.keep(session, "3" * 64, {}, now=NOW)
    sleep_s(0.1)
    assert watch.changed()
    watch.close()


def keep(journal: Journal, plan: str, **how: Any) -> None:
    with journal.write(**how) as session:
        plans.keep(session, plan * 64, {}, now=NOW)


def test_a_run_hears_of_its_own_incident_and_of_what_concerns_all_at_once(
    journal: Journal,
) -> None:
    watch, everything = journal.watch("INC-0001"), journal.watch()
    assert watch.changed()
    assert everything.changed()
    heard(watch, within_s=0.3)
    heard(everything, within_s=0.3)
    keep(journal, "5", about="INC-0001")
    assert heard(watch)
    assert heard(everything)
    keep(journal, "6")
    assert heard(watch)
    assert heard(everything)
    keep(journal, "7", about="INC-0002")
    assert not heard(watch, within_s=0.3)
    assert heard(everything)
    watch.close()
    everything.close()


def test_an_entry_in_its_timeline_wakes_the_incidents_run_whoever_wrote_it(
    journal: Journal, open_one: Callable[..., object]
) -> None:
    open_one()
    open_one("MAIL")
    first, second = journal.watch("INC-0001"), journal.watch("INC-0002")
    heard(first, within_s=0.3)
    heard(second, within_s=0.3)
    with journal.write() as session:
        timeline.append(session, "INC-0001", "note", "x", now=NOW)
    assert heard(first)
    assert not heard(second, within_s=0.3)
    with journal.write(about="INC-0001") as session:
        timeline.append(session, "INC-0002", "note", "x", now=NOW)
    assert heard(first)
    assert heard(second)
    first.close()
    second.close()


def test_of_other_incidents_it_hears_after_a_while_once(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "OTHERS_AFTER_S", 1.0)
    watch = journal.watch("INC-0001")
    watch.changed()
    keep(journal, "8", about="INC-0002")
    keep(journal, "9", about="INC-0003")
    assert not heard(watch, within_s=0.3)
    assert heard(watch)
    assert not heard(watch, within_s=0.3)
    watch.close()


def test_a_watch_on_all_hears_of_other_incidents_at_once(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "OTHERS_AFTER_S", 0.0)
    watch = journal.watch("INC-0001")
    heard(watch, within_s=0.3)
    keep(journal, "8", about="INC-0002")
    assert heard(watch)
    assert not heard(watch, within_s=0.3)
    watch.close()


def test_who_finds_nothing_to_change_wakes_nobody(journal: Journal) -> None:
    keep(journal, "b")
    watch = journal.watch()
    heard(watch, within_s=0.3)
    with journal.write(about="INC-0001") as session:
        plans.snapshot(session, "b" * 64)
        session.execute(sa.text("UPDATE incidents SET title = 'x' WHERE number = 'INC-0009'"))
    assert not heard(watch, within_s=0.3)
    watch.close()


def test_what_nobody_waits_for_wakes_nobody(journal: Journal) -> None:
    watch, everything = journal.watch("INC-0001"), journal.watch()
    heard(watch, within_s=0.3)
    heard(everything, within_s=0.3)
    keep(journal, "a", heard=False)
    assert not heard(watch, within_s=0.3)
    assert not heard(everything, within_s=0.3)
    watch.close()
    everything.close()


def test_what_could_not_be_told_is_written_all_the_same(
    new_postgres_database: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    journal = Journal(new_postgres_database())
    make_tables(journal)
    with monkeypatch.context() as broken:
        broken.setattr(database, "TELL", sa.text("SELECT 1 / 0, :channels, :topics"))
        with journal.write() as session:
            plans.keep(session, "one", {}, now=NOW)
    assert "that something was written was not told" in caplog.text
    with journal.write() as session:
        plans.keep(session, "two", {}, now=NOW)
    with journal.read() as session:
        assert plans.snapshot(session, "one") == plans.snapshot(session, "two") == {}
    journal.close()


def test_a_reader_sees_the_journal_as_it_stood_at_its_first_question(journal: Journal) -> None:
    with journal.read() as reader:
        plans.snapshot(reader, "0" * 64)
        with journal.write() as writer:
            plans.keep(writer, "4" * 64, {}, now=NOW)
        with pytest.raises(LookupError):
            plans.snapshot(reader, "4" * 64)
    with journal.read() as reader:
        assert plans.snapshot(reader, "4" * 64) == {}
