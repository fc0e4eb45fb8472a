"""The whole stand-in world: tenant, phone system, mail, SMS and the people who answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from fastapi import FastAPI
from pydantic import SecretStr

from kitart.clock import Clock
from kitart.plan.schema import Plan
from kitart.settings import ChatSettings, Settings, SmsSettings, SmtpSettings, VccSettings
from sandbox.characters import Characters
from sandbox.faults import Faults
from sandbox.letters import mailbox_letters
from sandbox.microsoft import TenantState, tenant_app
from sandbox.pages import Question
from sandbox.people import People, Person, people_router
from sandbox.server import SandboxServer, when_asked
from sandbox.skills import skilled
from sandbox.sms import InboundOrder, reply, sms_app
from sandbox.sms_state import SmsState
from sandbox.smtp import SandboxSmtp, SmtpState, relay_router
from sandbox.teams import TeamsState, teams_app
from sandbox.tls import issue_certificate
from sandbox.vcc import vcc_app
from sandbox.vcc_state import VccState

VCC_PASSWORD = "sandbox-vcc-password"
SMS_TOKEN = "sandbox-sms-token"
SMS_SENDER = "+447700900999"
SMTP_PASSWORD = "sandbox-smtp-password"
REGISTER_COLUMNS = {
    "Subject": "text", "System": "text", "State": "text", "Priority": "text",
    "ReportedAt": "dateTime", "RecoveredAt": "dateTime", "ClosedAt": "dateTime",
    "Projects": "text", "PlanHash": "text",
}  # fmt: skip
LIBRARY_COLUMNS = {
    "KitartIncident": "text", "KitartClient": "text", "KitartType": "text",
    "KitartNumber": "number", "KitartVersion": "number", "KitartStatus": "choice",
    "KitartLanguage": "text", "KitartSentAt": "dateTime", "KitartSHA256": "text",
    "KitartFiledLate": "boolean", "KitartExercise": "boolean",
}  # fmt: skip
"""What was made in the register's list and the library, as docs/connect.md says."""


@dataclass(frozen=True)
class Ports:
    """Where each part listens; 0 takes a free port."""

    microsoft: int = 0
    vcc: int = 0
    sms: int = 0
    smtp: int = 0
    people: int = 0
    teams: int = 0


class OwnPhones(Protocol):
    """A real phone system in place of the stand-in."""

    def app(self) -> FastAPI: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def put_agents(self, agents: Iterable[str], state: str | None) -> None: ...
    def settings(self) -> dict[str, Any]: ...


