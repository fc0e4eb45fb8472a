"""Stories: gateway, flow and sandbox in one process over real sockets, the clock moved by hand."""

from __future__ import annotations

import asyncio
import contextvars
import shutil
import threading
from collections.abc import Callable, Generator, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
import requests
import yaml
from prefect.settings import (
    PREFECT_LOGGING_TO_API_ENABLED,
    PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED,
    PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED,
    PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED,
    temporary_settings,
)
from prefect.testing.utilities import prefect_test_harness
from pydantic import SecretStr

from flows.client_system_offline import client_system_offline
from flows.contact_test import contact_test
from flows.critical_system_offline import critical_system_offline
from flows.driving import DRIVES
from flows.exercise import exercise
from flows.general_response import general_response
from flows.vital_input_unavailable import vital_input_unavailable
from flows.workplace_unusable import workplace_unusable
from kitart.clock import HandClock, as_utc, monotonic_s, sleep_s
from kitart.connectors.http import host_pauses
from kitart.gateway.app import create_app
from kitart.installation import Installation, use_installation
from kitart.journal import (
    acknowledgements,
    approvals,
    documents,
    incidents,
    messages,
    observations,
    timeline,
    watching,
)
from kitart.journal.tables import Incident
from kitart.orchestrator import OrchestratorError
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE, Settings
from sandbox.server import SandboxServer
from sandbox.world import World
from tasks.agents_out import AgentsOut
from tasks.contact import ContactTest
from tasks.exercise import ExerciseWanted
from tasks.inputs import InputMissing
from tasks.opening import SystemOffline
from tasks.reporting import GeneralReport
from tests.new_journal import make_tables

T = TypeVar("T")
KEEPS_PREFECTS_RECORD = (
    PREFECT_LOGGING_TO_API_ENABLED,
    PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED,
    PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED,
    PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED,
)
PATIENCE_S = 120.0  # far more than a wave of work takes on a busy machine
RESTS = 3
SECRET = "webhook-secret-of-the-story"
FLOWS = {
    "vital systems offline": critical_system_offline,
    "client system offline": client_system_offline,
    "general response": general_response,
    "workplace unusable": workplace_unusable,
    "vital input missing": vital_input_unavailable,
    "contact test": contact_test,
    "exercise": exercise,
}
REPORTS: dict[str, Any] = {
    "vital systems offline": SystemOffline,
    "client system offline": SystemOffline,
    "general response": lambda system, **known: GeneralReport(**known),
    "workplace unusable": lambda incident, **_: AgentsOut(incident=incident),
    "vital input missing": lambda incident, **_: InputMissing(incident=incident),
    "contact test": lambda incident, **_: ContactTest(incident=incident),
    "exercise": lambda incident, **_: ExerciseWanted(incident=incident),
}


@pytest.fixture(autouse=True)
def _all_is_heard_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # The clock of a story moves on when everybody rests; a run that looks at other incidents'
    # news after seconds of real time would be left behind.
    monkeypatch.setattr(watching, "OTHERS_AFTER_S", 0.0)


@pytest.fixture(scope="session", autouse=True)
def _prefect() -> Iterator[None]:
    # Nobody looks at Prefect's own record in a story: what only keeps that would cost a sixth.
    with (
        temporary_settings(dict.fromkeys(KEEPS_PREFECTS_RECORD, False)),
        prefect_test_harness(server_startup_timeout=120),
    ):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, Any]:
    """A story that fails shows what happened in it."""
    report = yield
    story = getattr(item, "funcargs", {}).get("story")
    if report.when == "call" and report.failed and story is not None:
        report.sections.append(("What happened in the story", story.told()))
    return report


