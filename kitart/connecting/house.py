"""Kitart's own parts: the plan, the journal, Prefect, and the address that links begin with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from kitart.alerts.examples import source_problems
from kitart.clock import Clock
from kitart.connecting.addresses import in_a_private_network, on_this_machine
from kitart.connecting.check import Check, Found, failed, missing, ok, warning
from kitart.connectors import own_gateway
from kitart.connectors.http import TlsFailed
from kitart.journal import contact_tests, upgrading
from kitart.journal.database import Journal, JournalError
from kitart.messaging.links import check_key
from kitart.orchestrator import OrchestratorError, PrefectSeen
from kitart.plan.checks import check_plan
from kitart.plan.contact_list import Verified
from kitart.plan.loading import PlanError, load_plan
from kitart.settings import Settings

PLAN, JOURNAL, PREFECT, GATEWAY = "plan", "journal", "prefect", "gateway"


def plan_checks(folder: Path, clock: Clock, journal: Journal) -> list[Check]:
    """The same as ``kitart plan check`` (A31)."""

    def look() -> Found:
        try:
            plan = load_plan(folder)
            today = clock.now().astimezone(ZoneInfo(plan.company.time_zone)).date()
            found = check_plan(plan, today, verified=_verified(journal))
            problems = [*found, *source_problems(plan)]
        except PlanError as trouble:
            problems = trouble.problems
        errors = [problem for problem in problems if problem.severity == "error"]
        if errors:
            first = errors[0]
            return failed(
                f"{_count(len(errors), 'error')}, the first: {first.where}: {first.message}",
                "Run 'kitart plan check' and mend what it names.",
            )
        if problems:
            return warning(_count(len(problems), "warning"), "Run 'kitart plan check' to see them.")
        return ok(f"{folder} has no faults")

    return [Check(PLAN, "check", look)]


def _verified(journal: Journal) -> Verified:
    """What tests of the contact list verified; whether the journal can be used is another check."""
    try:
        upgrading.standing(journal)
    except JournalError:
        return {}
    with journal.read() as session:
        return contact_tests.verified(session)


def journal_checks(journal: Journal) -> list[Check]:
    """The database is there and of this version."""

    def look() -> Found:
        try:
            found = upgrading.standing(journal)
        except JournalError as trouble:
            return failed(
                str(trouble),
                "Run 'kitart db upgrade', or mend KITART_DATABASE_URL (KITART_DATA_DIR for "
                "SQLite).",
            )
        return ok(f"{found.database}, at the newest revision ({found.revision})")

    return [Check(JOURNAL, "database", look, todo="Check KITART_DATABASE_URL.")]


def prefect_checks(look_at_prefect: Callable[[], PrefectSeen]) -> list[Check]:
    """Prefect answers, the plans are deployed, a worker waits for runs."""
    seen: list[PrefectSeen] = []

    def api() -> Found:
        try:
            seen.append(look_at_prefect())
        except OrchestratorError as trouble:
            said = str(trouble).partition("\n")[0]
            return failed(said, "Start Prefect's server and set PREFECT_API_URL (…/api) to it.")
        return ok(f"Prefect {seen[0].version} answers")

    def deployed() -> Found:
        if absent := seen[0].not_deployed:
            return missing(f"not deployed: {', '.join(absent)}", "Run 'prefect deploy --all'.")
        return ok("every plan is deployed")

    def worker() -> Found:
        if not seen[0].workers_online:
            return missing(
                "no worker is online: no run would begin",
                "Run 'prefect worker start --pool kitart' as a service.",
            )
        return ok(f"{seen[0].workers_online} online in the pool kitart")

    before = (f"{PREFECT}/API",)
    return [
        Check(PREFECT, "API", api, todo="Check PREFECT_API_URL."),
        Check(PREFECT, "plans", deployed, before),
        Check(PREFECT, "worker", worker, before),
    ]


def gateway_checks(settings: Settings, ca_file: Path | None = None) -> list[Check]:
    """Links are signed, and begin with an address that phones reach and trust."""
    url = settings.gateway_url

    def key() -> Found:
        try:
            check_key(settings)
        except ValueError as trouble:
            return missing(str(trouble), "The gateway does not start without it.")
        return ok("links are signed")

    def address() -> Found:
        mend = "Set KITART_GATEWAY_URL to the public https:// address of the gateway."
        own = on_this_machine(url)
        if own and settings.mode == "sandbox":
            return warning(f"{url} is this machine's own, as it must be in the sandbox", mend)
        if own:
            return missing(f"{url} is this machine's own: no phone reaches it", mend)
        if not url.startswith("https://"):
            return failed(f"{url} has no TLS: links could be read and used on the way", mend)
        if in_a_private_network(url):
            return warning(f"{url} is in a private network: phones outside don't reach it", mend)
        return ok(url)

    def answers() -> Found:
        try:
            version = own_gateway.version_at(url, ca_file=ca_file)
        except TlsFailed as untrusted:
            return failed(
                untrusted.message,
                "Give the gateway's proxy a certificate that phones trust, with its whole chain.",
            )
        return ok(f"Kitart {version} answers here; open {url}/healthz on a phone once, too")

    lost = (
        "Start 'kitart gateway', lead KITART_GATEWAY_URL to it (DNS, proxy, firewall). From inside "
        "some networks the public address can't be reached: then try it from outside."
    )
    return [
        Check(GATEWAY, "signing key", key),
        Check(GATEWAY, "address", address),
        Check(GATEWAY, "answers", answers, todo=lost),
    ]


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
