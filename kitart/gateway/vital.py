"""Does everything vital of ours work? Without it no sign of life goes out (D21, decision 7)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from kitart.clock import real_now
from kitart.connectors import own_gateway
from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation
from kitart.journal import health, unsent
from kitart.orchestrator import OrchestratorError, PrefectSeen

JOURNAL, WATCH, WORKER, DISK = "journal", "health watch", "worker", "disk"
MESSAGES, GATEWAY = "messages", "gateway"
CHECKED = "vital parts"
"""The mark that says that the journal can be written."""


@dataclass(frozen=True)
class Part:
    """One part of ours: whether it works, and in which words."""

    name: str
    ok: bool
    said: str


def look(inst: Installation, look_at_prefect: Callable[[], PrefectSeen]) -> list[Part]:
    """Every part, each with its own limit; none raises."""
    checks: Sequence[tuple[str, Callable[[], Part]]] = (
        (JOURNAL, lambda: _journal(inst)),
        (WATCH, lambda: _watch(inst)),
        (WORKER, lambda: _worker(look_at_prefect)),
        (DISK, lambda: _disk(inst)),
        (MESSAGES, lambda: _messages(inst)),
        (GATEWAY, lambda: _gateway(inst)),
    )
    return [_tried(name, check) for name, check in checks]


def reasons(parts: Sequence[Part]) -> str:
    """What does not work, in one line; empty when all does."""
    return "; ".join(f"{part.name}: {part.said}" for part in parts if not part.ok)


def _tried(name: str, check: Callable[[], Part]) -> Part:
    try:
        return check()
    except Exception as error:
        # Whatever keeps a part from being looked at keeps the sign of life back, and says why.
        said = str(error).partition("\n")[0]
        return Part(name, False, f"can't be looked at ({type(error).__name__}: {said})")


def _journal(inst: Installation) -> Part:
    with inst.journal.write() as session:
        health.mark(session, CHECKED, True, "", now=inst.clock.now(), real_now=real_now())
    return Part(JOURNAL, True, "can be written")


def _watch(inst: Installation) -> Part:
    """The last round: a worker that takes no runs leaves it old, whatever it says of itself."""
    with inst.journal.read() as session:
        mark = health.marks(session).get(health.WATCH)
    if mark is None:
        return Part(WATCH, False, "has never looked: is a worker there, is it deployed?")
    age_s = (real_now() - mark.at_real).total_seconds()
    if age_s > inst.settings.heartbeat.watch_late_s:
        return Part(WATCH, False, f"looked last {age_s / 60:.0f} minutes ago: no runs are taken")
    if not mark.ok:
        return Part(WATCH, False, mark.said)
    return Part(WATCH, True, f"looked {age_s:.0f} s ago: {mark.said}")


def _worker(look_at_prefect: Callable[[], PrefectSeen]) -> Part:
    try:
        online = look_at_prefect().workers_online
    except OrchestratorError as error:
        return Part(WORKER, False, str(error).partition("\n")[0])
    if not online:
        return Part(WORKER, False, "none is online: no run begins")
    return Part(WORKER, True, f"{online} online")


def _disk(inst: Installation) -> Part:
    free_mb = shutil.disk_usage(inst.settings.data_dir).free // 2**20
    least_mb = inst.settings.heartbeat.least_free_mb
    return Part(DISK, free_mb >= least_mb, f"{free_mb} MB are free, {least_mb} are needed")


def _messages(inst: Installation) -> Part:
    limits = inst.settings.heartbeat
    with inst.journal.read() as session:
        late = unsent.late(
            session, timedelta(minutes=limits.messages_late_minutes),
            now=inst.clock.now(), real_now=real_now(),
        )  # fmt: skip
    said = f"{late} unsent for more than {limits.messages_late_minutes} minutes"
    return Part(MESSAGES, late <= limits.most_messages_late, said)


def _gateway(inst: Installation) -> Part:
    try:
        version = own_gateway.version_at(
            inst.settings.gateway_url, ca_file=inst.settings.heartbeat.ca_file
        )
    except ConnectorError as error:
        return Part(GATEWAY, False, error.message)
    return Part(GATEWAY, True, f"answers, version {version}")
