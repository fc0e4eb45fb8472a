"""Each monitoring tool over real sockets: one incident and one start, its end closes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from kitart.journal import looks
from tests.integration.gateway.conftest import SECRET
from tests.unit.alerts.bodies import PAIRS, alarm, check, datadog, kuma, pager, prtg, sns


def send(place: Any, source: str, body: Any, **headers: str) -> dict[str, Any]:
    """What the gateway answers to a tool's post."""
    pair = PAIRS[source]
    answer = place.post(
        pair.raw(body), source, headers={"Content-Type": pair.content_type, **headers}
    )
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.covers("E33", "D7")
@pytest.mark.parametrize("source", sorted(PAIRS))
def test_a_problem_is_one_incident_from_its_own_start_and_its_end_closes_nothing(
    place, source: str
) -> None:
    pair = PAIRS[source]
    place.clock.advance(seconds=120)
    assert send(place, source, pair.firing) == {"opened": ["INC-0001"]}
    assert send(place, source, pair.firing) == {"repeated": 1}
    (incident,) = place.incidents()
    assert incident.system_id == pair.system
    assert incident.cause_at.isoformat() == pair.started_at
    assert incident.reported_at == place.clock.now()
    assert len(place.entries("reported")) == 1
    assert send(place, source, pair.resolved) == {"resolved": ["INC-0001"]}
    (incident,) = place.incidents()
    assert incident.closed_at is None
    assert incident.state == "reported"
    assert "people" in place.entries("monitor resolved")[0].text
    # What was said before is an old letter, and opens nothing again.
    if source not in ("prtg",):
        assert send(place, source, pair.firing) == {"repeated": 1}
    assert len(place.incidents()) == 1


@pytest.mark.covers("E33")
def test_two_tools_that_see_the_same_fault_share_an_incident_with_the_earliest_start(place) -> None:
    place.clock.advance(seconds=300)
    assert send(place, "uptime_kuma", kuma(0, "2026-11-24 09:02:00")) == {"opened": ["INC-0001"]}
    assert send(place, "prtg", prtg("Down", "24.11.2026 10:01:00")) == {"joined": ["INC-0001"]}
    assert send(place, "pagerduty", pager("incident.triggered")) == {"joined": ["INC-0001"]}
    (incident,) = place.incidents()
    assert incident.cause_at.isoformat() == "2026-11-24T08:58:00+00:00"


@pytest.mark.covers("E34")
def test_a_monitor_that_flaps_is_one_unstable_incident(place) -> None:
    for minute in range(7):
        state, at = minute % 2, f"2026-11-24T09:{minute:02}:00.000+0000"
        body = sns(alarm("OK" if state else "ALARM", at))
        place.clock.advance(seconds=60)
        send(place, "aws_sns", body)
    (incident,) = place.incidents()
    with place.inst.journal.read() as session:
        picture = looks.system_picture(session, place.plan, incident.number, place.clock.now())
    assert picture.state == "unstable"
    assert [a.episode for a in place.alerts()] == [
        f"2026-11-24T09:0{minute}:00+00:00" for minute in (0, 2, 4, 6)
    ]
    assert {a.incident for a in place.alerts()} == {"INC-0001"}


def test_maintenance_opens_nothing_and_the_firing_after_it_does(place) -> None:
    ignored = send(place, "uptime_kuma", kuma(3, "2026-11-24 08:50:00"))
    assert ignored == {"ignored": [
        "[VCC web phone] connect ECONNREFUSED: the monitor is under maintenance"]}  # fmt: skip
    assert place.incidents() == []
    assert send(place, "uptime_kuma", kuma(0)) == {"opened": ["INC-0001"]}
    # Suppressed meanwhile, its end is heard all the same.
    send(place, "uptime_kuma", kuma(3, "2026-11-24 08:59:00"))
    assert send(place, "uptime_kuma", kuma(1, "2026-11-24 08:59:30")) == {"resolved": ["INC-0001"]}
    assert place.incidents()[0].closed_at is None


def test_what_is_acknowledged_in_the_tool_stays_a_problem_here(place) -> None:
    send(place, "pagerduty", pager("incident.triggered"))
    assert send(place, "pagerduty", pager("incident.acknowledged", "2026-11-24T08:58:30Z")) == {
        "repeated": 1
    }
    assert [a.status for a in place.alerts()] == ["firing"]
    assert send(place, "pagerduty", pager("incident.resolved", "2026-11-24T08:59:00Z")) == {
        "resolved": ["INC-0001"]
    }


def test_test_buttons_and_comments_open_nothing(place) -> None:
    for source, body in (
        ("uptime_kuma", {"heartbeat": None, "monitor": None, "msg": "Kuma Testing"}),
        ("prtg", prtg("%status", "%datetime", sensorid="%sensorid")),
        ("datadog", datadog("$ALERT_TRANSITION", EVENT_TITLE="$EVENT_TITLE")),
        ("healthchecks", check("down", "", name="TEST")),
        ("pagerduty", pager("incident.annotated")),
    ):
        assert list(send(place, source, body)) == ["ignored"], source
    assert place.incidents() == []


def test_a_tool_without_headers_gives_its_secret_in_the_address_or_as_a_password(place) -> None:
    body = json.dumps(PAIRS["statuspage"].firing).encode()
    url = f"{place.server.url}/webhooks/statuspage"
    assert requests.post(f"{url}/{SECRET}", data=body, timeout=10).status_code == 202
    assert requests.post(url, data=body, auth=("kitart", SECRET), timeout=10).status_code == 202
    for refused in (
        requests.post(f"{url}/wrong", data=body, timeout=10),
        requests.post(f"{url}/é", data=body, timeout=10),
        requests.post(url, data=body, auth=("kitart", "wrong"), timeout=10),
        requests.post(url, data=body, auth=(SECRET, ""), timeout=10),
        requests.post(url, data=body, headers={"Authorization": "Basic %%%"}, timeout=10),
    ):
        assert refused.status_code == 401


@pytest.mark.covers("E35")
def test_a_firing_after_the_incident_was_closed_is_a_new_incident(place) -> None:
    from kitart.journal import incidents

    send(place, "healthchecks", PAIRS["healthchecks"].firing)
    send(place, "healthchecks", PAIRS["healthchecks"].resolved)
    again = check("down", "2026-11-24T08:59:50+00:00")
    assert send(place, "healthchecks", again) == {"joined": ["INC-0001"]}
    with place.inst.journal.write() as session:
        incidents.close(session, "INC-0001", "closed", now=place.clock.now())
    assert send(place, "healthchecks", check("up", "2026-11-24T09:10:00Z"))
    later = check("down", "2026-11-24T09:20:00+00:00")
    assert send(place, "healthchecks", later) == {"opened": ["INC-0002"]}
    assert [a.incident for a in place.alerts()] == ["INC-0001", "INC-0001", "INC-0002"]
