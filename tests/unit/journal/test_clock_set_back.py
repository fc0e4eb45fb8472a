"""The clock is set back by an hour: what was held by real time lapses all the same (D21)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from kitart.journal import held_news, incidents, messages, observations, stuck, unsent
from kitart.journal.database import Journal
from kitart.journal.incidents import LEASE_LENGTH, Opened
from kitart.journal.messages import SENDER_DEAD_AFTER, Outgoing
from kitart.journal.tables import Message

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=1)
pytestmark = pytest.mark.covers("D21")


@pytest.fixture(autouse=True)
def _an_incident(open_one: Callable[..., Opened]) -> None:
    open_one()


def message(key: str = "k") -> Outgoing:
    return Outgoing(
        key=key, incident="INC-0001", purpose="ert-alarm", recipient="ERT-1", role="ert",
        channel="sms", address="+447700900112", subject="", text="take it",
    )  # fmt: skip


def test_the_hold_of_a_run_that_died_does_not_last_for_that_hour(journal: Journal) -> None:
    with journal.write() as session:
        assert incidents.take_lease(session, "INC-0001", "a", real_now=NOW)
    with journal.write() as session:
        taken = incidents.take_lease(session, "INC-0001", "b", real_now=EARLIER)
    assert taken is not None
    assert taken.fence == 2


def test_a_step_shorter_than_a_hold_leaves_it_to_whoever_has_it(journal: Journal) -> None:
    with journal.write() as session:
        assert incidents.take_lease(session, "INC-0001", "a", real_now=NOW)
    back = NOW - LEASE_LENGTH / 2
    with journal.write() as session:
        assert incidents.take_lease(session, "INC-0001", "b", real_now=back) is None


def test_a_run_is_asked_for_though_one_was_asked_for_in_what_is_now_the_future(
    journal: Journal,
) -> None:
    def claim(at: datetime) -> int | None:
        with journal.write() as session:
            incident = incidents.get(session, "INC-0001")
            return incidents.claim_run_request(session, incident, real_now=at, not_again_for_s=10)

    assert claim(NOW) == 1
    assert claim(EARLIER) == 2
    assert claim(EARLIER + timedelta(seconds=9)) is None
    with journal.read() as session:
        assert incidents.on_their_way(session, 20, real_now=EARLIER) == 1
        assert incidents.on_their_way(session, 20, real_now=EARLIER - timedelta(hours=1)) == 0


def test_what_a_dead_sender_left_is_sent_again(journal: Journal) -> None:
    with journal.write() as session:
        assert messages.claim(session, message(), now=NOW, real_now=NOW)
    with journal.read() as session:
        assert unsent.late(session, SENDER_DEAD_AFTER, now=EARLIER, real_now=EARLIER) == 1
        assert len(stuck.late(session, now=EARLIER, real_now=EARLIER)) == 1
    with journal.write() as session:
        again = messages.claim(session, message(), now=EARLIER, real_now=EARLIER)
    assert again is not None
    assert again.repeat, "it may have gone out before"


def test_held_news_that_a_dead_sender_left_is_released(journal: Journal) -> None:
    with journal.write() as session:
        held_news.hold(session, message("n"), "news", until=EARLIER, now=EARLIER)
        session.execute(sa.update(Message).values(state="sending", sending_since_real=NOW))
    with journal.read() as session:
        assert len(held_news.due(session, now=EARLIER, real_now=EARLIER)) == 1
        assert not held_news.due(session, now=NOW, real_now=NOW + timedelta(seconds=1))


@pytest.mark.parametrize("source", ["person", "probe"])
def test_what_was_seen_last_holds(journal: Journal, source: str) -> None:
    with journal.write() as session:
        observations.add(session, "VCC", "down", source, "", now=NOW, incident="INC-0001")
    with journal.write() as session:
        for n, state in enumerate(("up", "down", "up")):
            at = EARLIER + timedelta(minutes=n)
            observations.add(session, "VCC", state, source, "", now=at, incident="INC-0001")
    with journal.read() as session:
        seen = observations.of_incident(session, "INC-0001", "VCC")
    assert [look.state for look in seen] == ["down", "up", "down", "up"]


def test_a_word_that_was_said_before_another_and_recorded_after_it_stays_the_earlier_one(
    journal: Journal,
) -> None:
    said = (("up", NOW), ("down", EARLIER))
    with journal.write() as session:
        for state, at in said:
            observations.add(
                session, "VCC", state, "person", "", now=at, incident="INC-0001",
                recorded_at=NOW + timedelta(minutes=1),
            )  # fmt: skip
    with journal.read() as session:
        seen = observations.of_incident(session, "INC-0001", "VCC")
    assert [look.at for look in seen] == [EARLIER, NOW]
