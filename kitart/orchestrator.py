"""The Prefect client: start a plan, look at a run. Forms of questions: ``prefect_forms``."""

from __future__ import annotations

import contextlib
import functools
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from kitart.clock import real_now
from kitart.journal.tables import Incident
from kitart.plan.contact_list import CONTACT_TEST
from kitart.plan.exercises import EXERCISE
from kitart.plan.general import GENERAL_RESPONSE
from kitart.plan.inputs import PREFIX, VITAL_INPUT_MISSING
from kitart.plan.workplace import WORKPLACE_UNUSABLE

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun
    from prefect.settings import Settings as PrefectSettings

LIMIT = {"timeout": 10.0}
"""Real seconds that Prefect has for each answer."""
TAKES_HOLD_WITHIN_S = 20.0
"""Real seconds in which a run that Prefect calls running has loaded the plan and holds the
incident; one that does not by then died on the way. As many has one that a worker took: where the
worker died before it made a process, Prefect calls that pending for ever."""
TAKES_HOLD_AT_ONCE_WITHIN_S = 10.0
"""The same where runs began at once lately: a tuned stock worker needs three seconds."""
POOL = "kitart"
DEPLOYMENTS = {
    "vital systems offline": "critical-system-offline/system-outage",
    "client system offline": "client-system-offline/client-system-outage",
    GENERAL_RESPONSE: "general-response/general-incident",
    WORKPLACE_UNUSABLE: "workplace-unusable/agents-out",
    VITAL_INPUT_MISSING: "vital-input-unavailable/input-missing",
    CONTACT_TEST: "contact-test/contact-list",
    EXERCISE: "exercise/exercise",
}

CONTACT_TEST_OF_FEW = "contact-test/contact-list-ert-cmt"
AFTER_ACTION = "after-action/report"
EXERCISE_RECORD = "exercise-record/evaluate"


class OrchestratorError(Exception):
    """Prefect can't be reached or refuses; the incident goes on from the gateway meanwhile."""


@dataclass(frozen=True)
class PrefectSeen:
    """What Prefect has of ours: its version, the plans not deployed, the workers that are there."""

    version: str
    not_deployed: tuple[str, ...]
    workers_online: int


class Orchestrator(Protocol):
    """Who runs the plans."""

    def start(self, incident: Incident, request: int) -> str:
        """Ask for a run that drives the incident; returns its id. The same request asks once."""

    def still_coming(self, run_id: str, within_s: float = TAKES_HOLD_WITHIN_S) -> bool:
        """Whether a run asked for earlier, which never held the incident, may still begin; one that
        a worker took has ``within_s`` real seconds to hold it."""


class ReportStarter(Protocol):
    """Who runs the after-action reports."""

    def start_report(self, incident: Incident, request: int) -> str:
        """Ask for a run that writes a closed incident's report; returns its id."""

    def still_coming(self, run_id: str) -> bool:
        """As an ``Orchestrator``."""


class ExerciseRecordStarter(Protocol):
    """Who runs the records of exercises."""

    def start_exercise_record(self, exercise: Incident, request: int) -> str:
        """Ask for a run that evaluates an exercise that is over; returns its id."""

    def still_coming(self, run_id: str) -> bool:
        """As an ``Orchestrator``."""


