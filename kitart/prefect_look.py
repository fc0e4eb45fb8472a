"""A closer look at Prefect, which changes nothing: what it has of ours, and what stands still."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from kitart.clock import as_utc, real_now
from kitart.orchestrator import (
    AFTER_ACTION,
    CONTACT_TEST_OF_FEW,
    DEPLOYMENTS,
    EXERCISE_RECORD,
    POOL,
    OrchestratorError,
    prefect_client,
)

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

INCIDENTS, WATCH = "incidents", "watch"
"""The work queues."""
WATCHES = (
    "agents-watch/each-minute", "health-watch/systems", "legal-clocks-watch/legal-clocks",
    "inputs-watch/inputs-each-minute", "after-action-watch/each-hour",
    "exercise-record-watch/each-five-minutes", "actions-watch/corrective-actions",
    "readiness/each-morning", "review-watch/plan-review",
)  # fmt: skip
"""Deployments that begin by their schedules."""
EXPECTED = (
    *DEPLOYMENTS.values(), CONTACT_TEST_OF_FEW, AFTER_ACTION, EXERCISE_RECORD,
    "run-crashed/run-crashed", *WATCHES,
)  # fmt: skip
MOST = 200
DATE_IS_TRUE_TO = timedelta(seconds=1)
"""A server's date has no parts of a second, and is made anew once a second."""

Trouble = Literal["no address", "login refused", "away", "refused"]


class PrefectTrouble(OrchestratorError):
    """Prefect can't be looked at; ``kind`` says in which way."""

    def __init__(self, kind: Trouble, said: str) -> None:
        super().__init__(said)
        self.kind: Trouble = kind


@dataclass(frozen=True)
class Answer:
    """That it answers: its version and how far its clock is ahead of ours, at the least."""

    version: str
    ahead: timedelta


@dataclass(frozen=True)
class Deployed:
    """One of our flows as Prefect has it; ``name`` is ``flow/deployment``."""

    name: str
    paused: bool
    pool: str | None
    queue: str | None


@dataclass(frozen=True)
class Queue:
    """A work queue, and when a worker last looked into it."""

    name: str
    paused: bool
    polled_at: datetime | None


@dataclass(frozen=True)
class Worker:
    """A worker that Prefect has heard of."""

    name: str
    online: bool
    heard_at: datetime | None


@dataclass(frozen=True)
class Pool:
    """The work pool."""

    paused: bool
    queues: tuple[Queue, ...]
    workers: tuple[Worker, ...]


@dataclass(frozen=True)
class Run:
    """A run of a deployment of ours: ``waits`` for a worker since it was due, was ``taken`` by one
    (Pending), or ``runs``; ``since`` when. ``incident`` is the number in its tags, if any;
    ``plan``: whether it would drive an incident."""

    id: str
    name: str
    deployment: str
    plan: bool
    incident: str | None
    stage: Literal["waits", "taken", "runs"]
    since: datetime


def make_ready() -> None:
    """Import Prefect's client, which takes seconds: no part of what a look takes."""
    importlib.import_module("prefect.client.orchestration")


def address() -> str:
    """Where Prefect is said to be; empty where nobody said it."""
    from prefect.settings import PREFECT_API_URL

    return str(PREFECT_API_URL.value() or "")


def answering() -> Answer:
    """That Prefect answers and lets us in; raises ``PrefectTrouble``."""
    with _looking() as client:
        asked_at = real_now()
        answer = client.request("GET", "/admin/version")
        return Answer(str(answer.json()), _ahead(answer.headers.get("date"), asked_at, real_now()))


def deployed() -> tuple[Deployed, ...]:
    """All deployments of our flows, also those of an older Kitart; raises ``PrefectTrouble``."""
    with _looking() as client:
        return tuple(_deployed(client).values())


