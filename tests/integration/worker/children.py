"""What the forks of the tests do: they run in a process of their own and write what they see."""

from __future__ import annotations

import atexit
import json
import os
import random
import sys
import threading
import time
from pathlib import Path
from uuid import uuid4

import prefect
import prefect.flow_engine
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.context import SettingsContext
from prefect.events.schemas.events import Event
from prefect.settings import PREFECT_LOGGING_LEVEL
from sqlalchemy.orm.mapper import _all_registries

from kitart.installation import installation
from kitart.plan.loading import plans_at_hand
from kitart.worker import child, suspending


def looks_around(out: str) -> None:
    said = {
        "threads": threading.active_count(),
        "main_again": getattr(sys.modules["__main__"], "__file__", None),
        "flows": sorted(name for name in sys.modules if name.startswith("flows.")),
        "chance": random.random(),
        "settings": "kitart.settings" in sys.modules,
        "pid": os.getpid(),
    }
    Path(out).write_text(json.dumps(said))


def ends_as_a_run(out: str) -> None:
    child._engine = lambda *_: atexit.register(Path(out).write_text, "done")  # type: ignore[assignment]
    child.carry_out("00000000-0000-0000-0000-000000000001", dict(os.environ), str(Path.cwd()))


def says_its_settings(out: str, environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    with child._settings_of(environment):
        said = {
            "level": PREFECT_LOGGING_LEVEL.value(),
            "anew": SettingsContext.get() is not prefect.context.GLOBAL_SETTINGS_CONTEXT,
        }
    Path(out).write_text(json.dumps(said))


def makes_clients(out: str) -> None:
    made = [SyncPrefectClient("http://127.0.0.1:9/api") for _ in range(3)]
    contexts = {id(client._client._transport._pool._ssl_context) for client in made}
    Path(out).write_text(json.dumps(len(contexts)))


def watches_for_its_suspension(out: str) -> None:
    os.kill(os.getpid(), suspending.SUSPENDED)  # before it hears: it lives on
    with prefect.flow_engine.observe_flow_run_suspension(uuid4(), None):  # type: ignore[arg-type]
        Path(out).write_text(json.dumps(threading.active_count() > 1))


def says_what_is_ready(out: str) -> None:
    said = {
        "schemas": FlowRun.__pydantic_complete__ and Event.__pydantic_complete__,
        "tables": not any(mappers._new_mappers for mappers in _all_registries()),
        "imported": {"psycopg", "prefect.task_engine", "graphviz"} <= set(sys.modules),
    }
    Path(out).write_text(json.dumps(said))


def sleeps() -> None:
    time.sleep(600)


def says_what_plans_it_knows(out: str) -> None:
    at_hand = [plan.hash for plan in plans_at_hand()]
    known = [plan.hash for plan in installation()._plans.values()]
    Path(out).write_text(json.dumps([at_hand, known]))
