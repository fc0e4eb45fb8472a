"""How soon the first page leaves after an alert, and how soon an answer is heard by a plan."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from benchmarks.sms_gateway import Gateway
from flows.driving import Drive, _listen
from kitart.clock import monotonic_s, real_now, sleep_s
from kitart.gateway.app import create_app
from kitart.installation import Installation
from kitart.journal import acknowledgements, incidents
from kitart.journal.database import Lease
from kitart.journal.tables import Incident
from sandbox.server import SandboxServer

PATIENCE_S = 20.0
SECRET = "webhook-secret-of-the-benchmark"


@dataclass(frozen=True)
class Times:
    """Milliseconds of many tries."""

    tries: int
    median_ms: float
    p95_ms: float


@dataclass(frozen=True)
class Answered:
    """From the alert to the first page, and from the answer to the plan that waits for it."""

    paged: Times
    heard: Times


class NoPrefect:
    """A run is always still coming: the gateway pages by itself, as it does until one is there."""

    def start(self, incident: Incident, request: int) -> str:
        return f"{incident.number}:{request}"

    def still_coming(self, run_id: str, within_s: float = 0.0) -> bool:
        return True


def answer(inst: Installation, gateway: Gateway, incidents_wanted: int) -> Answered:
    """Have a monitor report the phone system and an ERT member take it, one incident after another.

    Raises ``RuntimeError`` where a page or an answer does not come in ``PATIENCE_S``.
    """
    paged: list[float] = []
    heard: list[float] = []
    with SandboxServer(create_app(inst, NoPrefect())) as server:
        inst.settings.gateway_url = server.url
        for place in range(incidents_wanted):
            gateway.begin()
            since = real_now()
            number = _alert(server.url, place, since)
            first = _first_page(gateway)
            at = datetime.fromisoformat(first["at"])
            paged.append(1000 * (at - since).total_seconds())
            link = first["body"].rsplit("\n", 1)[-1]
            heard.append(1000 * _heard_s(inst, number, link))
            with inst.journal.write() as session:
                incidents.close(session, number, "closed", now=inst.clock.now())
                incidents.get(session, number).settled_at = inst.clock.now()
    return Answered(times_of(paged), times_of(heard))


def _alert(url: str, place: int, at: datetime) -> str:
    """Post as Alertmanager does; the number of the incident that it opened."""
    alert = {
        "status": "firing",
        "labels": {"alertname": "Down", "service": "vcc", "severity": "critical"},
        "annotations": {"summary": "It does not answer"},
        "startsAt": at.isoformat(),
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": f"f-{place}",
    }
    answered = requests.post(
        f"{url}/webhooks/alertmanager",
        json={"version": "4", "status": "firing", "alerts": [alert]},
        headers={"Authorization": f"Bearer {SECRET}"},
        timeout=PATIENCE_S,
    )
    answered.raise_for_status()
    (number,) = answered.json()["opened"]
    return str(number)


def _first_page(gateway: Gateway) -> dict[str, Any]:
    until_s = monotonic_s() + PATIENCE_S
    while monotonic_s() < until_s:
        if found := gateway.sent():
            return found[0]
        sleep_s(0.02)
    raise RuntimeError(f"no page in {PATIENCE_S:g} s after the alert")


def _heard_s(inst: Installation, number: str, link: str) -> float:
    """Seconds from pressing "I have it" until a plan that waits for it goes on."""
    with inst.journal.write() as session:
        lease = incidents.take_lease(session, number, "bench", real_now=real_now())
    assert lease is not None
    waiting = threading.Event()
    heard_at: list[float] = []

    def wait() -> None:
        asyncio.run(_wait(inst, lease, waiting))
        heard_at.append(monotonic_s())

    plan = threading.Thread(target=wait, daemon=True)
    plan.start()
    waiting.wait(PATIENCE_S)
    sleep_s(0.2)  # until the plan has looked, found nothing and waits
    pressed_s = monotonic_s()
    requests.post(link, data={"answer": "take"}, timeout=PATIENCE_S).raise_for_status()
    plan.join(PATIENCE_S)
    if not heard_at:
        raise RuntimeError(f"no answer was heard in {PATIENCE_S:g} s")
    return heard_at[0] - pressed_s


async def _wait(inst: Installation, lease: Lease, waiting: threading.Event) -> None:
    """Wait as a plan's strand does, without a run of Prefect's around it."""
    drive = Drive(inst, lease, inst.plan_of(lease.incident))
    watch = inst.journal.watch()
    listening = asyncio.create_task(_listen(drive, watch))
    waiting.set()
    try:
        await drive.until(lambda s: acknowledgements.taken_by(s, lease.incident, "ert"))
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening
        watch.close()


def times_of(found_ms: Sequence[float]) -> Times:
    """The middle one, and that which 95 of 100 keep."""
    return Times(
        len(found_ms), statistics.median(found_ms), statistics.quantiles(found_ms, n=20)[-1]
    )
