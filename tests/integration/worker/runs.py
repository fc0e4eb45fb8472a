"""Flows that the tests' worker carries out; each writes what it saw into a file."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE


@flow
def says(out: str) -> None:
    Path(out).write_text(f"{os.getpid()} {Path.cwd()} {os.environ.get('ASKED_FOR', '')}")


@flow
def fails() -> None:
    raise ValueError("as asked")


@task(cache_policy=NO_CACHE)
async def is_there(path: str) -> None:
    give_up = time.monotonic() + 120
    while not Path(path).exists() and time.monotonic() < give_up:
        await asyncio.sleep(0.05)


@flow
async def waits(out: str, until: str) -> None:
    Path(out).write_text(str(os.getpid()))
    await is_there(until)
    Path(out).with_suffix(".ended").touch()


@task(cache_policy=NO_CACHE)
async def step(out: str) -> None:
    Path(out).write_text(str(os.getpid()))


@flow
async def goes_step_by_step(out: str, until: str) -> None:
    while not Path(until).exists():
        await step(out)
        await asyncio.sleep(0.2)
