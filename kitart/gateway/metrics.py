"""``/metrics``: Kitart in numbers for Prometheus, read from the journal when asked.

The journal is the truth here too: nothing is counted beside it but how long this process's own
writes take. It works while Prefect is down, and says so while the journal is.
"""

from __future__ import annotations

import hmac
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from kitart.clock import monotonic_s, real_now
from kitart.gateway.house import House, house
from kitart.gateway.metric_families import always, of_journal
from kitart.installation import Installation
from kitart.journal.figures import Figures, figures
from kitart.settings import MetricsSettings

log = logging.getLogger(__name__)
router = APIRouter()

# Technical limits, on real time.
KEPT_S = 5.0
LIMIT_S = 4.0
"""Less than the ten seconds that Prometheus gives a scrape."""
THROUGH_A_PROXY = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


@dataclass(frozen=True)
class Reading:
    """The journal's figures, how long they took, and when they were read (real seconds)."""

    figures: Figures
    took_s: float
    at_s: float


class Metrics:
    """The figures, read by one thread at a time and kept some seconds, whoever asks."""

    def __init__(self, place: House) -> None:
        self._place = place
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="metrics")
        self._coming: Future[Reading] | None = None

    def now(self) -> Reading | None:
        """The figures, at most ``KEPT_S`` old; ``None`` where they can't be read in ``LIMIT_S``."""
        with self._lock:
            if self._coming is None or _is_old(self._coming):
                self._coming = self._pool.submit(self._read)
            coming = self._coming
        try:
            return coming.result(timeout=LIMIT_S)
        except Exception as error:
            # Whatever keeps the journal from being read: it is told as a figure of its own.
            log.warning("the journal's figures can't be read: %s", error or "it takes too long")
            return None

    def stop(self) -> None:
        """Read no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _read(self) -> Reading:
        begun_s = monotonic_s()
        inst = self._place.inst
        probed = [system.id for system in self._place.plans.current().systems if system.probe]
        with inst.journal.read() as session:
            found = figures(session, probed, now=inst.clock.now(), real_now=real_now())
        done_s = monotonic_s()
        return Reading(found, done_s - begun_s, done_s)


def _is_old(coming: Future[Reading]) -> bool:
    if not coming.done():
        return False
    failed = coming.cancelled() or coming.exception() is not None
    return failed or monotonic_s() - coming.result().at_s > KEPT_S


class _Found(Collector):
    def __init__(self, inst: Installation, reading: Reading | None) -> None:
        self._inst, self._reading = inst, reading

    def collect(self) -> Iterator[Metric]:
        yield from always(self._inst.journal, readable=self._reading is not None)
        if self._reading is not None:
            yield from of_journal(self._reading.figures, self._reading.took_s)


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request) -> Response:
    """Kitart in numbers, for who may read them: see ``MetricsSettings``."""
    place = house(request)
    refused = _refused(request, place.inst.settings.metrics)
    if refused is not None:
        return refused
    found = _Found(place.inst, request.app.state.metrics.now())
    encode, kind = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(found), media_type=kind)


def _refused(request: Request, settings: MetricsSettings) -> Response | None:
    token = settings.token.get_secret_value()
    if token:
        given = request.headers.get("authorization", "")
        if hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return None
        return PlainTextResponse(
            "the token is missing or wrong: send Authorization: Bearer <token>\n",
            status_code=401, headers={"WWW-Authenticate": "Bearer"},
        )  # fmt: skip
    if _is_near(request, settings):
        return None
    return PlainTextResponse(
        "the metrics are not read from here: set KITART_METRICS__TOKEN and send it, or name the "
        "network in KITART_METRICS__NETWORKS\n",
        status_code=403,
    )


def _is_near(request: Request, settings: MetricsSettings) -> bool:
    """Whether the request comes from a network that needs no token. What came through a proxy
    does not: to a proxy on this machine everybody would look near."""
    if request.client is None or any(name in request.headers for name in THROUGH_A_PROXY):
        return False
    try:
        address = ip_address(request.client.host)
    except ValueError:
        return False
    return any(address in network for network in settings.networks)
