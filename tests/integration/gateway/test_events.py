"""What happens is told to Prefect as events: at least once, in order, never in the way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from kitart.gateway import events
from kitart.gateway.entry_words import ENTRIES
from kitart.gateway.events import Events
from kitart.gateway.happenings import NAMES, happenings
from kitart.journal import incidents, timeline, told_events
from kitart.orchestrator import OrchestratorError
from kitart.prefect_events import EventRefused, Happening


class HandSink:
    """Keeps what it is told; "away" it raises, and of a name in ``refuses`` it wants nothing."""

    def __init__(self) -> None:
        self.away = False
        self.refuses: set[str] = set()
        self.taken: list[Happening] = []

    def send(self, happenings: Sequence[Happening]) -> None:
        if self.away:
            raise OrchestratorError("Prefect is away")
        if self.refuses & {one.name for one in happenings}:
            raise EventRefused("422")
        self.taken += happenings

    @property
    def names(self) -> list[str]:
        """What it was told, apart from messages, which go their own way meanwhile."""
        names = [one.name.removeprefix("kitart.incident.") for one in self.taken]
        return [name for name in names if not name.startswith("message-")]


@pytest.fixture
def sink() -> HandSink:
    return HandSink()


@pytest.fixture
def telling(place: Any, sink: HandSink) -> Events:
    return Events(place.inst.journal, sink)


def write(place: Any, type: str, number: str = "INC-0001", **data: Any) -> None:
    with place.inst.journal.write() as session:
        timeline.append(
            session, number, type, "Words that AG-047 said", now=place.clock.now(),
            author="AG-047", data=data,
        )  # fmt: skip


def opened(place: Any) -> None:
    place.post_alerts(place.alert())
    place.take_lease()
    place.eventually(lambda: place.entries("message accepted"), "the first page")


def test_an_incident_is_told_of_from_its_opening_to_its_end(place, telling, sink) -> None:
    opened(place)
    place.server.stop()  # what becomes of the first page would be told at any time
    telling.look()
    assert sink.names[0] == "opened"
    for type in ("ack received", "priority set", "note", "closed"):
        write(place, type)
    telling.look()
    assert sink.names[-3:] == ["acknowledged", "priority-set", "closed"]
    told = len(sink.taken)
    assert telling.look() is False
    assert len(sink.taken) == told


def test_the_same_entry_has_the_same_id_whoever_tells_it(place, sink) -> None:
    opened(place)
    with place.inst.journal.read() as session:
        rows = told_events.untold(session, 100)
    one, other = happenings(rows), happenings(rows)
    assert [e.id for e in one] == [e.id for e in other]
    assert len({e.id for e in one}) == len(one)


def test_events_of_one_incident_follow_one_another(place, telling, sink) -> None:
    opened(place)
    write(place, "ack received")
    write(place, "closed")
    telling.look()
    ours = [e for e in sink.taken if e.payload["incident"] == "INC-0001"]
    assert [e.follows for e in ours] == [None, *(e.id for e in ours[:-1])]
    assert [e.payload["entry"] for e in ours] == sorted(e.payload["entry"] for e in ours)


def test_what_happens_while_prefect_is_away_waits_and_follows_in_order(
    place, telling, sink
) -> None:
    opened(place)
    sink.away = True
    with pytest.raises(OrchestratorError):
        telling.look()
    write(place, "ack received")
    write(place, "priority set")
    with pytest.raises(OrchestratorError):
        telling.look()
    assert sink.taken == []
    sink.away = False
    telling.look()
    assert sink.names[0] == "opened"
    assert sink.names[-2:] == ["acknowledged", "priority-set"]


def test_a_gateway_that_dies_between_telling_and_noting_tells_it_again_with_the_same_id(
    place, telling, sink, monkeypatch
) -> None:
    opened(place)

    def dies(*_: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(told_events, "told", dies)
        with pytest.raises(RuntimeError):
            telling.look()
    first = [e.id for e in sink.taken]
    Events(place.inst.journal, sink).look()
    assert [e.id for e in sink.taken][: 2 * len(first)] == first * 2


def test_very_many_entries_are_told_bit_by_bit(place, telling, sink, monkeypatch) -> None:
    opened(place)
    monkeypatch.setattr(events, "AT_ONCE", 3)
    for _ in range(10):
        write(place, "escalated")
    rounds = 1
    while telling.look():
        rounds += 1
    assert rounds > 3
    assert sink.names.count("escalated") == 10


def test_one_that_prefect_refuses_does_not_hold_up_the_others(place, telling, sink) -> None:
    opened(place)
    sink.refuses = {"kitart.incident.escalated"}
    write(place, "escalated")
    write(place, "priority set")
    telling.look()
    assert sink.names[0] == "opened"
    assert sink.names[-1] == "priority-set"
    assert "escalated" not in sink.names


@pytest.mark.covers("D22")
def test_no_words_and_no_person_leave_by_an_event(place, telling, sink) -> None:
    opened(place)
    write(
        place, "decided", person="AM-2", note="My mother is ill", client="BRAVO", role="ert",
        level=4, channel="sms", purpose="words with blanks", step="am:BRAVO", answer="yes",
        address="+36301234567", project="BRAVO", approval=7,
    )  # fmt: skip
    telling.look()
    said = next(e for e in sink.taken if e.name == "kitart.incident.decision-made")
    assert {name: said.payload[name] for name in ("role", "level", "channel", "approval")} == {
        "role": "ert", "level": 4, "channel": "sms", "approval": 7,
    }  # fmt: skip
    everything = json.dumps([[e.resource, e.related, e.payload] for e in sink.taken], default=str)
    for word in ("AG-047", "AM-2", "mother", "BRAVO", "blanks", "+36", "does not answer"):
        assert word not in everything


def test_an_automation_can_tell_an_exercise_from_the_real_thing(place, telling, sink) -> None:
    opened(place)
    telling.look()
    assert sink.taken[0].resource["prefect.resource.id"] == "kitart.incident.INC-0001"
    assert sink.taken[0].resource["kitart.exercise"] == "no"
    with place.inst.journal.write() as session:
        incidents.get(session, "INC-0001").exercise = True
    write(place, "closed")
    telling.look()
    closed = next(e for e in sink.taken if e.name == "kitart.incident.closed")
    assert closed.resource["kitart.exercise"] == "yes"


def test_the_gateway_tells_by_itself_and_goes_on_after_prefect_was_away(
    place, sink, monkeypatch
) -> None:
    monkeypatch.setattr(events, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(events, "TRY_AGAIN_AFTER_S", (0.05,))
    sink.away = True
    teller = Events(place.inst.journal, sink)
    teller.start()
    try:
        opened(place)  # the alert is accepted and the first page is out all the same
        assert sink.taken == []
        sink.away = False
        place.eventually(lambda: "opened" in sink.names, "the event")
        write(place, "closed")
        place.eventually(lambda: "closed" in sink.names, "the next event")
    finally:
        teller.stop()


def test_each_kind_of_entry_that_is_told_is_one_that_the_record_knows() -> None:
    assert set(NAMES) <= set(ENTRIES)


def test_an_event_occurred_when_it_was_recorded(place, telling, sink) -> None:
    opened(place)
    place.clock.advance(minutes=5)
    write(place, "late entry")
    write(place, "closed")
    telling.look()
    with place.inst.journal.read() as session:
        entry = timeline.entries(session, "INC-0001", "closed")[0]
    closed = next(e for e in sink.taken if e.name == "kitart.incident.closed")
    assert closed.occurred == entry.recorded_at
