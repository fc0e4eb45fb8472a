"""The doctor beside a real Prefect and a real gateway: nothing wrong, and then one thing each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI, Response
from prefect.client.orchestration import SyncPrefectClient
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Pending, Running, Scheduled
from typer.testing import CliRunner, Result

from kitart import prefect_look
from kitart.cli import app
from kitart.clock import monotonic_s, real_now, sleep_s
from kitart.doctor import examining, prefect
from kitart.doctor.finding import Finding, is_wrong
from kitart.journal import health, incidents
from kitart.orchestrator import POOL
from kitart.prefect_look import EXPECTED, INCIDENTS, WATCH, WATCHES
from kitart.settings import settings
from sandbox.server import SandboxServer

pytestmark = [pytest.mark.covers("D21"), pytest.mark.timeout(300)]
PLAN = "critical-system-offline/system-outage"


@pytest.fixture(scope="module")
def client(prefect: SyncPrefectClient) -> SyncPrefectClient:
    """A Prefect server that has all that Kitart deploys."""
    prefect.request("POST", "/work_pools/", json={"name": POOL, "type": "process"})
    for queue in (INCIDENTS, WATCH):
        prefect.request("POST", f"/work_pools/{POOL}/queues", json={"name": queue})
    for name in EXPECTED:
        flow, _, deployment = name.partition("/")
        prefect.create_deployment(
            prefect.create_flow_from_name(flow), deployment, work_pool_name=POOL,
            work_queue_name=WATCH if name in WATCHES else INCIDENTS,
            enforce_parameter_schema=False,
        )  # fmt: skip
    return prefect


@pytest.fixture(autouse=True)
def _a_worker(client: SyncPrefectClient) -> None:
    """One is there and looks into both queues, as each worker does every few seconds."""
    at_work(client)


def at_work(client: SyncPrefectClient) -> None:
    client.request("POST", f"/work_pools/{POOL}/workers/heartbeat", json={"name": "one"})
    client.request(
        "POST", f"/work_pools/{POOL}/get_scheduled_flow_runs",
        json={"work_queue_names": [INCIDENTS, WATCH]},
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _all_is_well(place, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The systems were looked at just now, and the settings are those of the place."""
    with place.inst.journal.write() as session:
        health.mark(session, health.WATCH, True, "all up", now=real_now(), real_now=real_now())
    monkeypatch.setattr(prefect, "NOT_POLLED_FOR", timedelta(minutes=10))
    found = place.inst.settings
    for name, value in {
        "KITART_MODE": "sandbox", "KITART_DATA_DIR": str(place.folder),
        "KITART_DATABASE_URL": found.journal_url, "KITART_GATEWAY_URL": found.gateway_url,
        "KITART_HEARTBEAT__LEAST_FREE_MB": "1", "COLUMNS": "200",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield
    settings.cache_clear()


def examined(place) -> dict[str, Finding]:
    inst_limit_s = 30.0  # a busy machine is no finding
    found = examining.examine(place.inst, limit_s=inst_limit_s, all_s=60)
    return {each.code: each for each in found.findings}


def wrong(place) -> dict[str, Finding]:
    return {code: each for code, each in examined(place).items() if is_wrong(each)}


def eventually(what: Callable[[], bool], why: str) -> None:
    until = monotonic_s() + 30
    while not what():
        assert monotonic_s() < until, f"never came: {why}"
        sleep_s(0.2)


def doctor() -> Result:
    return CliRunner().invoke(app, ["doctor"])


def test_where_all_is_well_nothing_is_wrong_and_it_ends_with_0(
    place, client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examining, "examine", slowly(examining.examine))
    done = doctor()
    assert done.exit_code == 0, done.output
    assert "nothing is wrong." in done.output.splitlines()[0]
    assert "No sign of life goes to the outside" in done.output, "which is good to know"


def slowly(examine):
    return lambda inst: examine(inst, limit_s=30, all_s=60)


def test_a_pool_that_is_paused_and_a_queue_that_nobody_looks_into(
    place, client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.request("PATCH", f"/work_pools/{POOL}", json={"is_paused": True})
    assert list(wrong(place)) == ["prefect.paused-pool"]
    client.request("PATCH", f"/work_pools/{POOL}", json={"is_paused": False})
    at_work(client)
    monkeypatch.setattr(prefect, "NOT_POLLED_FOR", timedelta(seconds=-60))
    found = examining.examine(place.inst, limit_s=30, all_s=60).findings
    unseen = [each for each in found if each.code == "prefect.unwatched-queue"]
    assert [each.weight for each in unseen] == ["stops", "hinders"]
    assert unseen[0].for_s is not None


def test_a_deployment_that_is_gone_and_one_of_an_old_name(place, client) -> None:
    known = client.read_deployment_by_name(PLAN)
    client.delete_deployment(known.id)
    old = client.create_deployment(known.flow_id, "of-old", work_pool_name=POOL)
    found = examined(place)
    made = client.create_deployment(
        known.flow_id, "system-outage", work_pool_name=POOL, work_queue_name=INCIDENTS,
        enforce_parameter_schema=False,
    )  # fmt: skip
    client.delete_deployment(old)
    assert made
    assert PLAN in found["prefect.not-deployed"].what
    assert "critical-system-offline/of-old" in found["prefect.old-deployment"].what
    assert wrong(place) == {}


def test_an_incident_that_nobody_drives_its_late_run_and_a_ghost(
    place, client, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.orchestrator.away = True
    place.post_alerts(place.alert())
    place.eventually(lambda: place.incidents(), "the incident")
    place.app.state.house.watchman.stop()
    deployment = client.read_deployment_by_name(PLAN).id
    due = datetime.now(UTC) - timedelta(minutes=3)
    late = client.create_flow_run_from_deployment(
        deployment, name="INC-0001 · VCC offline", tags=["incident", "INC-0001", "VCC"],
        state=Scheduled(scheduled_time=due),
    )  # fmt: skip
    ghost = client.create_flow_run_from_deployment(
        deployment, name="a ghost", tags=["incident", "INC-0001"]
    )
    client.set_flow_run_state(ghost.id, Pending(), force=True)
    client.set_flow_run_state(ghost.id, Running(), force=True)
    with place.inst.journal.write() as session:
        row = incidents.get(session, "INC-0001")
        row.opened_at_real, row.run_requested_at = due, due
        row.requested_run = str(late.id)
    monkeypatch.setattr("kitart.doctor.incidents.GOES_ON_WITHIN", timedelta(0))
    found = examined(place)
    undriven = found["incident.undriven"]
    assert (undriven.weight, "it waits for a worker" in undriven.what) == ("stops", True)
    assert "it begins by itself then" in undriven.do[0]
    assert found["prefect.late-plans"].what == "1 run late: INC-0001 · VCC offline"
    assert found["prefect.late-plans"].for_s == pytest.approx(180, abs=60)
    orphan = found["prefect.orphan"]
    assert "Prefect shows the run a ghost as Running" in orphan.what
    assert "nothing drives INC-0001" in orphan.what

    with place.inst.journal.write() as session:
        incidents.take_lease(session, "INC-0001", str(ghost.id), real_now=real_now())
    found = examined(place)
    assert "incident.undriven" not in found
    assert "prefect.orphan" not in found, "that run drives"
    for run in (late, ghost):
        client.delete_flow_run(run.id)


def test_the_command_asks_a_real_prefect_for_a_run(place, client) -> None:
    place.orchestrator.away = True
    place.post_alerts(place.alert())
    place.eventually(lambda: place.incidents(), "the incident")
    place.app.state.house.watchman.stop()
    done = CliRunner().invoke(app, ["incident", "resume", "INC-0001", "--by", "IT-MGR"])
    assert done.exit_code == 0, done.output
    run = client.read_flow_run(place.incidents()[0].requested_run)
    assert "INC-0001 · VCC offline" in run.name
    assert {"incident", "INC-0001"} <= set(run.tags)
    client.delete_flow_run(run.id)


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "prefect.login-refused"), (403, "prefect.login-refused"), (500, "prefect.refused")],
)
def test_a_prefect_that_refuses_the_login_is_told_from_one_that_is_out_of_order(
    place, status: int, code: str
) -> None:
    refuses = FastAPI()

    @refuses.get("/api/{path:path}")
    def answer(path: str) -> Response:
        return Response("{}", status, media_type="application/json")

    with (
        SandboxServer(refuses) as server,
        temporary_settings({PREFECT_API_URL: f"{server.url}/api"}),
    ):
        found = examined(place)
    assert [each for each in found if each.startswith("prefect.")] == [code]
    assert f"it answers {status}" in found[code].what


def test_a_prefect_that_is_away_or_not_named_is_said(place) -> None:
    with temporary_settings({PREFECT_API_URL: "http://someone:secret@127.0.0.1:1/api"}):
        away = examined(place)["prefect.away"]
    assert "127.0.0.1:1/api does not answer" in away.what
    assert "secret" not in away.what
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        assert "PREFECT_API_URL" in examined(place)["prefect.no-address"].do[0]


def test_the_clock_of_a_prefect_on_this_machine_is_not_accused(client) -> None:
    assert prefect_look.answering().ahead == timedelta(0)
