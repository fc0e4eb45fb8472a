"""What a run's own process does: the same as ``python -m prefect.engine``, without importing.

It begins as a fork of a process that has imported Prefect and the flows and done nothing else.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from prefect._internal.control_listener import configure_from_env
from prefect._internal.metrics import RunMetrics
from prefect.context import root_settings_context
from prefect.engine import _drive_run_flow_result, handle_engine_signals
from prefect.flow_engine import load_flow, load_flow_run, run_flow
from prefect.logging.configuration import setup_logging
from prefect.logging.loggers import flow_run_logger

import kitart.worker.ready  # noqa: F401  # it makes ready what every run needs
from kitart.worker import suspending

NAME_OF_PROCESS = Path("/proc/self/comm")


def carry_out(flow_run_id: str, environment: Mapping[str, str], folder: str) -> None:
    """Carry out one flow run in this process, in a working folder of its own.

    ``environment`` is the whole of the process's: settings are read from it anew. Ends the process
    by ``SystemExit`` or by the exception that the engine lets through, as the engine's own command
    does.
    """
    try:
        _engine(UUID(flow_run_id), environment, folder)
    finally:
        # A fork ends without them, and a printer of PDFs of this run would stay.
        atexit._run_exitfuncs()


def _engine(run_id: UUID, environment: Mapping[str, str], folder: str) -> None:
    suspending.hear(run_id)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    with suppress(OSError):  # only Linux has it: what ps and top show of this process
        NAME_OF_PROCESS.write_text(f"run {run_id}"[:15], encoding="ascii")
    configure_from_env()
    with _settings_of(environment), handle_engine_signals(run_id):
        flow_run = load_flow_run(run_id)
        logger = flow_run_logger(flow_run)
        try:
            flow = load_flow(flow_run)
        except Exception:
            logger.error("the flow can't be loaded", exc_info=True)
            raise
        with RunMetrics(flow_run, flow):
            result = run_flow(flow, flow_run=flow_run, error_logger=logger)  # type: ignore[arg-type]
            _drive_run_flow_result(flow, result)


def nothing() -> None:
    """Ends at once: shows that the process that is forked is ready."""


@contextmanager
def _settings_of(environment: Mapping[str, str]) -> Iterator[None]:
    """Prefect's settings and logging for a run, whose environment is in force already.

    They were read from the environment of the process that is forked; anew only for a run that
    somebody gave other ones.
    """
    if _of_prefect(environment) == READ_FROM:
        yield
        return
    with root_settings_context():
        setup_logging()
        yield


def _of_prefect(environment: Mapping[str, str]) -> dict[str, str]:
    """Prefect's settings in an environment, without what belongs to one run alone."""
    return {
        name: value
        for name, value in environment.items()
        if name.startswith("PREFECT_") and not name.startswith("PREFECT__")
    }


READ_FROM = _of_prefect(os.environ)
"""What Prefect's settings were read from when this was imported, in the process that is forked."""
