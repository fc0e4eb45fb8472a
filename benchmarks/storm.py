"""A storm of alerts: few real problems behind thousands of posts, from many connections at once.

What is sent is made by a seed and known beforehand, so that what must be in the journal afterwards
is known too.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
import yaml

from kitart.clock import monotonic_s
from kitart.journal.database import Journal
from kitart.journal.tables import Alert, Incident
from kitart.settings import HOUSE

PROBLEMS, FLAPPING, CONNECTIONS = 20, 10, 50
SOURCE, SECRET = "alertmanager", "webhook-secret-of-the-storm"
PATIENCE_S = 60.0
NAMED = ("vcc", "client-crm-2")
"""The services of the sample's own rules; the others are of the storm's."""


@dataclass(frozen=True)
class Storm:
    """The posts in the order in which they are handed out, and what is in them."""

    bodies: Sequence[bytes]
    alerts: int
    runs: frozenset[tuple[str, str]]
    """Each run of each problem: its key and its start."""
    last_runs: frozenset[tuple[str, str]]
    """Of each problem the run that does not end: its alert must have led to the incident."""


def storm(posts: int, began: datetime, seed: int = 7) -> Storm:
    """``posts`` posts about ``PROBLEMS`` problems of the minute after ``began`` (UTC).

    Some problems come and go, some posts hold a firing and a resolve, and all but the first hundred
    or so repeat or replay what another one says.
    """
    chance = random.Random(seed)
    own: list[list[dict[str, Any]]] = []
    runs, last = set(), set()
    for problem in range(PROBLEMS):
        times = 4 if problem < FLAPPING else 1
        for run in range(times):
            start = began + timedelta(seconds=10 * run)
            runs.add((_key(problem), start.isoformat()))
            own.append([one_alert(problem, start)])
            if run < times - 1:
                over = one_alert(problem, start, ended=start + timedelta(seconds=5))
                own.append([over])
                own.append([over, one_alert(problem, start + timedelta(seconds=10))])
        last.add((_key(problem), start.isoformat()))
    if posts < len(own):
        raise ValueError(f"posts is {posts}; right would be {len(own)} or more")
    sent = own + [chance.choice(own) for _ in range(posts - len(own))]
    chance.shuffle(sent)
    bodies = [json.dumps({"version": "4", "alerts": alerts}).encode() for alerts in sent]
    return Storm(bodies, sum(map(len, sent)), frozenset(runs), frozenset(last))


def _key(problem: int) -> str:
    return f"problem-{problem:02d}"


def _service(problem: int) -> str:
    return NAMED[problem] if problem < len(NAMED) else f"storm-{problem:02d}"


def one_alert(problem: int, start: datetime, ended: datetime | None = None) -> dict[str, Any]:
    return {
        "status": "resolved" if ended else "firing",
        "labels": {"alertname": "Down", "service": _service(problem), "severity": "critical"},
        "annotations": {"summary": f"Problem {problem} of the storm", "description": "x" * 300},
        "startsAt": start.isoformat(),
        "endsAt": ended.isoformat() if ended else "0001-01-01T00:00:00Z",
        "fingerprint": _key(problem),
    }


def config_for_the_storm(folder: Path, problems: int = PROBLEMS) -> Path:
    """The sample company's plan with a rule for each problem, each a cause of its own."""
    copied = Path(copytree(HOUSE / "config", folder / "config"))
    page = copied / "monitoring.yaml"
    plan = yaml.safe_load(page.read_text(encoding="utf-8"))
    plan["monitoring"]["rules"] += [
        {"id": f"storm-{n:02d}", "source": SOURCE, "match": {"service": _service(n)},
         "plan": "general", "projects": ["ALPHA"]}
        for n in range(len(NAMED), problems)
    ]  # fmt: skip
    page.write_text(yaml.safe_dump(plan), encoding="utf-8")
    return copied


@dataclass(frozen=True)
class Sent:
    """How the posts were answered: how often with which status, and how long each took."""

    statuses: Counter[int]
    seconds: float
    took_ms: Sequence[float]

    @property
    def posts_a_second(self) -> float:
        return len(self.took_ms) / self.seconds

    def within_ms(self, percent: int) -> float:
        """The time that so many of a hundred posts keep."""
        return statistics.quantiles(self.took_ms, n=100)[percent - 1]


def send(url: str, bodies: Sequence[bytes], connections: int = CONNECTIONS) -> Sent:
    """Post all bodies, each connection the next one as soon as its last was answered."""
    return asyncio.run(_send(url, bodies, connections))


async def _send(url: str, bodies: Sequence[bytes], connections: int) -> Sent:
    address = urlsplit(url)
    head = (
        f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Authorization: Bearer {SECRET}\r\nContent-Type: application/json\r\nContent-Length: "
    )
    left = iter(bodies)
    statuses: Counter[int] = Counter()
    took_ms: list[float] = []

    async def one_connection() -> None:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        for body in left:
            since_s = monotonic_s()
            writer.write(f"{head}{len(body)}\r\n\r\n".encode() + body)
            statuses[await asyncio.wait_for(_status(reader), PATIENCE_S)] += 1
            took_ms.append(1000 * (monotonic_s() - since_s))
        writer.close()
        await writer.wait_closed()

    begun_s = monotonic_s()
    await asyncio.gather(*(one_connection() for _ in range(connections)))
    return Sent(statuses, monotonic_s() - begun_s, took_ms)


async def _status(reader: asyncio.StreamReader) -> int:
    """The status of the next answer, which is read to its end."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    length = next(line for line in lines if line.lower().startswith("content-length:"))
    await reader.readexactly(int(length.split(":")[1]))
    return int(lines[0].split()[1])


def missing(journal: Journal, sent: Storm) -> list[str]:
    """What the journal should have of the storm and has not, in words; empty where all is right."""
    with journal.read() as session:
        rows = list(session.scalars(sa.select(Alert)))
        opened = list(session.scalars(sa.select(Incident.number)))
    found = {(row.dedup_key, row.started_at.isoformat()): row for row in rows if row.started_at}
    wrong = []
    if set(found) != sent.runs or len(rows) != len(sent.runs):
        wrong.append(f"{len(sent.runs)} runs of problems were sent, {len(rows)} are kept")
    if (counted := sum(row.times_received for row in rows)) != sent.alerts:
        wrong.append(f"{sent.alerts} alerts were sent, {counted} were counted")
    if len(opened) != PROBLEMS:
        wrong.append(f"{PROBLEMS} incidents were due, {len(opened)} are there")
    homes = {found[run].incident for run in sent.last_runs if run in found}
    if homes != set(opened):
        wrong.append(f"the problems lead to {len(homes - {None})} incidents")
    return wrong
