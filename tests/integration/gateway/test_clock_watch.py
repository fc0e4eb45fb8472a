"""The machine's clock is set while incidents are open: the record and the IT manager hear of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from kitart.clock import real_now
from kitart.gateway import clock_watch
from kitart.gateway.clock_watch import ClockWatch
from kitart.journal import acknowledgements
from kitart.journal.messages import TAKEN

pytestmark = pytest.mark.covers("D2", "D21")


@pytest.fixture
def set_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Set the clock that is watched, by so much."""

    def step(by: timedelta) -> None:
        monkeypatch.setattr(clock_watch, "real_now", lambda: real_now() + by)

    return step


@pytest.fixture
def opened(place):
    """An incident that somebody has taken, so that nothing else is said."""
    place.post_alerts(place.alert())
    with place.inst.journal.write() as session:
        acknowledgements.record(
            session, "INC-0001", "ert", "ERT-1", "ert", "take", via="link", now=place.clock.now()
        )
    return place


@pytest.mark.parametrize(
    ("by", "entry", "text"),
    [
        (timedelta(hours=-1), "was set back: it would have shown",
         "Később járnak le a határidők"),
        (timedelta(hours=1), "was set forward, or the machine stood still",
         "Ami közben járt le, most esedékes"),
    ],
)  # fmt: skip
def test_a_step_is_entered_and_the_it_manager_told_once(
    opened, set_by, by: timedelta, entry: str, text: str
) -> None:
    watch = ClockWatch(opened.inst)
    watch.look()
    set_by(by)
    watch.look()
    watch.look()
    (entered,) = opened.entries("clock set")
    assert entry in entered.text
    told = opened.messages("clock-set")
    assert {(row.recipient, row.channel) for row in told} == {("IT-MGR", "sms"), ("IT-MGR", "mail")}
    assert {row.state for row in told} <= set(TAKEN)
    (sms,) = [body for body in opened.texts_to("IT-MGR") if "óráját" in body]
    assert text in sms


def test_two_gateways_of_one_machine_tell_once(opened, set_by) -> None:
    watches = [ClockWatch(opened.inst), ClockWatch(opened.inst)]
    set_by(timedelta(hours=1))
    for watch in watches:
        watch.look()
    assert len(opened.entries("clock set")) == 1
    assert sum("óráját" in text for text in opened.texts_to("IT-MGR")) == 1


def test_a_clock_that_is_kept_right_by_seconds_is_no_news(opened, set_by) -> None:
    watch = ClockWatch(opened.inst)
    for by_s in (2, 4, 0):
        set_by(timedelta(seconds=by_s))
        watch.look()
    assert not opened.entries("clock set")


def test_without_an_open_incident_only_the_log_has_it(
    place, set_by, caplog: pytest.LogCaptureFixture
) -> None:
    watch = ClockWatch(place.inst)
    set_by(timedelta(hours=-1))
    watch.look()
    assert "the clock was set" in caplog.text
    assert not place.texts_to("IT-MGR")


def test_what_could_not_be_told_is_told_in_the_next_look(
    opened, set_by, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = ClockWatch(opened.inst)
    set_by(timedelta(hours=1))
    telling = clock_watch.tell_that_clock_was_set

    def locked(*_: object) -> None:
        raise OSError("the journal is locked")

    monkeypatch.setattr(clock_watch, "tell_that_clock_was_set", locked)
    with pytest.raises(OSError, match="locked"):
        watch.look()
    monkeypatch.setattr(clock_watch, "tell_that_clock_was_set", telling)
    watch.look()
    assert len(opened.entries("clock set")) == 1
