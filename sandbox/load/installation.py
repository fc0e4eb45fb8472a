"""The installation that is loaded: the wide one if its servers can be had, else the small one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sandbox.load.company import company_for
from sandbox.load.size import Size
from sandbox.ports import Ports
from sandbox.postgres import new_database, postgres
from sandbox.redis import redis
from sandbox.stack import Stack, Wishes
from sandbox.wide import WideStack

SMALL = "one gateway and one worker, SQLite"
WIDE = "two gateways, two workers, Prefect in two parts, PostgreSQL, Redis, a proxy"


@contextmanager
def installed(
    size: Size, folder: Path, *, small: bool, say: Callable[[str], None]
) -> Iterator[tuple[Stack, str]]:
    """A running installation of a company that the load fits, and what it is, in words."""
    company = company_for(size, folder)
    with ExitStack() as servers:
        server = None if small else servers.enter_context(postgres())
        ports = Ports()
        servers.callback(ports.release)
        address = None
        if server is not None and shutil.which("caddy"):
            address = servers.enter_context(redis(ports.choose("Redis", 0)))
        if server is None or address is None:
            if not small:
                say("PostgreSQL, Redis or Caddy is not to be had: the small installation instead")
            wishes = Wishes(folder / "stack", gateway_port=0, prefect_port=0, config=company,
                            people_elsewhere=True)  # fmt: skip
            yield servers.enter_context(Stack(wishes, say)), SMALL
            return
        wishes = Wishes(
            folder / "stack", gateway_port=0, prefect_port=0, config=company,
            database_url=new_database(server), prefect_database_url=new_database(server),
            people_elsewhere=True,
        )  # fmt: skip
        yield servers.enter_context(WideStack(wishes, address, say)), WIDE
