"""Each vital input: by which way it is known to have arrived (R6, A21)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from kitart.connecting.check import Check, Found, missing, ok, warning
from kitart.connecting.monitoring import SHORTEST_SECRET
from kitart.journal import inputs
from kitart.journal.database import Journal
from kitart.plan.inputs import ExpectedInput
from kitart.plan.schema import Plan
from kitart.settings import Settings

NAME = "inputs"


def input_checks(settings: Settings, journal: Journal, plan: Plan | None) -> list[Check]:
    """Two checks an input: its ways, and when it came last; and one for secrets of none."""
    if plan is None:
        return [Check(NAME, "ways", lambda: missing("the plan can't be read", ""), ("plan/check",))]
    checks = [
        check
        for expected in plan.inputs
        for check in (
            Check(NAME, f"{expected.id} arrival", _ways(settings, expected)),
            Check(
                NAME, f"{expected.id} last", _last(journal, expected),
                ("journal/database",), "Run 'kitart db upgrade'.",
            ),
        )
    ]  # fmt: skip
    if strangers := sorted(set(settings.input_secrets) - {each.id for each in plan.inputs}):
        known = ", ".join(each.id for each in plan.inputs) or "none"
        checks.append(
            Check(NAME, "secrets", lambda: warning(
                f"KITART_INPUT_SECRETS has {', '.join(strangers)}, which the plan doesn't know",
                f"Take it away, or write it as in config/inputs.yaml: {known}.",
            ))
        )  # fmt: skip
    return checks


def _ways(settings: Settings, expected: ExpectedInput) -> Callable[[], Found]:
    def look() -> Found:
        ways = []
        given = settings.input_secrets.get(expected.id)
        secret = given.get_secret_value() if given else ""
        if secret:
            ways.append(f"POST {settings.gateway_url}/webhooks/inputs/{expected.id}")
        if expected.file:
            ways.append(f"{expected.file} in the SharePoint library")
        if expected.url:
            host = (urlsplit(expected.url).hostname or "").lower()
            if host not in {each.lower() for each in settings.input_hosts}:
                return missing(
                    f"{host} may not be asked whether {expected.id} is there",
                    f"Add {host!r} to KITART_INPUT_HOSTS.",
                )
            ways.append(expected.url)
        if not ways:
            return warning(
                "only a person can say that it is here",
                f"Add {expected.id!r} to KITART_INPUT_SECRETS and give its sender the address "
                f"{settings.gateway_url}/webhooks/inputs/{expected.id}, or name a file or a url "
                "in config/inputs.yaml; else it is overdue each time until somebody presses the "
                "button.",
            )
        if secret and len(secret) < SHORTEST_SECRET:
            return warning(
                f"its sender's secret has {len(secret)} letters, which can be guessed",
                f"Make it {SHORTEST_SECRET} or longer in KITART_INPUT_SECRETS and at the sender.",
            )
        return ok("; ".join(ways))

    return look


def _last(journal: Journal, expected: ExpectedInput) -> Callable[[], Found]:
    def look() -> Found:
        with journal.read() as session:
            came = inputs.latest(session, expected.id)
        if came is None:
            return warning("it has never arrived", "Let its sender send once, then run this again.")
        return ok(f"{came.arrived_at:%Y-%m-%d %H:%M} UTC, by {came.way}")

    return look
