"""News for open pages: at once after a write, never after the sign-in has ended (D20)."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from kitart.alerts.opening import open_or_join
from kitart.clock import monotonic_s, real_now, thread_cpu_s
from kitart.gateway import live
from kitart.gateway import pace as pacing
from kitart.journal import sign_ins, timeline
from kitart.journal.incidents import LEASE_LENGTH
from tests.held_elsewhere import hold, hold_until, holds_last
from tests.integration.gateway.signed_in import Holder
from tests.integration.gateway.test_board import open_vcc

pytestmark = pytest.mark.covers("D20")


class Ear:
    """Listens to the events of one page, in a thread; each with the moment it came."""

    def __init__(self, holder: Holder, address: str) -> None:
        self.heard: queue.Queue[tuple[str, str, float]] = queue.Queue()
        self.answer = holder.get(address, stream=True)
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        name = ""
        try:
            for line in self.answer.iter_lines(chunk_size=1, decode_unicode=True):
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    self.heard.put((name, line.removeprefix("data: "), monotonic_s()))
        except (requests.RequestException, AttributeError):  # closed while it was read
            pass
        self.ended.set()

    def next(self, within_s: float = 10.0) -> tuple[str, str, float]:
        return self.heard.get(timeout=within_s)

    def close(self) -> None:
        self.answer.close()


@pytest.fixture
def ear(place) -> Iterator[Any]:
    ears: list[Ear] = []

    def listen(holder: Holder, address: str = "/board/news") -> Ear:
        ears.append(Ear(holder, address))
        return ears[-1]

    yield listen
    for each in ears:
        each.close()


def write(place: Any) -> float:
    """Write something that a page shows; the moment before it."""
    with place.inst.journal.write() as session:
        timeline.append(session, "INC-0001", "note", "Something", now=place.clock.now())
        began = monotonic_s()
    return began


def test_a_page_hears_within_half_a_second_of_a_write(place, ear) -> None:
    open_vcc(place)
    one = ear(Holder(place, "AM-2"))
    name, first, _ = one.next()
    assert name == "pulse"
    took = []
    for _ in range(5):
        began = write(place)
        name, pulse, at = one.next()
        assert name == "pulse"
        assert pulse != first
        first = pulse
        took.append(at - began)
    # The middle of five: one slow turn of a busy machine says nothing.
    assert sorted(took)[2] < 0.5, took


def test_an_incidents_page_hears_of_its_own_incident_alone(
    place, ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    holds_last(monkeypatch)
    open_vcc(place)
    now = place.clock.now()
    with place.inst.journal.write() as session:
        row = open_or_join(
            session, place.plan, "SHAREPOINT", reported_by="monitor alertmanager",
            seen="No file opens", cause_at=now, now=now,
        ).incident  # fmt: skip
        # As far as the watchman can see a run drives it: nobody is paged.
        hold(row)
    holder = Holder(place, "AM-2")
    board, own, other = (
        ear(holder, f"{path}/news")
        for path in ("/board", "/incident/INC-0001", "/incident/INC-0002")
    )
    before = [each.next()[1] for each in (board, own, other)]
    write(place)
    assert [board.next()[1] != before[0], own.next()[1] != before[1]] == [True, True]
    with pytest.raises(queue.Empty):
        other.next(within_s=1.0)
    shown = holder.get("/incident/INC-0002/part").text
    assert f'data-pulse="{before[2]}"' in shown, "what it heard is what it would fetch"


def test_a_page_hears_of_another_incident_where_it_shows_it(place, ear) -> None:
    open_vcc(place)
    own = ear(Holder(place, "AM-2"), "/incident/INC-0001/news")
    before = own.next()[1]
    now = place.clock.now()
    with place.inst.journal.write() as session:
        open_or_join(session, place.plan, "SHAREPOINT", reported_by="monitor alertmanager",
                     seen="No file opens", cause_at=now, now=now)  # fmt: skip
    assert own.next()[1] != before


def test_very_many_pages_hear_in_turn_and_an_ended_sign_in_at_once(
    place, ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "WAITS_TIMES", 1e6)  # how busy this machine is counts for nothing
    holds_last(monkeypatch)
    open_vcc(place)
    holder = Holder(place, "AM-2")
    ears = [ear(holder) for _ in range(4)]
    for each in ears:
        each.next()
    pace = place.app.state.live.pace
    with pace.page("board"):
        until = thread_cpu_s() + 0.3
        while thread_cpu_s() < until:  # a page that costs a third of a second of a core
            pass
    for _ in range(5):
        pace.turn_in_s("board")  # what may come at once has come
    write(place)
    heard = [each.next(within_s=30)[2] for each in ears]
    assert max(heard) - min(heard) > 1.5, heard
    write(place)
    sign_out_at = monotonic_s()
    holder.sign_out()
    for each in ears:
        while (found := each.next())[0] == "pulse":
            pass
        assert found[2] - sign_out_at < 3


def test_a_lease_that_is_renewed_is_no_news(place, ear) -> None:
    open_vcc(place)
    one = ear(Holder(place, "AM-2"))
    one.next()
    with place.inst.journal.write() as session:
        hold_until(session, "INC-0001", real_now() + LEASE_LENGTH)
    with pytest.raises(queue.Empty):
        one.next(within_s=1.0)


def test_it_ends_when_the_sign_in_ends(place, ear) -> None:
    holder, other = Holder(place, "AM-2"), Holder(place, "ERT-5")
    mine, theirs = ear(holder), ear(other)
    mine.next(), theirs.next()
    holder.sign_out()
    while (heard := mine.next())[0] == "pulse":
        pass
    assert heard[0] == "over"
    assert mine.ended.wait(10)
    assert not theirs.ended.is_set()
    assert holder.get("/board/news").status_code == 401


def test_the_operator_ends_it_from_another_process_too(place, ear) -> None:
    one = ear(Holder(place, "AM-2"))
    one.next()
    with place.inst.journal.write() as session:
        sign_ins.end(session, "AM-2", now=place.clock.now())
    while one.next()[0] != "over":
        pass


def test_one_thread_watches_however_many_listen_and_none_when_nobody_does(place, ear) -> None:
    ears = [ear(Holder(place, person)) for person in ("AM-2", "ERT-5", "AM-1")]
    for each in ears:
        each.next()
    assert place.app.state.live.listening == 3
    assert sum(t.name == "board-watch" for t in threading.enumerate()) == 1
    for each in ears:
        each.close()
    open_vcc(place)  # a write, so that each finds its page gone
    place.eventually(lambda: place.app.state.live.listening == 0, "all pages are gone")
    place.eventually(
        lambda: all(t.name != "board-watch" for t in threading.enumerate()), "the watch ended"
    )


def test_more_listeners_than_there_is_room_for_are_told_to_come_again(
    place, ear, monkeypatch
) -> None:
    monkeypatch.setattr(live, "MOST_OF_ONE", 2)
    holder = Holder(place, "AM-2")
    for _ in range(2):
        ear(holder).next()
    refused = holder.get("/board/news")
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "15"
    assert "look again" in refused.text
    ear(Holder(place, "ERT-5")).next()  # somebody else finds room


def test_the_gateway_stops_at_once_though_pages_listen(place, ear) -> None:
    one = ear(Holder(place, "AM-2"))
    one.next()
    began = monotonic_s()
    place.restart()
    assert monotonic_s() - began < 4
    assert one.ended.wait(5)
