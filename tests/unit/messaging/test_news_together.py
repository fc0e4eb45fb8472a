"""Several pieces of news in one text: all that fits, and the number of every other incident."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.journal.held_news import Address
from kitart.journal.tables import Message
from kitart.language import LANGUAGES
from kitart.messaging.news_together import MOST_SMS_PARTS, told_together
from kitart.messaging.texts import Text, sms_parts

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WORDS = {"en": "of the recovery time is gone", "hu": "belső riasztás, nem működő telefonrendszer"}


def news(number: int, headline: str, minutes: int = 0) -> Message:
    return Message(
        incident=f"INC-{number:04}", headline=f"INC-{number:04}: {headline}", subject="",
        queued_at=NOW + timedelta(minutes=minutes),
    )  # fmt: skip


def told(
    newest: list[Message], earlier: list[Message] = [], channel: str = "sms",  # noqa: B006
    language: str = "en", exercise: bool = False,
) -> tuple[Text, tuple[Message, ...]]:  # fmt: skip
    to = Address("IT-MGR", channel, "x", exercise)
    return told_together(newest, earlier, to, language=language, zone="Europe/Budapest")


@pytest.mark.covers("D16")
@given(st.integers(1, 20), st.sampled_from(LANGUAGES), st.integers(1, 3), st.booleans())
def test_a_short_text_stays_short_and_names_every_incident(
    incidents: int, language: str, times: int, exercise: bool
) -> None:
    newest = [news(n, WORDS[language] * times) for n in range(incidents, 0, -1)]
    text, shown = told(newest, language=language, exercise=exercise)
    assert sms_parts(text.body) <= MOST_SMS_PARTS or len(shown) == 1
    assert all(row.incident in text.body for row in newest)
    assert list(shown) == newest[: len(shown)], "the newest have a line"
    assert all((row.headline in text.body) == (row in shown) for row in newest)


def test_five_incidents_fit_into_one_short_text() -> None:
    for language in LANGUAGES:
        newest = [news(n, WORDS[language]) for n in range(5)]
        assert told(newest, language=language)[1] == tuple(newest)


@pytest.mark.parametrize("channel", ["mail", "teams"])
def test_a_mail_has_what_the_newest_replaced_too(channel: str) -> None:
    newest, earlier = [news(2, "75%", 3), news(1, "no more", 2)], [news(2, "50%", 1)]
    text, shown = told(newest, earlier, channel)
    assert shown == (*newest, *earlier)
    places = [text.body.index(row.headline or "?") for row in shown]
    assert places == sorted(places)
    assert text.subject == "INC-0001, INC-0002: news, no answer needed"
    assert "News since Tue 24 Nov 2026, 10:01 CET (09:01 UTC)" in text.body


def test_a_short_text_has_the_newest_alone() -> None:
    text, shown = told([news(2, "75%")], [news(2, "50%")])
    assert "75%" in text.body
    assert "50%" not in text.body
    assert [row.headline for row in shown] == ["INC-0002: 75%"]


@pytest.mark.parametrize("channel", ["sms", "mail"])
def test_an_exercise_says_so_once_and_first(channel: str) -> None:
    text, _ = told([news(1, "a"), news(2, "b")], channel=channel, exercise=True)
    assert text.body.startswith("EXERCISE - no real incident")
    assert text.body.count("EXERCISE") == 1
