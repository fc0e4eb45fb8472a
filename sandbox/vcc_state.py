"""What the stand-in of VCC Live knows: agents, projects, calls, messages; and what is broken."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import uuid4
from zoneinfo import ZoneInfo

from kitart.clock import Clock, SteadyClock

Outage = Literal["up", "down", "errors"]
AGENT_STATES = (
    "AFTERWORK",
    "AVAILABLE4CALL",
    "CALL",
    "EMAIL",
    "HOLD",
    "PREWORK",
    "RINGING",
    "TICKET_BROWSING",
    "UNAVAILABLE",
    "WAITING4CALL",
    "WAITING4RECALL",
    "ORIGINATOR_RINGING",
    "AUX",
)
READY_STATES = frozenset({"AVAILABLE4CALL", "WAITING4CALL"})
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"


@dataclass
class VccAgent:
    """A user of the platform; ``state`` None is logged out."""

    user_id: int
    username: str
    project_ids: tuple[int, ...]
    state: str | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Presence:
    """An agent's change of state; None is logged out."""

    at: datetime
    agent: str
    state: str | None


@dataclass(frozen=True)
class VccCall:
    """A call that ended; ``user_id`` None was not answered by an agent."""

    uuid: str
    project_id: int
    line: str
    source: str
    queue: str
    started_at: datetime
    user_id: int | None
    ivr_s: int
    queue_s: int
    talk_s: int


@dataclass
class VccState:
    """The platform's state, to be changed while it runs.

    ``outage``: ``down`` takes API and telephony away, ``errors`` only the API (500).
    ``clock`` stamps calls and states; call records appear ``cdr_delay_s`` of it after a
    call began (calls take no time here, whatever length their record says).
    ``ivr_url`` is the address asked for a line's mode, with ``${customer}`` and the like; where
    it does not answer in ``ivr_timeout_s``, ``safe_mode`` holds. ``user_id_key`` is how online
    users name their id (the documentation has both). ``errors_with_data`` makes each answer carry
    an error beside its data. ``skills`` are the agents who take a line's calls, in that order; on a
    line without an entry anybody on the project does. ``presence`` is who logged in and out,
    ``told`` what each caller met.
    """

    user: str = "kitart"
    password: str = "sandbox"
    agents: list[VccAgent] = field(default_factory=list)
    project_names: dict[int, str] = field(default_factory=dict)
    clock: Clock = field(default_factory=SteadyClock)
    zone: str = "Europe/Budapest"
    outage: Outage = "up"
    access_refused: bool = False
    errors_with_data: bool = False
    user_id_key: Literal["userId", "userid"] = "userId"
    cdr_delay_s: float = 0.0
    ivr_url: str = ""
    ivr_timeout_s: float = 1.0
    safe_mode: str = "normal"
    skills: Mapping[str, Sequence[str]] = field(default_factory=dict)
    calls: list[VccCall] = field(default_factory=list)
    presence: list[Presence] = field(default_factory=list)
    voicemails: list[dict[str, Any]] = field(default_factory=list)
    lost_in_outage: list[dict[str, Any]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @classmethod
    def of(
        cls, agents: Iterable[tuple[str, Sequence[int]]], *, online: bool = True, **options: Any
    ) -> VccState:
        """A platform with these agents (code, project ids), numbered from 1, ready for calls."""
        state = cls(**options)
        for number, (code, project_ids) in enumerate(agents, start=1):
            state.agents.append(VccAgent(number, code, tuple(project_ids)))
            for project_id in project_ids:
                state.project_names.setdefault(project_id, f"Project {project_id}")
        if online:
            state.put_agents([agent.username for agent in state.agents], "AVAILABLE4CALL")
        return state

    def agent(self, name: str | int) -> VccAgent:
        """By code or number; ``LookupError`` if unknown."""
        for agent in self.agents:
            if str(name) in (agent.username, str(agent.user_id)):
                return agent
        raise LookupError(f"agent is {name!r}: not a user of this platform")

    def put_agents(self, names: Iterable[str | int], state: str | None) -> None:
        """Put agents into ``state``; None logs them out. ``ValueError`` for an unknown state."""
        if state is not None and state not in AGENT_STATES:
            raise ValueError(f"state is {state!r}: one of {', '.join(AGENT_STATES)}, or null")
        with self.lock:
            for agent in [self.agent(name) for name in names]:
                agent.state = state
                agent.changed_at = self.clock.now()
                self.presence.append(Presence(agent.changed_at, agent.username, state))

    def online(self, project_id: int | None = None) -> list[VccAgent]:
        """Agents logged in; with a project those working on it (not ``UNAVAILABLE`` ones)."""
        with self.lock:
            return [
                agent
                for agent in self.agents
                if agent.state is not None
                and (
                    project_id is None
                    or (project_id in agent.project_ids and agent.state != "UNAVAILABLE")
                )
            ]

    def ready(self, project_id: int, line: str = "") -> list[VccAgent]:
        """Agents who would be given the project's next call, on a line those with its skill."""
        ready = [agent for agent in self.online(project_id) if agent.state in READY_STATES]
        if line not in self.skills:
            return ready
        order = {code: place for place, code in enumerate(self.skills[line])}
        skilled = [agent for agent in ready if agent.username in order]
        return sorted(skilled, key=lambda agent: order[agent.username])

    def records(self, project_id: int | None = None) -> list[VccCall]:
        """Calls whose records are out by now, newest first."""
        with self.lock:
            late = timedelta(seconds=self.cdr_delay_s)
            out = [
                call
                for call in self.calls
                if call.started_at + late <= self.clock.now()
                and project_id in (None, call.project_id)
            ]
        return sorted(out, key=lambda call: call.started_at, reverse=True)

    def local(self, moment: datetime) -> datetime:
        """A moment in the account's own time zone."""
        return moment.astimezone(ZoneInfo(self.zone))


def new_call_id() -> str:
    """An identifier as the platform gives to calls."""
    return uuid4().hex
