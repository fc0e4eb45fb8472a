"""Signing in without the Microsoft tenant: a link by SMS and mail, then a cookie (D20)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
from typer.testing import CliRunner

from kitart.cli import app
from kitart.journal import sign_ins
from kitart.messaging.alarm import ack_link
from kitart.messaging.sign_in_links import new_link

pytestmark = pytest.mark.covers("D20")


def ask(place, code: str) -> requests.Response:
    return requests.post(f"{place.server.url}/in", data={"code": code}, timeout=10)


def links_to(place, person: str) -> list[str]:
    return [t.rsplit("\n", 1)[-1] for t in place.texts_to(person) if "/in/" in t]


def use(link: str, **options) -> requests.Response:
    return requests.post(link, timeout=10, allow_redirects=False, **options)


def test_a_link_comes_by_sms_and_signs_in_once(place) -> None:
    assert ask(place, "am-2").status_code == 200
    (link,) = place.eventually(lambda: links_to(place, "AM-2"), "the link by SMS")
    for _ in range(10):  # a scanner opens it, as often as it likes
        page = requests.get(link, timeout=10)
        assert page.status_code == 200
        assert "AM-2" in page.text
        assert "set-cookie" not in page.headers
    first = use(link)
    assert first.status_code == 303
    assert first.headers["location"] == "/board"
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    second = use(link)
    assert second.status_code == 410
    assert "set-cookie" not in second.headers
    assert requests.get(link, timeout=10).status_code == 410


def test_a_code_of_nobody_gets_the_same_page_and_no_message(place) -> None:
    known, unknown = ask(place, "AM-2"), ask(place, "AM-99")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    place.eventually(lambda: links_to(place, "AM-2"), "the link to the one who exists")
    assert len(place.world.sms.sent) == 1


def test_a_stranger_who_knows_the_code_cannot_flood_the_phone(place) -> None:
    for _ in range(8):
        ask(place, "AM-2")
    place.eventually(lambda: len(links_to(place, "AM-2")) == 3, "three links")
    # The links that came go on working, and the operator's do too: nobody is locked out.
    assert use(links_to(place, "AM-2")[0]).status_code == 303
    assert use(new_link(place.inst, "AM-2", by="operator")).status_code == 303
    place.clock.advance(minutes=16)
    ask(place, "AM-2")
    place.eventually(lambda: len(links_to(place, "AM-2")) == 4, "another one later")


@pytest.mark.parametrize("spoilt", ["x", "A" * 32])
def test_a_link_that_was_never_made_signs_nobody_in(place, spoilt) -> None:
    answer = use(f"{place.server.url}/in/{spoilt}")
    assert answer.status_code in (404, 405, 410)
    assert "set-cookie" not in answer.headers


def test_a_link_ends_after_half_an_hour_and_a_cookie_after_two_weeks(place) -> None:
    late = new_link(place.inst, "AM-2", by="operator")
    place.clock.advance(minutes=31)
    assert use(late).status_code == 410
    cookie = use(new_link(place.inst, "AM-2", by="operator")).cookies
    out = f"{place.server.url}/out"
    assert requests.post(out, cookies=cookie, timeout=10).status_code == 403  # no form key
    place.clock.move_to(place.clock.now() + timedelta(days=15))
    assert requests.post(out, cookies=cookie, timeout=10).status_code == 401


def test_neither_key_is_kept(place) -> None:
    link = new_link(place.inst, "AM-2", by="operator")
    cookie = use(link).cookies["kitart"]
    with place.inst.journal.read() as session:
        row = sign_ins.of_cookie(session, cookie, now=place.clock.now())
    kept = " ".join(str(value) for value in vars(row).values())
    assert cookie not in kept
    assert link.rsplit("/", 1)[-1] not in kept


def test_the_operator_makes_a_link_on_the_server_and_ends_all(place, monkeypatch) -> None:
    monkeypatch.setattr("kitart.cli.the_settings", lambda: place.inst.settings)
    made = CliRunner().invoke(app, ["link", "AM-2"])
    assert made.exit_code == 0, made.output
    link = made.output.splitlines()[0]
    assert use(link).status_code == 303
    assert "AM-9" in CliRunner().invoke(app, ["link", "AM-9"]).output
    ended = CliRunner().invoke(app, ["link", "AM-2", "--end"])
    assert "1 sign-in ended, and each link sent before now" in ended.output


def test_of_a_lost_phone_every_link_is_ended_and_newer_ones_work(place) -> None:
    place.post_alerts(place.alert())
    place.eventually(lambda: place.texts_to("ERT-1"), "the alarm")
    old = place.texts_to("ERT-1")[0].rsplit("\n", 1)[-1]
    assert requests.get(old, timeout=10).status_code == 200
    cookie = use(new_link(place.inst, "ERT-1", by="operator")).cookies
    place.clock.advance(seconds=1)
    with place.inst.journal.write() as session:
        assert sign_ins.end_everything(session, "ERT-1", now=place.clock.now()) == 1
    assert requests.get(old, timeout=10).status_code == 410
    assert requests.post(old, data={"answer": "take"}, timeout=10).status_code == 410
    assert not place.entries("ack received")
    assert requests.post(f"{place.server.url}/out", cookies=cookie, timeout=10).status_code == 401
    place.clock.advance(seconds=1)
    newer = ack_link(place.inst, "INC-0001", "ert", "ERT-1")
    assert requests.post(newer, data={"answer": "take"}, timeout=10).status_code == 200
    assert place.entries("ack received")
