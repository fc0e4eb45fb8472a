"""The one way out: whatever reaches a person or touches a line goes through here (D4, decision 10).

An ``Outward`` belongs to one incident. For an exercise it has a fence; for a real incident it has
none. Nothing else in Kitart calls a connector that sends or switches; a test looks for that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from kitart.connectors.apprise_chat import AppriseChats
from kitart.connectors.attachment import Attachment
from kitart.connectors.calls import CallGateway
from kitart.connectors.fence import Fence, Fenced
from kitart.connectors.lines.probe import LineProber
from kitart.connectors.microsoft import MicrosoftTenant
from kitart.connectors.sms import SmsGateway
from kitart.connectors.smtp import SmtpRelay
from kitart.connectors.teams import TeamsWorkflows
from kitart.connectors.voice import EmergencyMode, RoutingState, VoicePlatform
from kitart.plan.schema import Line
from kitart.rules.line_proof import LineHeard


class Connectors(Protocol):
    """Who has the connectors: each is made at its first use."""

    @property
    def sms(self) -> SmsGateway: ...
    @property
    def calls(self) -> CallGateway: ...
    @property
    def microsoft(self) -> MicrosoftTenant: ...
    @property
    def smtp(self) -> SmtpRelay: ...
    @property
    def teams(self) -> TeamsWorkflows: ...
    @property
    def chats(self) -> AppriseChats: ...
    @property
    def voice(self) -> VoicePlatform: ...
    @property
    def line_prober(self) -> LineProber: ...


class Outward:
    """What leaves the company for one incident; each method raises ``Fenced`` where the exercise
    must not go, after ``refused`` (the kind of channel, the reason) has heard of it.

    ``whom`` and ``purpose`` are as in ``Fence.let_through``. Otherwise the methods
    are those of the connectors, which raise ``ConnectorError``.
    """

    def __init__(
        self,
        connectors: Connectors,
        fence: Fence | None = None,
        refused: Callable[[str, str], None] = lambda _channel, _why: None,
    ) -> None:
        self._with = connectors
        self._fence = fence
        self._refused = refused

    def sms(
        self, to: str, text: str, *, message_key: str, status_callback: str | None,
        whom: str, purpose: str = "",
    ) -> str:  # fmt: skip
        """A text message; the provider's number for it."""
        self._let_through("sms", to, whom, purpose)
        return self._with.sms.send(
            to, text, message_key=message_key, status_callback=status_callback
        ).provider_id

    def call(
        self, to: str, page: str, *, status_callback: str, whom: str, purpose: str = ""
    ) -> str:
        """A phone call; the provider's number for it."""
        self._let_through("voice", to, whom, purpose)
        return self._with.calls.call(to, page, status_callback=status_callback).provider_id

    def mail_by_tenant(
        self, to: str, subject: str, html: str | None, text: str, *, message_key: str,
        attachments: Sequence[Attachment], whom: str, purpose: str = "",
    ) -> str:  # fmt: skip
        """A mail through the company's Microsoft tenant; its number for the request."""
        self._let_through("mail", to, whom, purpose)
        return self._with.microsoft.send_mail(
            [to], subject, html, text, message_key=message_key, attachments=attachments
        ).request_id

    def mail_by_relay(
        self, to: str, subject: str, html: str, text: str, *, message_key: str,
        attachments: Sequence[Attachment], whom: str, purpose: str = "",
    ) -> str:  # fmt: skip
        """A mail by the second way; the relay's number for it."""
        self._let_through("mail", to, whom, purpose)
        return self._with.smtp.send_mail(
            to, subject, html, text, message_key=message_key, attachments=attachments
        ).provider_id

    def teams(self, name: str, card: Mapping[str, Any], *, whom: str, purpose: str = "") -> str:
        """A card in Teams; the number of the workflow's run."""
        self._let_through("teams", name, whom, purpose)
        return self._with.teams.post(name, card)

    def chat(self, name: str, text: str, *, title: str, whom: str, purpose: str = "") -> None:
        """A message in another chat."""
        self._let_through("chat", name, whom, purpose)
        self._with.chats.send(name, text, title=title)

    def set_emergency(
        self, line: str, on: bool, expected_version: int, *, set_by: str, mode: EmergencyMode
    ) -> RoutingState:
        """Switch a line; what it is then."""
        self._let_touch(line)
        return self._with.voice.set_emergency(line, on, expected_version, set_by=set_by, mode=mode)

    def probe(self, line: Line, languages: Sequence[str], *, message: bool) -> LineHeard:
        """A call of our own to a line; what was heard."""
        self._let_touch(line.id)
        return self._with.line_prober.probe(line, languages, message=message)

    def _let_touch(self, line: str) -> None:
        if self._fence is None:
            return
        try:
            self._fence.let_touch(line)
        except Fenced as fenced:
            self._refused("line", fenced.message)
            raise

    def _let_through(self, channel: str, address: str, whom: str, purpose: str) -> None:
        if self._fence is None:
            return
        try:
            self._fence.let_through(channel, address, whom, purpose)
        except Fenced as fenced:
            self._refused(channel, fenced.message)
            raise