class PrefectOrchestrator:
    """Plans started by deployment name, with an idempotency key (DESIGN: the way of the data).

    Each call to Prefect has a limit: an incident goes on without it meanwhile.
    """

    def start(self, incident: Incident, request: int) -> str:
        """Create the flow run; raises ``OrchestratorError`` when Prefect does not take it."""
        return _start(
            DEPLOYMENTS[incident.kind], incident, run_name(incident, request),
            _parameters(incident), f"{incident.number}:{request}",
        )  # fmt: skip

    def start_report(self, incident: Incident, request: int) -> str:
        """As ``start``, for the after-action report."""
        return _start(
            AFTER_ACTION, incident, f"{incident.number} · after-action report",
            {"report": {"incident": incident.number}}, f"{incident.number}:after-action:{request}",
        )  # fmt: skip

    def start_exercise_record(self, exercise: Incident, request: int) -> str:
        """As ``start``, for the record of an exercise."""
        return _start(
            EXERCISE_RECORD, exercise, f"{exercise.number} · record of the exercise",
            {"over": {"exercise": exercise.number}}, f"{exercise.number}:record:{request}",
        )  # fmt: skip

    def still_coming(self, run_id: str, within_s: float = TAKES_HOLD_WITHIN_S) -> bool:
        """Whether the run waits, or is about, to begin; while Prefect can't be asked: yes."""
        from prefect.exceptions import ObjectNotFound

        try:
            with prefect_client() as client:
                run = client.read_flow_run(UUID(run_id))
        except (ObjectNotFound, ValueError):
            return False  # deleted, or Prefect's database is another one now
        except Exception:
            return True
        if run.state is None:
            return False
        if run.state.is_running() or run.state.is_pending():
            return (real_now() - run.state.timestamp).total_seconds() < within_s
        return run.state.is_scheduled()


def _start(
    name: str, incident: Incident, run: str, parameters: dict[str, dict[str, str]], key: str
) -> str:
    try:
        with prefect_client() as client:
            made = _create(
                client,
                name,
                name=run,
                parameters=parameters,
                idempotency_key=key,
                tags=["incident", incident.number, incident.system_id],
            )
    except Exception as error:
        # Whatever Prefect's client raises (network, missing deployment, 4xx, 5xx), the
        # incident must go on without it; the caller records it and tries again.
        raise OrchestratorError(f"Prefect did not take a run of {name}: {error}") from error
    return str(made.id)


_deployments: dict[tuple[str, str], UUID] = {}
"""What Prefect at an address calls a deployment. Reading one with all that belongs to it costs
Prefect as much as making the run."""


def _create(client: SyncPrefectClient, deployment: str, **run: Any) -> FlowRun:
    from prefect.exceptions import PrefectHTTPStatusError

    known = (str(client.api_url), deployment)
    if known in _deployments:
        try:
            return client.create_flow_run_from_deployment(_deployments[known], **run)
        except PrefectHTTPStatusError as error:
            if error.response.status_code != HTTPStatus.NOT_FOUND:
                raise
            # Made anew meanwhile, under another number.
    _deployments[known] = client.read_deployment_by_name(deployment).id
    return client.create_flow_run_from_deployment(_deployments[known], **run)


def look_at_prefect() -> PrefectSeen:
    """Look without changing anything; raises ``OrchestratorError`` saying what is wrong.

    Without an address Prefect's client would start a server of its own: that is refused.
    """
    from prefect.client.schemas.objects import WorkerStatus
    from prefect.exceptions import ObjectNotFound
    from prefect.settings import PREFECT_API_URL

    if not PREFECT_API_URL.value():
        raise OrchestratorError("PREFECT_API_URL is not set")
    try:
        with prefect_client() as client:
            version = client.api_version()
            missing = [
                name
                for name in (*DEPLOYMENTS.values(), AFTER_ACTION, EXERCISE_RECORD)
                if not _deployed(client, name)
            ]
            try:
                workers = client.read_workers_for_work_pool(POOL)
            except ObjectNotFound:
                workers = []
    except Exception as error:
        # As for a start: whatever the client raises, Prefect can't be used.
        raise OrchestratorError(f"Prefect does not answer as it should: {error}") from error
    online = sum(worker.status == WorkerStatus.ONLINE for worker in workers)
    return PrefectSeen(version, tuple(missing), online)


def _deployed(client: SyncPrefectClient, name: str) -> bool:
    from prefect.exceptions import ObjectNotFound

    try:
        client.read_deployment_by_name(name)
    except ObjectNotFound:
        return False
    return True


