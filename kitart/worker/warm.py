"""The worker itself: Prefect's process worker, with forks in the place of commands."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import UUID

import anyio
import anyio.abc
from prefect.client.schemas.objects import Flow, FlowRun, WorkPool
from prefect.client.schemas.responses import DeploymentResponse
from prefect.flows import load_flow_from_flow_run
from prefect.runner._flow_run_executor import FlowRunExecutionResult, FlowRunExecutorContext
from prefect.runner._process_manager import ProcessHandle
from prefect.settings import (
    PREFECT_WORKER_QUERY_SECONDS,
    get_current_settings,
    temporary_settings,
)
from prefect.workers.process import (
    ProcessJobConfiguration,
    ProcessWorker,
    ProcessWorkerResult,
)
from pydantic import BaseModel, PrivateAttr

from kitart.clock import monotonic_s
from kitart.settings import settings
from kitart.worker.nest import Nest, modules_of_flows
from kitart.worker.starter import WarmStarter, settings_for_runs
from kitart.worker.suspending import Suspensions
from kitart.worker.waking import JournalAlarm

QUERY_S = {"postgresql": 0.25, "sqlite": 1.0}
"""How often new runs are asked for, by what the journal lies in, unless
PREFECT_WORKER_QUERY_SECONDS says otherwise. Prefect writes at each question: SQLite, which has one
writer at a time, is left alone for longer."""
NOT_AGAIN_FOR_S = 0.25
"""The shortest time between two questions, however many runs are asked for."""
LOOK_S = 0.1
KNOWN_FOR_S = 5.0
"""How long a deployment, once read, is the same for all runs that are started. The stock worker
reads it twice for each of them, which costs Prefect more than the states of the run."""

Read = TypeVar("Read", bound=BaseModel)


class WarmJobConfiguration(ProcessJobConfiguration):
    """The stock one, which remembers the flow of a deployment that pulls nothing: its run then
    asks Prefect for nothing more."""

    _entrypoint: str | None = PrivateAttr(default=None)

    def prepare_for_flow_run(
        self,
        flow_run: FlowRun,
        deployment: DeploymentResponse | None = None,
        flow: Flow | None = None,
        work_pool: WorkPool | None = None,
        worker_name: str | None = None,
        worker_id: Any = None,
    ) -> None:
        """As the stock one."""
        super().prepare_for_flow_run(flow_run, deployment, flow, work_pool, worker_name, worker_id)
        if deployment is not None and deployment.entrypoint and not deployment.pull_steps:
            in_a_module = ":" not in deployment.entrypoint
            self._entrypoint = deployment.entrypoint if in_a_module else None

    @property
    def entrypoint(self) -> str | None:
        """The flow as a name to import, where nothing else is needed to have it."""
        return self._entrypoint

    @property
    def has_own_command(self) -> bool:
        """Whether somebody set a command for the run: then it is started by that."""
        return self._command_configured


class SharedContext(FlowRunExecutorContext):
    """States and cancellation of many runs at once.

    After a long absence of Prefect it hears of no cancelled run any more, and never will again:
    then it has ``failed``, and later runs need one of their own.
    """

    failed = False

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        return self

    def _handle_cancellation_observer_failure(self, flow_run_ids: set[UUID]) -> None:
        self.failed = True
        super()._handle_cancellation_observer_failure(flow_run_ids)


class KitartWarmWorker(ProcessWorker):
    """Each run a fork of a process that has imported everything.

    On SIGTERM it takes no new runs and leaves when its last one has ended, on a second one at once;
    a second worker with new code may be started beside it meanwhile. Ctrl-C ends its runs with it,
    as with the stock one.
    """

    type = "kitart-warm"
    job_configuration = WarmJobConfiguration
    _description = "Carries out Kitart's plans as processes that are ready before they are needed."
    _display_name = "Kitart, warm"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._nest = Nest(modules_of_flows())
        self._stack = AsyncExitStack()
        self._runs: SharedContext | None = None
        self._suspensions = Suspensions()
        self._leaving = asyncio.Event()
        self._run_asked_for = asyncio.Event()
        self._at_once = False
        self._at_work = 0

    async def start(
        self,
        run_once: bool = False,
        with_healthcheck: bool = False,
        printer: Callable[..., None] = print,
    ) -> None:
        """Run until somebody ends it; on SIGTERM until the last run has ended."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._leave, printer)
        journal_url = settings().journal_url
        alarm = JournalAlarm(
            journal_url, lambda: loop.call_soon_threadsafe(self._run_asked_for.set)
        )
        alarm.start()
        try:
            with temporary_settings(_polling(journal_url)):
                async with anyio.create_task_group() as group:
                    group.start_soon(self._gone, group.cancel_scope)
                    group.start_soon(self._ask_when_woken)
                    group.start_soon(self._suspensions.watch)
                    await super().start(run_once, with_healthcheck, printer)
                    group.cancel_scope.cancel()
        finally:
            alarm.stop()
            loop.remove_signal_handler(signal.SIGTERM)
        if self._leaving.is_set():
            printer(f"Worker {self.name!r} has left.")

    def _leave(self, printer: Callable[..., None]) -> None:
        self._at_once = self._leaving.is_set()
        self._leaving.set()
        printer(
            f"Worker {self.name!r} was asked twice to leave: its runs are ended."
            if self._at_once
            else f"Worker {self.name!r} takes no new runs and leaves when its last has ended."
        )

    async def _gone(self, scope: anyio.CancelScope) -> None:
        await self._leaving.wait()
        while not self._at_once and (self._submitting_flow_run_ids or self._at_work):
            await anyio.sleep(LOOK_S)
        scope.cancel()

    async def _ask_when_woken(self) -> None:
        while True:
            await self._run_asked_for.wait()
            self._run_asked_for.clear()
            if self.is_setup:
                try:
                    await self.get_and_submit_flow_runs()
                except Exception as error:
                    # The loop that asks anyway says it loudly, slows down, or gives up.
                    self._logger.debug("asking for runs failed: %s", error)
            await anyio.sleep(NOT_AGAIN_FOR_S)

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """New runs, unless it is about to leave."""
        return [] if self._leaving.is_set() else await super().get_and_submit_flow_runs()

    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> ProcessWorkerResult:
        """Carry out a run and say how its process ended."""
        assert isinstance(configuration, WarmJobConfiguration)
        self._at_work += 1
        try:
            if configuration.has_own_command:
                return await super().run(flow_run, configuration, task_status)
            if configuration.working_dir:
                return await self._forked(
                    flow_run, configuration, str(configuration.working_dir), task_status
                )
            with tempfile.TemporaryDirectory(suffix="kitart") as folder:
                return await self._forked(
                    flow_run, configuration, str(Path(folder).resolve()), task_status
                )
        finally:
            self._at_work -= 1

    async def _forked(
        self,
        flow_run: FlowRun,
        configuration: WarmJobConfiguration,
        folder: str,
        task_status: anyio.abc.TaskStatus[int] | None,
    ) -> ProcessWorkerResult:
        async with self._context() as runs:
            return await self._in(runs, flow_run, configuration, folder, task_status)

    @asynccontextmanager
    async def _context(self) -> AsyncIterator[FlowRunExecutorContext]:
        """The one for all runs; one of its own, as with the stock worker, once that has failed."""
        assert self._runs is not None, "the worker was not entered"
        if not self._runs.failed:
            yield self._runs
            return
        async with FlowRunExecutorContext() as own:
            yield own

    async def _in(
        self,
        runs: FlowRunExecutorContext,
        flow_run: FlowRun,
        configuration: WarmJobConfiguration,
        folder: str,
        task_status: anyio.abc.TaskStatus[int] | None,
    ) -> ProcessWorkerResult:
        executor = runs.create_executor(
            flow_run,
            WarmStarter(
                self._nest, runs.control_channel, configuration.env, folder,
                configuration.entrypoint,
            ),
            resolve_flow=load_flow_from_flow_run,
            propose_submitting=False,
        )  # fmt: skip
        execution: FlowRunExecutionResult | None = None
        ended = anyio.Event()

        async def execute(
            *, task_status: anyio.abc.TaskStatus[ProcessHandle] = anyio.TASK_STATUS_IGNORED
        ) -> None:
            nonlocal execution
            try:
                execution = await executor.submit(task_status=task_status)
            finally:
                ended.set()

        async with anyio.create_task_group() as group:
            handle: ProcessHandle = await group.start(execute)
            if handle.pid is None:
                raise RuntimeError("the run's process has no number")
            if task_status is not None:
                task_status.started(handle.pid)
            with self._suspensions.of(flow_run.id, handle.pid):
                await ended.wait()
        if execution is None or execution.status_code is None:
            raise RuntimeError("the run's process did not start")
        return ProcessWorkerResult(
            status_code=execution.status_code, identifier=str(execution.handle.pid)
        )

    async def __aenter__(self) -> KitartWarmWorker:
        await anyio.to_thread.run_sync(self._nest.warm, settings_for_runs())
        # One for all runs: a run of its own would open a client and a socket to Prefect each.
        self._runs = await self._stack.enter_async_context(SharedContext())
        try:
            await super().__aenter__()
        except BaseException:
            await self._stack.aclose()
            raise
        for name in ("read_deployment", "read_flow"):
            setattr(self.client, name, known_for_a_while(getattr(self.client, name)))
        return self

    async def _propose_submitting_state(self, flow_run: FlowRun) -> None:
        """Left out: the run is running before anybody could read that it was about to be."""

    async def _give_worker_labels_to_flow_run(self, flow_run_id: UUID) -> None:
        """Left out: the run's log and its events name the worker."""

    async def __aexit__(self, *exc_info: Any) -> None:
        try:
            await super().__aexit__(*exc_info)
        finally:
            await self._stack.__aexit__(*exc_info)


def known_for_a_while(read: Callable[[UUID], Awaitable[Read]]) -> Callable[[UUID], Awaitable[Read]]:
    """A question to Prefect that is not asked again for ``KNOWN_FOR_S`` seconds. Whoever asks gets
    a copy of his own: the worker writes into what it reads."""
    known: dict[UUID, tuple[float, Read]] = {}

    async def remembered(number: UUID) -> Read:
        read_at_s, answer = known.get(number, (-KNOWN_FOR_S, None))
        if answer is None or monotonic_s() - read_at_s >= KNOWN_FOR_S:
            answer = await read(number)
            known[number] = (monotonic_s(), answer)
        return answer.model_copy(deep=True)

    return remembered


def _polling(journal_url: str) -> dict[Any, float]:
    """How often to ask, as a setting of Prefect's; nothing where somebody said it already."""
    if "query_seconds" in get_current_settings().worker.model_fields_set:
        return {}
    on = "postgresql" if journal_url.startswith("postgresql") else "sqlite"
    return {PREFECT_WORKER_QUERY_SECONDS: QUERY_S[on]}
