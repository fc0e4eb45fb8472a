"""Messages: claimed before they are sent, never twice to a client (DESIGN, decision 3)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from kitart.journal import messages, unsent
from kitart.journal.database import Journal
from kitart.journal.incidents import Opened
from kitart.journal.messages import SENDER_DEAD_AFTER, Claim, Outgoing
from kitart.journal.tables import Document, Message
from tests.unit.journal.hearing import heard

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _an_incident(open_one: Callable[..., Opened]) -> None:
    open_one()


def wanted(key: str = "k", document: int | None = None) -> Outgoing:
    return Outgoing(
        key=key, incident="INC-0001", purpose="ert-alarm", recipient="ERT-1", role="ert",
        channel="sms", address="+447700900112", subject="", text="take it", document_id=document,
    )  # fmt: skip


def claim(
    journal: Journal, at: datetime = NOW, *, key: str = "k", document: int | None = None
) -> Claim | None:
    with journal.write() as session:
        return messages.claim(session, wanted(key, document), now=NOW, real_now=at)


def complete(journal: Journal, held: Claim | None, state: str) -> None:
    assert held is not None
    with journal.write() as session:
        messages.complete(session, held, state, now=NOW, provider_id="SM1", detail="said so")


def state(journal: Journal, key: str = "k") -> Message:
    with journal.read() as session:
        row = messages.with_key(session, key)
    assert row is not None
    return row


def test_of_many_senders_at_once_one_may_send(journal: Journal) -> None:
    for n in range(20):
        with ThreadPoolExecutor(8) as pool:
            held = list(pool.map(lambda _, n=n: claim(journal, key=f"k{n}"), range(8)))
        assert sum(one is not None for one in held) == 1
    with journal.read() as session:
        assert len(messages.of_incident(session, "INC-0001")) == 20


@pytest.mark.parametrize("end", ["accepted", "skipped"])
def test_what_is_done_is_not_sent_again(journal: Journal, end: str) -> None:
    complete(journal, claim(journal), end)
    assert claim(journal, NOW + timedelta(days=1)) is None
    assert state(journal).state == end
    assert (state(journal).sent_at is not None) == (end == "accepted")


@pytest.mark.covers("D15")
def test_what_failed_is_tried_again_after_a_pause_that_grows(journal: Journal) -> None:
    at = NOW
    for pause_s in (1, 2, 4, 8, 16, 32, 60, 60):
        held = claim(journal, at)
        assert held is not None
        assert not held.repeat
        complete(journal, held, "failed")
        assert claim(journal, at + timedelta(seconds=pause_s - 0.1)) is None
        at += timedelta(seconds=pause_s)
    assert state(journal).attempts == 8


def test_a_dead_senders_message_is_claimed_as_a_repeat(journal: Journal) -> None:
    assert claim(journal) == Claim(1, repeat=False)
    assert claim(journal, NOW + SENDER_DEAD_AFTER - timedelta(seconds=1)) is None
    assert claim(journal, NOW + SENDER_DEAD_AFTER) == Claim(1, repeat=True, attempt=2)
    assert claim(journal, NOW + SENDER_DEAD_AFTER) is None
    assert state(journal).attempts == 2


def test_a_dead_senders_client_document_waits_for_a_person(journal: Journal) -> None:
    with journal.write() as session:
        session.execute(sa.insert(Document).values(id=1, **a_document()))
    assert claim(journal, document=1) is not None
    assert claim(journal, NOW + SENDER_DEAD_AFTER, document=1) is None
    assert state(journal).state == "uncertain"
    assert claim(journal, NOW + timedelta(days=1), document=1) is None


@pytest.mark.covers("D15")
def test_what_a_dead_sender_left_behind_piles_up_no_longer_once_its_incident_is_over(
    journal: Journal,
) -> None:
    abandoned, alive = claim(journal), claim(journal, key="alive")
    later = {"now": NOW + timedelta(hours=1), "real_now": NOW + timedelta(hours=1)}
    with journal.write() as session:
        assert unsent.late(session, timedelta(minutes=10), **later) == 2
        messages.leave_abandoned(session, "INC-0001")
    complete(journal, alive, "accepted")
    with journal.read() as session:
        assert unsent.late(session, timedelta(minutes=10), **later) == 0
    assert abandoned is not None
    assert (state(journal).state, state(journal, "alive").state) == ("uncertain", "accepted")


@pytest.mark.covers("A14", "D15")
@pytest.mark.parametrize("end", ["accepted", "failed"])
def test_a_report_that_is_faster_than_the_answer_to_the_sending_stays(
    journal: Journal, end: str
) -> None:
    held = claim(journal)
    with journal.write() as session:
        assert messages.report(session, "k", "SM1", "undelivered", "phone off", now=NOW)
    complete(journal, held, end)
    seen = state(journal)
    assert (seen.state, seen.provider_id, seen.detail) == ("undelivered", "SM1", "phone off")
    assert claim(journal, NOW + timedelta(days=1)) is None, "it is not sent again"


@pytest.mark.parametrize("end", ["skipped", "accepted"])
def test_a_report_of_another_try_or_of_what_was_never_sent_changes_nothing(
    journal: Journal, end: str
) -> None:
    complete(journal, claim(journal), end)
    with journal.write() as session:
        assert messages.report(session, "k", "SM9", "undelivered", "", now=NOW) is None
        assert messages.report(session, "no such", "SM9", "undelivered", "", now=NOW) is None
    assert state(journal).state == end


def a_document() -> dict[str, object]:
    texts = ("reason", "subject", "html", "text", "file_name", "checksum", "fingerprint")
    return {
        "incident": "INC-0001", "client": "CL-1", "type": "status-update", "running_number": 1,
        "version": 1, "state": "approved", "facts": {}, "valid_as_of": NOW, "created_at": NOW,
        **dict.fromkeys(texts, ""),
    }  # fmt: skip


def test_what_a_provider_reports_of_a_message_wakes_the_run_of_its_incident_alone(
    journal: Journal, open_one: Callable[..., Opened]
) -> None:
    open_one("MAIL")
    complete(journal, claim(journal), "accepted")
    mine, other = journal.watch("INC-0001"), journal.watch("INC-0002")
    heard(mine, within_s=0.3)
    heard(other, within_s=0.3)
    with journal.write() as session:
        assert messages.report(session, "k", "SM1", "delivered", "on the phone", now=NOW)
    assert heard(mine)
    assert not heard(other, within_s=0.3)
    mine.close()
    other.close()
