"""How soon the board with many open incidents is there, and how soon an open page shows news."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass

import requests

from benchmarks.answering import PATIENCE_S, NoPrefect, Times, times_of
from kitart.clock import monotonic_s
from kitart.gateway import metrics
from kitart.gateway.app import create_app
from kitart.installation import Installation
from kitart.journal import approvals, incidents, observations, plans, timeline
from kitart.journal.incidents import Report
from kitart.journal.tables import Hold
from kitart.messaging import questions
from kitart.messaging.sign_in_links import new_link
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE
from sandbox.server import SandboxServer

OPEN = 50
READER = "AM-1"
PULSE = "event: pulse"


@dataclass(frozen=True)
class Shown:
    """The board with so many open incidents: from asking to the whole page, and from a write to
    the whole new part of a page that is open; and ``/metrics``, read anew each time."""

    incidents: int
    opened: Times
    renewed: Times
    scraped: Times


def show(inst: Installation, tries: int) -> Shown:
    """Open many incidents, read the board, write and wait for the news, again and again.

    Raises ``RuntimeError`` where news does not come in ``PATIENCE_S``.
    """
    _open_many(inst)
    app = create_app(inst, NoPrefect())
    opened: list[float] = []
    renewed: list[float] = []
    scraped: list[float] = []
    with SandboxServer(app, before_stop=app.state.live.end) as server:
        inst.settings.gateway_url = server.url
        browser = requests.Session()
        browser.post(new_link(inst, READER, by="operator"), timeout=PATIENCE_S)
        heard = _listening(browser, server.url)
        heard.get(timeout=PATIENCE_S)
        for place in range(tries):
            since_s = monotonic_s()
            _read(browser, f"{server.url}/board")
            opened.append(1000 * (monotonic_s() - since_s))
            since_s = monotonic_s()
            with inst.journal.write() as session:
                timeline.append(session, "INC-0001", "note", f"{place}", now=inst.clock.now())
            try:
                heard.get(timeout=PATIENCE_S)
            except queue.Empty as error:
                raise RuntimeError(f"no news in {PATIENCE_S:g} s") from error
            _read(browser, f"{server.url}/board/part")
            renewed.append(1000 * (monotonic_s() - since_s))
        for _ in range(tries):
            scraped.append(_scraped_ms(server.url))
    return Shown(OPEN, times_of(opened), times_of(renewed), times_of(scraped))


def _scraped_ms(url: str) -> float:
    """How long the figures take that are not kept from the time before."""
    kept_s, metrics.KEPT_S = metrics.KEPT_S, 0.0
    since_s = monotonic_s()
    answer = requests.get(f"{url}/metrics", timeout=PATIENCE_S)
    took_ms = 1000 * (monotonic_s() - since_s)
    metrics.KEPT_S = kept_s
    if f"kitart_alarms_unacknowledged {OPEN}.0" not in answer.text:
        raise RuntimeError(f"/metrics does not count {OPEN} incidents")
    return took_ms


def _open_many(inst: Installation) -> None:
    plan, now = load_plan(HOUSE / "config"), inst.clock.now()
    with inst.journal.write() as session:
        plans.keep(session, plan.hash, plan.snapshot, now=now)
        for place in range(OPEN):
            report = Report(
                kind="critical system offline", system_id="VCC", title=f"Fault {place}",
                cause_at=now, reported_at=now, reported_by="monitor x", priority_proposed="P2",
                plan_hash=plan.hash, cause=f"cause {place}",
            )  # fmt: skip
            row = incidents.open_or_join(session, report, now=now, real_now=now).incident
            # A run holds it as far as the watchman can see: nobody is paged.
            row.lease_run, row.lease_fence = "elsewhere", 1
            session.add(Hold(incident=row.number, fence=1, until=now.replace(year=now.year + 1)))
            for _ in range(60):
                observations.add(session, "VCC", "down", "probe", "", now=now, incident=row.number)
            question = questions.priority(session, plan, row.number, now)
            approvals.ask(session, question, READER, now=now)


def _listening(browser: requests.Session, url: str) -> queue.Queue[str]:
    """The events of one open page, as they come."""
    heard: queue.Queue[str] = queue.Queue()
    answer = browser.get(f"{url}/board/news", stream=True, timeout=PATIENCE_S)
    answer.raise_for_status()

    def listen() -> None:
        for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
            if line == PULSE:
                heard.put(line)

    threading.Thread(target=listen, daemon=True).start()
    return heard


def _read(browser: requests.Session, address: str) -> None:
    page = browser.get(address, timeout=PATIENCE_S)
    page.raise_for_status()
    if page.text.count("/incident/INC-") < OPEN:
        raise RuntimeError(f"{address} does not show {OPEN} incidents")
