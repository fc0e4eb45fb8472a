"""The phone system: VCC Live, and the address that it asks us for a line's mode by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from kitart.clock import Clock
from kitart.connecting.addresses import in_the_clear
from kitart.connecting.check import Check, Found, failed, missing, ok, warning
from kitart.connectors.http import ServiceRefused
from kitart.connectors.vcc_live import VccLive
from kitart.connectors.voice import VoicePlatform
from kitart.plan.schema import Plan
from kitart.settings import Settings

NAME = "vcc"
SIGN_IN, PROJECTS = f"{NAME}/sign-in", f"{NAME}/projects"
REACH = (
    "Check KITART_VCC__BASE_URL (KITART_VCC__CA_FILE for private roots), and that this machine's "
    "address is registered in VCC Live."
)
LOOK_BACK = timedelta(hours=24)


class PhoneChecks:
    """The checks of one VCC Live account."""

    def __init__(
        self, settings: Settings, vcc: VccLive, plan: Callable[[], Plan], clock: Clock
    ) -> None:
        self._settings = settings
        self._vcc = vcc
        self._plan = plan
        self._clock = clock

    def checks(self) -> list[Check]:
        """All of them, the sign-in first."""
        return [
            Check(NAME, "sign-in", self._sign_in, todo=REACH),
            Check(NAME, "projects", self._projects, (SIGN_IN, "plan/check"), REACH),
            Check(NAME, "call records", self._records, (PROJECTS,), REACH),
            Check(NAME, "abilities", lambda: abilities(self._vcc), (SIGN_IN,)),
            Check(NAME, "IVR webhook", self._ivr),
        ]

    def _sign_in(self) -> Found:
        vcc = self._settings.vcc
        parts = {
            "BASE_URL": vcc.base_url,
            "USER": vcc.user,
            "PASSWORD": vcc.password.get_secret_value(),
        }
        empty = [f"KITART_VCC__{name}" for name, value in parts.items() if not value]
        if empty:
            return missing(f"not set: {', '.join(empty)}", "Set them (docs/connect.md, step 6).")
        if in_the_clear(vcc.base_url):
            return failed(
                f"KITART_VCC__BASE_URL is {vcc.base_url}: the password would travel in the clear",
                "Use https://.",
            )
        try:
            agents = self._vcc.agents()
        except ServiceRefused as refused:
            if refused.status == 401:
                return failed(
                    "user or password is refused (401)",
                    "Check KITART_VCC__USER (the account's name) and KITART_VCC__PASSWORD (the "
                    "generated token).",
                )
            if refused.status == 403:
                return failed(
                    "our access is refused (403)",
                    "Register this machine's public address in VCC Live's API settings.",
                )
            raise
        live = sum(agent.counts_as_live for agent in agents)
        return ok(f"{len(agents)} agents are logged in, {live} of them live")

    def _projects(self) -> Found:
        there = {name.casefold() for name in self._vcc.projects()}
        wanted = [project.id for project in self._plan().projects]
        absent = [name for name in wanted if name.casefold() not in there]
        if absent:
            return missing(
                f"VCC Live has no project named {', '.join(absent)}",
                "Name the projects there as in config/projects.yaml, or let the user see them.",
            )
        return ok(f"all {len(wanted)} projects of the plan are there")

    def _records(self) -> Found:
        """Queues have no list of their own: their names come with the call records."""
        projects = [project.id for project in self._plan().projects]
        since = self._clock.now() - LOOK_BACK
        calls = [call for project in projects for call in self._vcc.calls(project, since)]
        if not calls:
            return warning(
                "readable, but of the last 24 hours there is none",
                "Make a call, wait for its record, and run this again: only then is it known that "
                "the records are read rightly.",
            )
        queues = {call.queue for call in calls if call.queue}
        lines = {call.line for call in calls}
        unknown = sorted(lines - {line.number for line in self._plan().lines})
        seen = f"{len(calls)} in 24 hours, of {len(lines)} lines and {len(queues)} queues"
        if unknown:
            return warning(
                f"{seen}; {len(unknown)} of the lines are not in the plan, e.g. {unknown[0]}",
                "Write the numbers in config/lines.yaml as VCC Live's records have them.",
            )
        return ok(seen)

    def _ivr(self) -> Found:
        address = "/ivr/<KITART_VCC__IVR_SECRET>/mode?destination=${destination}"
        if not self._settings.vcc.ivr_secret.get_secret_value():
            return missing(
                "KITART_VCC__IVR_SECRET is not set: no line can be switched",
                f"Set it, and enter {self._settings.gateway_url}{address} in VCC Live as the "
                "IVR's webhook.",
            )
        return ok(f"the address for VCC Live's IVR: {self._settings.gateway_url}{address}")


def abilities(platform: VoicePlatform) -> Found:
    """What a phone system can do, and what a person is asked for instead."""
    found = platform.capabilities()
    can = ", ".join(sorted(each.replace("_", " ") for each in found.can))
    cannot = "; ".join(
        f"{name.replace('_', ' ')}: {why}" for name, why in sorted(found.why_not.items())
    )
    asked = f". A person is asked instead for {cannot}" if cannot else ""
    return ok(f"can: {can}{asked}")
