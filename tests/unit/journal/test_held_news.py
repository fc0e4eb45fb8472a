"""News that is held: in the journal before anything, released once, on both databases (D15)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from kitart.journal import held_news, incidents, messages
from kitart.journal.database import Journal
from kitart.journal.held_news import Address
from kitart.journal.incidents import Opened
from kitart.journal.messages import MOST_TRIES, SENDER_DEAD_AFTER, Claim, Outgoing
from kitart.journal.tables import Message
from kitart.rules.flood import Thing

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(minutes=5)
LONG_AGO = NOW - timedelta(days=1)
PHONE = Address("IT-MGR", "sms", "+447700900112", exercise=False)
ALERT, TIME = "internal-alert", "recovery-time"
FIRST, SECOND, DRILL = "INC-0001", "INC-0002", "INC-0003"
NEWS = (ALERT, TIME)


@pytest.fixture(autouse=True)
def _three_incidents(open_one: Callable[..., Opened]) -> None:
    open_one("VCC")
    open_one("SHAREPOINT")
    open_one("VCC", exercise=True)


def wanted(key: str, incident: str = FIRST, purpose: str = TIME) -> Outgoing:
    return Outgoing(
        key=key, incident=incident, purpose=purpose, recipient="IT-MGR", role="IT manager",
        channel="sms", address=PHONE.address, subject="", text=f"the text of {key}",
    )  # fmt: skip


def hold(journal: Journal, key: str, incident: str = FIRST, until: datetime = UNTIL) -> Message:
    with journal.write() as session:
        return held_news.hold(
            session, wanted(key, incident), f"{incident}: {key}", until=until, now=NOW
        )


def claim(journal: Journal, message: Outgoing, at: datetime) -> Claim | None:
    with journal.write() as session:
        return messages.claim(session, message, now=at, real_now=NOW)


def send(journal: Journal, message: Outgoing, at: datetime, state: str = "accepted") -> None:
    held = claim(journal, message, at)
    assert held is not None
    with journal.write() as session:
        messages.complete(session, held, state, now=at)


def join(journal: Journal, at: datetime = UNTIL) -> int:
    """What a gateway does: how many pieces of news it joined."""
    with journal.write() as session:
        rows = held_news.to_be_joined(session, PHONE, at)
        if rows:
            told_as = [(row, "told in message all") for row in rows]
            held_news.join(session, wanted("all", purpose="news-together"), told_as, now=at)
        return len(rows)


def row_of(journal: Journal, key: str) -> Message:
    with journal.read() as session:
        row = messages.with_key(session, key)
    assert row is not None
    return row


def due(journal: Journal, at: datetime, real: datetime = NOW) -> list[Address]:
    with journal.read() as session:
        return held_news.due(session, now=at, real_now=real)


def told(
    journal: Journal, to: Address = PHONE, since: datetime = LONG_AGO
) -> dict[Thing, datetime]:
    with journal.read() as session:
        return held_news.told(session, to, NEWS, since)


def to_be_sent(journal: Journal, at: datetime, real: datetime = NOW) -> list[str]:
    with journal.read() as session:
        found = held_news.to_be_sent(session, PHONE, now=at, real_now=real)
        return [row.key for row in found]


def test_what_is_held_is_queued_until_its_moment(journal: Journal) -> None:
    row = hold(journal, "a")
    assert (row.state, row.attempts, row.sent_at) == ("queued", 0, None)
    assert (row.queued_at, row.hold_until, row.headline) == (NOW, UNTIL, "INC-0001: a")
    assert hold(journal, "a", until=UNTIL + timedelta(hours=1)).hold_until == UNTIL, "kept once"
    almost = UNTIL - timedelta(seconds=1)
    assert claim(journal, wanted("a"), almost) is None
    assert due(journal, almost) == []
    assert due(journal, UNTIL) == [PHONE]
    assert claim(journal, wanted("a"), UNTIL) == Claim(row.id, repeat=False)
    assert due(journal, UNTIL) == [], "somebody is sending it"


@pytest.mark.covers("D15")
def test_it_is_due_also_when_its_incident_is_closed_or_driven(journal: Journal) -> None:
    hold(journal, "a")
    hold(journal, "b", SECOND)
    with journal.write() as session:
        incidents.take_lease(session, FIRST, "a-run", real_now=NOW)
        incidents.close(session, SECOND, "closed", now=NOW)
        incidents.settle(session, SECOND, now=NOW)
    assert join(journal) == 2


def test_many_gateways_at_once_join_and_send_it_once(journal: Journal) -> None:
    for n in range(5):
        hold(journal, f"a{n}", FIRST if n % 2 else SECOND)
    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(lambda _: join(journal), range(6))) == [0, 0, 0, 0, 0, 5]
        claims = list(pool.map(lambda _: claim(journal, wanted("all"), UNTIL), range(6)))
    assert sum(one is not None for one in claims) == 1
    row = row_of(journal, "a0")
    assert (row.state, row.told_in, row.detail) == ("skipped", "all", "told in message all")
    with journal.read() as session:
        assert [r.key for r in held_news.told_in(session, "all")] == [f"a{n}" for n in range(5)]


def test_a_process_that_dies_leaves_what_it_joined_to_the_next(journal: Journal) -> None:
    hold(journal, "a")
    hold(journal, "b")
    join(journal)
    assert due(journal, UNTIL) == [PHONE]
    assert to_be_sent(journal, UNTIL) == ["all"], "and not the pieces by themselves"
    assert join(journal) == 0, "what joins is not joined again"
    assert claim(journal, wanted("all"), UNTIL) is not None  # and it dies while sending
    assert to_be_sent(journal, UNTIL) == []
    assert to_be_sent(journal, UNTIL, NOW + SENDER_DEAD_AFTER) == ["all"]


def test_what_failed_is_tried_again_with_pauses_and_not_for_ever(journal: Journal) -> None:
    hold(journal, "a")
    real = NOW
    for _ in range(MOST_TRIES):
        with journal.write() as session:
            held = messages.claim(session, wanted("a"), now=UNTIL, real_now=real)
            assert held is not None
            messages.complete(session, held, "failed", now=UNTIL)
        assert to_be_sent(journal, UNTIL, real) == [], "the pause"
        real += timedelta(seconds=61)
    assert due(journal, UNTIL, real) == []


def test_news_is_told_when_it_set_out_by_itself_or_with_others(journal: Journal) -> None:
    send(journal, wanted("now"), NOW)
    assert told(journal) == {Thing(FIRST, TIME): NOW}
    hold(journal, "later")
    hold(journal, "other", SECOND)
    assert told(journal) == {Thing(FIRST, TIME): NOW}, "what is held is not told"
    join(journal)
    expected = {Thing(FIRST, TIME): UNTIL, Thing(SECOND, TIME): UNTIL}
    assert told(journal) == expected, "it is about to go: nothing may slip in before it"
    sent_at = UNTIL + timedelta(seconds=9)
    send(journal, wanted("all"), sent_at)
    assert told(journal) == dict.fromkeys(expected, sent_at)
    assert told(journal, since=sent_at) == {}


@pytest.mark.parametrize("state", ["failed", "skipped"])
def test_what_went_to_nobody_was_not_told(journal: Journal, state: str) -> None:
    send(journal, wanted("a"), NOW, state)
    assert told(journal) == {}


def test_questions_and_other_addresses_are_no_news_here(journal: Journal) -> None:
    send(journal, wanted("q", purpose="priority-question"), NOW)
    send(journal, wanted("a"), NOW)
    assert told(journal, Address("IT-MGR", "mail", "it@kitart.example", exercise=False)) == {}
    assert list(told(journal)) == [Thing(FIRST, TIME)]


@pytest.mark.covers("E40")
def test_an_exercise_is_never_joined_with_a_real_incident(journal: Journal) -> None:
    for key, incident in (("a", FIRST), ("b", SECOND), ("c", DRILL), ("d", DRILL)):
        hold(journal, key, incident)
    send(journal, wanted("e", DRILL, ALERT), NOW)
    in_exercise = Address("IT-MGR", "sms", PHONE.address, exercise=True)
    assert told(journal) == {}
    assert told(journal, in_exercise) == {Thing(DRILL, ALERT): NOW}
    with journal.read() as session:
        assert set(held_news.waiting(session, PHONE)) == {Thing(FIRST, TIME), Thing(SECOND, TIME)}
        assert set(held_news.waiting(session, in_exercise)) == {Thing(DRILL, TIME)}
    assert due(journal, UNTIL) == [PHONE, in_exercise]
    assert join(journal) == 2


def test_what_is_held_is_not_the_last_that_a_person_got(journal: Journal) -> None:
    send(journal, wanted("a"), NOW)
    hold(journal, "b", SECOND)
    with journal.read() as session:
        last = messages.last_to(session, "IT-MGR")
    assert last is not None
    assert last.key == "a"
