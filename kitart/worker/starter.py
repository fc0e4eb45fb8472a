"""Starting one run as a fork, in the place where the stock worker starts a command."""

from __future__ import annotations

from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess

import anyio
import anyio.abc
from prefect.client.schemas.objects import FlowRun
from prefect.runner._control_channel import ControlChannel
from prefect.runner._process_manager import ProcessHandle
from prefect.settings import get_current_settings
from prefect.utilities.processutils import sanitize_subprocess_env

from kitart.worker.nest import Nest


def settings_for_runs() -> dict[str, str]:
    """Prefect's settings for every run, as variables of the environment.

    That the server's version fits, the worker has seen already.
    """
    own = {"PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false"}
    return get_current_settings().to_environment_variables(exclude_unset=True) | own


class WarmStarter:
    """Starts a flow run's process and waits for its end, without a thread for each."""

    def __init__(
        self,
        nest: Nest,
        control: ControlChannel,
        environment: Mapping[str, str | None],
        folder: str,
        entrypoint: str | None,
    ) -> None:
        self._nest = nest
        self._control = control
        self._environment = environment
        self._folder = folder
        self._entrypoint = entrypoint

    async def start(
        self,
        flow_run: FlowRun,
        task_status: anyio.abc.TaskStatus[ProcessHandle] = anyio.TASK_STATUS_IGNORED,
    ) -> None:
        """Fork, say so, and return when the process has ended."""
        environment = self._whole_environment(flow_run)
        started = False
        try:
            # Off the event loop: the forked process may just be busy with ten others.
            process = await anyio.to_thread.run_sync(
                self._nest.fork, str(flow_run.id), environment, self._folder
            )
            started = True
        finally:
            if not started:
                self._control.unregister(flow_run.id)
        # It asks for a spawned process and uses of it what every process has.
        task_status.started(ProcessHandle(process))  # type: ignore[arg-type]
        await _ended(process)

    def _whole_environment(self, flow_run: FlowRun) -> dict[str, str]:
        """As the stock worker has it: the job's, which has the worker's own in it, then Prefect's
        settings, then the run's."""
        own: dict[str, str | None] = {
            "PREFECT__FLOW_RUN_ID": str(flow_run.id),
            # The worker runs these hooks: it sees the end of a process that no longer can.
            "PREFECT__ENABLE_CANCELLATION_AND_CRASHED_HOOKS": "false",
        }
        if self._entrypoint:
            own["PREFECT__FLOW_ENTRYPOINT"] = self._entrypoint
        try:
            port, token = self._control.register(flow_run.id)
        except RuntimeError:
            pass  # without the channel a cancelled run is killed, as with the stock worker
        else:
            own |= {"PREFECT__CONTROL_PORT": str(port), "PREFECT__CONTROL_TOKEN": token}
        return sanitize_subprocess_env({**self._environment, **settings_for_runs(), **own})


async def _ended(process: ForkServerProcess) -> None:
    await anyio.wait_readable(process.sentinel)
    # The end is there to be read: this takes no time.
    process.join()
