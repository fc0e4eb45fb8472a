"""Imported before runs are forked: what each of them would else import, read or make by itself.

All of it is the same for every run, and together it takes longer than a plan's first steps.
"""

from __future__ import annotations

import functools
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import anyio._backends._asyncio  # noqa: F401  # else imported when the run begins
import certifi
import holidays.countries  # noqa: F401  # with the first calendar that is read
import prefect.client.orchestration
import prefect.events.schemas.events
import prefect.results
import prefect.task_engine  # with the first task
import prefect.utilities.visualization  # with the first task
import rich._emoji_codes  # noqa: F401  # with the first line of the log
from pydantic import BaseModel

from kitart.journal import database
from kitart.language import LANGUAGES
from kitart.reports import moments
from kitart.worker.plan_ready import have_plan_ready


class _OneContext:
    """The ``ssl`` module, but contexts that are made alike are one.

    Each client of Prefect makes its own and reads all certificates of the world for it, also for an
    address without TLS; a run has half a dozen clients.
    """

    create_default_context = staticmethod(functools.cache(ssl.create_default_context))

    def __getattr__(self, name: str) -> Any:
        return getattr(ssl, name)


async def _no_storage() -> None:
    return None


# Each run asks the server three times, with a client of its own each, where it keeps results. Ours
# keep none (``persist_result`` is off).
prefect.results._aread_server_default_result_storage_block_id = _no_storage
prefect.results._read_server_default_result_storage_block_id = lambda: None

SCHEMAS = ("prefect.client.schemas", "prefect.events.schemas")


def _schemas_of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in model.__subclasses__():
        if each.__module__.startswith(SCHEMAS):
            yield each
        yield from _schemas_of(each)


prefect.client.orchestration.ssl = _OneContext()  # type: ignore[assignment,attr-defined]
_OneContext.create_default_context(cafile=certifi.where())
database.make_ready()
have_plan_ready()
for schema in set(_schemas_of(BaseModel)):
    # Prefect's own are put together when they are first used, each for some milliseconds.
    schema.model_rebuild(raise_errors=False)
for language in LANGUAGES:
    moments.moment_text(datetime(2026, 1, 1, tzinfo=UTC), "Europe/London", language)
