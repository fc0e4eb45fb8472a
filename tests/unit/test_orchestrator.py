"""Asking Prefect for runs: once a request, within a limit, and what counts as still coming."""

from __future__ import annotations

import socket
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import prefect
import pytest
from prefect.client.schemas.objects import WorkerStatus
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Cancelled, Crashed, Pending, Running, Scheduled, State

from kitart import orchestrator
from kitart.clock import monotonic_s, real_now
from kitart.journal.tables import Incident
from kitart.orchestrator import TAKES_HOLD_WITHIN_S, OrchestratorError, PrefectOrchestrator

LONG = timedelta(seconds=TAKES_HOLD_WITHIN_S + 1)
INCIDENT = Incident(
    number="INC-0142", kind="vital systems offline", system_id="VCC", title="Phone system offline"
)


class FakeClient:
    """As much of Prefect's client as is used, by hand."""

    def __init__(self, state: State | None = None, fault: Exception | None = None) -> None:
        self.state, self.fault = state, fault
        self.asked: dict[str, Any] = {}
        self.api_url = f"http://{uuid4()}/api"
        self.made_as = [uuid4()]
        self.reads = 0

    def __enter__(self) -> FakeClient:
        return self

    def __exit__(self, *_: object) -> None: ...

    def read_flow_run(self, _id: object) -> SimpleNamespace:
        if self.fault:
            raise self.fault
        return SimpleNamespace(state=self.state)

    def read_deployment_by_name(self, name: str) -> SimpleNamespace:
        self.reads += 1
        self.read = name
        return SimpleNamespace(id=self.made_as[-1])

    def create_flow_run_from_deployment(self, deployment: object, **asked: Any) -> SimpleNamespace:
        if deployment != self.made_as[-1]:
            asked_for = httpx.Request("POST", f"{self.api_url}/deployments/{deployment}")
            answer = httpx.Response(404, request=asked_for)
            raise PrefectHTTPStatusError("not found", request=asked_for, response=answer)
        self.asked = asked
        return SimpleNamespace(id="run-1")


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch):
    def give(client: FakeClient) -> FakeClient:
        monkeypatch.setattr(prefect, "get_client", lambda **_: client)
        return client

    return give


def test_a_run_is_asked_for_with_a_key_that_makes_it_one(use) -> None:
    client = use(FakeClient())
    assert PrefectOrchestrator().start(INCIDENT, 2) == "run-1"
    assert client.read == "critical-system-offline/system-outage"
    assert client.asked["idempotency_key"] == "INC-0142:2"
    assert client.asked["name"] == "INC-0142 · VCC offline (continued, run 2)"
    assert client.asked["parameters"]["report"] == {
        "system": "VCC",
        "seen": "Phone system offline",
        "incident": "INC-0142",
    }


def test_a_deployment_is_looked_up_once_and_again_when_it_was_made_anew(use) -> None:
    client = use(FakeClient())
    for request in (1, 2):
        PrefectOrchestrator().start(INCIDENT, request)
    assert client.reads == 1
    client.made_as.append(uuid4())
    assert PrefectOrchestrator().start(INCIDENT, 3) == "run-1"
    assert client.reads == 2
    assert client.asked["idempotency_key"] == "INC-0142:3"


@pytest.mark.parametrize(
    ("state", "coming"),
    [
        (Scheduled(), True), (Crashed(), False), (Cancelled(), False), (None, False),
    ],
)  # fmt: skip
def test_a_run_that_waits_to_begin_is_still_coming_and_one_that_ended_is_not(
    use, state, coming
) -> None:
    use(FakeClient(state))
    assert PrefectOrchestrator().still_coming(str(uuid4())) == coming