class InProcessOrchestrator:
    """Runs the flow in a thread of this process; may be "away" like a dead Prefect server."""

    def __init__(self) -> None:
        self.away = False
        self.refused = 0
        self.failures: list[BaseException] = []
        self.states: list[Any] = []
        self._threads: list[threading.Thread] = []
        self._running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = []

    def start(self, incident: Incident, request: int) -> str:
        if self.away:
            self.refused += 1
            raise OrchestratorError("Prefect is away")
        report = REPORTS[incident.kind](
            system=incident.system_id, seen=incident.title, incident=incident.number
        )
        name = f"{incident.number}:{request}"
        self.start_with(FLOWS[incident.kind], report, name)
        return name

    def start_with(self, flow: Any, report: Any, name: str = "by its schedule") -> None:
        """Start a flow as its schedule or form does, with the context of whoever calls this."""
        context = contextvars.copy_context()
        run = partial(context.run, self._run, flow, report)
        thread = threading.Thread(target=run, daemon=True, name=name)
        self._threads.append(thread)
        thread.start()

    def still_coming(self, run_id: str, within_s: float = 0.0) -> bool:
        return any(thread.name == run_id and thread.is_alive() for thread in self._threads)

    def _run(self, flow: Any, report: Any) -> None:
        try:
            asyncio.run(self._drive(flow, report))
        except asyncio.CancelledError:
            pass
        except BaseException as error:
            self.failures.append(error)

    async def _drive(self, flow: Any, report: Any) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.append((asyncio.get_running_loop(), task))
        self.states.append(await flow(report, return_state=True))

    def wait(self) -> None:
        for thread in self._threads:
            thread.join(timeout=PATIENCE_S)
            assert not thread.is_alive(), "the run did not end"

    def kill(self) -> None:
        """End every run where it stands, as a crash would."""
        for loop, task in self._running:
            if not loop.is_closed():
                loop.call_soon_threadsafe(task.cancel)
        self.wait()
        self._running.clear()


def _look_anew() -> None:
    for drive in list(DRIVES):
        drive.rests = 0


def company_in(
    folder: Path,
    languages: dict[str, str],
    touching: tuple[str, ...],
    no_voicemail: tuple[str, ...] = (),
    two_editions: tuple[str, ...] = (),
) -> Path:
    """The sample company's folder; a copy in which clients read another language, in which systems
    touch these projects alone, in which these clients forbid voicemail, or in which these want
    their closing report in two editions, if wanted."""
    house = HOUSE / "config"
    if not (languages or touching or no_voicemail or two_editions):
        return house
    copy = Path(shutil.copytree(house, folder / "config"))
    clients = yaml.safe_load((copy / "clients.yaml").read_text("utf-8"))
    for client in clients["clients"]:
        client["report"]["language"] = languages.get(client["id"], client["report"]["language"])
        client["report"]["preliminary_closing"] = client["id"] in two_editions
        client["permits"]["voicemail"] &= client["id"] not in no_voicemail
    (copy / "clients.yaml").write_text(yaml.safe_dump(clients, allow_unicode=True), "utf-8")
    systems = yaml.safe_load((copy / "systems.yaml").read_text("utf-8"))
    for system in systems["systems"]:
        if touching and "affects" in system:
            system["affects"] = [code for code in system["affects"] if code in touching]
    (copy / "systems.yaml").write_text(yaml.safe_dump(systems, allow_unicode=True), "utf-8")
    return copy


