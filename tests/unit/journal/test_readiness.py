"""The looks at the readiness in the journal: one a day, the newest whole; who was told what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from kitart.journal import readiness
from kitart.journal.database import Journal
from kitart.plan.loading import load_plan
from kitart.rules.readiness.result import Readiness, look
from kitart.settings import HOUSE

pytestmark = pytest.mark.covers("D27", "R7")
MORNING = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@cache
def looked(at: datetime) -> Readiness:
    return look(load_plan(HOUSE / "config"), [], at, hours=6)


def test_a_later_look_of_the_day_takes_the_place_of_the_first(journal: Journal) -> None:
    with journal.write() as session:
        readiness.keep(session, looked(MORNING))
        readiness.keep(session, looked(MORNING + timedelta(hours=3)))
        assert readiness.latest(session) == looked(MORNING + timedelta(hours=3))
        assert readiness.latest_at(session) == MORNING + timedelta(hours=3)
        assert [each.day for each in readiness.days(session, 9)] == ["2026-11-24"]


def test_it_is_compared_with_the_last_day_before_even_after_a_gap(journal: Journal) -> None:
    with journal.write() as session:
        assert readiness.latest(session) is None
        assert readiness.latest_at(session) is None
        readiness.keep(session, looked(MORNING))
        assert readiness.before(session, "2026-11-24") is None
        readiness.keep(session, looked(MORNING + 3 * DAY))
        assert readiness.before(session, "2026-11-27") == looked(MORNING)


def test_the_day_is_the_companys(journal: Journal) -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # half past midnight in Budapest
    with journal.write() as session:
        readiness.keep(session, looked(late))
        assert [each.day for each in readiness.days(session, 9)] == ["2026-11-25"]


def test_old_days_keep_their_counts_and_lose_the_hours(journal: Journal) -> None:
    with journal.write() as session:
        for n in range(readiness.WHOLE_DAYS + 2):
            readiness.keep(session, looked(MORNING + n * DAY))
        days = readiness.days(session, 99)
        assert len(days) == readiness.WHOLE_DAYS + 2
        assert days[-1].findings > 0
        assert readiness.before(session, "2026-11-26") is None, "its result is gone"
        assert readiness.before(session, "2026-11-27") == looked(MORNING + 2 * DAY)


def test_what_is_older_than_a_year_goes(journal: Journal) -> None:
    with journal.write() as session:
        readiness.keep(session, looked(MORNING))
        readiness.claim_news(
            session, "k", day="2026-11-24", person="AM-2", channel="sms", now=MORNING
        )
        readiness.keep(session, looked(MORNING + (readiness.KEPT_DAYS + 1) * DAY))
        assert [each.day for each in readiness.days(session, 9)] == ["2027-12-30"]
        assert readiness.told(session, "2026-11-24") == []


def test_a_message_is_claimed_until_it_was_accepted(journal: Journal) -> None:
    known = {"day": "2026-11-24", "person": "AM-2", "channel": "sms", "now": MORNING}
    with journal.write() as session:
        assert readiness.claim_news(session, "k", **known)
        assert readiness.claim_news(session, "k", **known), "who sent it may have died"
        readiness.complete_news(session, "k", readiness.FAILED, "sms: away", now=MORNING)
        assert readiness.claim_news(session, "k", **known)
        readiness.complete_news(session, "k", readiness.ACCEPTED, "by sms", now=MORNING)
        assert not readiness.claim_news(session, "k", **known)
        (row,) = readiness.told(session, "2026-11-24")
        assert (row.person, row.state, row.detail) == ("AM-2", "accepted", "by sms")
