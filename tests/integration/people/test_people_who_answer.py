"""Sandbox people: who reads when, and what they answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from fastapi import FastAPI

from kitart.clock import SteadyClock, real_now
from sandbox.letters import mailbox_letters
from sandbox.microsoft.state import DeliveredMail
from sandbox.people import people_router
from sandbox.server import SandboxServer

Soon = Callable[..., None]


def test_an_sms_link_is_opened_and_the_form_is_sent_as_a_browser_would(
    world: Any, soon: Soon
) -> None:
    people = world.people({"AM-1": {"fills": {"note": "On my way, rögtön"}}})
    world.sms("+36 30 111 1111", f"INC-1: can you take it? {world.link('1')}.")
    soon(lambda: people.diary)
    assert world.gateway.posts == [
        {
            "question": "1",
            "token": "t-1&é",
            "version": "3",
            "name": "AM-1",
            "note": "On my way, rögtön",
            "answer": "take",
        }
    ]
    (entry,) = people.diary
    assert (entry.person, entry.outcome, entry.kind, entry.answer) == (
        "AM-1",
        "answered",
        "ack",
        "take",
    )
    assert (entry.seen, entry.page_after, entry.status) == ("Question 1", "Thank you", 200)
    assert (entry.letter_id, entry.at, entry.link) == ("L0", world.clock.now(), world.link("1"))


def test_a_link_in_html_is_found_once_though_the_text_has_it_too(world: Any, soon: Soon) -> None:
    people = world.people()
    link = world.link("7", "approve")
    escaped = link.replace("&", "&amp;")
    world.mail("AM-2@Example.org", f"<p><a href='{escaped}'>Decide</a> or {escaped}</p>", link)
    soon(lambda: people.diary)
    assert world.gateway.gets == ["7"]
    assert [post["answer"] for post in world.gateway.posts] == ["approve"]


def test_mail_of_the_microsoft_sandbox_reaches_each_recipient(world: Any, soon: Soon) -> None:
    mail = DeliveredMail(
        id="m1",
        sender="continuity@example.org",
        to=("am-1@example.org", "am-2@example.org"),
        cc=("ert-1@example.org",),
        bcc=(),
        subject="Decide",
        content_type="html",
        content=f"<a href='{world.link('1')}'>here</a>",
        headers={},
        received=real_now(),
    )
    people = world.people()
    world.letters.extend(mailbox_letters([mail]))
    soon(lambda: len(people.diary) == 3)
    assert sorted(post["name"] for post in world.gateway.posts) == ["AM-1", "AM-2", "ERT-1"]


def test_only_links_to_the_gateway_are_opened(world: Any, soon: Soon) -> None:
    people = world.people()
    port = world.gateway.url.rpartition(":")[2]
    world.sms("+36301111111", f"http://127.0.0.1:1/x {world.gateway.url}0/q/1 http://a.b/{port}")
    soon(lambda: people.diary)
    assert [entry.outcome for entry in people.diary] == ["no link"]
    assert world.gateway.gets == []


def test_rules_say_what_each_person_answers_to_each_kind(world: Any, soon: Soon) -> None:
    people = world.people(
        {
            "default": {"delay_s": 0, "answers": {"priority": "P1"}},
            "AM-2": {"answers": {"priority": "P2", "ack": "decline"}},
            "ERT-1": "declines",
        }
    )
    for number, phone in enumerate(("+36301111111", "+36302222222", "+36303333333")):
        for kind in ("priority", "ack", "notice"):
            world.sms(phone, world.link(f"{number}-{kind}", kind))
    soon(lambda: len(people.diary) == 9)
    said = {(entry.person, entry.kind): entry.answer for entry in people.diary}
    assert said == {
        ("AM-1", "priority"): "P1",
        ("AM-1", "ack"): "take",
        ("AM-1", "notice"): "send",
        ("AM-2", "priority"): "P2",
        ("AM-2", "ack"): "decline",
        ("AM-2", "notice"): "send",
        ("ERT-1", "priority"): "P3",
        ("ERT-1", "ack"): "decline",
        ("ERT-1", "notice"): "wait",
    }


def test_a_callable_decides_from_the_question(world: Any, soon: Soon) -> None:
    people = world.people(answerers={("AM-1", "priority"): lambda question: question.options[1]})
    world.sms("+36301111111", world.link("1", "priority"))
    soon(lambda: people.diary)
    assert people.diary[0].answer == "P2"


def test_an_answer_that_is_not_offered_is_not_sent(world: Any, soon: Soon) -> None:
    people = world.people({"AM-1": {"answers": {"ack": "P1"}}})
    world.sms("+36301111111", world.link("1"))
    soon(lambda: people.diary)
    assert [entry.outcome for entry in people.diary] == ["not offered"]
    assert world.gateway.posts == []


def test_somebody_slow_answers_when_the_plans_clock_says_so(world: Any, soon: Soon) -> None:
    people = world.people({"AM-1": {"delay_s": 300}, "AM-2": "late"})
    world.sms("+36301111111", world.link("1"))
    world.sms("+36302222222", world.link("2"))
    world.sms("+36303333333", world.link("3"))
    soon(lambda: [entry.person for entry in people.diary] == ["ERT-1"])
    world.clock.advance(seconds=299)
    time.sleep(0.15)
    assert len(people.diary) == 1
    world.clock.advance(seconds=1)
    soon(lambda: [entry.person for entry in people.diary] == ["ERT-1", "AM-1"])
    world.clock.advance(minutes=25)
    soon(lambda: [entry.person for entry in people.diary] == ["ERT-1", "AM-1", "AM-2"])


def test_on_a_faster_clock_people_are_faster_too(
    world: Any, soon: Soon, fast_clock: SteadyClock
) -> None:
    people = world.people({"AM-1": {"delay_s": 30}}, clock=fast_clock)
    began = time.monotonic()
    world.sms("+36301111111", world.link("1"))
    soon(lambda: people.diary)
    assert 0.45 <= time.monotonic() - began < 2.0


def test_somebody_who_never_answers_opens_nothing(world: Any, soon: Soon) -> None:
    people = world.people({"AM-1": "never"})
    world.sms("+36301111111", world.link("1"))
    world.clock.advance(hours=5)
    soon(lambda: people.diary)
    assert [entry.outcome for entry in people.diary] == ["left unread"]
    assert world.gateway.gets == []


@pytest.mark.covers("D5")
def test_a_scanner_opens_each_link_many_times_and_never_posts(world: Any, soon: Soon) -> None:
    people = world.people({"AM-1": "scanner", "AM-2": {"scans": 3, "delay_s": 60}})
    world.mail("am-1@example.org", f"<a href='{world.link('1')}'>a</a>", world.link("2"))
    world.mail("am-2@example.org", f"<a href='{world.link('3')}'>a</a>")
    soon(lambda: [entry.outcome for entry in people.diary].count("scanned") == 13)
    assert sorted(world.gateway.gets) == ["1"] * 5 + ["2"] * 5 + ["3"] * 3
    assert world.gateway.posts == []
    world.clock.advance(seconds=60)
    soon(lambda: any(entry.outcome == "answered" for entry in people.diary))
    assert [post["question"] for post in world.gateway.posts] == ["3"]
    assert [entry.outcome for entry in people.diary if entry.person == "AM-2"] == [
        "scanned",
        "scanned",
        "scanned",
        "answered",
    ]


def test_one_question_on_two_channels_and_a_reminder_is_answered_once(
    world: Any, soon: Soon
) -> None:
    people = world.people()
    world.sms("+36301111111", world.link("1"))
    world.mail("am-1@example.org", f"<a href='{world.link('1')}'>a</a>")
    world.sms("+36301111111", f"Reminder: {world.link('1')}")
    soon(lambda: len(people.diary) == 3)
    assert len(world.gateway.posts) == 1
    assert sorted(entry.outcome for entry in people.diary) == [
        "already answered",
        "already answered",
        "answered",
    ]


def test_two_people_asked_the_same_both_answer(world: Any, soon: Soon) -> None:
    people = world.people()
    world.sms("+36301111111", world.link("1"))
    world.sms("+36302222222", world.link("1"))
    soon(lambda: len(people.diary) == 2)
    assert sorted(post["name"] for post in world.gateway.posts) == ["AM-1", "AM-2"]


def test_a_failing_post_is_tried_again(
    world: Any, soon: Soon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.visiting.RETRY_PAUSE_S", 0.01)
    world.gateway.fail_posts = 2
    people = world.people()
    world.sms("+36301111111", world.link("1"))
    soon(lambda: people.diary)
    assert [entry.outcome for entry in people.diary] == ["answered"]
    assert len(world.gateway.posts) == 1


def test_a_post_that_fails_for_good_is_given_up_and_tried_at_the_reminder(
    world: Any, soon: Soon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.visiting.RETRY_PAUSE_S", 0.01)
    world.gateway.fail_posts = 4
    people = world.people()
    world.sms("+36301111111", world.link("1"))
    soon(lambda: people.diary)
    assert (people.diary[0].outcome, people.diary[0].status) == ("failed", 503)
    world.sms("+36301111111", world.link("1"))
    soon(lambda: len(people.diary) == 2)
    assert people.diary[1].outcome == "answered"


def test_an_answer_that_came_too_late_is_noted_as_refused(world: Any, soon: Soon) -> None:
    world.gateway.post_status = 409
    people = world.people()
    world.sms("+36301111111", world.link("1"))
    soon(lambda: people.diary)
    assert (people.diary[0].outcome, people.diary[0].status) == ("refused", 409)


def test_a_page_without_a_question_is_only_read_and_a_stranger_is_nobody(
    world: Any, soon: Soon
) -> None:
    people = world.people()
    world.sms("+36309999999", world.link("1"))
    world.sms("+36301111111", f"{world.gateway.url}/board")
    soon(lambda: people.diary)
    assert [(entry.outcome, entry.seen) for entry in people.diary] == [("read", "Board")]
    assert world.gateway.gets == []


def test_the_diary_is_read_and_characters_are_changed_from_outside(world: Any, soon: Soon) -> None:
    people = world.people()
    app = FastAPI()
    app.include_router(people_router(people))
    with SandboxServer(app) as server:
        url = f"{server.url}/sandbox/people"
        changed = requests.put(f"{url}/AM-1", json={"like": "declines"}, timeout=5)
        assert changed.json()["otherwise"] == "decline"
        assert requests.put(f"{url}/AM-1", json={"like": "odd"}, timeout=5).status_code == 422
        world.sms("+36301111111", world.link("1"))
        soon(lambda: people.diary)
        (entry,) = requests.get(url, timeout=5).json()
    assert (entry["person"], entry["answer"], entry["at"]) == (
        "AM-1",
        "decline",
        "2026-03-03T10:00:00+00:00",
    )
