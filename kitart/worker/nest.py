"""The process that is forked for each run: it has imported Prefect and the flows, and waits."""

from __future__ import annotations

import atexit
import importlib
import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import ModuleType

import yaml

from kitart.settings import HOUSE

FIRST, LAST = "kitart.worker.child", "kitart.worker.frozen"
READY_LIMIT_S = 60.0
"""How long it may take until the first fork has begun and ended, in real seconds."""

LONGEST_FOLDER = 60
"""Letters: a socket's path has 107 at most, of which the library uses some forty for itself."""

_hiding = threading.Lock()


class NestError(Exception):
    """Runs can't be forked; the message says why."""


def modules_of_flows(house: Path = HOUSE) -> tuple[str, ...]:
    """The modules that the deployments of ``prefect.yaml`` name, each once."""
    text = (house / "prefect.yaml").read_text(encoding="utf-8")
    named = [each["entrypoint"].rpartition(".")[0] for each in yaml.safe_load(text)["deployments"]]
    return tuple(dict.fromkeys(named))


class Nest:
    """Forks the processes of runs.

    A module that can't be imported raises at ``warm``: the forked process would only leave it out,
    in silence, and each run would import it again.
    """

    def __init__(self, modules: Sequence[str]) -> None:
        self._modules = (FIRST, *modules, LAST)
        self._context = multiprocessing.get_context("forkserver")

    def warm(self, environment: Mapping[str, str] | None = None) -> None:
        """Start the process that is forked and wait until it is ready; raises ``NestError``.

        ``environment`` is what its runs will have beside the worker's own.
        """
        for name in self._modules[:-1]:
            try:
                importlib.import_module(name)
            except ImportError as error:
                raise NestError(f"{name} can't be imported: {error}") from error
        _have_short_socket_paths()
        self._context.set_forkserver_preload(list(self._modules))
        first = self._context.Process(target=_child().nothing, name="first fork")
        with _in_force(environment or {}):
            self._start(first)
        first.join(READY_LIMIT_S)
        if first.exitcode != 0:
            raise NestError(
                f"a first fork ended with {first.exitcode} within {READY_LIMIT_S:g} s, not with 0"
            )

    def fork(
        self, flow_run_id: str, environment: Mapping[str, str], folder: str
    ) -> ForkServerProcess:
        """A process that carries out a flow run, already started."""
        process = self._context.Process(
            target=_child().carry_out,
            args=(flow_run_id, dict(environment), folder),
            name=f"flow run {flow_run_id}",
        )
        self._start(process)
        return process

    def _start(self, process: ForkServerProcess) -> None:
        with _main_hidden():
            process.start()


def _have_short_socket_paths() -> None:
    """Give multiprocessing, whose sockets lie in the temporary folder, another one where the
    system's path for a socket would be too short for it."""
    if len(tempfile.gettempdir()) <= LONGEST_FOLDER:
        return
    folder = tempfile.mkdtemp(prefix="kitart-", dir="/tmp")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    multiprocessing.process.current_process()._config["tempdir"] = folder  # type: ignore[attr-defined]


def _child() -> ModuleType:
    return importlib.import_module(FIRST)


@contextmanager
def _in_force(environment: Mapping[str, str]) -> Iterator[None]:
    """Variables in this process's environment, which a process that is started takes over."""
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _main_hidden() -> Iterator[None]:
    """The program's own main module out of sight: each fork would else import it once more, and
    that is Prefect's whole command line."""
    with _hiding:
        real = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = real
