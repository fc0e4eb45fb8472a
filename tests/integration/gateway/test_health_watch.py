"""The look at systems each minute, over sockets of the stand-ins (R43, E34, E41)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from kitart.clock import real_now
from kitart.connectors.http import host_pauses
from kitart.connectors.microsoft.tokens import forget_tokens
from kitart.installation import use_installation
from kitart.journal import health, incidents, observations
from tasks.health_watch import look_at_systems

pytestmark = pytest.mark.covers("R43", "E34", "E41")


@pytest.fixture(autouse=True)
def _installed(place: Any) -> Iterator[None]:
    use_installation(place.inst)
    yield
    use_installation(None)


def look(place: Any, times: int = 1) -> str:
    """So many looks, a minute apart; what the last one said."""
    said = ""
    for _ in range(times):
        place.clock.advance(minutes=1)
        host_pauses.forget()
        said = look_at_systems.fn()
    return said


def states(place: Any, system: str = "VCC") -> list[str]:
    with place.inst.journal.read() as session:
        since = place.clock.now() - timedelta(days=3)
        return [row.state for row in health.probes(session, [system], since)]


def test_what_works_opens_nothing_and_each_look_is_kept_with_its_time(place: Any) -> None:
    assert look(place, 3).startswith("2 of 2 systems answer")
    assert place.incidents() == []
    with place.inst.journal.read() as session:
        kept = health.probes(session, ["VCC", "SHAREPOINT"], place.clock.now() - timedelta(hours=1))
        marked = health.marks(session)[health.WATCH]
    assert len(kept) == 6
    assert all(row.latency_s and row.incident is None for row in kept)
    assert (marked.ok, marked.at) == (True, place.clock.now())


def test_the_second_failed_look_opens_an_incident_as_of_the_first(place: Any) -> None:
    look(place)
    place.world.vcc.outage = "down"
    look(place)
    began = place.clock.now()
    assert place.incidents() == []
    assert "in INC-0001" in look(place)
    (incident,) = place.incidents()
    assert (incident.system_id, incident.cause_at) == ("VCC", began)
    assert (incident.reported_by, incident.priority_proposed) == ("monitor health watch", "P1")
    (down,) = place.entries("system down")
    assert (down.occurred_at, down.source) == (began, "our own check")
    # The alarm has left, and the looks are the incident's: nothing is told twice.
    place.eventually(lambda: place.messages("ert-alarm"), "the alarm")
    look(place, 2)
    assert len(place.incidents()) == 1
    assert len(place.entries("system down")) == 1
    assert place.entries("duplicate added") == []
    with place.inst.journal.read() as session:
        rows = observations.of_incident(session, "INC-0001", "VCC", "probe")
    assert [row.state for row in rows] == ["down"] * 4


def test_a_single_lost_look_opens_nothing(place: Any) -> None:
    for _ in range(3):
        place.world.vcc.outage = "down"
        look(place)
        place.world.vcc.outage = "up"
        look(place, 3)
    assert place.incidents() == []
    assert states(place).count("down") == 3


def test_what_can_not_be_told_opens_nothing(place: Any) -> None:
    place.inst.settings.microsoft.client_secret = SecretStr("not the secret")
    forget_tokens()
    look(place, 4)
    assert place.incidents() == []
    assert set(states(place, "SHAREPOINT")) == {"unknown"}


def test_where_no_reference_answers_our_own_line_is_said_and_nothing_opened(place: Any) -> None:
    place.inst.settings.health.references = ("127.0.0.1:9",)
    place.world.vcc.outage = "down"
    said = look(place, 4)
    assert said.startswith("our own line is suspected, no incident is opened")
    assert place.incidents() == []
    assert set(states(place)) == {"unknown"}
    with place.inst.journal.read() as session:
        assert not health.marks(session)[health.WATCH].ok


def test_an_incident_that_its_run_looks_at_is_not_looked_at_twice(place: Any) -> None:
    place.world.vcc.outage = "down"
    look(place, 2)
    with place.inst.journal.write() as session:
        assert incidents.take_lease(session, "INC-0001", "run-1", real_now=real_now())
    before = len(states(place))
    place.clock.advance(seconds=30)
    look_at_systems.fn()
    assert len(states(place)) == before
    # The run hangs: its last look is too old, so the watch looks itself.
    place.clock.advance(minutes=2)
    look_at_systems.fn()
    assert len(states(place)) == before + 1


def test_the_return_is_seen_in_the_incident(place: Any) -> None:
    place.world.vcc.outage = "down"
    look(place, 2)
    place.world.vcc.outage = "up"
    look(place)
    assert [e.type for e in place.entries("system up")] == ["system up"]


def test_an_outage_that_people_closed_is_not_opened_again_until_it_was_up(place: Any) -> None:
    place.world.vcc.outage = "down"
    look(place, 2)
    with place.inst.journal.write() as session:
        incidents.close(session, "INC-0001", "false alarm", now=place.clock.now())
    look(place, 5)
    place.clock.advance(hours=3)
    look(place, 5)
    assert [each.number for each in place.incidents()] == ["INC-0001"]
    place.world.vcc.outage = "up"
    look(place)
    place.world.vcc.outage = "down"
    look(place, 2)
    assert [each.number for each in place.incidents()] == ["INC-0001", "INC-0002"]


def test_a_system_of_the_same_fault_joins_once(place: Any) -> None:
    assert place.post_alerts(place.alert(service="mail")).status_code == 202
    (incident,) = place.incidents()
    assert incident.system_id == "MAIL"
    sharepoint_fails(place)
    look(place, 5)
    assert [each.number for each in place.incidents()] == ["INC-0001"]
    (joined,) = place.entries("duplicate added")
    assert joined.author == "monitor health watch"


def test_looks_older_than_two_days_are_kept_by_the_hour(place: Any) -> None:
    begin = place.clock.now()
    look(place, 3)
    place.world.vcc.outage = "down"
    look(place)
    place.world.vcc.outage = "up"
    look(place)
    place.clock.advance(hours=50)
    look(place)
    assert states(place) == ["up"]
    with place.inst.journal.read() as session:
        (hour,) = health.hours(session, "VCC", begin - timedelta(days=1))
    assert (hour.hour, hour.up, hour.down, hour.unknown) == (begin, 4, 1, 0)
    assert hour.latency_mean_s is not None
    assert hour.latency_most_s is not None
    assert hour.latency_mean_s <= hour.latency_most_s


def sharepoint_fails(place: Any) -> None:
    place.world.tenant_faults.set("/v1.0/sites/*", "unavailable")


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (0, "our own look knew first, by 2 minutes"),
        (2, "the maker knew first, by 2 minutes"),
    ],
)
def test_who_knew_first_stands_in_the_record(place: Any, before: int, said: str) -> None:
    tenant = place.world.tenant
    if before:
        tenant.announce("serviceInterruption", "SharePoint Online", "Sites do not open")
        look(place, before)
    else:
        look(place)
    sharepoint_fails(place)
    look(place, 2)
    if not before:
        tenant.announce("serviceInterruption", "SharePoint Online", "Sites do not open")
        look(place)
    told = place.entries("vendor status")[-1]
    assert told.text.endswith(said)
    assert told.author == "the maker's own page"


def test_what_a_maker_announces_opens_and_ends_nothing(place: Any) -> None:
    place.world.tenant.announce("serviceInterruption", "SharePoint Online", "Sites do not open")
    look(place, 4)
    assert place.incidents() == []
    place.world.tenant.announce("serviceOperational", "SharePoint Online", "")
    sharepoint_fails(place)
    look(place, 3)
    (told,) = place.entries("vendor status")
    assert "announces no fault yet" in told.text
    assert place.incidents()[0].state == "reported"