@pytest.mark.covers("D21")
@pytest.mark.parametrize("state", [Running, Pending])
@pytest.mark.parametrize(("began", "coming"), [(LONG / 2, True), (LONG, False)])
def test_a_run_that_began_or_was_taken_just_now_has_a_while_to_take_hold(
    use, state, began, coming
) -> None:
    use(FakeClient(state(timestamp=real_now() - began)))
    assert PrefectOrchestrator().still_coming(str(uuid4())) == coming
    assert not PrefectOrchestrator().still_coming(str(uuid4()), began.total_seconds() / 2)


def test_a_run_that_prefect_no_longer_knows_is_not_waited_for(use) -> None:
    use(FakeClient(fault=ObjectNotFound(KeyError("gone"))))
    assert not PrefectOrchestrator().still_coming(str(uuid4()))
    assert not PrefectOrchestrator().still_coming("no number of a run")


def test_while_prefect_can_not_be_asked_a_run_may_still_come(use) -> None:
    use(FakeClient(fault=OSError("away")))
    assert PrefectOrchestrator().still_coming(str(uuid4()))


def test_a_prefect_that_takes_calls_and_never_answers_is_left_after_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(orchestrator, "LIMIT", {"timeout": 0.5})
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/api"
        with temporary_settings({PREFECT_API_URL: address}):
            begun = monotonic_s()
            with pytest.raises(OrchestratorError, match="Prefect did not take a run"):
                PrefectOrchestrator().start(INCIDENT, 1)
            assert monotonic_s() - begun < 15


class LookedAt(FakeClient):
    """A Prefect that knows some deployments and workers; a pool that is None is not there."""

    def __init__(self, deployed: bool, workers: list[str] | None) -> None:
        super().__init__()
        self.deployed, self.workers = deployed, workers

    def api_version(self) -> str:
        return "3.8.8"

    def read_deployment_by_name(self, name: str) -> SimpleNamespace:
        if not self.deployed:
            raise ObjectNotFound(KeyError(name))
        return super().read_deployment_by_name(name)

    def read_workers_for_work_pool(self, pool: str) -> list[SimpleNamespace]:
        assert pool == "kitart"
        if self.workers is None:
            raise ObjectNotFound(KeyError(pool))
        return [SimpleNamespace(status=WorkerStatus(each)) for each in self.workers]


@pytest.mark.parametrize(
    ("deployed", "workers", "missing", "online"),
    [
        (True, ["ONLINE", "OFFLINE", "ONLINE"], (), 2),
        (
            False,
            [],
            (
                *orchestrator.DEPLOYMENTS.values(),
                orchestrator.AFTER_ACTION,
                orchestrator.EXERCISE_RECORD,
            ),
            0,
        ),
        (True, None, (), 0),
    ],
)
def test_a_look_tells_which_plans_are_deployed_and_who_would_run_them(
    use, deployed, workers, missing, online
) -> None:
    use(LookedAt(deployed, workers))
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:1/api"}):
        seen = orchestrator.look_at_prefect()
    assert (seen.version, seen.not_deployed, seen.workers_online) == ("3.8.8", missing, online)


def test_without_an_address_no_server_of_its_own_is_started_to_look_at() -> None:
    with (
        temporary_settings(restore_defaults={PREFECT_API_URL}),
        pytest.raises(OrchestratorError, match="PREFECT_API_URL is not set"),
    ):
        orchestrator.look_at_prefect()


def test_a_look_at_a_prefect_that_is_away_says_so() -> None:
    with (
        temporary_settings({PREFECT_API_URL: "http://127.0.0.1:1/api"}),
        pytest.raises(OrchestratorError, match="Prefect does not answer as it should"),
    ):
        orchestrator.look_at_prefect()


def test_an_after_action_report_is_asked_for_beside_the_plan(use) -> None:
    client = use(FakeClient())
    assert PrefectOrchestrator().start_report(INCIDENT, 3) == "run-1"
    assert client.read == "after-action/report"
    assert client.asked["idempotency_key"] == "INC-0142:after-action:3"
    assert client.asked["parameters"] == {"report": {"incident": "INC-0142"}}