def pool() -> Pool | None:
    """The work pool; ``None`` where there is none. Raises ``PrefectTrouble``."""
    from prefect.client.schemas.objects import WorkerStatus
    from prefect.exceptions import ObjectNotFound

    with _looking() as client:
        try:
            found = client.read_work_pool(POOL)
        except ObjectNotFound:
            return None
        queues = client.read_work_queues(POOL)
        workers = client.read_workers_for_work_pool(POOL)
    return Pool(
        found.is_paused,
        tuple(Queue(one.name, one.is_paused, _utc(one.last_polled)) for one in queues),
        tuple(
            Worker(one.name, one.status == WorkerStatus.ONLINE, _utc(one.last_heartbeat_time))
            for one in workers
        ),
    )


def runs() -> tuple[Run, ...]:
    """The runs of our deployments that should be at work by now, those that are late first; the
    oldest ``MOST`` of each kind. Raises ``PrefectTrouble``."""
    with _looking() as client:
        names = _deployed(client)
        waiting = _runs(client, ["SCHEDULED"], before=real_now())
        at_work = _runs(client, ["PENDING", "RUNNING"])
    found = [_run(run, names) for run in (*waiting, *at_work)]
    return tuple(run for run in found if run is not None)


def _deployed(client: SyncPrefectClient) -> dict[str, Deployed]:
    """By their ids."""
    flows = {flow.id: flow.name for flow in client.read_flows(limit=MOST)}
    known = {name.partition("/")[0] for name in EXPECTED}
    return {
        str(one.id): Deployed(
            f"{flows[one.flow_id]}/{one.name}", one.paused, one.work_pool_name, one.work_queue_name
        )
        for one in client.read_deployments(limit=MOST)
        if flows.get(one.flow_id) in known or (one.entrypoint or "").startswith("flows.")
        if one.flow_id in flows
    }


def _runs(
    client: SyncPrefectClient, states: list[str], before: datetime | None = None
) -> list[FlowRun]:
    from prefect.client.schemas.filters import FlowRunFilter
    from prefect.client.schemas.sorting import FlowRunSort

    wanted: dict[str, Any] = {"state": {"type": {"any_": states}}}
    if before is not None:
        wanted["expected_start_time"] = {"before_": before}
    return client.read_flow_runs(
        flow_run_filter=FlowRunFilter.model_validate(wanted),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=MOST,
    )


def _run(run: FlowRun, names: dict[str, Deployed]) -> Run | None:
    one = names.get(str(run.deployment_id))
    if one is None or run.state is None:
        return None
    number = next((tag for tag in run.tags if tag.startswith("INC-")), None)
    stage: Literal["waits", "taken", "runs"] = "runs"
    since = run.state.timestamp
    if run.state.is_scheduled():
        stage, since = "waits", run.next_scheduled_start_time or run.expected_start_time or since
    elif run.state.is_pending():
        stage = "taken"
    return Run(
        str(run.id), run.name, one.name, one.name in DEPLOYMENTS.values(), number, stage,
        as_utc(since),
    )  # fmt: skip


@contextlib.contextmanager
def _looking() -> Iterator[SyncPrefectClient]:
    """Prefect's client, whose failures are told apart. Without an address it would start a server
    of its own: that is refused."""
    from prefect.exceptions import PrefectHTTPStatusError

    if not address():
        raise PrefectTrouble("no address", "PREFECT_API_URL is not set")
    try:
        with prefect_client() as client:
            yield client
    except PrefectHTTPStatusError as error:
        status = error.response.status_code
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise PrefectTrouble("login refused", f"it answers {status}") from error
        raise PrefectTrouble("refused", f"it answers {status}") from error
    except Exception as error:
        # Whatever the client raises: a network's, TLS's, an answer that is none of Prefect's.
        said = str(error).partition("\n")[0]
        raise PrefectTrouble("away", said or type(error).__name__) from error


def _ahead(date: str | None, asked_at: datetime, answered_at: datetime) -> timedelta:
    """How far a server's clock is ahead of ours at the least; nothing where its date says none."""
    try:
        theirs = as_utc(parsedate_to_datetime(date or ""))
    except ValueError:
        return timedelta(0)
    if theirs > answered_at:
        return theirs - answered_at
    return min(timedelta(0), theirs + 2 * DATE_IS_TRUE_TO - asked_at)


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else as_utc(moment)