@contextlib.contextmanager
def prefect_client() -> Iterator[SyncPrefectClient]:
    """Prefect's client with a limit for each answer, and without its own minute of trying again:
    whoever asks comes again anyway."""
    import certifi
    import prefect
    from prefect.context import SettingsContext, get_settings_context
    from prefect.settings import PREFECT_API_SSL_CERT_FILE, PREFECT_API_TLS_INSECURE_SKIP_VERIFY

    how: dict[str, Any] = dict(LIMIT)
    if not PREFECT_API_TLS_INSECURE_SKIP_VERIFY.value():
        how["verify"] = _trusting(PREFECT_API_SSL_CERT_FILE.value() or certifi.where())
    now = get_settings_context()
    with (
        SettingsContext(profile=now.profile, settings=_once(now.settings)),
        prefect.get_client(sync_client=True, httpx_settings=how) as client,
    ):
        yield client


def prefect_is_set() -> bool:
    """Whether a Prefect server is configured: without one, its client would start one itself."""
    from prefect.settings import PREFECT_API_URL

    return bool(PREFECT_API_URL.value())


@contextlib.contextmanager
def asking(what: str) -> Iterator[SyncPrefectClient]:
    """Prefect's client, to ask ``what``; whatever it raises is an ``OrchestratorError``: the plan
    goes on without it, and it is tried again."""
    if not prefect_is_set():
        raise OrchestratorError("no Prefect server is named (PREFECT_API_URL)")
    try:
        with prefect_client() as client:
            yield client
    except Exception as error:
        raise OrchestratorError(f"Prefect was asked {what}: {error}") from error


_asked_once: tuple[PrefectSettings, PrefectSettings] | None = None


def _once(now: PrefectSettings) -> PrefectSettings:
    """Prefect's settings, without trying again. Reading all of them anew takes ten times as long
    as asking Prefect."""
    global _asked_once
    from prefect.settings import PREFECT_CLIENT_MAX_RETRIES

    known = _asked_once
    if known is None or known[0] is not now:
        once = now.copy_with_update(updates={PREFECT_CLIENT_MAX_RETRIES: 0})
        known = _asked_once = (now, once)
    return known[1]


@functools.cache
def _trusting(certificates: str) -> ssl.SSLContext:
    """What Prefect's client would make each time: reading a hundred certificates takes longer than
    most of what is asked."""
    return ssl.create_default_context(cafile=certificates)


def run_name(incident: Incident, request: int) -> str:
    """The run's name in the Prefect UI: ``INC-0142 · VCC offline``."""
    again = f" (continued, run {request})" if request > 1 else ""
    what = f"{incident.system_id} offline"
    if incident.kind in (GENERAL_RESPONSE, WORKPLACE_UNUSABLE, CONTACT_TEST):
        what = incident.kind
    if incident.kind == EXERCISE:
        what = f"EXERCISE {incident.title}"
    if incident.kind == VITAL_INPUT_MISSING:
        what = f"{incident.system_id.removeprefix(PREFIX)} missing"
    mark = "EXERCISE " if incident.exercise and "EXERCISE" not in what else ""
    return f"{incident.number} · {mark}{what}{again}"


def _parameters(incident: Incident) -> dict[str, dict[str, str]]:
    """What a plan that goes on with an incident is started with."""
    if incident.kind == CONTACT_TEST:
        return {"test": {"incident": incident.number}}
    if incident.kind == EXERCISE:
        return {"exercise": {"incident": incident.number}}
    return {"report": _report(incident)}


def _report(incident: Incident) -> dict[str, str]:
    if incident.kind in (WORKPLACE_UNUSABLE, VITAL_INPUT_MISSING):
        return {"incident": incident.number}
    going_on = {"seen": incident.title, "incident": incident.number}
    if incident.kind == GENERAL_RESPONSE:
        return going_on
    return {"system": incident.system_id, **going_on}
