"""How soon a plan begins: from the alert's acceptance to the first page, and to the run's first
step, through a real Prefect server and a real worker of either type."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import requests
import sqlalchemy as sa

from benchmarks.storm import SOURCE, config_for_the_storm, one_alert
from kitart.clock import as_utc, monotonic_s, real_now, sleep_s
from kitart.journal.database import Journal
from kitart.journal.tables import Incident, TimelineEntry
from sandbox.stack import Stack, Wishes

STOCK = "process"
FIRST_PROBLEM = 2
"""The first two have a system's own rule and its own plan; the others are all of one kind."""
LIMIT_S = 240.0
LOOK_EVERY_S = 0.25
QUIET_S = 8.0
"""After the first steps, before it is looked at what waiting costs."""


@dataclass(frozen=True)
class Begun:
    """So many incidents at once: the milliseconds of each to its first page and to the run's first
    entry, and what its waiting process takes for itself, in MB."""

    worker: str
    database: str
    at_once: int
    paged_ms: Sequence[float]
    begun_ms: Sequence[float]
    waiting_mb: float


def begin(
    folder: Path,
    worker: str,
    *,
    alone: int,
    together: Sequence[int],
    databases: tuple[str, str] = ("", ""),
) -> Iterator[Begun]:
    """Open incidents on a stack of its own: some one after the other, then so many at once.

    ``databases`` are empty ones for the journal and for Prefect; files without. ``RuntimeError``
    where a plan did not begin in time.
    """
    folder.mkdir(parents=True)
    nobody = folder / "people.yaml"
    nobody.write_text("people: {default: never, agents: never}\n", encoding="utf-8")
    problems = iter(range(FIRST_PROBLEM, FIRST_PROBLEM + 1 + alone + sum(together)))
    config = config_for_the_storm(folder, FIRST_PROBLEM + 1 + alone + sum(together))
    database = "PostgreSQL" if databases[0] else "SQLite"
    wishes = Wishes(
        folder / "stack", people=nobody, gateway_port=0, prefect_port=0, worker=worker,
        config=config, watch=False, database_url=databases[0], prefect_database_url=databases[1],
    )  # fmt: skip
    with Stack(wishes, lambda _: None) as stack, _journal(stack) as journal:
        # The first incident of all warms what every later one finds warm.
        _group(stack, journal, [next(problems)])
        paged, begun = [], []
        for _ in range(alone):
            sleep_s(QUIET_S)
            one_paged, one_begun = _group(stack, journal, [next(problems)])
            paged += one_paged
            begun += one_begun
        sleep_s(QUIET_S)
        yield Begun(worker, database, 1, paged, begun, _waiting_mb(stack))
        for at_once in together:
            paged, begun = _group(stack, journal, list(islice(problems, at_once)))
            sleep_s(QUIET_S)
            yield Begun(worker, database, at_once, paged, begun, _waiting_mb(stack))


def _group(
    stack: Stack, journal: Journal, problems: Sequence[int]
) -> tuple[list[float], list[float]]:
    with ThreadPoolExecutor(max_workers=len(problems)) as pool:
        accepted = dict(pool.map(lambda n: _post(stack, n), problems))
    give_up_s = monotonic_s() + LIMIT_S
    while True:
        paged, begun = _first_of(journal, list(accepted))
        if len(paged) == len(begun) == len(accepted):
            break
        if monotonic_s() > give_up_s:
            raise RuntimeError(
                f"{len(begun)} of {len(accepted)} plans had begun after {LIMIT_S:g} s"
            )
        sleep_s(LOOK_EVERY_S)
    return (
        [_ms(paged[number] - at) for number, at in accepted.items()],
        [_ms(begun[number] - at) for number, at in accepted.items()],
    )


def _post(stack: Stack, problem: int) -> tuple[str, datetime]:
    """Post an alert; the incident's number and when it was accepted."""
    body = {"version": "4", "alerts": [one_alert(problem, real_now() - timedelta(seconds=1))]}
    answer = requests.post(
        f"{stack.gateway_url}/webhooks/{SOURCE}", data=json.dumps(body), timeout=60,
        headers={
            "Authorization": f"Bearer {stack.webhook_secret}", "Content-Type": "application/json",
        },
    )  # fmt: skip
    at = real_now()
    (number,) = answer.json()["opened"]
    return str(number), at


def _first_of(
    journal: Journal, numbers: Sequence[str]
) -> tuple[dict[str, datetime], dict[str, datetime]]:
    """When each incident's first page was accepted, and when its run began, as far as they did."""
    with journal.read() as session:
        rows = session.execute(
            sa.select(
                TimelineEntry.incident, TimelineEntry.type, sa.func.min(TimelineEntry.recorded_at)
            )
            .where(
                TimelineEntry.incident.in_(numbers),
                TimelineEntry.type.in_(("message accepted", "run began")),
            )
            .group_by(TimelineEntry.incident, TimelineEntry.type)
        ).all()
    first: dict[str, dict[str, datetime]] = {"message accepted": {}, "run began": {}}
    for incident, kind, at in rows:
        first[kind][incident] = as_utc(at)
    return first["message accepted"], first["run began"]


@contextmanager
def _journal(stack: Stack) -> Iterator[Journal]:
    journal = Journal(stack.journal_url)
    try:
        with journal.read() as session:
            session.execute(sa.select(Incident.number).limit(1))
        yield journal
    finally:
        journal.close()


def _waiting_mb(stack: Stack) -> float:
    """What one waiting run takes for itself (PSS), the mean of all."""
    found = []
    for run in stack.prefect(
        "/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}}
    ):
        rollup = Path(f"/proc/{run['infrastructure_pid']}/smaps_rollup")
        if run["infrastructure_pid"] and rollup.exists():
            lines = rollup.read_text(encoding="ascii").splitlines()
            (pss,) = [line.split()[1] for line in lines if line.startswith("Pss:")]
            found.append(int(pss) / 1024)
    return sum(found) / len(found) if found else float("nan")


def _ms(length: timedelta) -> float:
    return max(0.0, 1000 * length.total_seconds())
