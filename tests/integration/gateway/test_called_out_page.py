"""The page of a call for cover, over real sockets: what it takes and what it refuses (E7, E8)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests

from kitart.journal import cover, incidents, timeline
from tests.integration.gateway.calling_out import (
    ENGLISH,
    HUNGARIAN,
    call_out,
    called,
    change,
    entries,
    link_to,
    out,
)

pytestmark = pytest.mark.covers("R20", "R26")
ANSWERS = ("backup accepted", "backup declined", "backup later", "backup says live")


@pytest.fixture(autouse=True)
def _incident(place) -> None:
    assert out(place) == "INC-0001"


@pytest.fixture
def call(place) -> int:
    return call_out(place, ENGLISH)


@pytest.fixture
def link(place, call) -> str:
    return link_to(place, call, ENGLISH)


def get(link: str) -> requests.Response:
    return requests.get(link, timeout=10)


def post(link: str, answer: str) -> requests.Response:
    return requests.post(link, data={"answer": answer}, timeout=10)


def test_it_shows_the_seat_and_the_time_where_the_agent_is_and_changes_nothing(
    place, call, link
) -> None:
    for _ in range(3):
        page = get(link)
        assert requests.head(link, timeout=10).status_code == 200
    for words in ("INC-0001", "BRAVO, German", "Yes, I start by 10:30 CET", "30 minutes left"):
        assert words in page.text
    assert "<script" not in page.text
    assert called(place, call).state == cover.ASKED
    assert entries(place, *ANSWERS) == []
    other = call_out(place, HUNGARIAN)
    page = get(link_to(place, other, HUNGARIAN))
    assert "CHARLIE, magyar" in page.text
    assert '<html lang="hu">' in page.text


@pytest.mark.covers("E7")
def test_a_yes_is_kept_once_and_said_back(place, call, link) -> None:
    for _ in range(2):
        page = post(link, "yes")
        assert page.status_code == 200
    assert "The seat is yours" in page.text
    row = called(place, call)
    assert (row.state, row.via, row.answered_at) == (cover.ACCEPTED, "link", place.clock.now())
    (entry,) = entries(place, *ANSWERS)
    assert (entry.type, entry.author, entry.source) == ("backup accepted", "agent", "person")
    assert entry.text == "AG-032 says yes to a seat of BRAVO/de, by 09:30 UTC"
    assert entry.data == {
        "agent": ENGLISH, "queue": "BRAVO/de", "rung": "native", "call": call, "via": "link"
    }  # fmt: skip


def test_a_no_frees_the_agent_and_stays(place, call, link) -> None:
    assert "Somebody else is asked" in post(link, "no").text
    post(link, "yes")
    row = called(place, call)
    assert (row.state, row.hold_key) == (cover.DECLINED, None)
    assert [e.type for e in entries(place, *ANSWERS)] == ["backup declined"]


@pytest.mark.covers("E8")
@pytest.mark.parametrize("minutes", [45, 60, 90])
def test_later_is_kept_with_its_time_and_frees_the_seat(place, call, link, minutes) -> None:
    page = post(link, f"later-{minutes}")
    assert "you can start later" in page.text
    row = called(place, call)
    starts_at = place.clock.now() + timedelta(minutes=minutes)
    assert (row.state, row.hold_key, row.due_at) == (cover.LATER, None, starts_at)
    (entry,) = entries(place, *ANSWERS)
    assert (entry.type, entry.data["starts_at"]) == ("backup later", starts_at.isoformat())


@pytest.mark.covers("E9")
@pytest.mark.parametrize("first", ["yes", "later-60"])
def test_who_cannot_after_all_says_so_and_is_free(place, call, link, first) -> None:
    assert "after all" in post(link, first).text
    page = post(link, "cannot")
    assert "after all" not in page.text
    row = called(place, call)
    assert (row.state, row.hold_key) == (cover.DECLINED, None)
    assert entries(place, "backup declined")[0].data["after_all"] is True
    post(link, "cannot")
    assert len(entries(place, "backup declined")) == 1


@pytest.mark.covers("R21", "E41")
def test_i_am_logged_in_is_offered_where_the_phone_system_is_blind_and_proves_nothing(
    place, call, link
) -> None:
    assert "logged in now" not in post(link, "yes").text
    with place.inst.journal.write() as session:
        timeline.append(session, "INC-0001", "agents not seen", "…", now=place.clock.now())
    assert "logged in now" in get(link).text
    page = post(link, "live")
    assert "you say that you are logged in" in page.text
    assert "logged in now" not in page.text
    post(link, "live")
    assert len(entries(place, "backup says live")) == 1
    assert called(place, call).state == cover.ACCEPTED


@pytest.mark.covers("E7")
def test_a_late_yes_counts_while_nobody_else_has_the_agent(place, call, link) -> None:
    change(place, call, cover.LAPSED)
    place.clock.advance(minutes=40)
    assert "Yes, I start at once" in get(link).text
    post(link, "yes")
    assert called(place, call).state == cover.ACCEPTED


@pytest.mark.covers("E3")
def test_a_late_yes_does_not_count_once_another_seat_has_the_agent(place, call, link) -> None:
    change(place, call, cover.LAPSED)
    second = call_out(place, ENGLISH)
    for page in (get(link), post(link, "yes")):
        assert page.status_code == 410
        assert "not needed any more" in page.text
        assert "<button" not in page.text
    assert called(place, call).state == cover.LAPSED
    post(link_to(place, second, ENGLISH), "yes")
    assert called(place, second).state == cover.ACCEPTED


@pytest.mark.parametrize("state", [cover.STOOD_DOWN, cover.NO_SHOW, cover.LOST, cover.ENDED])
def test_who_is_not_needed_any_more_reads_that(place, call, link, state) -> None:
    change(place, call, state)
    for page in (get(link), post(link, "yes"), post(link, "no")):
        assert page.status_code == 410
        assert "<button" not in page.text
    assert entries(place, *ANSWERS) == []


def test_who_is_live_and_a_closed_incident_ask_nothing(place, call, link) -> None:
    post(link, "yes")
    change(place, call, cover.LIVE)
    page = get(link)
    assert page.status_code == 200
    assert "<button" not in page.text
    post(link, "cannot")
    assert called(place, call).state == cover.LIVE
    with place.inst.journal.write() as session:
        incidents.close(session, "INC-0001", "closed", now=place.clock.now())
    assert get(link).status_code == 410
    assert post(link, "yes").status_code == 410


@pytest.mark.parametrize("answer", ["", "maybe", "later-30", "yes;no", "x" * 5000])
def test_nonsense_records_nothing(place, call, link, answer) -> None:
    assert post(link, answer).status_code == 422
    assert called(place, call).state == cover.ASKED


@pytest.mark.covers("D23")
def test_nobody_answers_for_another_or_with_a_broken_link(place, call, link) -> None:
    assert get(link_to(place, call, HUNGARIAN)).status_code == 404
    assert post(link_to(place, 999, ENGLISH), "yes").status_code == 404
    for forged in (link[:-1], link + "x", link.replace("/c/", "/a/"), link.replace("/c/", "/r/")):
        assert get(forged).status_code == 403
        assert post(forged, "yes").status_code == 403
    place.clock.advance(days=2)
    page = get(link)
    assert page.status_code == 410
    assert '<html lang="en">' in page.text
    assert called(place, call).state == cover.ASKED


@pytest.mark.covers("E3")
def test_many_at_once_are_one_answer(place, call, link) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: post(link, "yes" if n % 2 else "no"), range(12)))
    assert called(place, call).state in (cover.ACCEPTED, cover.DECLINED)
    assert len(entries(place, *ANSWERS)) == 1


def test_english_only_says_so(place) -> None:
    call = call_out(place, ENGLISH, rung="english_only")
    assert "answered in English" in get(link_to(place, call, ENGLISH)).text
