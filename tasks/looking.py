"""One look at a system from our side, by whichever probe it has; several at once (R43)."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

from kitart.clock import monotonic_s
from kitart.connectors import probes, statuspage
from kitart.connectors.probes import ProbeLook
from kitart.installation import Installation
from kitart.plan.probes import Probe, TcpProbe, VendorStatus

log = logging.getLogger(__name__)
T = TypeVar("T")

ROUND_S = 30.0
"""Real seconds in which all looks of a round end; whatever hangs longer could not be told."""


def look_through(inst: Installation, probe: Probe) -> ProbeLook:
    """One look; every failure is an answer."""
    if probe == "vcc":
        health = inst.voice.health()
        return ProbeLook(health.state, health.detail, health.latency_s)
    if probe == "sharepoint":
        result = inst.microsoft.probe()
        took_s = sum(step.latency_s for step in result.steps)
        return ProbeLook(result.state, result.detail, took_s)
    return probes.look(probe, ca_file=inst.settings.health.ca_file)


def as_played(state: str) -> ProbeLook:
    """A look at a system whose state an exercise plays: it is not asked, for it works (D4)."""
    return ProbeLook("up" if state == "up" else "down", "as the exercise plays it", 0.0)


def announced(inst: Installation, where: VendorStatus) -> tuple[str, str]:
    """What a system's maker announces, and in which words; unknown if it can't be read."""
    if where == "microsoft":
        said = inst.microsoft.announced_health()
        return said.state, said.detail
    return statuspage.announced(where.url, ca_file=inst.settings.health.ca_file)


def reference_answers(host_and_port: str) -> bool:
    """Whether a host that has nothing to do with our systems takes a connection."""
    host, _, port = host_and_port.rpartition(":")
    return probes.look(TcpProbe(kind="tcp", host=host, port=int(port))).state == "up"


def all_at_once(work: Mapping[str, Callable[[], T]], *, within_s: float = ROUND_S) -> dict[str, T]:
    """What each piece of work gave, by its name; whatever hung or broke is left out.

    Each has a thread of its own that may be left behind: one that hangs holds up no other.
    """
    done: queue.SimpleQueue[tuple[str, T | None]] = queue.SimpleQueue()

    def run(name: str, one: Callable[[], T]) -> None:
        try:
            done.put((name, one()))
        except Exception:
            log.exception("%s can't be looked at", name)
            done.put((name, None))

    for name, one in work.items():
        threading.Thread(target=run, args=(name, one), daemon=True, name=f"look-{name}").start()
    found: dict[str, T] = {}
    until_s = monotonic_s() + within_s
    for _ in work:
        try:
            name, result = done.get(timeout=max(0.0, until_s - monotonic_s()))
        except queue.Empty:
            break
        if result is not None:
            found[name] = result
    return found
