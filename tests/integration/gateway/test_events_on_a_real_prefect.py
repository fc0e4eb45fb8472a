"""Kitart's events on a real Prefect server: kept once, and the sample automation acts on them."""

from __future__ import annotations

import runpy
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.events.filters import EventFilter, EventNameFilter
from prefect.server.events.schemas.automations import EventTrigger
from prefect.server.events.schemas.events import Event, ReceivedEvent
from prefect.settings import PREFECT_API_URL, temporary_settings

from kitart.clock import monotonic_s, sleep_s
from kitart.gateway.events import Events
from kitart.orchestrator import OrchestratorError
from kitart.prefect_events import EventRefused, Happening, PrefectEvents, _wire
from kitart.settings import HOUSE

PATIENCE_S = 60.0
SAMPLE = HOUSE / "docs" / "automations" / "pause_while_open.py"


@flow
def nightly_load() -> None:
    """An operator's own flow."""


@pytest.fixture
def deployment(prefect: SyncPrefectClient) -> str:
    flow_id = prefect.create_flow(nightly_load)
    name = f"every-night-{uuid4().hex[:6]}"
    prefect.create_deployment(flow_id, name)
    return f"nightly-load/{name}"


def kept(client: SyncPrefectClient, name: str) -> list[dict[str, Any]]:
    wanted = EventFilter(event=EventNameFilter(name=[name]))
    answer = client.request(
        "POST", "/events/filter", json={"filter": wanted.model_dump(mode="json"), "limit": 50}
    )
    return list(answer.json()["events"])


def eventually(what: Any, why: str) -> Any:
    until = monotonic_s() + PATIENCE_S
    while monotonic_s() < until:
        if found := what():
            return found
        sleep_s(0.2)
    raise AssertionError(f"never came: {why}")


def happening(name: str, exercise: str = "no") -> Happening:
    return Happening(
        id=uuid4(), name=name, occurred=datetime.now(UTC),
        resource={"prefect.resource.id": "kitart.incident.INC-0142", "kitart.exercise": exercise},
    )  # fmt: skip


def test_an_incident_reaches_prefect_and_what_is_told_twice_is_kept_once(place, prefect) -> None:
    place.post_alerts(place.alert())
    place.take_lease()
    place.eventually(lambda: place.entries("message accepted"), "the first page")
    Events(place.inst.journal, PrefectEvents()).look()
    (event,) = eventually(lambda: kept(prefect, "kitart.incident.opened"), "the event")
    assert event["resource"]["prefect.resource.id"] == "kitart.incident.INC-0001"
    assert event["payload"]["incident"] == "INC-0001"

    once = happening("kitart.incident.told-twice")
    PrefectEvents().send([once])
    PrefectEvents().send([once, happening("kitart.incident.after-it")])
    eventually(lambda: kept(prefect, "kitart.incident.after-it"), "the next event")
    assert len(kept(prefect, "kitart.incident.told-twice")) == 1


def test_the_sample_automation_pauses_at_a_real_incident_and_not_at_an_exercise(
    prefect, deployment
) -> None:
    pause_while_open = runpy.run_path(str(SAMPLE))["pause_while_open"]
    name = pause_while_open(deployment)
    assert pause_while_open(deployment) == name  # run again it changes nothing
    (automation,) = prefect.read_automations_by_name(name)
    trigger = EventTrigger.model_validate(automation.trigger.model_dump(mode="json"))
    assert trigger.covers(received(happening("kitart.incident.opened")))
    assert not trigger.covers(received(happening("kitart.incident.opened", exercise="yes")))
    assert not trigger.covers(received(happening("kitart.incident.closed")))

    def paused() -> bool:
        # Prefect takes up a new automation in its own time: each try is one incident more.
        PrefectEvents().send([happening("kitart.incident.opened")])
        return prefect.read_deployment_by_name(deployment).paused

    assert not prefect.read_deployment_by_name(deployment).paused
    eventually(paused, "the pause")


def received(one: Happening) -> ReceivedEvent:
    return Event.model_validate(_wire(one)).receive()


def test_an_event_that_prefect_does_not_understand_is_refused_for_good(prefect) -> None:
    without_resource = Happening(
        id=uuid4(), name="kitart.incident.opened", occurred=datetime.now(UTC), resource={}
    )
    with pytest.raises(EventRefused):
        PrefectEvents().send([without_resource])


def test_a_prefect_that_is_away_or_not_named_is_an_expected_failure() -> None:
    with (
        temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}),
        pytest.raises(OrchestratorError) as away,
    ):
        PrefectEvents().send([happening("kitart.incident.opened")])
    assert not isinstance(away.value, EventRefused)
    with (
        temporary_settings(restore_defaults={PREFECT_API_URL}),
        pytest.raises(OrchestratorError, match="PREFECT_API_URL"),
    ):
        PrefectEvents().send([happening("kitart.incident.opened")])
