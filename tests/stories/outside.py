"""The outside world of a random story: connectors that take, refuse, hang, or take and say nothing.

They stand where Kitart's own connectors stand, behind the fence and the sending loop, and keep what
the provider took: what a phone or a mailbox then holds, whatever the journal says of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from kitart.clock import Clock
from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import ServiceRefused, Unreachable
from kitart.connectors.microsoft import Announcement, ProbeResult, RowRef, UploadedFile
from kitart.connectors.microsoft import MailAccepted as TenantMail
from kitart.connectors.sms import SmsAccepted
from kitart.connectors.smtp import MailAccepted
from kitart.connectors.voice import (
    AgentState,
    CallRecord,
    Capabilities,
    PlatformHealth,
    RoutingMode,
    RoutingModes,
    RoutingState,
)
from kitart.plan.schema import Plan
from tests.stories.turns import Turns

FINE, REFUSES, BUSY, AWAY, SILENT, SLOW = "fine", "refuses", "busy", "away", "silent", "slow"
WEATHERS = (REFUSES, BUSY, AWAY, SILENT, SLOW)
PROVIDERS = ("sms", "voice", "microsoft", "smtp", "vcc")
NOW_AND_THEN = 0.03
"""How often a provider that is well refuses or does not answer all the same."""


@dataclass(frozen=True)
class Taken:
    """What a provider took, and so may have brought to its reader."""

    at: datetime
    by: str
    to: str
    key: str
    subject: str
    text: str
    body: str


@dataclass
class Outside:
    """All providers, the phone system and the tenant; ``weather`` is how each of them is."""

    turns: Turns
    plan: Plan
    clock: Clock
    taken: list[Taken] = field(default_factory=list)
    weather: dict[str, str] = field(default_factory=lambda: dict.fromkeys(PROVIDERS, FINE))
    numbers: count[int] = field(default_factory=lambda: count(1))
    files: dict[str, bytes] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    calls: list[CallRecord] = field(default_factory=list)
    live: dict[str, datetime] = field(default_factory=dict)
    """Who is logged in at the phone system, and since when."""
    switched: dict[str, datetime] = field(default_factory=dict)
    """The lines that were ever taken off their normal way, and when first."""

    def call(self, provider: str) -> bool:
        """One call to a provider: comes back as its weather is; ``True`` where it does the thing
        and its answer is lost. Raises ``ConnectorError``."""
        rng, weather = self.turns.rng, self.weather[provider]
        if weather == FINE and rng.random() < NOW_AND_THEN:
            weather = rng.choice((REFUSES, SILENT, SLOW))
        self.turns.pause(rng.uniform(0.05, 0.8))
        if weather == AWAY:
            raise Unreachable(f"{provider}: connection refused")
        if weather == REFUSES:
            raise ServiceRefused(f"{provider} answered 500", status=500)
        if weather == BUSY:
            rest_s = float(rng.choice((2, 5, 30)))
            raise ServiceRefused(f"{provider} answered 429", status=429, retry_after_s=rest_s)
        if weather == SLOW:
            self.turns.pause(rng.uniform(1, 9))
        return weather == SILENT

    def hand_over(
        self, provider: str, to: str, key: str, text: str, *, subject: str = "", body: str = ""
    ) -> str:
        """Hand a message over; its number. A crash may come before it, and after it."""
        self.turns.turn("sending")
        answer_lost = self.call(provider)
        if not (answer_lost and self.turns.rng.random() < 0.5):
            self.taken.append(Taken(self.clock.now(), provider, to, key, subject, text, body))
        number = f"{provider}-{next(self.numbers)}"
        self.turns.turn("taken")
        if answer_lost:
            self.turns.pause(10)
            raise self._no_answer(provider)
        return number

    @staticmethod
    def _no_answer(provider: str) -> ConnectorError:
        return Unreachable(f"{provider}: no answer in time", may_have_gone=True)

    def look(self, provider: str) -> None:
        """A call that changes nothing."""
        self.turns.turn("looking")
        if self.call(provider):
            self.turns.pause(10)
            raise Unreachable(f"{provider}: no answer in time")


class Sms:
    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    def send(
        self, to: str, text: str, *, message_key: str, status_callback: str | None = None
    ) -> SmsAccepted:
        return SmsAccepted(self._outside.hand_over("sms", to, message_key, text))

    def rest_s(self) -> float:
        return 0.0


class Calls:
    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    def call(self, to: str, page: str, *, status_callback: str) -> SmsAccepted:
        return SmsAccepted(self._outside.hand_over("voice", to, page, ""))

    def rest_s(self) -> float:
        return 0.0


class Relay:
    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    def send_mail(
        self, to: str, subject: str, html: str, text: str, *, message_key: str,
        attachments: Sequence[Any] = (),
    ) -> MailAccepted:  # fmt: skip
        return MailAccepted(
            self._outside.hand_over("smtp", to, message_key, text, subject=subject, body=html)
        )


class Tenant:
    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    def send_mail(
        self, to: Sequence[str], subject: str, html: str | None, text: str, *, message_key: str,
        attachments: Sequence[Any] = (),
    ) -> TenantMail:  # fmt: skip
        number = self._outside.hand_over(
            "microsoft", to[0], message_key, text, subject=subject, body=html or text
        )
        return TenantMail(message_key, number)

    def rest_s(self) -> float:
        return 0.0

    def probe(self) -> ProbeResult:
        try:
            self._outside.look("microsoft")
        except ConnectorError as error:
            return ProbeResult("down", f"SharePoint is down: {error.message}", ())
        return ProbeResult("up", "SharePoint works", ())

    def announced_health(self) -> Announcement:
        return Announcement("unknown", "")

    def upload(self, path: str, content: bytes, content_type: str) -> UploadedFile:
        self._outside.look("microsoft")
        name, files = path, self._outside.files
        while files.setdefault(name, content) != content:
            name += "-beside"  # none is ever written over
        self._outside.turns.turn("uploaded")
        return UploadedFile(
            name, f"https://tenant.example/{name}", "1", len(content), name,
            beside=path if name != path else "",
        )  # fmt: skip

    def describe(self, item_id: str, values: Mapping[str, Any], columns: Any) -> tuple[str, ...]:
        self._outside.look("microsoft")
        return ()

    def upsert_register_row(
        self, incident_number: str, fields: Mapping[str, Any], known: RowRef | None
    ) -> RowRef:
        self._outside.look("microsoft")
        rows = self._outside.rows
        rows[incident_number] = rows.get(incident_number, 0) + 1
        self._outside.turns.turn("row written")
        return RowRef(incident_number, str(rows[incident_number]))


class PhoneSystem:
    """As ``kitart.connectors.vcc_live``: our own webhook serves a line's mode."""

    def __init__(self, outside: Outside, modes: RoutingModes) -> None:
        self._outside = outside
        self._modes = modes

    def health(self) -> PlatformHealth:
        try:
            self._outside.look("vcc")
        except ConnectorError as error:
            return PlatformHealth("down", error.message, 0.1)
        return PlatformHealth("up", "answers", 0.1, len(self._outside.live))

    def agents(self, project: str | None = None) -> list[AgentState]:
        self._outside.look("vcc")
        plan = self._outside.plan
        return [
            AgentState(agent.id, agent.id, "AVAILABLE4CALL", self._outside.live[agent.id], True)
            for agent in plan.agents
            if agent.id in self._outside.live and (project is None or project in agent.projects)
        ]

    def users(self) -> dict[str, str]:
        self._outside.look("vcc")
        return {agent.id: agent.id for agent in self._outside.plan.agents}

    def calls(
        self, project: str, since: datetime, until: datetime | None = None
    ) -> list[CallRecord]:
        self._outside.look("vcc")
        return [
            each for each in self._outside.calls
            if each.project == project and each.started_at >= since
            and (until is None or each.started_at < until)
        ]  # fmt: skip

    def routing(self, line: str) -> RoutingState:
        return _state(self._modes.read(line))

    def set_emergency(
        self, line: str, on: bool, expected_version: int, *, set_by: str, mode: Any = "voicemail"
    ) -> RoutingState:
        self._outside.turns.turn("switching")
        if on:
            self._outside.switched.setdefault(line, self._outside.clock.now())
        made = self._modes.write(line, mode if on else "normal", expected_version, set_by)
        self._outside.turns.turn("switched")
        return _state(made)

    def voicemails(self, line: str, since: datetime) -> list[Any]:
        raise ConnectorError("a person looks into the box", permanent=True)

    def capabilities(self) -> Capabilities:
        can: Any = frozenset({"agents", "calls", "routing", "set_emergency"})
        return Capabilities("the phone system", can)


def _state(mode: RoutingMode) -> RoutingState:
    return RoutingState(mode.line, mode.mode, mode.version, mode.set_at, mode.set_by)
