"""What the plan asks of a voice platform, whoever makes it.

The interface follows the platforms that have a documented emergency switch. What a platform
can't do is said by ``capabilities()`` and raised as ``NotCapable``: the plan then asks a person.
An order is never a proof: routing counts as active after a test call (E41, E45).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from kitart.connectors.errors import ConnectorError

HealthState = Literal["up", "down", "unknown"]
Mode = Literal["normal", "voicemail", "notice"]
EmergencyMode = Literal["voicemail", "notice"]
AnsweredBy = Literal["agent", "system", "nobody"]
Ability = Literal[
    "agents",
    "queue_stats",
    "live_queue_stats",
    "routing",
    "set_emergency",
    "voicemails",
    "voicemail_sound",
    "calls",
]


@dataclass(frozen=True)
class PlatformHealth:
    """Whether the platform answers; ``unknown`` (we could not tell) is never ``up``."""

    state: HealthState
    detail: str
    latency_s: float
    agents_online: int | None = None


@dataclass(frozen=True)
class AgentState:
    """An agent who is logged in. ``counts_as_live``: ready for callers, or with one (R21)."""

    user_id: str
    username: str
    state: str
    since: datetime | None
    counts_as_live: bool


@dataclass(frozen=True)
class QueueStats:
    """Figures of one queue. ``live`` is False where the platform has no figures of the moment;
    None stands for a figure the platform does not give."""

    queue: str
    snapshot_time: datetime
    live: bool
    agents_live: int | None
    waiting: int | None
    offered: int | None
    answered: int | None
    lost: int | None


@dataclass(frozen=True)
class RoutingMode:
    """What a line was last set to, by whom; version 0 is a line that nobody ever set."""

    line: str
    mode: Mode
    version: int
    set_at: datetime | None = None
    set_by: str = ""


@dataclass(frozen=True)
class RoutingState:
    """How a line is routed as ordered; only a test call shows that callers hear it (E41)."""

    line: str
    mode: Mode
    version: int
    set_at: datetime | None
    set_by: str

    @classmethod
    def of(cls, mode: RoutingMode) -> RoutingState:
        """As the mode last set says it."""
        return cls(mode.line, mode.mode, mode.version, mode.set_at, mode.set_by)

    @property
    def emergency(self) -> bool:
        """Whether the line is off its normal way."""
        return self.mode != "normal"


def ordered(on: bool, mode: EmergencyMode, set_by: str) -> Mode:
    """The mode that an order stands for; raises ``ValueError`` where it names nobody (D5)."""
    if not set_by.strip():
        raise ValueError("set_by is empty: it must name the person who decided")
    return mode if on else "normal"


@dataclass(frozen=True)
class Voicemail:
    """A caller's message in a line's box."""

    voicemail_id: str
    line: str
    caller: str
    left_at: datetime
    length_s: float


@dataclass(frozen=True)
class CallRecord:
    """A call that ended. ``system``: a recording answered, an announcement or voicemail; not every
    platform's records say which."""

    call_id: str
    project: str
    line: str
    caller: str
    queue: str
    started_at: datetime
    answered_by: AnsweredBy
    user_id: str | None
    talk_s: float
    length_s: float
    waited_s: float | None = None
    """In the queue, before an agent or in vain; ``None`` where the record does not say."""
    sip_id: str = ""
    """The SIP Call-ID by which the call came in, where the record has it."""
    met: str = ""
    """Which recording answered ("voicemail", "notice"), where the record says it."""


@dataclass(frozen=True)
class Capabilities:
    """What a platform can do, and for the rest why not (for the person who is asked instead)."""

    platform: str
    can: frozenset[Ability]
    why_not: Mapping[Ability, str] = field(default_factory=dict)

    def allows(self, ability: Ability) -> bool:
        """Whether the platform can do this by itself."""
        return ability in self.can


class NotCapable(ConnectorError):
    """The platform can't do this; a person has to."""

    def __init__(self, platform: str, ability: Ability, why: str) -> None:
        super().__init__(f"{platform} can't do '{ability}': {why}", permanent=True)
        self.ability = ability


class RoutingConflict(ConnectorError):
    """The line was switched by somebody else meanwhile; ``current`` is how it stands."""

    def __init__(self, current: RoutingMode, expected_version: int) -> None:
        who = f" by {current.set_by}" if current.set_by else ""
        super().__init__(
            f"line {current.line} is at version {current.version} ({current.mode}{who}), "
            f"not at {expected_version}: look at it again before switching",
            permanent=True,
        )
        self.current = current
        self.expected_version = expected_version


class RoutingModes(Protocol):
    """Where the modes that our IVR webhook serves are kept (the journal)."""

    def read(self, line: str) -> RoutingMode:
        """The line's mode; ``normal`` at version 0 where none was ever set."""

    def write(self, line: str, mode: Mode, expected_version: int, set_by: str) -> RoutingMode:
        """Set the mode if the line is still at ``expected_version``, else ``RoutingConflict``."""


class VoicePlatform(Protocol):
    """A call centre's telephone system. Every method raises ``ConnectorError`` when the system
    does not answer, except ``health`` and ``capabilities``; ``NotCapable`` where it never can."""

    def health(self) -> PlatformHealth:
        """Whether it answers now (R43, E41)."""

    def agents(self, project: str | None = None) -> list[AgentState]:
        """The agents logged in, of all projects or of one (E18, R21)."""

    def queue_stats(self, queue: str) -> QueueStats:
        """Figures of a queue, with the moment they are of."""

    def routing(self, line: str) -> RoutingState:
        """How a line is routed, with the version to give when switching it."""

    def set_emergency(
        self,
        line: str,
        on: bool,
        expected_version: int,
        *,
        set_by: str,
        mode: EmergencyMode = "voicemail",
    ) -> RoutingState:
        """Switch a line to voicemail (or a notice) or back, and read it back (R38, D5).

        ``set_by`` is the person who decided. Raises ``RoutingConflict`` for an old version.
        """

    def voicemails(self, line: str, since: datetime) -> list[Voicemail]:
        """Messages left on a line since a moment (R42)."""

    def voicemail_sound(self, voicemail: Voicemail) -> bytes:
        """A message as a WAV file of 8 kHz (R42)."""

    def users(self) -> dict[str, str]:
        """Everybody whom the platform knows: number to name (c7)."""

    def calls(
        self, project: str, since: datetime, until: datetime | None = None
    ) -> list[CallRecord]:
        """Records of the calls since a moment (and before another), oldest first (R23)."""

    def capabilities(self) -> Capabilities:
        """What this platform can do."""
