"""What no run drives is looked at often, and worked on only when there is something to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kitart.clock import monotonic_s, sleep_s
from kitart.gateway import watchman as room
from kitart.gateway.watchman import Watchman
from kitart.journal import timeline

pytestmark = pytest.mark.covers("R8", "R9")


@pytest.fixture
def raised(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each incident for which an alarm was worked on, once a time."""
    found: list[str] = []
    really = room.raise_alarm

    def counted(inst: Any, number: str) -> Any:
        found.append(number)
        return really(inst, number)

    monkeypatch.setattr(room, "raise_alarm", counted)
    return found


@pytest.fixture
def watch(place: Any, raised: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Watchman]:
    """A watchman whose rounds the test makes, over one incident that no run drives."""
    monkeypatch.setattr(room, "LOOK_AGAIN_AFTER_S", 600.0)
    place.post_alerts(place.alert())
    place.eventually(lambda: place.messages("ert-alarm"), "the alarm")
    place.server.stop()  # its own watchman with it
    one = Watchman(place.inst, place.orchestrator)
    yield one
    one.stop()


def rounds(watch: Watchman, many: int = 4) -> None:
    """Some rounds of the watch, each ended before the next begins."""
    for _ in range(many):
        watch.look()
        give_up_s = monotonic_s() + 10
        while watch._at_work and monotonic_s() < give_up_s:
            sleep_s(0.01)


def test_where_nothing_is_due_it_is_left_alone(watch: Watchman, raised: list[str]) -> None:
    rounds(watch)
    settled = len(raised)
    rounds(watch, 10)
    assert len(raised) == settled


def test_what_is_written_is_seen_in_the_next_round(
    place: Any, watch: Watchman, raised: list[str]
) -> None:
    rounds(watch)
    settled = len(raised)
    with place.inst.journal.write() as session:
        timeline.append(session, raised[0], "noted", "news", now=place.clock.now())
    rounds(watch, 1)
    assert len(raised) == settled + 1


def test_what_becomes_due_is_done_in_the_next_round(
    place: Any, watch: Watchman, raised: list[str]
) -> None:
    rounds(watch)
    before = {row.recipient for row in place.messages("ert-alarm")}
    place.clock.advance(minutes=3)
    rounds(watch)
    assert {row.recipient for row in place.messages("ert-alarm")} > before


def test_at_the_latest_it_is_looked_at_again_after_a_while(
    watch: Watchman, raised: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LOOK_AGAIN_AFTER_S", 0.0)
    rounds(watch)
    settled = len(raised)
    rounds(watch, 3)
    assert len(raised) == settled + 3
