"""Imported before runs are forked: what each of them would else import, read or make by itself.

All of it is the same for every run, and together it takes longer than a plan's first steps.
"""

from __future__ import annotations

import functools
import ssl
from typing import Any

import anyio._backends._asyncio  # noqa: F401  # else imported when the run begins
import certifi
import holidays.countries  # noqa: F401  # else imported with the first calendar that is read
import prefect.client.orchestration


class _OneContext:
    """The ``ssl`` module, but contexts that are made alike are one.

    Each client of Prefect makes its own and reads all certificates of the world for it, also for an
    address without TLS; a run has half a dozen clients.
    """

    create_default_context = staticmethod(functools.cache(ssl.create_default_context))

    def __getattr__(self, name: str) -> Any:
        return getattr(ssl, name)


prefect.client.orchestration.ssl = _OneContext()  # type: ignore[assignment,attr-defined]
_OneContext.create_default_context(cafile=certifi.where())
