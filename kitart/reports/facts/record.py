"""What people did and decided, and what was written down of it."""

from __future__ import annotations

from typing import Literal

from kitart.reports.facts.fact import Fact, Utc

FIRST_WORDS = ("first-notification", "combined-notice")
AnswerOfPrivacy = Literal["no", "being checked", "yes"]


class PriorityFacts(Fact):
    """P1 to P4; decided by a person or only proposed (D5)."""

    value: Literal["P1", "P2", "P3", "P4"]
    state: Literal["proposed", "decided"] = "proposed"
    by_role: str = ""
    at: Utc | None = None
    reason: str = ""


class LevelChange(Fact):
    """A cover level came into force, for a project or (without one) for all; 0 is none any more."""

    at: Utc
    level: Literal[0, 1, 2, 3, 4]
    by_role: str
    reason: str = ""
    project_id: str | None = None


class ErtContact(Fact):
    """An ERT member was asked; contacted means acknowledged (A14)."""

    role: str
    asked_at: Utc
    due_at: Utc
    acknowledged_at: Utc | None = None


class AmTold(Fact):
    """The account manager of a project was (or is to be) told (R15)."""

    project_id: str
    due_at: Utc
    told_at: Utc | None = None
    channel: str = ""


class TimelineEntry(Fact):
    """An entry of the timeline. Without a scope it concerns everybody.

    ``values`` are name and text of what a sentence of ours holds in braces: "Priority set: {p}."
    """

    seq: int
    occurred_at: Utc
    recorded_at: Utc
    type: str
    author_role: str
    source: str
    text: str
    values: tuple[tuple[str, str], ...] = ()
    audience: Literal["internal", "client-safe"] = "internal"
    project_id: str | None = None
    client_id: str | None = None


class MessageFacts(Fact):
    """A message: due, sent, acknowledged, and what became of it. ``client_id`` is set for one to a
    client."""

    purpose: str
    to_role: str
    channel: str
    due_at: Utc | None = None
    sent_at: Utc | None = None
    acknowledged_at: Utc | None = None
    client_id: str | None = None
    state: str = ""


class DecisionFacts(Fact):
    """A decision by a role; shown to a client only when it's client-safe and in scope."""

    what: str
    answer: str
    by_role: str
    at: Utc
    reason: str = ""
    audience: Literal["internal", "client-safe"] = "internal"
    client_id: str | None = None


class EarlierReport(Fact):
    """A report that went to a client before, and when it was due."""

    client_id: str
    type: str
    number: int
    version: int
    sent_at: Utc
    due_at: Utc | None = None

    @property
    def first_word(self) -> bool:
        """Whether it was the first that the client heard."""
        return self.type in FIRST_WORDS


class PrivacyAnswer(Fact):
    """Were personal data hit? A person's yes or no with a reason; until then "being checked"."""

    answer: AnswerOfPrivacy = "being checked"
    reason: str = ""
    by_role: str = ""
    at: Utc | None = None


class NoticeFacts(Fact):
    """A notification that concerns a client: the company's to it, or its own as it told us."""

    duty: str
    to: str
    at: Utc
    channel: str = ""
    reference: str = ""
    by_client: bool = False


class LegalFacts(Fact):
    """What concerns one client of data protection and law (c14); ``privacy`` only where a person
    said of this client alone what differs from the whole incident."""

    client_id: str
    privacy: PrivacyAnswer | None = None
    notices: tuple[NoticeFacts, ...] = ()


class OtherIncident(Fact):
    """Another incident that is open and touches projects of this one; it has its own reports.

    ``agents_out``: no system fails there, agents can't work (E5).
    """

    number: str
    system: str
    agents_out: bool = False
    priority: str
    client_ids: tuple[str, ...]
