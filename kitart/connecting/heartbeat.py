"""The sign of life to the outside: whether anybody would hear of our own failure (D21)."""

from __future__ import annotations

from kitart.connecting.check import Check, Found, missing, ok, warning
from kitart.journal import health
from kitart.journal.database import Journal
from kitart.settings import Settings

NAME = "heartbeat"


def heartbeat_checks(settings: Settings, journal: Journal) -> list[Check]:
    """That an address is set, and that the last sign went there. Sends none itself: that would
    tell the outside that all is well without having looked."""
    every_s = settings.heartbeat.every_s

    def address() -> Found:
        if not settings.heartbeat.url.get_secret_value():
            return (warning if settings.mode == "sandbox" else missing)(
                "no sign of life is sent: nobody hears of it when this machine dies",
                "Make a check at a service outside that calls the operator when the sign stays "
                "away for five minutes, and set KITART_HEARTBEAT__URL to its address.",
            )
        return ok(f"a sign goes out every {every_s:g} s while everything vital works")

    def sent() -> Found:
        with journal.read() as session:
            mark = health.marks(session).get(health.HEARTBEAT)
        if mark is None:
            return warning("none was sent yet", "Start 'kitart gateway', which sends it.")
        said = f"{mark.at_real:%Y-%m-%d %H:%M} UTC"
        if mark.ok:
            return ok(f"last sent {said}")
        return warning(
            f"kept back since the look at {said}: {mark.said}",
            "'kitart watch status' says of each part whether it works.",
        )

    return [
        Check(NAME, "address", address),
        Check(
            NAME, "last sign", sent, ("journal/database", f"{NAME}/address"),
            "Run 'kitart db upgrade'.",
        ),
    ]  # fmt: skip