class World:
    """Everything outside Kitart, in threads of this process, on loopback alone.

    With ``nobody`` no person reads or answers: messages lie where they arrived.
    Raises ``ValueError`` when it would stand in for a production installation.
    """

    def __init__(
        self,
        plan: Plan,
        folder: Path,
        gateway_url: str,
        clock: Clock,
        *,
        mode: str = "sandbox",
        ports: Ports | None = None,
        characters: Mapping[str, Any] | None = None,
        own_phones: OwnPhones | None = None,
        nobody: bool = False,
    ) -> None:
        if mode != "sandbox":
            raise ValueError(f"mode is {mode!r}: the sandbox runs only with KITART_MODE=sandbox")
        ports = ports or Ports()
        self._tls = issue_certificate(folder)
        self.tenant, self.tenant_faults = TenantState(), Faults()
        self.tenant.lists[self.tenant.register_list].columns = dict(REGISTER_COLUMNS)
        self.tenant.library.columns = dict(LIBRARY_COLUMNS)
        self.vcc, self.vcc_faults = _phone_system(plan, clock), Faults()
        self.sms, self.sms_faults = SmsState("kitart", SMS_TOKEN), Faults()
        self.smtp = SmtpState("kitart", SMTP_PASSWORD)
        self.teams, self.teams_faults = _chats(plan), Faults()
        persons = persons_of(plan)
        self.people = People(
            persons,
            [self.sms.letters, self._mail, self.smtp.letters],
            gateway_url,
            clock,
            Characters(characters or {}),
            {(person.code, "uncertain"): self._what_the_client_says for person in persons},
            self._send_sms,
            self._log_in,
        )
        self.sms.inbound_url = f"{gateway_url}/twilio/sms"
        self.sms.pick_up = self.people.rings
        self._tenant_server = SandboxServer(
            when_asked(lambda: tenant_app(self.tenant, self.tenant_faults)),
            port=ports.microsoft,
            tls=self._tls,
        )
        self._nobody = nobody
        self._own_phones = own_phones
        self._vcc_server = SandboxServer(when_asked(self._phones_app), port=ports.vcc)
        self._sms_server = SandboxServer(
            when_asked(lambda: sms_app(self.sms, self.sms_faults)), port=ports.sms
        )
        self._teams_server = SandboxServer(
            when_asked(lambda: teams_app(self.teams, self.teams_faults)),
            port=ports.teams,
            tls=self._tls,
        )
        self._people_server = SandboxServer(when_asked(self._people_app), port=ports.people)
        self._smtp_server = SandboxSmtp(self.smtp, port=ports.smtp, tls=self._tls)

    def _people_app(self) -> FastAPI:
        app = FastAPI(title="Sandbox people")
        app.include_router(people_router(self.people))
        app.include_router(relay_router(self.smtp))  # a relay has no pages of its own
        return app

    def _phones_app(self) -> FastAPI:
        """The phone system: the stand-in of VCC Live, or a real one of the company's own."""
        if self._own_phones is not None:
            return self._own_phones.app()
        return vcc_app(self.vcc, self.vcc_faults)

    def _mail(self) -> list[Any]:
        return mailbox_letters(self.tenant.mail)

    def _send_sms(self, number: str, body: str) -> tuple[int | None, str]:
        order = InboundOrder(**{"from": number, "to": SMS_SENDER, "body": body})
        told = reply(self.sms, order)
        return told["answered"], told["said"]

    def _log_in(self, agent: str) -> None:
        """An agent is ready for calls, as far as the phone system lets anybody in."""
        if self._own_phones is not None:
            self._own_phones.put_agents([agent], "AVAILABLE4CALL")
        elif self.vcc.outage == "up":
            self.vcc.put_agents([agent], "AVAILABLE4CALL")

    def _what_the_client_says(self, question: Question) -> str:
        """Whoever is asked whether a mail arrived rings the client up, who looks for it."""
        subjects = {letter.subject for letter in (*self._mail(), *self.smtp.letters())}
        found = any(subject and subject in question.page_text for subject in subjects)
        return "arrived" if found else "again"

    def start(self) -> World:
        """Start every part; raises ``OSError`` for a taken port."""
        for server in (self._tenant_server, self._vcc_server, self._sms_server,
                       self._people_server, self._smtp_server, self._teams_server):  # fmt: skip
            server.start()
        if self._own_phones is not None:
            self._own_phones.start()
        if not self._nobody:
            self.people.start()
        return self

    def stop(self) -> None:
        """Stop every part."""
        self.people.stop()
        if self._own_phones is not None:
            self._own_phones.stop()
        for server in (self._tenant_server, self._vcc_server, self._sms_server,
                       self._people_server, self._smtp_server, self._teams_server):  # fmt: skip
            server.stop()

    def settings(self, base: Settings) -> Settings:
        """``base`` with every connection pointed at this world."""
        own = {} if self._own_phones is None else self._own_phones.settings()
        return base.model_copy(
            update={
                **own,
                "microsoft": self.tenant.settings(self._tenant_server.url, self._tls.ca_file),
                "vcc": VccSettings(
                    base_url=self._vcc_server.url,
                    user=self.vcc.user,
                    password=SecretStr(self.vcc.password),
                    ivr_secret=SecretStr("sandbox-ivr-secret"),
                ),
                "sms": SmsSettings(
                    base_url=self._sms_server.url,
                    account="kitart",
                    token=SecretStr(SMS_TOKEN),
                    sender=SMS_SENDER,
                    caller="+447700900998",
                    replies=True,
                ),
                "smtp": SmtpSettings(
                    host=self._smtp_server.host,
                    port=self._smtp_server.port,
                    user="kitart",
                    password=SecretStr(SMTP_PASSWORD),
                    ca_file=self._tls.ca_file,
                    sender="continuity@kitart.example",
                ),
                "chat": ChatSettings(
                    teams={
                        workflow.chat: SecretStr(f"{self._teams_server.url}{workflow.path}")
                        for workflow in self.teams.workflows.values()
                    },
                    ca_file=self._tls.ca_file,
                ),
            }
        )

    @property
    def addresses(self) -> dict[str, str]:
        """Where each part answers, for a person who looks around."""
        return {
            "microsoft": self._tenant_server.url,
            "vcc": self._vcc_server.url,
            "sms": self._sms_server.url,
            "people": self._people_server.url,
            "teams": self._teams_server.url,
            "smtp": f"smtp://{self._smtp_server.host}:{self._smtp_server.port}",
        }


def persons_of(plan: Plan) -> list[Person]:
    """Everybody who can be written to: role holders, agents, clients' contacts, suppliers."""
    everybody = [
        *((p.id, p.channels) for p in plan.people),
        *((a.id, a.channels) for a in plan.agents),
        *((contact.id, contact.channels) for c in plan.clients for contact in c.contacts),
        *((s.id, s.channels) for s in plan.suppliers),
    ]
    return [
        Person(
            code,
            phone=next((c.address for c in channels if c.kind == "sms"), ""),
            mail=next((c.address for c in channels if c.kind == "mail"), ""),
            voice=next((c.address for c in channels if c.kind == "voice"), ""),
        )
        for code, channels in everybody
    ]


def _chats(plan: Plan) -> TeamsState:
    """A workflow for each chat in Teams that somebody has."""
    state = TeamsState()
    named = {c.address for p in plan.people for c in p.channels if c.kind == "teams"}
    for chat in sorted(named):
        state.open_chat(chat)
    return state


def _phone_system(plan: Plan, clock: Clock) -> VccState:
    numbers = {project.id: place for place, project in enumerate(plan.projects, start=1)}
    state = VccState.of(
        [(a.id, [numbers[p] for p in a.projects]) for a in plan.agents],
        password=VCC_PASSWORD,
        clock=clock,
    )
    state.project_names = {number: code for code, number in numbers.items()}
    state.skills = {line.number: skilled(plan, line) for line in plan.lines}
    return state
