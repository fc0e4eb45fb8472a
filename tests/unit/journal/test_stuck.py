"""What should have moved and did not, on both databases; whether the journal can be written."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from kitart.clock import real_now
from kitart.journal import approvals, documents, incidents, messages, stuck, timeline, usable
from kitart.journal.approvals import Question
from kitart.journal.database import Journal
from kitart.journal.incidents import Opened
from kitart.journal.messages import MOST_TRIES, Outgoing
from kitart.journal.tables import Document, Message

pytestmark = pytest.mark.covers("D21")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FIRST = "INC-0001"


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.fixture(autouse=True)
def _one_incident(open_one: Callable[..., Opened]) -> None:
    open_one()


def held(journal: Journal, at: datetime = NOW) -> stuck.Held:
    with journal.read() as session:
        (one,) = stuck.runs_of(session, real_now=at)
    return one


def test_an_incident_that_no_run_ever_held_is_alone_since_it_was_opened(journal: Journal) -> None:
    one = held(journal, NOW + timedelta(seconds=40))
    assert (one.driven, one.run, one.since, one.asked) == (False, None, NOW, None)


def test_one_whose_run_died_is_alone_since_its_hold_lapsed(journal: Journal) -> None:
    with journal.write() as session:
        incidents.take_lease(session, FIRST, "r-1", real_now=NOW)
    assert held(journal, NOW + incidents.LEASE_LENGTH / 2).driven
    one = held(journal, NOW + incidents.LEASE_LENGTH * 3)
    assert (one.driven, one.run) == (False, "r-1")
    assert one.since == NOW + incidents.LEASE_LENGTH


def test_one_whose_run_ended_in_order_is_alone_since_the_next_was_asked_for(
    journal: Journal,
) -> None:
    asked_at = NOW + timedelta(minutes=5)
    with journal.write() as session:
        lease = incidents.take_lease(session, FIRST, "r-1", real_now=NOW)
        assert lease is not None
        incidents.release_lease(session, lease)
        row = incidents.get(session, FIRST)
        incidents.claim_run_request(session, row, real_now=asked_at, not_again_for_s=10)
    assert held(journal, asked_at).since == asked_at


def test_one_that_is_settled_needs_no_run(journal: Journal) -> None:
    with journal.write() as session:
        incidents.settle(session, FIRST, now=NOW)
    with journal.read() as session:
        assert stuck.runs_of(session, real_now=NOW) == []


def message(journal: Journal, key: str, **fields: Any) -> None:
    wanted = Outgoing(
        key=key, incident=FIRST, purpose="ert-alarm", recipient="AM-2", role="am", channel="sms",
        address="+36", subject="", text="text",
    )  # fmt: skip
    with journal.write() as session:
        claim = messages.claim(session, wanted, now=NOW, real_now=ago(600))
        assert claim is not None
        session.execute(sa.update(Message).where(Message.key == key).values(**fields))


def late(journal: Journal) -> dict[str, stuck.Late]:
    with journal.read() as session:
        return {each.how: each for each in stuck.late(session, now=NOW, real_now=NOW)}


@pytest.mark.covers("D15")
def test_messages_are_stuck_in_three_ways_and_no_other(journal: Journal) -> None:
    message(journal, "a", recipient="AM-1")
    message(journal, "b", sending_since_real=ago(300))
    message(journal, "c", state="failed", attempts=MOST_TRIES, detail="503 busy", channel="mail")
    message(journal, "d", state="queued", hold_until=ago(300))
    well = {
        "begun just now": {"sending_since_real": ago(20)},
        "tried again": {"state": "failed", "attempts": MOST_TRIES - 1},
        "held yet": {"state": "queued", "hold_until": ago(-300)},
        "told with others": {"state": "queued", "hold_until": ago(300), "told_in": "d"},
        "there": {"state": "delivered"},
    }
    for key, fields in well.items():
        message(journal, key, **fields)
    found = late(journal)
    assert set(found) == {"sending", "failed", "held"}
    sending = found["sending"]
    assert (sending.count, sending.to, sending.since) == (2, ("AM-1", "AM-2"), ago(600))
    assert (found["failed"].channel, found["failed"].detail) == ("mail", "503 busy")
    assert (found["held"].count, found["held"].since) == (1, ago(300))


def test_what_failed_in_an_incident_that_is_settled_is_past(journal: Journal) -> None:
    message(journal, "c", state="failed", attempts=MOST_TRIES)
    with journal.write() as session:
        incidents.settle(session, FIRST, now=NOW)
    assert late(journal) == {}


def test_only_open_questions_past_their_deadline_are_unanswered(journal: Journal) -> None:
    for key, due in (("late", ago(60)), ("early", ago(-60)), ("void", ago(60)), ("any", None)):
        question = Question(
            key=key, incident=FIRST, kind="priority", title=f"The {key} one", text="", options=[],
            known=[], due_at=due,
        )  # fmt: skip
        with journal.write() as session:
            row = approvals.ask(session, question, "AM-2", now=NOW)
            row.state = "void" if key == "void" else row.state
    with journal.read() as session:
        assert stuck.unanswered(session, now=NOW) == [
            stuck.Unanswered(FIRST, "The late one", ("AM-2",), ago(60))
        ]


def test_documents_that_wait_come_with_the_newest_reason_of_the_record(journal: Journal) -> None:
    texts = ("reason", "subject", "html", "text", "file_name", "checksum", "fingerprint")
    with journal.write() as session:
        sent = {"CL-1": {"sent_at": ago(60)}, "CL-2": {"sent_at": ago(90)}, "CL-4": {}}
        filed = {"CL-3": {"sent_at": NOW, "filed_at": NOW}}
        for client, fields in (sent | filed).items():
            made = Document(
                incident=FIRST, client=client, type="status-update", running_number=1, version=1,
                state="sent", facts={}, valid_as_of=NOW, created_at=NOW,
                **dict.fromkeys(texts, ""), **fields,
            )  # fmt: skip
            documents.add(session, made)
    with journal.read() as session:
        assert stuck.unfiled(session) == [stuck.Unfiled(FIRST, 2, ago(90), "")]
    with journal.write() as session:
        for hour, why in enumerate(("503", "507 quota")):
            timeline.append(session, FIRST, "filing waits", f"They wait ({why})", now=NOW,
                            key=f"filing-waits:{hour}")  # fmt: skip
    with journal.read() as session:
        (one,) = stuck.unfiled(session)
    assert one.why == "They wait (507 quota)"


def test_a_run_is_known_by_the_incident_that_it_once_drove(journal: Journal) -> None:
    with journal.write() as session:
        timeline.append(session, FIRST, "run began", "It began", now=NOW, data={"run": "r-1"})
    with journal.read() as session:
        assert stuck.of_run(session, "r-1") == FIRST
        assert stuck.of_run(session, "r-2") is None


# --- whether it can be written -----------------------------------------------------------------


def test_a_journal_in_order_can_be_written_and_looking_writes_nothing(journal: Journal) -> None:
    watch = journal.watch()
    watch.changed()
    assert usable.writing(journal) == usable.Writing("")
    assert not watch.changed()
    watch.close()


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_journal_that_somebody_keeps_locked_is_told_within_its_limit(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usable, "WAITS_S", 0.2)
    with journal.write() as session:
        session.execute(sa.text("SELECT 1"))
        assert usable.writing(journal).bar == "locked"
    assert usable.writing(journal).bar == ""


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_server_that_only_reads_is_told(journal: Journal) -> None:
    name = journal.engine.url.database
    with journal.engine.begin() as connection:
        connection.execute(sa.text(f"ALTER DATABASE {name} SET default_transaction_read_only=on"))
    journal.close()
    assert usable.writing(journal) == usable.Writing("read-only", "it is set so")


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_file_that_can_only_be_read_is_told(
    journal: Journal, tmp_path: Path, monkeypatch
) -> None:
    journal.close()
    copy = tmp_path / "copy.db"
    shutil.copy(tmp_path / "journal.db", copy)
    real = sqlite3.connect

    def only_reading(address: str, **options: Any) -> sqlite3.Connection:
        # Whoever may do everything to files may also write those that are marked as read-only.
        return real(address.replace("mode=rw", "mode=ro"), **options)

    monkeypatch.setattr(usable.sqlite3, "connect", only_reading)
    assert usable.writing(Journal(f"sqlite:///{copy}")).bar == "read-only"


def test_only_a_server_has_a_clock_of_its_own(journal: Journal) -> None:
    theirs = usable.clock_of(journal)
    if journal.engine.dialect.name == "sqlite":
        assert theirs is None
    else:
        assert theirs is not None
        assert abs((real_now() - theirs).total_seconds()) < 2


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:////var/kitart/journal.db", Path("/var/kitart/journal.db")),
        ("postgresql://kitart@db/kitart", None), ("no address", None),
    ],
)  # fmt: skip
def test_where_the_file_lies_is_known_without_opening_it(url: str, file: Path | None) -> None:
    assert usable.file_of(url) == file
