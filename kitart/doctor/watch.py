"""Whether somebody watches: the gateway, the looks of each minute, the signs of life (D21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kitart.doctor.finding import Finding, seconds
from kitart.settings import HeartbeatSettings

SIGNS_MISSED = 3


@dataclass(frozen=True)
class GatewaySeen:
    """Whether the gateway at ``url`` is ready; its version, or why it is not."""

    url: str
    version: str
    why_not: str = ""


@dataclass(frozen=True)
class Mark:
    """Where a watch stands: when it last looked (real time), whether all was well, in words."""

    at: datetime
    ok: bool
    said: str


def of_gateway(seen: GatewaySeen, version: str) -> list[Finding]:
    """A gateway that does not answer, is not ready, or is of another version."""
    if seen.why_not:
        return [
            Finding(
                "gateway.not-ready", "stops", f"The gateway at {seen.url}: {seen.why_not}",
                "If it is down: alerts are refused, links and board don't open, no alarm leaves "
                "and no incident gets a new run. Runs that drive go on.",
                ("kitart gateway   (or: docker compose up -d gateway-1)",
                 f"it runs? then try {seen.url}/readyz on a phone: some networks don't reach their "
                 "own public address"),
            )
        ]  # fmt: skip
    if seen.version != version:
        return [
            Finding(
                "gateway.version", "note",
                f"The gateway is of version {seen.version}, this command of {version}",
                "Nothing, if an upgrade is going on.", ("restart the gateway",),
            )
        ]  # fmt: skip
    return []


def of_health_watch(
    mark: Mark | None, late_s: float, real_now: datetime, open_incidents: bool
) -> list[Finding]:
    """Looks of each minute that stand still, or suspect our own line."""
    if mark is None:
        return [
            Finding(
                "watch.never", "hinders", "Nobody has ever looked at the systems each minute",
                "An outage is found by a monitor's alert or by a person alone.",
                ("prefect deploy --all", "is a worker online for the queue watch?"),
            )
        ]  # fmt: skip
    age_s = (real_now - mark.at).total_seconds()
    if age_s > late_s:
        return [
            Finding(
                "watch.late", "stops" if open_incidents else "hinders",
                "The looks of each minute stand still",
                "An outage is found by a monitor's alert or by a person alone; no sign of life "
                "goes out.",
                ("is a worker online for the queue watch, and its schedule not paused?",),
                since=mark.at, for_s=seconds(mark.at, real_now),
            )
        ]  # fmt: skip
    if not mark.ok:
        return [
            Finding(
                "watch.own-line", "hinders", f"Our own line is suspected: {mark.said}",
                "No incident is opened for what fails in our looks.",
                ("kitart watch status", "look at this machine's way to the internet"),
            )
        ]  # fmt: skip
    return []


def of_signs(
    mark: Mark | None, settings: HeartbeatSettings, real_now: datetime, sandbox: bool
) -> list[Finding]:
    """Signs of life that are kept back, stay away, or are not set up."""
    if not settings.url.get_secret_value():
        return [
            Finding(
                "signs.not-set", "note", "No sign of life goes to the outside",
                "If this machine dies, nobody is told." if not sandbox
                else "As it should be in the sandbox.",
                ("set KITART_HEARTBEAT__URL   (docs/operations.md, 'The health watch')",),
            )
        ]  # fmt: skip
    if mark is None:
        return [_away("none was sent yet", None, real_now)]
    if not mark.ok:
        return [_away(f"kept back: {mark.said}", mark.at, real_now)]
    if (real_now - mark.at).total_seconds() > SIGNS_MISSED * settings.every_s + settings.timeout_s:
        return [_away("the gateway sends none any more", mark.at, real_now)]
    return []


def _away(why: str, at: datetime | None, real_now: datetime) -> Finding:
    return Finding(
        "signs.away", "hinders", f"Signs of life stay away: {why}",
        "The service outside alarms the operator's phone; the reason is among what stands here.",
        ("kitart watch status", "is a gateway running?"),
        since=at, for_s=seconds(at, real_now),
    )  # fmt: skip
