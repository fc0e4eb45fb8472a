"""The flood guard over real sockets: much news becomes little, and questions do not wait."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kitart.alerts.opening import open_or_join
from kitart.clock import sleep_s
from kitart.gateway.app import create_app
from kitart.journal import acknowledgements, incidents, messages
from kitart.journal.messages import TAKEN
from kitart.messaging import releasing
from kitart.messaging.occasion import about
from kitart.messaging.telling import tell
from sandbox.server import SandboxServer

WHO = "IT-MGR"
NEWS, QUESTION = "recovery-time", "decision-request"
PATIENT_S = 1.2  # two rounds of the watchman


def opened(place, system: str, *, exercise: bool = False) -> str:
    """An open incident whose ERT has it: the gateway asks nobody and says nothing by itself."""
    with place.inst.journal.write() as session:
        found = open_or_join(
            session, place.plan, system, reported_by="monitor test", seen="away",
            cause_at=None, now=place.clock.now(), exercise=exercise,
        )  # fmt: skip
        number = found.incident.number
        acknowledgements.record(
            session, number, "ert", "ERT-1", "ert", "take", via="link", now=place.clock.now()
        )
    return number


def say(place, number: str, step: str, purpose: str = NEWS, **more: Any) -> bool:
    plan = place.inst.plan_of(number)
    with place.inst.journal.read() as session:
        values = about(session, plan, number)
    values |= {"gone": step, "due": place.clock.now(), "next_step": "divert",
               "question": "Divert?", "answer_by": place.clock.now()}  # fmt: skip
    return tell(place.inst, plan, number, WHO, purpose, step, values | more)


def ten_in_a_minute(place, number: str) -> None:
    for n in range(1, 11):
        assert say(place, number, f"{n}/10")
        place.clock.advance(seconds=6)


def mails(place) -> list[Any]:
    address = next(c.address for c in place.plan.person(WHO).channels if c.kind == "mail")
    return [mail for mail in list(place.world.tenant.mail) if address in mail.to]


def held_and_joined(place, number: str, channel: str = "sms") -> tuple[int, int]:
    rows = [m for m in place.messages(NEWS, number) if m.channel == channel]
    return sum(m.state == "queued" for m in rows), sum(m.state == "skipped" for m in rows)


def went_out(place, purpose: str, number: str) -> list[Any]:
    """What the record says of the SMS with this purpose that the provider took."""
    told = place.entries("message accepted", number)
    return [e for e in told if (e.data["purpose"], e.data["channel"]) == (purpose, "sms")]


@pytest.mark.covers("D15", "D16")
def test_ten_pieces_of_news_in_a_minute_are_one_at_once_and_one_after_the_gap(place) -> None:
    number = opened(place, "VCC")
    ten_in_a_minute(place, number)
    assert len(place.texts_to(WHO)) == len(mails(place)) == 1
    assert held_and_joined(place, number) == (9, 0)
    say(place, number, "q", QUESTION)
    assert "Divert?" in place.texts_to(WHO)[-1], "a question goes at once"
    second = place.alert(service="client-crm-2")
    place.post_alerts(second)
    first_asked = place.plan.ert_order(place.clock.now())[0].id
    place.eventually(lambda: place.texts_to(first_asked), "the first alarm of a second incident")
    place.clock.advance(minutes=3, seconds=59)
    sleep_s(PATIENT_S)
    assert len(place.texts_to(WHO)) == 2, "not before five minutes are over"
    place.clock.advance(seconds=1)
    text = place.eventually(lambda: place.texts_to(WHO)[2:], "the news together")[0]
    assert "INC-0001" in text
    assert "10/10" in text
    assert "9/10" not in text, "of one thing the newest"
    mail = place.eventually(lambda: mails(place)[2:], "the same by mail")[0]
    places = [mail.content.index(f"{n}/10") for n in range(10, 1, -1)]
    assert places == sorted(places), "the newest first, nothing left out"
    sleep_s(PATIENT_S)
    assert len(place.texts_to(WHO)) == len(mails(place)) == 3
    assert held_and_joined(place, number) == (0, 9)
    last = [m for m in place.messages(NEWS) if m.channel == "sms"][-1]
    (together,) = [m for m in place.messages("news-together") if m.channel == "sms"]
    assert (together.state in TAKEN, last.detail) == (True, f"told in message {together.key}")
    assert len(place.entries("message held")) == 18
    joined = place.entries("news joined")
    assert {len(entry.data["messages"]) for entry in joined} == {9}


@pytest.mark.covers("E33", "E40")
def test_news_of_five_incidents_at_once_comes_in_one_message(place) -> None:
    systems = ("VCC", "SHAREPOINT", "CARRIER", "CLIENT-CRM-2", "CLIENT-ORDERS-4")
    numbers = [opened(place, system) for system in systems]
    for number in numbers:
        say(place, number, "50%")
        place.clock.advance(seconds=2)
    drill = opened(place, "VCC", exercise=True)
    say(place, drill, "50%")
    assert len(place.texts_to(WHO)) == 3, "two incidents at once, and the exercise for itself"
    assert place.texts_to(WHO)[-1].startswith(("EXERCISE", "GYAKORLAT"))
    with place.inst.journal.write() as session:
        incidents.close(session, numbers[3], "closed", now=place.clock.now())
    place.take_lease(numbers[2])
    place.clock.advance(minutes=5)
    text = place.eventually(lambda: place.texts_to(WHO)[3:], "the news together")[0]
    for number in numbers[2:]:
        assert number in text
        (entry,) = [e for e in place.entries("news joined", number) if e.data["channel"] == "sms"]
        assert entry.data["incidents"] == numbers[2:]
        place.eventually(
            lambda n=number: went_out(place, "news-together", n), f"the record of {number}"
        )
        assert not went_out(place, NEWS, number)
    assert numbers[0] not in text
    assert "EXERCISE" not in text
    sleep_s(PATIENT_S)
    assert len(place.texts_to(WHO)) == 4


def test_of_five_runs_that_tell_a_person_in_the_same_second_two_get_through(place) -> None:
    systems = ("VCC", "SHAREPOINT", "CARRIER", "CLIENT-CRM-2", "CLIENT-ORDERS-4")
    numbers = [opened(place, system) for system in systems]
    with ThreadPoolExecutor(5) as pool:
        assert all(pool.map(lambda number: say(place, number, "50%"), numbers))
    assert len(place.texts_to(WHO)) == 2
    for channel in ("sms", "mail"):
        assert sum(held_and_joined(place, number, channel)[0] for number in numbers) == 3


@pytest.mark.covers("D15")
def test_a_gateway_that_ends_before_the_moment_leaves_the_news_to_the_next(place) -> None:
    number = opened(place, "VCC")
    ten_in_a_minute(place, number)
    place.server.stop()
    place.clock.advance(minutes=5)
    sleep_s(PATIENT_S)
    assert len(place.texts_to(WHO)) == 1
    place.restart()
    place.eventually(lambda: place.texts_to(WHO)[1:], "the news together")
    sleep_s(PATIENT_S)
    assert len(place.texts_to(WHO)) == 2


def test_a_gateway_that_ends_between_joining_and_sending_loses_nothing(
    place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: Any, **_more: Any) -> None:
        raise RuntimeError("killed here")

    number = opened(place, "VCC")
    ten_in_a_minute(place, number)
    with monkeypatch.context() as patched:
        patched.setattr(releasing, "deliver", dies)
        place.clock.advance(minutes=5)
        place.eventually(lambda: place.entries("news joined"), "the joining")
        place.server.stop()
    assert [m.state for m in place.messages("news-together")] == ["queued"] * 2
    assert len(place.texts_to(WHO)) == 1
    place.restart()
    place.eventually(lambda: place.texts_to(WHO)[1:], "the news together")
    sleep_s(PATIENT_S)
    assert len(place.texts_to(WHO)) == 2


def test_two_gateways_release_it_once(place) -> None:
    number = opened(place, "VCC")
    ten_in_a_minute(place, number)
    other = SandboxServer(create_app(place.inst, place.orchestrator)).start()
    try:
        place.clock.advance(minutes=5)
        place.eventually(lambda: place.texts_to(WHO)[1:], "the news together")
        sleep_s(PATIENT_S)
    finally:
        other.stop()
    assert len(place.texts_to(WHO)) == len(mails(place)) == 2


def test_one_piece_that_was_held_goes_as_it_was_written(place) -> None:
    number = opened(place, "VCC")
    say(place, number, "50%")
    assert say(place, number, "75%"), "it counts as told: nobody else need be"
    place.clock.advance(minutes=5)
    text = place.eventually(lambda: place.texts_to(WHO)[1:], "the second")[0]
    with place.inst.journal.read() as session:
        (row,) = [m for m in messages.of_purpose(session, number, NEWS) if m.text == text]
    place.eventually(lambda: len(went_out(place, NEWS, number)) == 2, "the record")
    assert row.headline
    assert say(place, number, "75%"), "asked for again it is told already"
    sleep_s(PATIENT_S)
    assert len(place.texts_to(WHO)) == 2
    assert not place.entries("news joined")


def test_news_with_a_link_asks_for_something_and_goes_at_once(place) -> None:
    number = opened(place, "VCC")
    say(place, number, "50%")
    say(place, number, "75%", link=f"{place.server.url}/a/x")
    assert len(place.texts_to(WHO)) == 2
