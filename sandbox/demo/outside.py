"""What can be seen from outside Kitart: inboxes, SharePoint, the people's diary, Prefect."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sandbox.calling import call
from sandbox.stack import Stack

LIMIT_S = 5.0
DEPLOYMENTS = [
    "system-outage", "client-system-outage", "agents-out", "input-missing", "general-incident",
    "exercise", "evaluate",
]  # fmt: skip


@dataclass(frozen=True)
class Sms:
    """A text message taken by the gateway of the sandbox; ``at`` on the plan's clock."""

    to: str
    body: str
    at: datetime
    real_at: datetime


@dataclass(frozen=True)
class Mail:
    """A mail in the tenant, or by the second route; ``at`` on the plan's clock."""

    to: tuple[str, ...]
    subject: str
    content: str
    at: datetime
    by_relay: bool = False
    attachments: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Deed:
    """What one of the people did; ``at`` on the plan's clock."""

    person: str
    kind: str
    answer: str
    outcome: str
    at: datetime


@dataclass(frozen=True)
class Caller:
    """What a caller met on a line's number: an agent's code, "voicemail", "notice" or nobody
    (None); ``at`` on the plan's clock."""

    line: str
    met: str | None
    at: datetime


@dataclass(frozen=True)
class Presence:
    """An agent's change of state at the phone system, None for logged out; ``at`` on the plan's
    clock."""

    agent: str
    state: str | None
    at: datetime


@dataclass(frozen=True)
class Report:
    """A text message that came in from a phone, and what was sent back to it."""

    phone: str
    body: str
    said: str


@dataclass(frozen=True)
class Outside:
    """One look at everything."""

    sms: list[Sms]
    mails: list[Mail]
    files: dict[str, bytes]
    register: list[dict[str, Any]]
    deeds: list[Deed]
    flow_runs: list[dict[str, Any]]
    failed_tasks: list[str]
    calls: dict[str, int]
    filed_at: dict[str, datetime] = field(default_factory=dict)
    callers: list[Caller] = field(default_factory=list)
    messages_left: list[str] = field(default_factory=list)
    """The numbers of the lines whose voicemail took a message, one each."""
    presence: list[Presence] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)


class Window:
    """Looks at a running stack from outside; every look may raise ``requests.RequestException``."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def read(self) -> Outside:
        """Everything, as it is now."""
        phones = self.get("vcc", "/sandbox/state")
        return Outside(
            sms=self.sms(),
            mails=self.mails(),
            files=self.files(),
            filed_at=self._filed_at(),
            register=self.register(),
            deeds=self.deeds(),
            flow_runs=self.flow_runs(),
            failed_tasks=self._failed_tasks(),
            calls={"answered": phones["calls"], "lost": len(phones["lost_in_outage"])},
            callers=[
                Caller(one["line"], one["answered_by"], datetime.fromisoformat(one["at"]))
                for one in self.get("vcc", "/sandbox/calls")
            ],
            messages_left=[one["line"] for one in phones["voicemails"]],
            presence=[
                Presence(one["agent"], one["state"], datetime.fromisoformat(one["at"]))
                for one in self.get("vcc", "/sandbox/presence")
            ],
            reports=[
                Report(one["From"], one["Body"], one["said"])
                for one in self.get("sms", "/sandbox/sms/inbound")
            ],
        )

    def sms(self) -> list[Sms]:
        """The text messages so far."""
        return [self._sms(one) for one in self.get("sms", "/sandbox/sms")]

    def mails(self) -> list[Mail]:
        """The mails so far, by either route."""
        return [
            *(self._mail(one) for one in self.get("microsoft", "/sandbox/mail")["mail"]),
            *(self._relayed(one) for one in self.get("people", "/sandbox/relay")),
        ]

    def deeds(self) -> list[Deed]:
        """What the people did so far."""
        return [self._deed(one) for one in self.get("people", "/sandbox/people")]

    def register(self) -> list[dict[str, Any]]:
        """The fields of each row of SharePoint's register."""
        return [row["fields"] for row in self.get("microsoft", "/sandbox/list/Incidents")["rows"]]

    def files(self) -> dict[str, bytes]:
        """The documents in SharePoint, by path."""
        listed = self.get("microsoft", "/sandbox/files")["files"]
        return {
            one["path"]: self._ask("microsoft", f"/sandbox/files/{quote(one['path'])}").content
            for one in listed
        }

    def flow_runs(self) -> list[dict[str, Any]]:
        """The plan's runs in Prefect that somebody or something began, oldest first."""
        runs = self._stack.prefect(
            "/flow_runs/filter",
            {"deployments": {"name": {"any_": DEPLOYMENTS}}, "sort": "EXPECTED_START_TIME_ASC"},
        )
        # Those that a calendar will begin some day are no part of the story.
        return [r for r in runs if not (r["auto_scheduled"] and r["state_type"] == "SCHEDULED")]

    def get(self, part: str, path: str) -> Any:
        """JSON from a part of the sandbox."""
        return self._ask(part, path).json()

    def put(self, part: str, path: str, body: dict[str, Any], method: str = "PUT") -> Any:
        """Set something in a part of the sandbox."""
        return self._ask(part, path, method, json=body).json()

    def _ask(self, part: str, path: str, method: str = "GET", **options: Any) -> Any:
        answer = call(
            method, f"{self._stack.world[part]}{path}", timeout_s=LIMIT_S,
            verify=self._stack.ca_file, **options,
        )  # fmt: skip
        answer.raise_for_status()
        return answer

    def _failed_tasks(self) -> list[str]:
        failed = self._stack.prefect(
            "/task_runs/filter", {"task_runs": {"state": {"type": {"any_": ["FAILED", "CRASHED"]}}}}
        )
        return [f"{one['name']}: {(one['state'] or {}).get('message', '')}" for one in failed]

    def _sms(self, one: dict[str, Any]) -> Sms:
        at = datetime.fromisoformat(one["at"])
        return Sms(one["to"], one["body"], self._stack.plan_time(at), at)

    def _mail(self, one: dict[str, Any]) -> Mail:
        at = self._stack.plan_time(datetime.fromisoformat(one["received"]))
        to = tuple((*one["to"], *one["cc"], *one["bcc"]))
        return Mail(to, one["subject"], one["content"], at, attachments=_attachments(one))

    def _relayed(self, one: dict[str, Any]) -> Mail:
        at = self._stack.plan_time(datetime.fromisoformat(one["at"]))
        # A mail on its way has other line ends, and one more at its end.
        content = one["html"].replace("\r\n", "\n").removesuffix("\n")
        return Mail(
            (one["to"],), one["subject"], content, at,
            by_relay=True, attachments=_attachments(one),
        )  # fmt: skip

    def _filed_at(self) -> dict[str, datetime]:
        listed = self.get("microsoft", "/sandbox/files")["files"]
        return {
            one["path"]: self._stack.plan_time(datetime.fromisoformat(one["created"]))
            for one in listed
        }

    def _deed(self, one: dict[str, Any]) -> Deed:
        at = datetime.fromisoformat(one["at"])
        return Deed(one["person"], one["kind"], one["answer"], one["outcome"], at)


def _attachments(mail: dict[str, Any]) -> dict[str, bytes]:
    return {one["name"]: base64.b64decode(one["content"]) for one in mail["attachments"]}
