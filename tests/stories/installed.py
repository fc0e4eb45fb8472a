"""Kitart itself in a random story: its real code in processes that a crash may take.

Real are the journal on SQLite, the intake of alerts, the watchman, the pages' functions that take
answers, the sending loop with its fence, every strand of the plans, and every step. All of it runs
beneath Prefect: a flow's own function is called, and a step's own with the retries it declares. So
left out are Prefect's server, client, engine and worker (``tests/faults`` kill those), HTTP on both
sides (``tests/integration``), and the picture in Prefect's UI. A crash leaves what the journal has;
what a process had in memory (the plans it read, a provider's pause) the next one still finds.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, TypeVar
from unittest import mock

from prefect import Task
from pydantic import SecretStr

from flows import carrying, driving, holding, workplace_unusable
from flows.client_system_offline import client_system_offline
from flows.critical_system_offline import critical_system_offline
from kitart.clock import SteadyClock
from kitart.connectors.errors import ConnectorError
from kitart.gateway import intake_queue, watchman
from kitart.gateway.house import House, Plans
from kitart.gateway.intake_queue import IntakeQueue
from kitart.gateway.live import Live
from kitart.gateway.watchman import Watchman
from kitart.installation import Installation, use_installation
from kitart.journal import timeline, together
from kitart.journal.database import Journal, Lease, LeaseLost
from kitart.journal.tables import Incident
from kitart.messaging import side_by_side
from kitart.orchestrator import OrchestratorError
from kitart.plan.schema import Plan
from kitart.settings import Settings
from tasks.agents_out import AgentsOut
from tasks.opening import SystemOffline
from tests.new_journal import make_tables
from tests.stories.outside import Calls, Outside, PhoneSystem, Relay, Sms, Tenant
from tests.stories.turns import PROCESS, Died, Process, StrandLock, StrandPool, Turns

T = TypeVar("T")
GATEWAY = "http://gateway.example"
RENEWAL_S = 12.0
"""Rarer than in production, as news is released: they cost the most and meet nobody."""
STARTS = {
    "vital systems offline": lambda row: critical_system_offline.fn(
        SystemOffline(system=row.system_id, seen=row.title, incident=row.number)
    ),
    "client system offline": lambda row: client_system_offline.fn(
        SystemOffline(system=row.system_id, seen=row.title, incident=row.number)
    ),
    "workplace unusable": lambda row: workplace_unusable.workplace_unusable.fn(
        AgentsOut(incident=row.number)
    ),
}


class Away(Exception):
    """The gateway is not there, or went away before it answered."""


class Gateway:
    """One process of the gateway: takes alerts and answers, and watches over incidents."""

    def __init__(self, installed: Installed, number: int) -> None:
        self.process = Process(f"gateway {number}")
        self._turns = installed.turns
        inst = installed.inst
        self.gone = installed.turns.loop.create_future()
        self.watchman = Watchman(inst, installed.orchestrator)
        self.intake = IntakeQueue(inst)
        self.place = House(inst, Plans(inst), self.watchman, {}, Live(inst))
        self._turns.in_process(self.process, self._watch())

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._turns.rng.uniform(1, 20))
            await self._turns.thread(self.watchman.look)

    async def asked(self, work: Callable[[], T]) -> T:
        """What the gateway answers to a request that a thread of it works on; raises ``Away``."""
        return await self._answer(self._turns.thread(work))

    async def accept(self, post: Any) -> Any:
        """A monitor's post, as the webhook takes it."""

        async def take() -> Any:
            accepted = await self.intake.accept(post)
            for number in accepted.opened:
                self.watchman.opened(number)
            return accepted

        return await self._answer(take())

    async def _answer(self, work: Any) -> Any:
        if self.process.dead:
            work.close()
            raise Away
        at_work = self._turns.in_process(self.process, work)
        await asyncio.wait({at_work, self.gone}, return_when=asyncio.FIRST_COMPLETED)
        if not at_work.done():
            raise Away
        return at_work.result()


class Runs:
    """Stands for Prefect: begins a run when it is asked, and says whether one still comes."""

    def __init__(self, installed: Installed) -> None:
        self._of = installed
        self.away = False
        self.known: dict[str, Process] = {}
        self.failures: list[tuple[str, BaseException]] = []

    def start(self, incident: Incident, request: int) -> str:
        self._of.turns.turn("asking for a run")
        if self.away:
            raise OrchestratorError("Prefect is away")
        name = f"run {incident.number}:{request}"
        if name not in self.known:  # the idempotency key
            process = self.known[name] = Process(name)
            self._of.turns.in_process(process, self._run(process, incident))
        self._of.turns.turn("asked for a run")
        return name

    def still_coming(self, run_id: str, within_s: float = 0.0) -> bool:
        process = self.known.get(run_id)
        return process is not None and not process.dead and not process.ended

    async def _run(self, process: Process, incident: Incident) -> None:
        await asyncio.sleep(self._of.turns.rng.uniform(0.3, 3))
        try:
            await STARTS[incident.kind](incident)
        except LeaseLost:
            pass
        except Exception as error:
            self.failures.append((process.name, error))
        finally:
            process.ended = True


