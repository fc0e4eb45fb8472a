"""The agent's page "I can't work", over real sockets: what it takes and what it refuses (R17)."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import requests
from typer.testing import CliRunner

from kitart.cli import app
from kitart.journal import outage_reports
from kitart.journal.tables import AgentLink, OutageReport
from kitart.messaging.agent_links import new_link

pytestmark = pytest.mark.covers("R17")

COMPLETE = {"form": "form-0001", "safe": "yes", "what": "power", "move": "no"}


def get(link: str, **options) -> requests.Response:
    return requests.get(link, timeout=10, **options)


def post(link: str, data=None, **options) -> requests.Response:
    return requests.post(link, data=data, timeout=10, **options)


def rows(place) -> list[OutageReport]:
    with place.inst.journal.read() as session:
        return session.query(OutageReport).order_by(OutageReport.id).all()


@pytest.fixture
def link(place) -> str:
    return new_link(place.inst, "AG-014", by="operator")


def test_a_report_is_kept_with_its_times_and_seen_after_a_reload(place, link) -> None:
    for _ in range(5):  # a scanner opens it
        assert get(link).status_code == 200
        assert requests.head(link, timeout=10).status_code == 200
    assert rows(place) == []
    page = post(link, COMPLETE | {"since": "09:45", "until": "13:30"})
    assert page.status_code == 200
    assert "Rögzítve: nem tud dolgozni" in page.text
    (row,) = rows(place)
    assert (row.agent, row.project, row.language, row.area) == ("AG-014", "CHARLIE", "hu", "HU-CS")
    assert (row.safe, row.what, row.can_move) == ("yes", "power", "no")
    assert (row.reported_by, row.role) == ("AG-014", "agent")
    # Budapest is an hour ahead; 09:45 there was a quarter of an hour ago.
    assert row.occurred_at == datetime.fromisoformat("2026-11-24T08:45:00+00:00")
    assert row.recorded_at == datetime.fromisoformat("2026-11-24T09:00:00+00:00")
    assert row.until == datetime.fromisoformat("2026-11-24T12:30:00+00:00")
    assert "Áramszünet" in get(link).text
    # It says what is true, and whom to phone.
    assert "+442079460103" in page.text
    assert "A bejelentése ebben az incidensben van: INC-0001" in page.text


def test_sent_twice_it_is_one_also_after_it_was_withdrawn(place, link) -> None:
    for _ in range(3):
        post(link, COMPLETE)
    post(link, COMPLETE | {"form": "form-0002"})  # another tab that says the same
    (row,) = rows(place)
    post(link, {"withdraw": str(row.id)})
    assert rows(place)[0].ended_as == "withdrawn"
    post(link, COMPLETE)  # the browser's back button
    assert len(rows(place)) == 1
    assert "Visszavonva" in get(link).text


def test_other_words_on_the_same_page_are_not_lost(place, link) -> None:
    for safe in ("no", "help", "help"):  # two buttons of one page, by the back button
        post(link, {"form": "form-0001", "safe": safe})
    assert [(row.safe, row.ended_as) for row in rows(place)] == [("no", "replaced"), ("help", None)]


def test_newer_words_replace_the_report_and_an_old_page_does_not_withdraw_them(place, link) -> None:
    post(link, COMPLETE)
    place.clock.advance(minutes=10)
    post(link, COMPLETE | {"form": "form-0002", "what": "health"})
    first, second = rows(place)
    assert (first.ended_as, first.open_key) == ("replaced", None)
    assert (second.what, second.open_key) == ("health", "AG-014")
    assert second.occurred_at == first.occurred_at, "it began when it began"
    post(link, {"withdraw": str(first.id)})
    assert rows(place)[1].ended_at is None


@pytest.mark.covers("D13", "E17")
@pytest.mark.parametrize("safe", ["no", "help"])
def test_who_is_in_danger_is_recorded_by_one_tap_and_reads_whom_to_call(place, safe) -> None:
    link = new_link(place.inst, "AG-017", by="operator")  # works in Malaysia
    page = post(link, {"form": "form-0001", "safe": safe})
    assert page.status_code == 200
    (row,) = rows(place)
    assert (row.safe, row.what, row.can_move) == (safe, "", "")
    main = page.text.partition("<main>")[2]
    assert 'href="tel:999"' in main
    assert main.index('href="tel:999"') < main.index('href="tel:+442079460102"')
    assert main.index('href="tel:999"') < main.index("<h1>")
    # Nobody in danger is asked to move.
    assert "within 30 minutes" not in main
    post(link, COMPLETE | {"form": "form-0002"})
    assert [r.safe for r in rows(place)] == [safe, "yes"]


@pytest.mark.covers("E17")
def test_each_number_of_a_country_with_several_can_be_called(place) -> None:
    abroad = next(a.id for a in place.plan.agents if a.country == "MA")
    page = get(new_link(place.inst, abroad, by="operator"))
    assert 'href="tel:150"' in page.text
    assert 'href="tel:190"' in page.text


def test_what_is_missing_is_asked_for_and_what_was_given_comes_back(place, link) -> None:
    for missing in ("safe", "what", "move"):
        page = post(link, {name: v for name, v in COMPLETE.items() if name != missing})
        assert page.status_code == 422
        assert "Nem történt rögzítés" in page.text
    page = post(link, COMPLETE | {"until": "25:00"})
    assert page.status_code == 422
    assert re.search(r'value="power" checked', page.text)
    assert 'value="25:00"' in page.text
    assert rows(place) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe=\x00",
        b"safe=yes&what=meteor&move=no",
        b"safe=sure&what=power&move=no",
        b"&".join(b"f%d=1" % n for n in range(500)),
        b"withdraw=1",
        b"withdraw=%27%20OR%201=1",
        '{"safe": "yes"}'.encode("utf-16"),
    ],
)
def test_nonsense_records_nothing(place, link, body) -> None:
    page = post(link, body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert page.status_code in (200, 422)
    assert rows(place) == []


def test_a_body_that_is_too_large_is_refused(place, link) -> None:
    page = post(link, COMPLETE | {"note": "x" * 1_100_000})
    assert page.status_code == 413
    assert rows(place) == []


def test_a_forged_or_broken_link_opens_nothing(place, link) -> None:
    token = link.rsplit("/", 1)[1]
    other = new_link(place.inst, "AG-013", by="operator").rsplit("/", 1)[1]
    body, _, signature = token.rpartition(".")
    forged = [
        "x", token[:-1], token + "x", f"{other.rpartition('.')[0]}.{signature}",
        f"{body}.{other.rpartition('.')[2]}", "A" * 4000,
    ]  # fmt: skip
    for each in forged:
        address = f"{place.server.url}/o/{each}"
        assert get(address).status_code == 403, each
        assert post(address, COMPLETE).status_code == 403
    assert rows(place) == []


def test_links_of_other_kinds_do_not_open_it_nor_does_it_open_theirs(place, link) -> None:
    token = link.rsplit("/", 1)[1]
    for path in ("a", "d", "in"):
        assert get(f"{place.server.url}/{path}/{token}").status_code in (403, 410)


def test_an_ended_a_replaced_and_an_old_link_open_nothing(place, link, monkeypatch) -> None:
    monkeypatch.setattr("kitart.cli.the_settings", lambda: place.inst.settings)
    newer = CliRunner().invoke(app, ["link", "AG-014"]).output.splitlines()[0]
    assert get(link).status_code == 410
    assert post(link, COMPLETE).status_code == 410
    assert "+44" not in get(link).text
    assert get(newer).status_code == 200
    assert "ended" in CliRunner().invoke(app, ["link", "AG-014", "--end"]).output
    assert post(newer, COMPLETE).status_code == 410
    again = new_link(place.inst, "AG-014", by="operator")
    place.clock.advance(days=199)
    assert get(again).status_code == 200
    place.clock.advance(days=2)
    assert post(again, COMPLETE).status_code == 410
    assert rows(place) == []
    assert "nobody" in CliRunner().invoke(app, ["link", "AG-999"]).output


def test_only_the_hash_of_a_link_is_kept(place, link) -> None:
    with place.inst.journal.read() as session:
        (row,) = session.query(AgentLink).all()
    assert link.rsplit("/", 1)[1] not in " ".join(str(value) for value in vars(row).values())


@pytest.mark.covers("D23")
def test_one_agent_never_sees_anothers_report(place, link) -> None:
    other = new_link(place.inst, "AG-013", by="operator")
    post(link, COMPLETE)
    assert "Áramszünet" not in get(other).text
    assert "AG-014" not in get(other).text
    (row,) = rows(place)
    post(other, {"withdraw": str(row.id)})
    # The same form's number, by chance or on purpose, is another report.
    post(other, COMPLETE)
    assert [(r.agent, r.ended_at) for r in rows(place)] == [("AG-014", None), ("AG-013", None)]
    with place.inst.journal.read() as session:
        assert [r.agent for r in outage_reports.standing(session)] == ["AG-014", "AG-013"]


def test_many_at_once_are_one_report(place, link) -> None:
    with ThreadPoolExecutor(8) as pool:
        forms = [COMPLETE | {"form": f"form-{n % 3:04d}"} for n in range(24)]
        assert {page.status_code for page in pool.map(lambda form: post(link, form), forms)} == {
            200
        }
    assert len(rows(place)) == 1


def test_of_many_that_say_different_things_none_is_lost(place, link) -> None:
    forms = [COMPLETE | {"form": f"form-{n:04d}", "until": f"1{n}:30"} for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda form: post(link, form), forms))
    assert len(rows(place)) == 8
    assert len({row.until for row in rows(place)}) == 8
    assert len([row for row in rows(place) if row.ended_at is None]) == 1


@pytest.mark.covers("D26")
@pytest.mark.parametrize(
    ("agent", "language"),
    [("AG-014", "hu"), ("AG-002", "hu"), ("AG-004", "en"), ("AG-011", "hu"), ("AG-010", "en")],
)
def test_the_page_is_in_the_agents_language(place, agent, language) -> None:
    page = get(new_link(place.inst, agent, by="operator"), headers={"Accept-Language": "de"})
    assert f'<html lang="{language}">' in page.text


def test_the_page_is_small_and_asks_nothing_from_outside(place, link) -> None:
    post(link, COMPLETE)
    page = get(link)
    assert len(page.content) < 30_000
    assert "<script" not in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert not re.search(r"(src|href)=\"https?:", page.text)
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_a_report_opens_an_incident_and_the_first_alarm_leaves_at_once(place, link) -> None:
    post(link, COMPLETE)
    (incident,) = place.incidents()
    assert (incident.kind, incident.projects) == ("workplace unusable", ["CHARLIE"])
    place.eventually(lambda: place.texts_to("ERT-1"), "the alarm by SMS")
    place.eventually(lambda: place.orchestrator.asked, "a run is asked for")
    (row,) = rows(place)
    post(link, {"withdraw": str(row.id)})
    (entry,) = place.entries("agent back")
    assert entry.author == "agent"


@pytest.mark.covers("E4", "E33")
def test_several_agents_of_one_cause_are_in_one_incident(place, link) -> None:
    post(link, COMPLETE)
    post(new_link(place.inst, "AG-001", by="operator"), COMPLETE | {"what": "internet"})
    (incident,) = place.incidents()
    assert incident.projects == ["CHARLIE", "ALPHA"]
    assert len(place.entries("agent offline")) == 2


@pytest.mark.covers("E36")
def test_who_is_not_expected_at_work_reads_that_nobody_is_told(place) -> None:
    place.clock.advance(hours=12)
    page = post(new_link(place.inst, "AG-017", by="operator"), COMPLETE)  # five in the morning
    assert "Your report is in INC-0001" in page.text, "the shift begins in an hour"
    page = post(new_link(place.inst, "AG-001", by="operator"), COMPLETE | {"what": "device"})
    assert "INC-" not in page.text.partition("<main>")[2]
    assert "senki sem kap még értesítést" in page.text
    assert [row.incident for row in rows(place)] == ["INC-0001", None]
