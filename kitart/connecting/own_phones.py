"""The phone system where it is the company's own Asterisk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from kitart.clock import Clock
from kitart.connecting.addresses import in_the_clear
from kitart.connecting.check import Check, Found, failed, missing, ok, warning
from kitart.connecting.phones import NAME, SIGN_IN, abilities
from kitart.connectors.asterisk import Asterisk
from kitart.connectors.http import ServiceRefused
from kitart.plan.schema import Plan
from kitart.settings import Settings

STEP = "docs/connect.md, step 6, says how."
REACH = "Check KITART_ASTERISK__BASE_URL (KITART_ASTERISK__CA_FILE for private roots)."
MANAGER = f"{NAME}/manager"
LOOK_BACK = timedelta(hours=24)
FILLING = 0.8
"""How full a box is when somebody should look at it."""


class AsteriskChecks:
    """The checks of one Asterisk."""

    def __init__(
        self, settings: Settings, asterisk: Asterisk, plan: Callable[[], Plan], clock: Clock
    ) -> None:
        self._settings = settings.asterisk
        self._asterisk = asterisk
        self._plan = plan
        self._clock = clock

    def checks(self) -> list[Check]:
        """All of them, the sign-in first."""
        return [
            Check(NAME, "sign-in", self._sign_in, todo=REACH),
            Check(NAME, "manager", self._manager, (SIGN_IN,), REACH),
            Check(NAME, "queues", self._queues, (MANAGER, "plan/check"), REACH),
            Check(NAME, "switching", self._switching, (MANAGER, "plan/check"), REACH),
            Check(NAME, "call records", self._records, (MANAGER, "plan/check"), REACH),
            Check(NAME, "voicemail", self._voicemail, (MANAGER, "plan/check"), REACH),
            Check(NAME, "abilities", lambda: abilities(self._asterisk), (SIGN_IN,)),
        ]

    def _sign_in(self) -> Found:
        parts = {
            "BASE_URL": self._settings.base_url,
            "USER": self._settings.user,
            "PASSWORD": self._settings.password.get_secret_value(),
        }
        empty = [f"KITART_ASTERISK__{name}" for name, value in parts.items() if not value]
        if empty:
            return missing(f"not set: {', '.join(empty)}", f"Set them: {STEP}")
        if in_the_clear(self._settings.base_url):
            return failed(
                f"KITART_ASTERISK__BASE_URL is {self._settings.base_url}: the password would "
                "travel in the clear",
                "Use https:// (tlsenable in http.conf, or a proxy before it).",
            )
        try:
            phones = self._asterisk.users()
        except ServiceRefused as refused:
            if refused.status in (401, 403):
                return failed(
                    f"user or password is refused by ARI ({refused.status})",
                    f"Give ari.conf a read-only user of this name and password: {STEP}",
                )
            if refused.status == 404:
                return failed("there is no ARI", f"Enable it in ari.conf and http.conf: {STEP}")
            raise
        if not phones:
            return missing(
                f"no endpoint is named {self._settings.phones}",
                "Name each agent's phone by the agent's code, or set KITART_ASTERISK__PHONES.",
            )
        known = {agent.id for agent in self._plan().agents}
        absent = sorted(known - phones.keys())
        if absent:
            return warning(
                f"{len(phones)} phones; {len(absent)} of the plan's agents have none, e.g. "
                f"{absent[0]}",
                "Name each agent's phone (endpoint) by the agent's code.",
            )
        return ok(f"{len(phones)} phones, one for each of the plan's agents")

    def _manager(self) -> Found:
        try:
            names = self._asterisk.queue_names()
        except ServiceRefused as refused:
            if refused.status == 401:
                return failed(
                    "user or password is refused by the manager",
                    f"Give manager.conf a user of this name and password: {STEP}",
                )
            if refused.status == 404:
                return failed(
                    "the manager can't be reached over HTTP",
                    f"Set enabled=yes and webenabled=yes in manager.conf: {STEP}",
                )
            raise
        return ok(f"signed in; {len(names)} queues")

    def _queues(self) -> Found:
        wanted = [f"{line.project}-{line.lang}" for line in self._plan().lines]
        absent = sorted(set(wanted) - self._asterisk.queue_names())
        if absent:
            return missing(
                f"Asterisk has no queue named {', '.join(absent)}",
                "Name each queue there as project-language.",
            )
        return ok(f"all {len(wanted)} queues of the plan's lines are there")

    def _switching(self) -> Found:
        """No line is switched: it is looked whether the dialplan could, and how each stands."""
        if not self._asterisk.can_switch():
            return missing(
                "the dialplan has no kitart-switch: no line can be switched",
                f"Include kitart-extensions.conf in extensions.conf: {STEP}",
            )
        off = [
            f"{line.id} ({state.mode})"
            for line in self._plan().lines
            if (state := self._asterisk.routing(line.id)).emergency
        ]
        if off:
            return warning(
                f"{len(off)} lines are off their normal way: {', '.join(off)}",
                "Look whether an incident is open; else have them switched back.",
            )
        return ok("the dialplan can switch; every line is on its normal way")

    def _records(self) -> Found:
        if not self._asterisk.capabilities().allows("calls"):
            return warning(
                "not given: calls are proved by people alone", f"Give the records' folder: {STEP}"
            )
        since = self._clock.now() - LOOK_BACK
        calls = [call for project in self._plan().projects
                 for call in self._asterisk.calls(project.id, since)]  # fmt: skip
        if not calls:
            return warning(
                "readable, but of the last 24 hours there is none",
                "Make a call (kitart line test LINE), and run this again: only then is it known "
                "that the records are written rightly.",
            )
        known = {line.number for line in self._plan().lines}
        unknown = sorted({call.line for call in calls} - known)
        seen = f"{len(calls)} in 24 hours"
        if unknown:
            return warning(
                f"{seen}; {len(unknown)} of the lines are not in the plan, e.g. {unknown[0]}",
                "Write the numbers in config/lines.yaml as they reach Asterisk (CALLERID(dnid)).",
            )
        return ok(seen)

    def _voicemail(self) -> Found:
        if not self._asterisk.capabilities().allows("voicemails"):
            return warning(
                "not given: a person listens to each box", f"Give the boxes' folder: {STEP}"
            )
        found = self._asterisk.boxes()
        absent = [line.id for line in self._plan().lines if line.id not in found]
        if absent:
            return missing(
                f"no box in the context kitart for {', '.join(absent)}",
                f"Make a box for each line in voicemail.conf: {STEP}",
            )
        filling = [
            f"{line} ({held} of {most})"
            for line, (held, most) in sorted(found.items())
            if held >= FILLING * most
        ]
        if filling:
            return warning(
                f"{len(filling)} boxes fill up: {', '.join(filling)}",
                "Listen to them and delete what is done: a full box takes no message.",
            )
        return ok(f"{len(found)} boxes, {sum(held for held, _ in found.values())} messages")