class Installed:
    """The whole installation on one journal, and its world."""

    def __init__(self, turns: Turns, plan: Plan, folder: Path, salts: Random) -> None:
        self.turns = turns
        self.plan = plan
        self._salts = salts
        self._buried = False
        self.processes: list[Process] = []
        settings = Settings(
            mode="sandbox", data_dir=folder, pdf=False, gateway_url=GATEWAY,
            secret_key=SecretStr("a-long-key-for-the-stories"),
        )  # fmt: skip
        settings.sms.caller = "+447700900998"
        self.inst = Installation(settings, SteadyClock())
        self.outside = Outside(turns, plan, self.inst.clock)
        self.inst.__dict__.update(
            sms=Sms(self.outside),
            calls=Calls(self.outside),
            smtp=Relay(self.outside),
            microsoft=Tenant(self.outside),
            voice=PhoneSystem(self.outside, self.inst.routing),
            current_plan=lambda: plan,
        )
        make_tables(self.inst.journal)
        self.orchestrator = Runs(self)
        self.gateways = 0
        self.gateway: Gateway

    def gateway_begins(self) -> None:
        """A gateway process starts."""
        self.gateways += 1
        self.gateway = Gateway(self, self.gateways)

    def crash(self, process: Process) -> None:
        """A process dies where it stands."""
        self.turns.crash(process)
        if process is self.gateway.process and not self.gateway.gone.done():
            self.gateway.gone.set_result(None)

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """While the block runs, Kitart's threads are strands and its time is the story's."""
        use_installation(self.inst)
        with contextlib.ExitStack() as stack:
            for place, name, stand_in in self._stand_ins():
                stack.enter_context(mock.patch.object(place, name, stand_in))
            try:
                yield
            finally:
                self._bury()
                use_installation(None)
                self.inst.journal.close()

    def _bury(self) -> None:
        self._buried = True
        every = [
            self.turns.outside,
            self.gateway.process,
            *self.orchestrator.known.values(),
            *self.processes,
        ]
        self.turns.loop.run_until_complete(self.turns.bury(every))
        self.turns.loop.close()

    def _stand_ins(self) -> list[tuple[Any, str, Any]]:
        return [
            (asyncio, "to_thread", self._to_thread),
            (side_by_side, "ThreadPoolExecutor", StrandPool),
            (watchman, "ThreadPoolExecutor", StrandPool),
            (intake_queue, "ThreadPoolExecutor", StrandPool),
            (driving, "SyncClientContext", SimpleNamespace(get_or_create=contextlib.nullcontext)),
            (driving, "flow_run", SimpleNamespace(get_id=lambda: PROCESS.get().name)),
            (driving, "nap_async", self._nap),
            (driving, "keep_hold", self._keep_hold),
            (driving, "RELEASE_EVERY_S", 60.0),
            (driving.Drive, "_wait", self._waits(driving.Drive._wait)),
            (carrying, "keep_picture", _never),
            (workplace_unusable, "keep_picture", _never),
            (timeline, "secrets", SimpleNamespace(token_hex=self._salt)),
            (Journal, "write", self._writes(Journal.write)),
            (Journal, "read", self._reads(Journal.read)),
            (Journal, "persist", self._persists(Journal.persist)),
            (together, "threading", SimpleNamespace(Lock=StrandLock)),
        ]  # fmt: skip

    def _salt(self, size: int) -> str:
        return self._salts.randbytes(size).hex()

    async def _to_thread(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(work, Task):
            work = partial(self._with_retries, work)
        return await self.turns.thread(partial(work, *args, **kwargs))

    def _with_retries(self, task: Any, *args: Any, **kwargs: Any) -> Any:
        """A step, tried as often as it declares; what may pass is what ``tasks.steps`` says."""
        for pause_s in (*task.retry_delay_seconds[: task.retries], None):
            try:
                return task.fn(*args, **kwargs)
            except ConnectorError as error:
                if error.permanent or pause_s is None:
                    raise
                self.turns.pause(pause_s)
        raise AssertionError("the last try returns or raises")

    async def _nap(self, clock: Any, until: Any, _at_most_s: float) -> None:
        # A drive looks twenty times a second; here it looks when there is something to see.
        until_s = None if until is None else clock.real_seconds_until(until)
        await self.turns.nap(until_s, 15.0)

    async def _keep_hold(self, inst: Installation, lease: Lease) -> None:
        while True:
            await asyncio.sleep(RENEWAL_S)
            await self._to_thread(holding.renew, inst, lease)

    def _waits(self, real: Any) -> Any:
        def wait(drive: Any, by: Any, question: Any) -> Any:
            self.turns.stir()
            return real(drive, by, question)

        return wait

    def _writes(self, real: Any) -> Any:
        @contextlib.contextmanager
        def write(journal: Journal, *args: Any, **kwargs: Any) -> Iterator[Any]:
            self._refuse_the_dead()
            self.turns.turn("writing")
            self.turns.writing += 1
            try:
                with real(journal, *args, **kwargs) as session:
                    yield session
            finally:
                self.turns.writing -= 1
            if kwargs.get("heard", True):
                self.turns.stir()
            self.turns.turn("written")

        return write

    def _reads(self, real: Any) -> Any:
        @contextlib.contextmanager
        def read(journal: Journal) -> Iterator[Any]:
            self._refuse_the_dead()
            self.turns.turn("reading", 0.002)
            with real(journal) as session:
                yield session

        return read

    def _persists(self, real: Any) -> Any:
        def persist(journal: Journal, *args: Any, **kwargs: Any) -> Any:
            # One journal stands for that of each process.
            journal._together = PROCESS.get().together
            return real(journal, *args, **kwargs)

        return persist

    def _refuse_the_dead(self) -> None:
        if self._buried:
            raise Died


async def _never(_drive: Any) -> None:
    await asyncio.get_running_loop().create_future()
