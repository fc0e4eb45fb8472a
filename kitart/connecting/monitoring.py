"""Each monitoring source: what to enter in the tool, its secret, its last alert, its rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kitart.alerts import aws_sns
from kitart.alerts.readers import kind_of, known_kinds
from kitart.connecting.check import Check, Found, missing, ok, warning
from kitart.journal import alerts
from kitart.journal.database import Journal
from kitart.plan.schema import Plan
from kitart.plan.systems import MonitoringRule, MonitoringSource
from kitart.settings import Settings

NAME = "monitoring"
SHORTEST_SECRET = 16


def monitoring_checks(settings: Settings, journal: Journal, plan: Plan | None) -> list[Check]:
    """Three checks a source; one that says so where the plan can't be read or names none."""
    if plan is None or not plan.monitoring.sources:
        seen = "the plan names no monitoring source" if plan else "the plan can't be read"
        todo = "Add one to config/monitoring.yaml (docs/connect.md, step 11)."
        return [Check(NAME, "sources", lambda: missing(seen, todo), ("plan/check",))]
    return [
        check
        for source in plan.monitoring.sources
        for check in (
            Check(NAME, f"{source.name} webhook", _webhook(settings, source)),
            Check(
                NAME, f"{source.name} last alert", _last_alert(journal, source),
                ("journal/database",), "Run 'kitart db upgrade'.",
            ),
            Check(NAME, f"{source.name} rules", _rules(plan, source), ("plan/check",)),
        )
    ]  # fmt: skip


def _webhook(settings: Settings, source: MonitoringSource) -> Callable[[], Found]:
    def look() -> Found:
        address = f"{settings.gateway_url}/webhooks/{source.name}"
        if kind_of(source) not in known_kinds():
            return missing(
                f"posts of kind {source.kind!r} can't be read by this Kitart",
                f"Take the source away; right would be one of {', '.join(known_kinds())}.",
            )
        if kind_of(source) == aws_sns.SOURCE and source.topics:
            return ok(f"POST {address}, signed by SNS for {', '.join(source.topics)}")
        given = settings.webhook_secrets.get(source.name)
        length = len(given.get_secret_value()) if given else 0
        if not length:
            return missing(
                f"{address} has no secret: every post is refused",
                f"Add {source.name!r} to KITART_WEBHOOK_SECRETS, and enter the address with "
                "'Authorization: Bearer <the secret>' in the tool.",
            )
        if length < SHORTEST_SECRET:
            return warning(
                f"{address} has a secret of {length} letters, which can be guessed",
                f"Make it {SHORTEST_SECRET} or longer in KITART_WEBHOOK_SECRETS and in the tool.",
            )
        return ok(f"POST {address}, with 'Authorization: Bearer <the secret>'")

    return look


def _last_alert(journal: Journal, source: MonitoringSource) -> Callable[[], Found]:
    def look() -> Found:
        with journal.read() as session:
            last = alerts.last_of(session, source.name)
        if last is None:
            return warning(
                "none was ever accepted",
                "Let the tool send a test alert, then run this again.",
            )
        seen = f"{last.at:%Y-%m-%d %H:%M} UTC: {last.title}"
        if last.outcome == "unmatched":
            return warning(
                f"{seen} (no rule fitted it)", "Add a rule for it to config/monitoring.yaml."
            )
        return ok(seen)

    return look


def _rules(plan: Plan, source: MonitoringSource) -> Callable[[], Found]:
    def look() -> Found:
        ours = [rule for rule in plan.monitoring.rules if rule.source == source.name]
        if not ours:
            return missing(
                "no rule: no alert of this source ever opens an incident",
                "Add its rules to config/monitoring.yaml.",
            )
        hidden = list(never_reached(ours))
        if hidden:
            said = "; ".join(f"{late.id} comes after {early.id}" for late, early in hidden)
            return warning(
                f"never used, as an earlier rule fits all of it: {said}",
                "Put the narrower rule first in config/monitoring.yaml, or delete it.",
            )
        systems = dict.fromkeys(rule.system or "the general plan" for rule in ours)
        return ok(f"{len(ours)} rules, for {', '.join(systems)}")

    return look


def never_reached(rules: list[MonitoringRule]) -> Iterator[tuple[MonitoringRule, MonitoringRule]]:
    """The rules of one source that never match, each with the earlier one that takes it all."""
    for place, late in enumerate(rules):
        for early in rules[:place]:
            if early.match.items() <= late.match.items():
                yield late, early
                break
