"""A plan that was started in Prefect and died before it had an incident is begun again (D21)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.states import Pending, Running, Scheduled

from kitart.clock import real_now
from kitart.gateway import lost_starts
from kitart.gateway.lost_starts import LostStarts
from kitart.journal import timeline
from kitart.journal.incidents import RUN_BEGINS
from kitart.orchestrator import TAKES_HOLD_WITHIN_S
from kitart.prefect_starts import MOST_TIMES, Begun, Starts

pytestmark = pytest.mark.covers("D21")
OLD = timedelta(seconds=TAKES_HOLD_WITHIN_S + 1)


@dataclass
class Prefect:
    """What runs, and what was begun again."""

    runs: list[Begun]
    again: list[str] = field(default_factory=list)

    def begun(self) -> list[Begun]:
        return self.runs

    def begin_again(self, lost: Begun) -> str:
        self.again.append(lost.id)
        return "new"


def run(since: timedelta = OLD, again: int = 0) -> Begun:
    return Begun(str(uuid4()), "red-hen", str(uuid4()), real_now() - since, again)


def test_what_was_taken_long_ago_and_has_no_incident_is_begun_again(place) -> None:
    old, young = run(), run(since=timedelta(seconds=TAKES_HOLD_WITHIN_S - 5))
    prefect = Prefect([old, young])
    LostStarts(place.inst, prefect).look()
    assert prefect.again == [old.id]


def test_a_run_that_held_an_incident_is_the_watchmans(place) -> None:
    place.post_alerts(place.alert())
    driving = run()
    with place.inst.journal.write() as session:
        timeline.append(
            session, "INC-0001", RUN_BEGINS[0], "It began", now=place.clock.now(),
            data={"run": driving.id},
        )  # fmt: skip
    prefect = Prefect([driving])
    LostStarts(place.inst, prefect).look()
    assert prefect.again == []


def test_one_that_dies_each_time_is_given_up_and_said_once(
    place, caplog: pytest.LogCaptureFixture
) -> None:
    prefect = Prefect([run(again=MOST_TIMES)])
    watch = LostStarts(place.inst, prefect)
    with caplog.at_level(logging.ERROR):
        watch.look()
        watch.look()
    assert prefect.again == []
    assert caplog.text.count("not begun again") == 1


@flow
def general_response() -> None:
    """Stands for the plan."""


@flow
def nightly_load() -> None:
    """An operator's own flow."""


def asked_for(client: SyncPrefectClient, plan: object, name: str, **more: object) -> UUID:
    made = client.create_deployment(client.create_flow(plan), name)  # type: ignore[arg-type]
    return client.create_flow_run_from_deployment(
        made, parameters={"report": {"seen": "Water"}}, state=Scheduled(), **more  # type: ignore[arg-type]
    ).id  # fmt: skip


def test_on_a_real_server_it_is_there_once_and_the_lost_one_is_called_crashed(
    place, prefect: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = asked_for(prefect, general_response, "general-incident", tags=["plan"])
    waits = asked_for(prefect, general_response, "general-incident")
    driven = asked_for(prefect, general_response, "general-incident", tags=["INC-0009"])
    other = asked_for(prefect, nightly_load, "every-night")
    prefect.set_flow_run_state(lost, Pending(), force=True)
    for each in (driven, other):
        prefect.set_flow_run_state(each, Running(), force=True)
    monkeypatch.setattr(lost_starts, "TAKES_HOLD_WITHIN_S", 0.0)
    (found,) = Starts().begun()
    assert (found.id, found.again) == (str(lost), 0)
    LostStarts(place.inst, Starts()).look()
    # Another gateway that saw the same does no more than this one.
    new = UUID(Starts().begin_again(replace(found)))
    assert new not in (lost, waits, driven, other)
    runs = prefect.read_flow_runs()
    assert len(runs) == 5
    stands_in = prefect.read_flow_run(new)
    assert stands_in.parameters == {"report": {"seen": "Water"}}
    assert set(stands_in.tags) == {"plan", "begun-again-1"}
    gone = prefect.read_flow_run(lost)
    assert gone.state is not None
    assert gone.state.is_crashed()
    assert stands_in.name in str(gone.state.message)
    assert Starts().begun() == []