class Story:
    """One company, one outside world, one clock."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        start: str,
        characters: dict[str, Any],
        languages: dict[str, str],
        touching: tuple[str, ...],
        pdf: bool,
        no_voicemail: tuple[str, ...] = (),
        two_editions: tuple[str, ...] = (),
    ) -> None:
        self.clock = HandClock(datetime.fromisoformat(start))
        self.start = self.clock.now()
        config = company_in(folder, languages, touching, no_voicemail, two_editions)
        self.plan = load_plan(config)
        self.orchestrator = InProcessOrchestrator()
        settings = Settings(
            mode="sandbox",
            data_dir=folder,
            config_dir=config,
            pdf=pdf,
            database_url=database_url,
            secret_key=SecretStr("a-long-key-for-the-story"),
            webhook_secrets={"alertmanager": SecretStr(SECRET), "grafana": SecretStr(SECRET)},
        )
        # The gateway's address is in the links, so its port is taken before anything is signed.
        self._gateway: SandboxServer
        self.world = World(
            self.plan, folder, "http://127.0.0.1:1", self.clock, characters=characters
        )
        self.world.start()
        self.inst = Installation(self.world.settings(settings), self.clock)
        make_tables(self.inst.journal)
        use_installation(self.inst)
        self._gateway = SandboxServer(create_app(self.inst, self.orchestrator)).start()
        self.gateway_url = self._gateway.url
        self.inst.settings.gateway_url = self.gateway_url
        self.world.people._gateway_url = self.gateway_url
        self.world.sms.inbound_url = f"{self.gateway_url}/twilio/sms"

    def end(self) -> None:
        self._gateway.stop()  # first, or its watchman gives the incident a new run
        self.orchestrator.kill()
        self.world.stop()
        use_installation(None)
        self.inst.journal.close()
        host_pauses.forget()

    def gateway_ends(self) -> None:
        """The gateway and its watchman are gone from now on."""
        self._gateway.stop()

    # --- the world ---------------------------------------------------------------------------

    def phone_system(self, state: str) -> None:
        """Take the phone system away ("down") or bring it back ("up")."""
        self.world.vcc.outage = state  # type: ignore[assignment]
        host_pauses.forget()

    def alert(
        self, status: str = "firing", *, started: datetime | None = None, **labels: str
    ) -> requests.Response:
        """A post as Alertmanager v4 sends it."""
        return requests.post(
            f"{self.gateway_url}/webhooks/alertmanager",
            json={
                "version": "4",
                "status": status,
                "receiver": "kitart",
                "groupKey": '{}:{alertname="VccDown"}',
                "truncatedAlerts": 0,
                "alerts": [
                    {
                        "status": status,
                        "labels": {"alertname": "VccDown", "service": "vcc", "severity": "critical"}
                        | labels,
                        "annotations": {"summary": "The phone system does not answer"},
                        "startsAt": (started or self.start).isoformat(),
                        "endsAt": "0001-01-01T00:00:00Z",
                        "fingerprint": "7a1c2f" + "".join(sorted(labels.values())),
                    }
                ],
            },
            headers={"Authorization": f"Bearer {SECRET}"},
            timeout=10,
        )

    def begun(self) -> None:
        """Wait until the plan's run drives the incident and has done what is to do at once."""
        self.eventually(lambda: self.entries("run began"), "the run")
        self.eventually(self._looked, "the first look at the system")
        self.settle(quiet_s=0.8)

    def _looked(self) -> bool:
        with self.inst.journal.read() as session:
            return observations.latest(session, "VCC", "probe") is not None

    def at(self, clock_time: str, *, by_minutes: float = 2) -> None:
        """Let the time go on to ``HH:MM`` UTC, in small steps, settling at each."""
        hour, minute = map(int, clock_time.split(":"))
        self.until(self.start.replace(hour=hour, minute=minute, second=0), by_minutes=by_minutes)

    def until(self, moment: datetime, *, by_minutes: float = 2) -> None:
        """Let the time go on to a moment."""
        moment = as_utc(moment)
        self.settle()
        step = 1.0  # the next look at the system comes after a minute
        while self.clock.now() < moment:
            self.clock.move_to(min(moment, self.clock.now() + timedelta(minutes=step)))
            self.settle()
            step = by_minutes

    def settle(self, quiet_s: float = 0.15) -> None:
        """Wait until nothing is written any more, no step is at work and nobody is answering.

        A drive counts its own looks at rest: each wakes whichever strand has cause to go on, so
        after a few all have seen the last write and the last move of the clock, however slow the
        machine.
        """
        watch = self.inst.journal.watch()
        try:
            until = monotonic_s() + PATIENCE_S
            calm_since: float | None = None
            _look_anew()
            # Calm lies between two looks that both saw it: on a busy machine this thread may itself
            # be away for longer than the quiet that it waits for.
            while True:
                changed = watch.changed()
                if changed:
                    _look_anew()  # a drive may be slow to notice: what it rested before is void
                restless = any(drive.rests < RESTS for drive in list(DRIVES))
                now = monotonic_s()
                if changed or restless or self.world.people.busy:
                    calm_since = None
                elif calm_since is None:
                    calm_since = now
                elif now - calm_since >= quiet_s:
                    break
                assert now < until, "it does not come to rest"
                sleep_s(0.02)
        finally:
            watch.close()
        assert not self.orchestrator.failures, self.orchestrator.failures

    def eventually(self, what: Callable[[], T | None], why: str) -> T:
        until = monotonic_s() + PATIENCE_S
        while monotonic_s() < until:
            found = what()
            if found:
                return found
            sleep_s(0.05)
        raise AssertionError(f"never came: {why}")

    # --- what can be seen --------------------------------------------------------------------

    @property
    def incident(self) -> Incident:
        with self.inst.journal.read() as session:
            return incidents.get(session, "INC-0001")

    def entries(self, type: str | None = None) -> list[Any]:
        with self.inst.journal.read() as session:
            return timeline.entries(session, "INC-0001", *([type] if type else ()))

    def told(self) -> str:
        """The whole timeline as text, each entry with both its times."""
        with self.inst.journal.read() as session:
            return "\n".join(
                f"{e.recorded_at:%H:%M:%S} {e.occurred_at:%H:%M:%S} {e.type}: {e.text}"
                for incident in session.query(Incident).order_by(Incident.seq)
                for e in timeline.entries(session, incident.number)
            )

    def documents(self, client: str, type: str | None = None) -> list[Any]:
        with self.inst.journal.read() as session:
            found = documents.of_incident(session, "INC-0001", client, whole=True)
        return [d for d in found if type is None or d.type == type]

    def messages(self, purpose: str) -> list[Any]:
        with self.inst.journal.read() as session:
            return messages.of_purpose(session, "INC-0001", purpose)

    def question(self, key: str) -> Any:
        with self.inst.journal.read() as session:
            return approvals.with_key(session, f"INC-0001:{key}")

    def acks(self, step: str) -> list[Any]:
        with self.inst.journal.read() as session:
            return acknowledgements.of_step(session, "INC-0001", step)

    def people(self, entry: Any, *codes: str) -> None:
        """Give people another character from now on."""
        for code in codes:
            self.world.people.characters.change(code, entry)

    def texts_to(self, person: str) -> list[str]:
        """The SMS that arrived on a person's phone."""
        phone = next(c.address for c in self.plan.person(person).channels if c.kind == "sms")
        return [sms.body for sms in self.world.sms.sent if sms.to == phone]

    def texts_to_agent(self, agent: str) -> list[str]:
        """The SMS that arrived on an agent's phone."""
        phone = next(c.address for c in self.plan.agent(agent).channels if c.kind == "sms")
        return [sms.body for sms in self.world.sms.sent if sms.to == phone]

    def press(self, person: str, about: str, answer: str, note: str = "") -> requests.Response:
        """Press a button behind the link of the person's newest SMS that says ``about``."""
        text = [t for t in self.texts_to(person) if about in t][-1]
        link = text.rsplit("\n", 1)[-1]
        return requests.post(link, data={"answer": answer, "note": note}, timeout=10)

    def client_mails(self, client: str) -> list[Any]:
        """The mails that arrived at a client's contacts."""
        wanted = {
            ch.address for contact in self.plan.client(client).contacts for ch in contact.channels
        }
        return [mail for mail in self.world.tenant.mail if wanted & set(mail.to)]


@pytest.fixture
def story(
    tmp_path: Path,
    database_url: Callable[[], str],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Story]:
    # Real time runs on while the story's stands still: a run is asked for again without delay.
    monkeypatch.setattr("kitart.gateway.watchman.ASK_FOR_RUN_AGAIN_AFTER_S", 0.3)
    monkeypatch.setattr("tasks.exercise_record.PAUSE_S", 0.0)
    marker = request.node.get_closest_marker("begins")
    options = dict(marker.kwargs) if marker else {}
    one = Story(
        tmp_path,
        database_url(),
        options.get("at", "2026-11-24T09:00:00+00:00"),  # a Tuesday, every line open
        {
            "default": {
                "delay_s": 0,
                "answers": {"ack": "take", "priority": "P1", "approve": "approve"},
                "fills": {"note": "TT-4711"},
            },
            **options.get("people", {}),
        },
        options.get("languages", {}),
        options.get("touching", ()),  # fewer projects, where a story is about none of the others
        options.get("pdf", False),  # a second of work each: stories that look at them ask for them
        options.get("no_voicemail", ()),
        options.get("two_editions", ()),
    )
    yield one
    one.end()
